(() => {
  "use strict";
  const root = document.documentElement;
  const key = "openim-history-theme";
  // A browser may refuse to remember anything for pages on the disk.
  const remembered = () => { try { return localStorage.getItem(key); } catch { return null; } };
  const remember = (theme) => { try { localStorage.setItem(key, theme); } catch { } };
  const theme = remembered();
  if (theme === "light" || theme === "dark") root.dataset.theme = theme;
  root.classList.add("js");
  // What an address points at may lie in something folded. And what lies above it is only laid out when it comes
  // near, which moves it: so it is gone to again, until it stays.
  const open = () => {
    const target = location.hash.length > 1 && document.getElementById(location.hash.slice(1));
    if (!target) return;
    for (let at = target; at; at = at.parentElement) if (at.tagName === "DETAILS") at.open = true;
    let times = 4;
    const go = () => {
      target.scrollIntoView({ block: "center" });
      if (--times) requestAnimationFrame(go);
    };
    go();
  };
  addEventListener("hashchange", open);
  addEventListener("DOMContentLoaded", () => {
    const button = document.querySelector("button.theme");
    if (button) button.addEventListener("click", () => {
      const system = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
      const next = (root.dataset.theme || system) === "dark" ? "light" : "dark";
      root.dataset.theme = next;
      remember(next);
    });
    open();
  });
})();
