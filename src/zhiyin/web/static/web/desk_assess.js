// Printing, and keying in an answer sheet: a digit from 1 to 5 moves on to the next item.
for (const button of document.querySelectorAll("[data-print]")) button.addEventListener("click", () => print());

for (const grid of document.querySelectorAll("[data-entry]")) {
  const boxes = [...grid.querySelectorAll("input")];
  const count = grid.closest("form").querySelector("[data-entry-count]");
  const tell = () => { count.textContent = String(boxes.filter((box) => box.value !== "").length); };
  grid.addEventListener("focusin", (event) => { if (event.target.matches("input")) event.target.select(); });
  grid.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step === undefined || !event.target.matches("input")) return;
    event.preventDefault();
    boxes[boxes.indexOf(event.target) + step]?.focus();
  });
  grid.addEventListener("input", (event) => {
    const box = event.target;
    // full-width digits come from a Chinese input method
    box.value = box.value.normalize("NFKC").replace(/[^1-5]/g, "");
    tell();
    if (box.value !== "" && !event.isComposing) (boxes[boxes.indexOf(box) + 1] ?? box).focus();
  });
}
