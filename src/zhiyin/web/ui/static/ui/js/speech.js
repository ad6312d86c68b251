// 朗读 with a Chinese voice of the device. Without one the control stays hidden and forms tell the server so.
const able = "speechSynthesis" in window;
let found = null;

function voice() {
  if (!able) return Promise.resolve(null);
  found ??= new Promise((done) => {
    const look = () => speechSynthesis.getVoices().find((one) => /^(zh|cmn)/i.test(one.lang)) ?? null;
    if (look()) { done(look()); return; }
    const timer = setTimeout(() => done(look()), 2000);
    speechSynthesis.addEventListener("voiceschanged", () => { if (look()) { clearTimeout(timer); done(look()); } });
  });
  return found;
}

export async function enhance(root) {
  const chosen = await voice();
  document.documentElement.dataset.speech = chosen ? "device" : "none";
  for (const flag of root.querySelectorAll("[data-speech-flag]")) flag.value = chosen ? "device" : "none";
  for (const button of root.querySelectorAll("[data-speak]")) {
    if (!chosen || button.dataset.ready !== undefined) continue;
    button.dataset.ready = "";
    button.hidden = false;
    button.addEventListener("click", () => toggle(button, chosen));
  }
}

function text() {
  const marked = [...document.querySelectorAll("[data-read]")];
  const parts = marked.length ? marked : [document.getElementById("main")];
  return parts.map((part) => part.dataset.read || part.innerText).join("。").replace(/\s+/g, "，").slice(0, 2000);
}

function toggle(button, chosen) {
  const speaking = button.getAttribute("aria-pressed") === "true";
  speechSynthesis.cancel();
  button.setAttribute("aria-pressed", String(!speaking));
  if (speaking) return;
  const words = new SpeechSynthesisUtterance(text());
  words.voice = chosen;
  words.lang = chosen.lang;
  words.rate = .9;
  words.onend = words.onerror = () => button.setAttribute("aria-pressed", "false");
  speechSynthesis.speak(words);
}

addEventListener("pagehide", () => { if (able) speechSynthesis.cancel(); });
