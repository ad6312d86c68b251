// Runs before the first paint: says that scripts run, and takes over modes kept on this device when the server does not know them.
(() => {
  const root = document.documentElement;
  root.dataset.js = "";
  for (const [name, allowed] of [["type", ["large", "xlarge"]], ["contrast", ["more"]]]) {
    if (root.dataset[name] || document.cookie.includes(`zy_${name}=`)) continue;
    let kept = null;
    try { kept = localStorage.getItem(`zy_${name}`); } catch { /* storage may be switched off */ }
    if (allowed.includes(kept)) root.dataset[name] = kept;
  }
})();
