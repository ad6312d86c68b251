// Printing from a button: the only script of the public pages.
for (const button of document.querySelectorAll("[data-print]")) button.addEventListener("click", () => print());
