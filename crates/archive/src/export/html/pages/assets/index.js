addEventListener("DOMContentLoaded", () => {
  "use strict";
  const box = document.getElementById("filter");
  const none = document.getElementById("none");
  const fold = (text) => text.normalize("NFKC").toLowerCase();
  const rows = [...document.querySelectorAll("li.conv")].map((row) => [row, fold(row.querySelector(".name").textContent)]);
  box.addEventListener("input", () => {
    const words = fold(box.value).split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const [row, name] of rows) {
      const there = words.every((word) => name.includes(word));
      row.hidden = !there;
      shown += there;
    }
    none.hidden = shown > 0;
  });
});
