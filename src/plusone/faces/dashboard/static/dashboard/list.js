/* "All that match" counts more than the page shows. */
(() => {
  "use strict";
  document.addEventListener("change", (event) => {
    const form = event.target.form;
    const every = form?.querySelector("[data-all]");
    if (!every || !event.target.matches("[data-all], [data-pick], [data-pick-all]")) return;
    const picked = [...document.querySelectorAll("input[data-pick]:checked")].filter((box) => box.form === form).length;
    form.classList.toggle("is-active", every.checked || picked > 0);
    form.querySelector("[data-picked]").textContent = every.checked ? every.dataset.all : picked;
  });
})();
