// Error summary, Enter moves on, relevant fields, dirty warning, drafts, lookups, chosen files.
const dirty = new WeakSet();

export function enhance(root) {
  const summary = root.querySelector("[data-error-summary]");
  if (summary) {
    summary.focus();
    if (!document.title.startsWith("出错：")) document.title = `出错：${document.title}`;
  }
  root.querySelectorAll("form[data-form]").forEach(form);
  root.querySelectorAll("[data-lookup]").forEach(lookup);
  root.querySelectorAll("[data-upload]").forEach(upload);
}

function form(element) {
  if (element.dataset.ready !== undefined) return;
  element.dataset.ready = "";
  relevant(element);
  element.addEventListener("input", () => { dirty.add(element); });
  element.addEventListener("change", () => relevant(element));
  element.addEventListener("zy:rows", () => { dirty.add(element); relevant(element); });
  element.addEventListener("submit", (event) => submit(event, element));
  if (!document.body.classList.contains("client")) element.addEventListener("keydown", moveOn);
  if (element.dataset.autosave) autosave(element);
}

function submit(event, element) {
  if (element.dataset.sent !== undefined) { event.preventDefault(); return; }
  dirty.delete(element);
  element.dataset.sent = "";
  event.submitter?.setAttribute("aria-busy", "true");
  addEventListener("pageshow", () => { delete element.dataset.sent; event.submitter?.removeAttribute("aria-busy"); }, { once: true });
  if (element.matches("[hx-post]")) element.addEventListener("htmx:afterRequest", () => {
    delete element.dataset.sent; event.submitter?.removeAttribute("aria-busy");
  }, { once: true });
}

addEventListener("beforeunload", (event) => {
  for (const element of document.querySelectorAll("form[data-form][method=post]")) if (dirty.has(element)) { event.preventDefault(); return; }
});

// Enter goes to the next control; the last one submits. Text areas, buttons and links keep their own Enter.
function moveOn(event) {
  if (event.key !== "Enter" || event.isComposing || event.ctrlKey) return;
  const here = event.target;
  if (!here.matches("input:not([type=submit]):not([type=button]):not([type=file]):not([type=search]), select")) return;
  const all = [...event.currentTarget.elements].filter((one) =>
    one.matches("input:not([type=hidden]), select, textarea, button[type=submit]") && !one.disabled && one.getClientRects().length > 0);
  let next = all.indexOf(here) + 1;
  while (all[next]?.type === "radio" && all[next].name === here.name) next += 1;
  if (all[next] && all[next].type !== "submit") { event.preventDefault(); all[next].focus(); }
}

// ---- rows shown only under a condition; hidden ones are disabled, so they are not sent
function answer(element, name) {
  const controls = element.querySelectorAll(`[name="${CSS.escape(name)}"]`);
  const values = [];
  for (const control of controls) {
    if (control.matches("[type=radio], [type=checkbox]")) { if (control.checked) values.push(control.value); }
    else if (control.value !== "") values.push(control.value);
  }
  return values;
}

function holds(element, rule) {
  const hidden = [...element.querySelectorAll(`[name="${CSS.escape(rule.field)}"]`)].every((one) => one.closest("[data-relevant][hidden]"));
  const values = hidden ? [] : answer(element, rule.field);
  if (rule.is) return values.some((value) => rule.is.includes(value));
  if (rule.not) return !values.some((value) => rule.not.includes(value));
  return (values.length > 0) === rule.filled;
}

function relevant(element) {
  const rows = [...element.querySelectorAll("[data-relevant]")].filter((row) => !row.closest("template"));
  for (let pass = 0; pass < 4; pass += 1) {
    let changed = false;
    for (const row of rows) {
      const show = holds(element, JSON.parse(row.dataset.relevant));
      if (row.hidden === show) { row.hidden = !show; changed = true; }
      for (const control of row.querySelectorAll("input, select, textarea")) control.disabled = !show;
    }
    if (!changed) return;
  }
}

