// Row editor: add and remove entries, numbers kept right, names never reused within the page.
export function enhance(root) {
  root.querySelectorAll("[data-rows]").forEach(editor);
}

function editor(box) {
  if (box.dataset.ready !== undefined) return;
  box.dataset.ready = "";
  const list = box.querySelector("[data-entries]");
  const template = box.querySelector("template");
  const add = box.querySelector("[data-add]");
  const say = box.querySelector("[data-say]");
  const most = Number(box.dataset.max) || 200;
  let next = list.children.length;

  const renumber = () => {
    [...list.children].forEach((entry, index) => {
      entry.querySelector("[data-number]").textContent = index + 1;
      entry.setAttribute("aria-label", `第 ${index + 1} 行`);
    });
    add.disabled = list.children.length >= most;
  };
  const changed = (text) => {
    renumber();
    say.textContent = text;
    box.dispatchEvent(new CustomEvent("zy:rows", { bubbles: true }));
  };

  add.addEventListener("click", () => {
    const holder = document.createElement("div");
    holder.innerHTML = template.innerHTML.replaceAll("__n__", String(next));
    next += 1;
    const entry = holder.firstElementChild;
    list.append(entry);
    changed(`已添加第 ${list.children.length} 行`);
    entry.querySelector("input:not([type=hidden]), select, textarea")?.focus();
  });
  box.addEventListener("click", (event) => {
    const button = event.target.closest("[data-remove]");
    if (!button) return;
    const entry = button.closest("[data-entry]");
    const at = [...list.children].indexOf(entry);
    const filled = [...entry.querySelectorAll("input:not([type=hidden]), select, textarea")].some((one) =>
      one.matches("[type=radio], [type=checkbox]") ? one.checked : one.value !== "");
    if (filled && !confirm(`删除${box.dataset.label}第 ${at + 1} 行？已填的内容会去掉。`)) return;
    entry.remove();
    changed(`已删除第 ${at + 1} 行`);
    (list.children[Math.min(at, list.children.length - 1)]?.querySelector("[data-remove]") ?? add).focus();
  });
  renumber();
}
