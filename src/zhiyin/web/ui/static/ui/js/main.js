// Shell, modes, dialogs, copy, countdown; loads the other modules only on pages that need them.
const script = document.querySelector("script[data-ui]");
const modules = {
  forms: "form[data-form], [data-error-summary], [data-lookup], [data-upload]",
  rows: "[data-rows]",
  table: "table[data-select], [data-columns]",
  signature: "[data-signature]",
  speech: "[data-speak], [data-speech-flag]",
};

async function enhance(root) {
  for (const [name, selector] of Object.entries(modules)) {
    if (root.matches?.(selector) || root.querySelector(selector)) (await import(script.dataset[name])).enhance(root);
  }
  root.querySelectorAll("[data-countdown]").forEach(countdown);
}

// ---- modes: cookie for the server, storage for this device
function setMode(name, value) {
  const root = document.documentElement;
  if (value) root.dataset[name] = value; else delete root.dataset[name];
  document.cookie = `zy_${name}=${value}; path=/; max-age=31536000; samesite=lax`;
  try { value ? localStorage.setItem(`zy_${name}`, value) : localStorage.removeItem(`zy_${name}`); } catch { /* storage may be switched off */ }
  showModes();
}

function showModes() {
  for (const button of document.querySelectorAll("form[data-modes] button[name]")) {
    const now = document.documentElement.dataset[button.name] ?? "";
    if (button.dataset.on) {
      button.setAttribute("aria-pressed", String(now !== ""));
      button.value = now ? "" : button.dataset.on;
    } else {
      button.setAttribute("aria-pressed", String(button.value === now));
    }
  }
}

document.addEventListener("submit", (event) => {
  const button = event.submitter;
  if (event.target.matches("form[data-modes]") && button?.name) {
    event.preventDefault();
    setMode(button.name, button.value);
  }
});

// ---- menus
function closeMenus(except) {
  for (const open of document.querySelectorAll("details[data-dropdown][open]")) if (open !== except && !open.contains(except)) open.open = false;
}
document.addEventListener("click", (event) => {
  const toggle = event.target.closest("[data-menu-toggle]");
  if (toggle) {
    const menu = document.getElementById(toggle.getAttribute("aria-controls"));
    const open = menu.toggleAttribute("data-open");
    toggle.setAttribute("aria-expanded", String(open));
    if (open) menu.querySelector("a")?.focus();
  }
  closeMenus(event.target.closest("details[data-dropdown]"));

  const opener = event.target.closest("[data-open]:not(.menu)");
  if (opener) document.getElementById(opener.dataset.open)?.showModal();
  if (event.target.closest("[data-close]")) event.target.closest("dialog")?.close();
  if (event.target.matches("dialog[open]")) {
    const box = event.target.getBoundingClientRect();
    const outside = event.clientX < box.left || event.clientX > box.right || event.clientY < box.top || event.clientY > box.bottom;
    if (outside && event.clientX + event.clientY > 0) event.target.close();
  }

  const copy = event.target.closest("[data-copy]");
  if (copy) copyText(copy);
});

async function copyText(button) {
  const label = button.querySelector("[aria-live]") ?? button;
  const before = label.textContent;
  try {
    await navigator.clipboard.writeText(button.dataset.copy);
    label.textContent = "已复制";
  } catch { // a plain-http address has no clipboard
    const code = button.closest(".copy")?.querySelector("code");
    if (code) getSelection().selectAllChildren(code);
    label.textContent = "已选中，请按 Ctrl C";
  }
  setTimeout(() => { label.textContent = before; }, 2500);
}

document.addEventListener("keydown", (event) => {
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
    const search = document.querySelector("[data-hotkey]");
    if (search) { event.preventDefault(); search.focus(); search.select(); }
  }
  if (event.key === "Escape") {
    const open = document.querySelector("details[data-dropdown][open]");
    if (open) { open.open = false; open.querySelector("summary").focus(); }
  }
});

// ---- countdown: the server's instant decides, spoken only at the marks
function countdown(element) {
  if (element.dataset.running !== undefined) return;
  element.dataset.running = "";
  const end = Date.parse(element.dataset.countdown);
  const warn = Number(element.dataset.warn);
  const shown = element.querySelector("time");
  const said = element.querySelector("[data-say]");
  const marks = new Set([warn, 60]);
  const tick = () => {
    if (!element.isConnected) return;
    const left = Math.max(0, Math.round((end - Date.now()) / 1000));
    const [h, m, s] = [Math.floor(left / 3600), Math.floor(left / 60) % 60, left % 60];
    shown.textContent = `${h ? `${h}:` : ""}${String(m).padStart(h ? 2 : 1, "0")}:${String(s).padStart(2, "0")}`;
    element.toggleAttribute("data-near", left <= warn);
    if (marks.delete(left)) said.textContent = `还剩 ${Math.round(left / 60)} 分钟`;
    if (left > 0) setTimeout(tick, 1000);
    else element.dispatchEvent(new CustomEvent("zy:timeup", { bubbles: true }));
  };
  if (!Number.isNaN(end)) tick();
}

showModes();
enhance(document.body).then(() => { document.documentElement.dataset.ready = ""; });
document.body.addEventListener("htmx:load", (event) => enhance(event.detail.elt));