// ---- drafts
function autosave(element) {
  const state = element.querySelector("[data-save-state]") ?? stateLine(element);
  let timer = null;
  let running = false;
  let again = false;
  const save = async () => {
    clearTimeout(timer);
    if (running) { again = true; return; }
    running = true;
    show(state, "saving", "正在保存");
    const before = new FormData(element);
    try {
      const reply = await fetch(element.dataset.autosave, {
        method: "POST", body: before, credentials: "same-origin", redirect: "error",
        headers: { "X-CSRFToken": before.get("csrfmiddlewaretoken") ?? "", "X-Autosave": "1" },
      });
      if (!reply.ok) throw new Error(String(reply.status));
      // the next save speaks of the version that this one made
      const { version } = reply.headers.get("Content-Type")?.includes("json") ? await reply.json() : {};
      if (version !== undefined && element.elements.version) element.elements.version.value = version;
      if (!again) dirty.delete(element);
      const now = new Date();
      show(state, "saved", `草稿已保存 ${now.getHours()}:${String(now.getMinutes()).padStart(2, "0")}`);
    } catch {
      show(state, "failed", "草稿没有保存，正在重试；请先不要关闭页面");
      timer = setTimeout(save, 10000);
    }
    running = false;
    if (again) { again = false; timer = setTimeout(save, 500); }
  };
  const soon = () => { clearTimeout(timer); timer = setTimeout(save, 1500); };
  element.addEventListener("input", soon);
  element.addEventListener("zy:rows", soon);
  document.addEventListener("visibilitychange", () => { if (document.hidden && dirty.has(element)) save(); });
  element.addEventListener("submit", () => clearTimeout(timer));
}

function stateLine(element) {
  const line = document.createElement("p");
  line.className = "save-state";
  line.setAttribute("role", "status");
  line.append(document.createElement("span"));
  const actions = [...element.querySelectorAll(".form-actions")].pop();
  (actions ?? element).append(line);
  return line;
}

function show(state, name, text) {
  state.dataset.state = name;
  (state.querySelector("[data-text]") ?? state.lastElementChild).textContent = text;
  state.querySelector("svg")?.toggleAttribute("hidden", name !== "saved");
}

// ---- code lookups: the list is fetched while typing, the box keeps "code name"
function lookup(input) {
  if (input.dataset.ready !== undefined) return;
  input.dataset.ready = "";
  const list = input.list;
  let timer = null;
  let last = null;
  input.addEventListener("input", () => {
    clearTimeout(timer);
    const words = input.value.trim();
    if (words.length < 2 || /^[\d-]{6,} /.test(words)) return;
    timer = setTimeout(async () => {
      last?.abort();
      last = new AbortController();
      try {
        const url = new URL(input.dataset.lookup, location.href);
        url.searchParams.set("q", words);
        const { items } = await (await fetch(url, { signal: last.signal, headers: { Accept: "application/json" } })).json();
        list.replaceChildren(...items.map(({ value, label }) => new Option(label, `${value} ${label}`)));
      } catch { /* typing goes on; the server checks what is sent */ }
    }, 250);
  });
}

// ---- files
function upload(box) {
  if (box.dataset.ready !== undefined) return;
  box.dataset.ready = "";
  const input = box.querySelector("input[type=file]");
  const chosen = box.querySelector(".chosen");
  const list = () => chosen.replaceChildren(...[...input.files].map((file) => {
    const line = document.createElement("span");
    line.textContent = `${file.name}，${file.size > 1048576 ? `${(file.size / 1048576).toFixed(1)} MB` : `${Math.ceil(file.size / 1024)} KB`}`;
    return line;
  }));
  input.addEventListener("change", list);
  for (const kind of ["dragenter", "dragover"]) box.addEventListener(kind, (event) => { event.preventDefault(); box.dataset.over = ""; });
  for (const kind of ["dragleave", "drop"]) box.addEventListener(kind, () => { delete box.dataset.over; });
  box.addEventListener("drop", (event) => {
    event.preventDefault();
    if (!input.multiple && event.dataTransfer.files.length > 1) { chosen.textContent = "这里一次只能传一个文件"; return; }
    input.files = event.dataTransfer.files;
    input.dispatchEvent(new Event("change", { bubbles: true }));
  });
}
