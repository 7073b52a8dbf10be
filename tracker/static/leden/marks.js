// Attendance without a network: marks are kept in the browser and sent when it is back. Kept are the ids of the booking and
// of the day, the mark and the moment; never a name. Signing out empties the store (app.js).
"use strict";

(() => {
  const KEY = "leden.marks";
  const list = document.querySelector("[data-marks]");
  const line = document.getElementById("marks-waiting");
  if (!list || !line) return;
  let sending = false;

  const waiting = () => {
    try { return JSON.parse(localStorage.getItem(KEY)) || []; } catch { return []; }
  };

  const keep = (marks) => {
    if (marks.length) localStorage.setItem(KEY, JSON.stringify(marks));
    else localStorage.removeItem(KEY);
    show();
  };

  const show = () => {
    const n = waiting().length;
    const words = n === 1 ? line.dataset.one : line.dataset.many.replace("{n}", n);
    line.textContent = n ? `${words} ${line.dataset.hint}` : "";
  };

  const remember = (row) => {
    const chosen = row.querySelector("input[type=radio]:checked");
    if (!chosen) return;
    const mark = {
      booking: row.dataset.booking,
      meeting: list.dataset.meeting,
      state: chosen.value,
      minutes: chosen.value === "partly" ? row.querySelector("input[type=number]").value : "",
      at: new Date().toISOString(),
    };
    keep([...waiting(), mark]);
  };

  // What waits stands chosen on the page, also after it was opened anew.
  const redraw = () => {
    for (const mark of waiting()) {
      if (mark.meeting !== list.dataset.meeting) continue;
      const radio = list.querySelector(`[data-booking="${CSS.escape(mark.booking)}"] input[value="${CSS.escape(mark.state)}"]`);
      if (radio) radio.checked = true;
    }
  };

  const send = async () => {
    const marks = waiting();
    if (sending || !marks.length || !navigator.onLine) return;
    sending = true;
    try {
      const headers = JSON.parse(document.body.getAttribute("hx-headers"));
      const body = new URLSearchParams({ marks: JSON.stringify(marks) });
      const answer = await fetch(list.dataset.sync, { method: "POST", headers, body, redirect: "error" });
      if (!answer.ok) return;
      await answer.json();
      const sent = new Set(marks.map((mark) => JSON.stringify(mark)));
      keep(waiting().filter((mark) => !sent.has(JSON.stringify(mark))));
      if (!waiting().length) window.location.reload(); // the page says how it went, and shows what counts
    } catch {
      // no network after all: the marks stay and are sent at the next try
    } finally {
      sending = false;
    }
  };

  document.body.addEventListener("htmx:beforeRequest", (event) => {
    const row = event.target.closest("[data-booking]");
    if (!row || navigator.onLine) return;
    event.preventDefault();
    remember(row);
  });
  document.body.addEventListener("htmx:sendError", (event) => {
    const row = event.target.closest("[data-booking]");
    if (row) remember(row);
  });
  window.addEventListener("online", send);
  setInterval(send, 15000);
  redraw();
  show();
  send();
})();
