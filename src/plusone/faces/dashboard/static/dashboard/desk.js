// The desk: buttons for one more and one less, and printing. Everything works without it.
"use strict";
document.addEventListener("click", (event) => {
  const step = event.target.closest("[data-step]");
  if (step) {
    const field = step.closest("[data-stepper]").querySelector("input");
    const value = Math.min(Number(field.max), Math.max(0, Number(field.value || 0) + Number(step.dataset.step)));
    field.value = value || "";
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }
  if (event.target.closest("[data-print]")) window.print();
});
