// What a figure means is shown on a click; with this also on pointing at it or reaching it by Tab (WCAG 1.4.13).
"use strict";
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
