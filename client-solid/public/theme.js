// Before the first paint, so that a chosen look never flashes past another; the page's policy allows
// no inline script. The same keys and attributes are written by src/prefs.ts from then on.
(() => {
  const root = document.documentElement.dataset;
  let kept = {};
  try {
    kept = JSON.parse(localStorage.getItem("clawtasker.prefs") || "{}") || {};
  } catch {
    // Storage is forbidden or holds something else: the defaults do.
  }
  for (const name of ["accent", "density"]) {
    if (typeof kept[name] === "string") root[name] = kept[name];
  }
  const dark =
    kept.theme === "dark" ||
    (kept.theme !== "light" && matchMedia("(prefers-color-scheme: dark)").matches);
  root.shade = dark ? "dark" : "light";
})();
