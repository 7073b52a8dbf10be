// Small comforts only: every page works without this file.
"use strict";

// Words that came with the page move into the live region, so that screen readers say them.
const flash = document.getElementById("flash");
if (flash) {
  const region = document.getElementById("toasts");
  setTimeout(() => { region.append(...flash.children); flash.remove(); }, 150);
}

// A form that came back with faults: the reader lands on the list of them.
document.querySelector("[data-error-summary]")?.focus();

document.addEventListener("click", (event) => {
  const close = event.target.closest("[data-close]");
  if (close) close.closest(".toast").remove();

  const copy = event.target.closest("[data-copy]");
  if (copy) {
    navigator.clipboard?.writeText(document.getElementById(copy.dataset.copy).value).then(() => {
      const words = copy.querySelector("span");
      if (words) words.textContent = copy.dataset.copied;
    });
  }

  for (const menu of document.querySelectorAll("details.account[open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of document.querySelectorAll("details.account[open]")) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});

// Double clicks: a form is sent once. The button keeps its name and value, so it is only marked as busy.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post" || form.hasAttribute("hx-post")) return;
  if (form.dataset.sent) event.preventDefault();
  form.dataset.sent = "1";
  setTimeout(() => delete form.dataset.sent, 4000); // a form that answers with a file leaves the page standing
  event.submitter?.setAttribute("aria-busy", "true");
});
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
});

// One tick for all: <input type="checkbox" data-all="ids"> over the boxes named "ids".
document.addEventListener("change", (event) => {
  const name = event.target.dataset?.all;
  if (!name) return;
  for (const box of document.querySelectorAll(`input[type=checkbox][name="${name}"]`)) box.checked = event.target.checked;
});

// One choice for all: <select data-same="list"> chooses the same in every select of #list that offers it, and says nothing
// any more once one of those is changed by itself.
document.addEventListener("change", (event) => {
  const select = event.target;
  for (const same of document.querySelectorAll("select[data-same]")) {
    const list = document.getElementById(same.dataset.same);
    if (list?.contains(select)) same.value = "";
    if (same !== select) continue;
    for (const one of list?.querySelectorAll("select") ?? []) {
      if ([...one.options].some((option) => option.value === select.value)) one.value = select.value;
    }
  }
});

// Signing out leaves nothing behind in the browser: <form data-forget="key of local storage">.
document.addEventListener("submit", (event) => {
  const key = event.target.dataset.forget;
  if (key) localStorage.removeItem(key);
});

// A running sum beside fields that share a total: <output data-sum-of="x" data-total="25" data-left="# left" data-over="# too many">.
document.addEventListener("input", (event) => {
  const name = event.target.dataset?.sum;
  const said = name && document.querySelector(`[data-sum-of="${name}"]`);
  if (!said) return;
  const fields = [...document.querySelectorAll(`[data-sum="${name}"]`)];
  const left = said.dataset.total - fields.reduce((sum, field) => sum + (Number(field.value) || 0), 0);
  said.textContent = (left < 0 ? said.dataset.over : said.dataset.left).replace("#", Math.abs(left));
  said.dataset.color = left < 0 ? "danger" : "neutral";
});

// A calendar by keyboard: the arrows go from day to day that holds something; on the page they turn it, when nothing else has the focus.
document.addEventListener("keydown", (event) => {
  if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
  const table = event.target.closest?.("[data-arrows]");
  if (table) {
    const links = [...table.querySelectorAll("a.ev")];
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    const next = step && links[links.indexOf(event.target) + step];
    if (next) { next.focus(); event.preventDefault(); }
  } else if (event.target === document.body) {
    document.querySelector(`a[data-key="${event.key}"]`)?.click();
  }
});
