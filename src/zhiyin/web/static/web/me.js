// The test runner. Each choice is put in a queue kept on this device, sent at once and taken out when the server has it,
// so a lost network, a closed page or a flat battery loses nothing. Questions change without asking the server.
const form = document.querySelector("[data-runner]");
const forget = document.querySelector("form[data-forget]");
const store = {
  read(key) { try { return JSON.parse(localStorage.getItem(key) ?? "[]"); } catch { return []; } },
  write(key, list) { try { list.length ? localStorage.setItem(key, JSON.stringify(list)) : localStorage.removeItem(key); } catch { /* storage may be switched off: the queue lives in memory */ } },
};

if (forget) forget.addEventListener("submit", () => store.write(`zy_answers:${forget.dataset.forget}`, []));
if (form) run(JSON.parse(document.getElementById("runner-data").textContent));

function run(data) {
  const KEY = `zy_answers:${data.sitting}`;
  const token = form.elements.csrfmiddlewaretoken.value;
  const heading = document.getElementById("item");
  const state = document.querySelector("[data-save-state]");
  const say = document.querySelector("[data-say]");
  const [back, next, leave] = ["back", "next", "leave"].map((name) => document.querySelector(`[data-${name}]`));
  const bar = document.querySelector("main progress");
  let queue = store.read(KEY);
  let index = data.index;
  let shownAt = performance.now();
  let sending = false;
  let wait = 1000;
  let timer = null;

  for (const one of queue) {
    const item = data.items.find((entry) => entry.id === one.item);
    if (item) item.value = one.value;
  }

  const show = (name, text) => {
    if (name) state.dataset.state = name; else delete state.dataset.state;
    state.querySelector("[data-text]").textContent = text;
    state.querySelector("svg")?.toggleAttribute("hidden", name !== "saved");
  };
  const pending = (item) => queue.some((one) => one.item === item.id);
  const tell = () => {
    if (queue.length && wait > 1000) show("failed", "未保存，正在重试");
    else if (queue.length) show("saving", "正在保存");
    else show(data.items[index - 1].value === null ? "" : "saved", data.items[index - 1].value === null ? "" : "已保存");
  };

  async function flush() {
    clearTimeout(timer);
    if (sending || !queue.length) { tell(); return; }
    sending = true;
    const one = queue[0];
    try {
      const reply = await fetch(data.urls.answer, {
        method: "POST", credentials: "same-origin", redirect: "error", keepalive: true,
        headers: { "Content-Type": "application/json", "X-CSRFToken": token },
        body: JSON.stringify(one),
      });
      if (reply.ok || reply.status === 409) {
        queue = queue.filter((entry) => entry.key !== one.key);
        store.write(KEY, queue);
        wait = 1000;
        if (!reply.ok) refused((await reply.json()).message);
      } else if (reply.status === 404 || reply.status === 410) {
        refused("这份测评已经关闭，请返回查看");
        queue = [];
        store.write(KEY, queue);
      } else throw new Error(String(reply.status));
    } catch {
      wait = Math.min(wait * 2, 15000);
      timer = setTimeout(flush, wait);
    }
    sending = false;
    tell();
    if (queue.length && wait === 1000) flush();
  }

  function refused(message) {
    let notice = document.querySelector("[data-refused]");
    if (!notice) {
      notice = document.createElement("div");
      notice.className = "notice";
      notice.dataset.tone = "bad";
      notice.dataset.refused = "";
      notice.setAttribute("role", "alert");
      notice.append(document.createElement("span"), document.createElement("div"));
      form.before(notice);
    }
    notice.lastElementChild.textContent = message;
  }

  function choose(value) {
    const item = data.items[index - 1];
    if (item.value === value && !pending(item)) return;
    item.value = value;
    queue.push({ item: item.id, value, key: newKey(), ms: Math.round(performance.now() - shownAt) });
    store.write(KEY, queue);
    progress();
    flush();
  }

  const newKey = () => [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");

  function progress() {
    const done = data.items.filter((item) => item.value !== null).length;
    bar.value = done;
    bar.setAttribute("aria-label", `已答 ${done} 题，共 ${data.items.length} 题`);
  }

  function phrases(text) {
    const parts = text.split(/(?<=[，。；：、！？])/);
    return parts.flatMap((part, place) => (place ? [document.createElement("wbr"), part] : [part]));
  }

  function go(place, { push = true, focus = true } = {}) {
    if (place < 1) return;
    if (place > data.items.length) { leaveFor(data.urls.review); return; }
    index = place;
    const item = data.items[index - 1];
    heading.replaceChildren(...phrases(item.text));
    heading.dataset.read = item.aloud;
    document.getElementById("prompt").textContent = data.prompts[index === 1 ? 0 : 1];
    document.querySelector("[data-n]").textContent = index;
    document.title = document.title.replace(/第 \d+ 题/, `第 ${index} 题`);
    for (const radio of form.elements.value) radio.checked = Number(radio.value) === item.value;
    back.disabled = index === 1;
    form.action = address(index);
    if (push) history.pushState({ n: index }, "", address(index));
    shownAt = performance.now();
    if ("speechSynthesis" in window) speechSynthesis.cancel();
    document.querySelector("[data-speak]")?.setAttribute("aria-pressed", "false");
    scrollTo({ top: 0 });
    if (focus) heading.focus({ preventScroll: true });
    tell();
  }

  const address = (place) => data.urls.question.replace(/0\/$/, `${place}/`);

  // the last questions and leaving need the server: everything has to be there first
  async function leaveFor(url) {
    for (let tries = 0; queue.length && tries < 3; tries += 1) {
      await flush();
      if (queue.length) await new Promise((done) => { setTimeout(done, 400); });
    }
    if (queue.length) {
      say.textContent = "";
      refused(`还有 ${queue.length} 题没有送到，答案都留在这台设备上。网络恢复后会自动送出，请稍等再离开。`);
      return;
    }
    location.assign(url);
  }

  form.addEventListener("change", (event) => { if (event.target.name === "value") choose(Number(event.target.value)); });
  form.addEventListener("submit", (event) => event.preventDefault());
  back.addEventListener("click", (event) => { event.preventDefault(); go(index - 1); });
  next.addEventListener("click", (event) => { event.preventDefault(); go(index + 1); });
  leave.addEventListener("click", (event) => { event.preventDefault(); leaveFor(`${data.urls.intro}?left=1`); });
  addEventListener("popstate", (event) => { if (event.state?.n) go(event.state.n, { push: false }); });
  addEventListener("online", () => { wait = 1000; flush(); });
  document.addEventListener("visibilitychange", () => { if (document.hidden) flush(); });
  addEventListener("beforeunload", (event) => { if (queue.length) event.preventDefault(); });
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.matches("textarea, input:not([type=radio])")) return;
    const radio = [...form.elements.value].find((one) => one.value === event.key);
    if (radio) { event.preventDefault(); radio.checked = true; radio.focus(); choose(Number(radio.value)); }
    else if (event.key === "ArrowRight") { event.preventDefault(); go(index + 1); }
    else if (event.key === "ArrowLeft") { event.preventDefault(); go(index - 1); }
    else if (event.key === "Enter" && event.target.matches("input[type=radio]")) { event.preventDefault(); go(index + 1); }
  });

  // the adviser learns that this device cannot read aloud in Chinese
  const voices = new MutationObserver(voice);
  voices.observe(document.documentElement, { attributes: true, attributeFilter: ["data-speech"] });
  voice();
  function voice() {
    const found = document.documentElement.dataset.speech;
    if (!found) return;
    voices.disconnect();
    const missing = found === "none";
    if (missing === data.voice_missing) return;
    const body = new FormData();
    body.set("voice_missing", missing ? "1" : "0");
    fetch(data.urls.modes, { method: "POST", body, credentials: "same-origin", headers: { "X-CSRFToken": token } }).catch(() => {});
  }

  history.replaceState({ n: index }, "", location.href);
  go(index, { push: false, focus: false });
  progress();
  flush();
}
