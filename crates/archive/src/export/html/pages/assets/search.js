addEventListener("DOMContentLoaded", () => {
  "use strict";
  // Hits shown before the search waits to be asked for more: the page must not outgrow a telephone.
  const PAGE = 100;
  const AROUND = 60;
  const setting = JSON.parse(document.getElementById("parts").textContent);
  const form = document.querySelector("form");
  const box = document.getElementById("words");
  const list = document.getElementById("hits");
  const status = document.getElementById("status");
  const more = document.getElementById("more");

  // Case and width do not count: full-width letters are the same as others.
  const fold = (text) => text.normalize("NFKC").toLowerCase();
  const terms = (text) => [...text.matchAll(/"([^"]+)"|“([^”]+)”|(\S+)/g)]
    .map((found) => fold(found[1] || found[2] || found[3])).filter(Boolean);

  // What nobody would see is shown, as on the other pages.
  const seen = (text) => text.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g,
    (c) => "[U+" + c.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0") + "]");

  // One script after the other; each hands its texts to this function and is removed.
  let received = null;
  window.openimHistoryTexts = (texts) => { received = texts; };
  const load = (address) => new Promise((resolve) => {
    const script = document.createElement("script");
    received = null;
    const done = () => { script.remove(); resolve(received); received = null; };
    script.onload = done;
    script.onerror = done;
    script.src = address;
    document.head.append(script);
  });

  const encode = (path) => path.split("/").map(encodeURIComponent).join("/");

  // Where the words are in a text: folding may change how long it is, so it is folded character by character.
  const marks = (text, words) => {
    const starts = [];
    let folded = "";
    let at = 0;
    for (const c of text) {
      const one = fold(c);
      for (let i = 0; i < one.length; i++) starts.push(at);
      folded += one;
      at += c.length;
    }
    starts.push(at);
    const found = [];
    for (const word of words)
      for (let i = folded.indexOf(word); i >= 0 && found.length < 50; i = folded.indexOf(word, i + word.length)) {
        let end = i + word.length;
        while (end < folded.length && starts[end] === starts[i + word.length - 1]) end++;
        found.push([starts[i], starts[end]]);
      }
    return found.sort((a, b) => a[0] - b[0]);
  };

  const snippet = (text, words) => {
    // Far into a huge text, only what is around the first word is looked at.
    let cut = 0;
    if (text.length > 20000) {
      const first = fold(text).indexOf(words[0]);
      cut = Math.max(0, Math.min(first, text.length) - 2000);
      text = text.slice(cut, cut + 6000);
    }
    const found = marks(text, words);
    const begin = Math.max(0, (found.length ? found[0][0] : 0) - AROUND);
    const end = Math.min(text.length, begin + 4 * AROUND);
    const line = document.createElement("p");
    line.dir = "auto";
    let at = begin;
    if (begin + cut > 0) line.append("…");
    for (const [from, to] of found) {
      if (from < at || to > end) continue;
      line.append(seen(text.slice(at, from)));
      const mark = document.createElement("mark");
      mark.textContent = seen(text.slice(from, to));
      line.append(mark);
      at = to;
    }
    line.append(seen(text.slice(at, end)));
    if (end < text.length) line.append("…");
    return line;
  };

  const time = (millis) => {
    const date = new Date(millis);
    if (isNaN(date)) return String(millis);
    try {
      return new Intl.DateTimeFormat(setting.lang, { dateStyle: "medium", timeStyle: "short", timeZone: setting.zone || undefined }).format(date);
    } catch { return date.toISOString(); }
  };

  const show = (page, texts, [chat, seq, millis, title, sender, text], words) => {
    const item = document.createElement("li");
    const link = document.createElement("a");
    link.href = encode(page) + "#" + (chat > 1 ? "c" + chat : "") + "m" + seq;
    const head = document.createElement("div");
    const where = document.createElement("bdi");
    where.textContent = seen(texts.chats[title] || "");
    const who = document.createElement("bdi");
    who.className = "who";
    who.textContent = seen(texts.senders[sender] || "");
    const when = document.createElement("time");
    when.textContent = time(millis);
    head.append(who, " · ", where, " · ", when);
    link.append(head, snippet(text, words));
    item.append(link);
    list.append(item);
  };

  // Goes through all texts, and stops at each full page of hits until it is asked to go on.
  async function* search(words, wanted) {
    let hits = 0, failed = 0;
    for (let i = 0; i < setting.parts.length; i++) {
      const page = setting.parts[i];
      for (let number = 1, goOn = true; goOn; number++) {
        const texts = await load("search/" + encode(page) + (number > 1 ? "." + number : "") + ".js");
        if (!wanted()) return;
        if (!texts) { failed++; break; }
        goOn = texts.more;
        for (const message of texts.messages) {
          const folded = fold(message[5]);
          if (!words.every((word) => folded.includes(word))) continue;
          show(page, texts, message, words);
          if (++hits % PAGE === 0) yield { hits, failed, scanned: i + 1, full: true };
        }
      }
      yield { hits, failed, scanned: i + 1, full: false };
    }
  }

  let run = 0;
  const begin = async (text) => {
    const mine = ++run;
    const words = terms(text);
    list.replaceChildren();
    more.hidden = true;
    status.textContent = "";
    if (!words.length) return;
    let last = { hits: 0, failed: 0, scanned: 0 };
    for await (const state of search(words, () => mine === run)) {
      if (mine !== run) return;
      last = state;
      const done = state.scanned === setting.parts.length && !state.full;
      status.textContent = (done ? "" : setting.working + " … ") + state.hits + " " + setting.found + " · "
        + state.scanned + "/" + setting.parts.length + " " + setting.scanned;
      if (state.full) {
        more.hidden = false;
        await new Promise((go) => { more.onclick = go; });
        if (mine !== run) return;
        more.hidden = true;
      }
    }
    if (mine !== run) return;
    if (last.hits === 0) status.textContent = setting.none;
    if (last.failed) status.textContent += " · " + setting.failed + ": " + last.failed;
    status.dataset.done = "true";
  };

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    delete status.dataset.done;
    history.replaceState(null, "", "#q=" + encodeURIComponent(box.value));
    begin(box.value);
  });
  const asked = () => {
    if (!location.hash.startsWith("#q=")) return;
    try { box.value = decodeURIComponent(location.hash.slice(3)); } catch { return; }
    begin(box.value);
  };
  addEventListener("hashchange", asked);
  asked();
  box.focus();
});
