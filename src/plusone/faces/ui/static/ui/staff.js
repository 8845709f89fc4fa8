// Comfort of the staff's pages, on top of ui.js.
"use strict";

// Live previews: each change of a form asks for its part anew.
let timer, newest = 0;
document.addEventListener("input", (event) => {
  const form = event.target.closest("form[data-live]");
  if (!form) return;
  clearTimeout(timer);
  timer = setTimeout(async () => {
    const asked = ++newest; // a slow answer to an older question is out of date
    const answer = await fetch(form.dataset.live, { method: "POST", body: new FormData(form) });
    const text = await answer.text(); // where the log-in has ended, that of another page
    if (answer.ok && !answer.redirected && asked === newest) document.querySelector(form.dataset.liveTarget).innerHTML = text;
  }, 250);
});

// A day that is typed changes with each digit, and year 2 is a year: it counts by Enter, or once one leaves it. One that
// is picked counts at once.
const ofDay = (event) => event.target.closest?.("[data-submit-on-change][type=date]");
let typedDay;
document.addEventListener("keydown", (event) => {
  typedDay = ofDay(event) ?? typedDay;
  if (event.key === "Enter") ofDay(event)?.form.requestSubmit();
});
document.addEventListener("pointerdown", () => { typedDay = null; });
document.addEventListener("change", (event) => {
  const field = ofDay(event);
  if (field && field !== typedDay) field.form.requestSubmit();
});
document.addEventListener("focusout", (event) => {
  const field = ofDay(event);
  if (field && field.value !== field.defaultValue) field.form.requestSubmit();
});

// What a figure means is shown on a click; with this also on pointing at it or reaching it by Tab (WCAG 1.4.13).
if (HTMLElement.prototype.hasOwnProperty("popover")) {
  const noteOf = (button) => document.getElementById(button.getAttribute("popovertarget"));
  const show = ({ target }) => {
    const button = target.closest?.(".explain");
    if (button && button.matches(":hover, :focus-visible") && !noteOf(button).matches(":popover-open")) noteOf(button).showPopover({ source: button });
  };
  // It stays while one points at the note itself.
  const leave = ({ target }) => {
    if (!target.closest?.(".explain, .popover-note")) return;
    setTimeout(() => document.querySelectorAll(".popover-note:popover-open").forEach((note) => {
      const button = document.querySelector(`[popovertarget="${note.id}"]`);
      if (![note, button].some((part) => part.matches(":hover, :focus-visible"))) note.hidePopover();
    }), 300);
  };
  document.addEventListener("mouseover", show);
  document.addEventListener("focusin", show);
  document.addEventListener("mouseout", leave);
  document.addEventListener("focusout", leave);
}

// Of more tabs than fit, the one that is open is in sight.
document.querySelectorAll(".tabs > [aria-current]").forEach((tab) => {
  const row = tab.parentElement;
  row.scrollLeft = tab.offsetLeft - row.offsetLeft - (row.clientWidth - tab.offsetWidth) / 2;
});
