/* Comfort on top of pages that work without it. Everything is delegated from the document, so swapped-in parts work too. */
(() => {
  "use strict";
  const root = document.documentElement;
  const byId = (id) => document.getElementById(id);
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  const on = (type, selector, act) =>
    document.addEventListener(type, (event) => {
      const target = event.target.closest?.(selector);
      if (target) act(target, event);
    });

  // Theme: "light", "dark" or what the system wishes. The early part stands in the page's head.
  const paintTheme = () => {
    const now = root.dataset.theme || "auto";
    all("[data-theme-set]").forEach((button) => button.setAttribute("aria-pressed", String(button.dataset.themeSet === now)));
  };
  on("click", "[data-theme-set]", (button) => {
    const wish = button.dataset.themeSet;
    try {
      if (wish === "auto") localStorage.removeItem("theme");
      else localStorage.setItem("theme", wish);
    } catch { /* private windows may forbid storage: the choice then lasts for this page */ }
    if (wish === "auto") delete root.dataset.theme;
    else root.dataset.theme = wish;
    paintTheme();
  });

  // Say something to a screen reader and, for copied text, to everybody.
  const say = (text) => {
    const live = byId("live");
    if (live) setTimeout(() => { live.textContent = text; }, 50);
  };
  const flash = (button) => {
    const label = button.querySelector("[data-label]") || button;
    if (button.dataset.copied !== undefined) return;
    const before = label.textContent;
    button.dataset.copied = "";
    label.textContent = button.dataset.done;
    say(button.dataset.done);
    setTimeout(() => { label.textContent = before; delete button.dataset.copied; }, 2500);
  };
  const copy = async (text) => {
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      const area = document.createElement("textarea");
      area.value = text;
      area.className = "visually-hidden";
      (document.querySelector("dialog[open]") || document.body).append(area);
      area.select();
      document.execCommand("copy");
      area.remove();
    }
  };
  on("click", "[data-copy]", async (button, event) => {
    event.preventDefault();
    await copy(button.dataset.copy);
    flash(button);
  });

  // The system's own share sheet, where there is one; the other ways stay beside it.
  if (navigator.share) root.classList.add("can-share");
  on("click", "[data-share-url]", async (button, event) => {
    if (!navigator.share) return;
    event.preventDefault();
    const { shareUrl: url, shareText: text, shareTitle: title } = button.dataset;
    try { await navigator.share({ url, text, title }); } catch { /* the person changed their mind */ }
  });

  // Dialogs: a link to a page becomes a dialog on this one.
  const open = (dialog, event) => {
    if (!dialog?.showModal || event.metaKey || event.ctrlKey) return;
    event.preventDefault();
    dialog.showModal();
  };
  on("click", "[data-dialog]", (opener, event) => open(byId(opener.dataset.dialog), event));
  on("click", "[data-confirm]", (opener, event) => {
    const dialog = byId("confirm");
    if (!dialog) return;
    const { confirm: title, text, act, tone } = opener.dataset;
    const slot = (name) => dialog.querySelector(`[data-slot=${name}]`);
    Object.entries({ title, text, act }).forEach(([name, words]) => { slot(name).textContent = words; });
    slot("act").className = `btn btn-${tone}`;
    dialog.querySelector("form").action = opener.href;
    open(dialog, event);
  });
  on("click", "[data-close]", (button, event) => {
    const dialog = button.closest("dialog");
    if (dialog) { event.preventDefault(); dialog.close(); }
  });

  // Menus close on a click elsewhere and on Escape.
  document.addEventListener("click", (event) =>
    all("details.menu[open]").forEach((menu) => { if (!menu.contains(event.target)) menu.open = false; }));
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    all("details.menu[open]").forEach((menu) => { menu.open = false; menu.querySelector("summary").focus(); });
  });

  // What comes first is in focus, and the page stays at its top: `autofocus` would scroll the heading away.
  document.querySelector("[data-focus]")?.focus({ preventScroll: true });

  // One key for a button (data-key), only while the focus is inside its [data-keys] and not in a field.
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, textarea, select")) return;
    const button = [...(event.target.closest("[data-keys]")?.querySelectorAll("[data-key]") ?? [])].find((one) => one.dataset.key === event.key.toLowerCase());
    if (button) { event.preventDefault(); button.click(); }
  });

  // Popovers for browsers without them.
  if (!HTMLElement.prototype.hasOwnProperty("popover")) {
    on("click", "[popovertarget]", (button) => byId(button.getAttribute("popovertarget"))?.classList.toggle("is-open"));
  }

  // Unsaved changes, double submits.
  let unsaved = false;
  const rest = () => {
    all("form[data-busy]").forEach((form) => { delete form.dataset.busy; });
    all("[aria-busy]").forEach((button) => button.removeAttribute("aria-busy"));
  };
  on("input", "form[data-unsaved]", () => { unsaved = true; });
  window.addEventListener("beforeunload", (event) => { if (unsaved) event.preventDefault(); });
  document.addEventListener("submit", (event) => {
    if (event.defaultPrevented) return;
    const form = event.target;
    if (form.dataset.busy !== undefined) { event.preventDefault(); return; }
    unsaved = false;
    if (form.method === "post") {
      form.dataset.busy = "";
      event.submitter?.setAttribute("aria-busy", "true");
      setTimeout(rest, 10000); // an answer that is a file leaves the page where it is
    }
  });
  window.addEventListener("pageshow", (event) => { if (event.persisted) rest(); });
  on("change", "[data-submit-on-change]:not([type=date])", (field) => field.form.requestSubmit());

  // Parts that move by themselves: `data-poll` is where they come from anew; 204 says that they have come to rest.
  const poll = () => setTimeout(async () => {
    const part = document.querySelector("[data-poll]");
    if (!part) return;
    if (document.hidden) { poll(); return; }
    try {
      const answer = await fetch(part.dataset.poll);
      if (answer.status === 204 || answer.redirected) { location.reload(); return; }
      if (answer.ok) part.outerHTML = await answer.text();
    } catch { /* the network is away: it may come back */ }
    poll();
  }, 1000);
  if (document.querySelector("[data-poll]")) poll();

  // A file dropped anywhere on a `data-drop` is the file of its field.
  on("dragover", "[data-drop]", (place, event) => { event.preventDefault(); place.classList.add("is-over"); });
  on("dragleave", "[data-drop]", (place) => place.classList.remove("is-over"));
  on("drop", "[data-drop]", (place, event) => {
    event.preventDefault();
    place.classList.remove("is-over");
    if (event.dataTransfer.files.length) place.querySelector("input[type=file]").files = event.dataTransfer.files;
  });

  // Picking rows.
  const boxes = (kind, form) => all(`input[${kind}]`).filter((box) => box.form === form);
  const count = (form) => {
    const rows = boxes("data-pick", form);
    const picked = rows.filter((box) => box.checked).length;
    boxes("data-pick-all", form).forEach((main) => {
      main.checked = picked > 0 && picked === rows.length;
      main.indeterminate = picked > 0 && picked < rows.length;
    });
    form.classList.toggle("is-active", picked > 0);
    all("[data-picked]", form).forEach((place) => { place.textContent = picked; });
  };
  on("change", "input[data-pick]", (box) => count(box.form));
  on("change", "input[data-pick-all]", (main) => {
    boxes("data-pick", main.form).forEach((box) => { box.checked = main.checked; });
    count(main.form);
  });

  // Toasts: put in again so that they are read out; the good news leaves by itself.
  const settle = (toast) => {
    toast.parentElement.append(toast);
    if (!toast.matches(".toast-success, .toast-info")) return;
    const leave = () => { if (toast.matches(":hover, :focus-within")) setTimeout(leave, 4000); else toast.remove(); };
    setTimeout(leave, 15000);
  };
  on("click", "[data-dismiss]", (button) => button.closest(".toast-note").remove());

  // This script is deferred: the page is read by now.
  paintTheme();
  setTimeout(() => all(".toast-note").forEach(settle), 100);
  document.querySelector("[aria-invalid='true']")?.focus();
  new Set(all("input[data-pick]").map((box) => box.form)).forEach(count);
})();
