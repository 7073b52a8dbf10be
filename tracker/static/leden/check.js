// The check page: a visitor's PDF against the SHA-256 of the issued file. The bytes never leave the browser.
"use strict";

(() => {
  const box = document.querySelector("[data-compare]");
  if (!box || !window.crypto?.subtle) return; // no SubtleCrypto outside https: the printed hash can be compared by hand
  const chooser = box.querySelector("input[type=file]");
  const zone = box.querySelector(".drop");
  const answer = box.querySelector("[data-answer]");
  let turn = 0; // of two files only the later one is answered

  const compare = async (file) => {
    if (!file) return;
    const mine = ++turn;
    answer.removeAttribute("data-kind");
    answer.textContent = box.dataset.reading;
    let kind = "unread";
    try {
      const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", await file.arrayBuffer()));
      const hex = Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
      kind = hex === box.dataset.compare ? "same" : "other";
    } catch { /* a folder, or a file that has gone */ }
    if (mine !== turn) return;
    answer.dataset.kind = kind;
    answer.textContent = `${file.name}: ${box.dataset[kind]}`;
  };

  chooser.addEventListener("change", () => compare(chooser.files[0]));
  zone.addEventListener("dragover", (event) => { event.preventDefault(); zone.classList.add("over"); });
  zone.addEventListener("dragleave", () => zone.classList.remove("over"));
  zone.addEventListener("drop", (event) => {
    event.preventDefault();
    zone.classList.remove("over");
    compare(event.dataTransfer.files[0]);
  });
  box.hidden = false;
})();
