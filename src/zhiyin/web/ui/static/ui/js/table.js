// Select all, the batch bar, and which columns are shown (kept on this device).
export function enhance(root) {
  root.querySelectorAll("table[data-select]").forEach(selection);
  root.querySelectorAll("[data-columns]").forEach(columns);
}

function selection(table) {
  if (table.dataset.ready !== undefined) return;
  table.dataset.ready = "";
  const all = table.querySelector("[data-all]");
  const scope = table.closest("form, .card, main") ?? document;
  const bar = scope.querySelector("[data-batch]");
  const ticks = () => [...table.querySelectorAll("[data-tick]")];
  let last = null;
  const show = () => {
    const boxes = ticks();
    const chosen = boxes.filter((box) => box.checked);
    for (const box of boxes) box.closest("tr").toggleAttribute("data-selected", box.checked);
    if (all) {
      all.checked = boxes.length > 0 && chosen.length === boxes.length;
      all.indeterminate = chosen.length > 0 && chosen.length < boxes.length;
    }
    if (bar) {
      bar.hidden = chosen.length === 0;
      bar.querySelector("[data-count]").textContent = chosen.length;
    }
  };
  table.addEventListener("click", (event) => {
    const box = event.target.closest("[data-tick]");
    if (!box) return;
    const boxes = ticks();
    if (event.shiftKey && last) { // a range, as in a file list
      const [from, to] = [boxes.indexOf(last), boxes.indexOf(box)].sort((a, b) => a - b);
      for (const one of boxes.slice(from, to + 1)) one.checked = box.checked;
    }
    last = box;
  });
  table.addEventListener("change", (event) => {
    if (event.target === all) for (const box of ticks()) box.checked = all.checked;
    show();
  });
  bar?.querySelector("[data-clear]")?.addEventListener("click", () => {
    for (const box of ticks()) box.checked = false;
    show();
    (all ?? ticks()[0])?.focus();
  });
  show();
}

function columns(picker) {
  if (picker.dataset.ready !== undefined) return;
  picker.dataset.ready = "";
  const table = document.getElementById(picker.dataset.columns);
  const key = `zy_columns:${location.pathname}:${table.id}`;
  let hidden = [];
  try { hidden = JSON.parse(localStorage.getItem(key) ?? "[]"); } catch { /* storage may be switched off */ }
  const place = (name) => [...table.tHead.rows[0].cells].findIndex((cell) => cell.dataset.col === name);
  const apply = (box) => {
    const index = place(box.value);
    for (const row of table.rows) if (row.cells[index]) row.cells[index].hidden = !box.checked;
  };
  for (const box of picker.querySelectorAll("input[type=checkbox]")) {
    box.checked = !hidden.includes(box.value);
    apply(box);
    box.addEventListener("change", () => {
      apply(box);
      const off = [...picker.querySelectorAll("input:not(:checked)")].map((one) => one.value);
      try { localStorage.setItem(key, JSON.stringify(off)); } catch { /* storage may be switched off */ }
    });
  }
}
