/* Comfort on top of pages that work without it: shares are counted, messages edited, totals worked out in place. */
(() => {
  "use strict";
  const box = document.querySelector("[data-shared]");

  // Which way was opened is counted; to whom, nobody learns.
  const channelOf = (way) => {
    const address = way.getAttribute("href") || "";
    if (way.dataset.shareUrl) return "share";
    if (way.dataset.copy) return "copy";
    if (address.startsWith("https://wa.me/")) return "whatsapp";
    if (address.startsWith("mailto:")) return "email";
    if (address.startsWith("sms:")) return "sms";
    return way.dataset.dialog ? "qr" : "";
  };
  document.addEventListener("click", (event) => {
    const way = event.target.closest?.(".share a, .share button, .share-link button");
    const channel = way && box && channelOf(way);
    if (!channel) return;
    const body = new URLSearchParams({ channel, csrfmiddlewaretoken: box.dataset.token });
    fetch(box.dataset.shared, { method: "POST", body, keepalive: true }).catch(() => {});
  }, true);

  // The edited message goes with every way to share.
  const message = document.querySelector("[data-share-message] textarea");
  const spread = () => {
    const share = box.querySelector("[data-share-url]");
    const url = share.dataset.shareUrl;
    const text = `${message.value.trim()} ${message.form.dataset.disclosure}`.trim();
    const body = encodeURIComponent(`${text} ${url}`.trim());
    share.dataset.shareText = text;
    box.querySelectorAll("a[href]").forEach((way) => {
      const address = way.getAttribute("href");
      if (address.startsWith("https://wa.me/")) way.setAttribute("href", `https://wa.me/?text=${body}`);
      else if (/^(mailto|sms):/.test(address)) way.setAttribute("href", address.replace(/([?&]body=)[^&]*/, `$1${body}`));
    });
  };
  if (message && box) message.addEventListener("input", spread);

  // Checkout: price, balance and rest while choosing. The server reckons again and asks if it differs.
  const form = document.querySelector("[data-checkout]");
  if (form) {
    const { price, available, digits, currency } = form.dataset;
    const money = new Intl.NumberFormat(document.documentElement.lang, { style: "currency", currency });
    const say = (name, amount, sign = "") => {
      const place = form.querySelector(`[data-${name}]`);
      if (place) place.textContent = sign + money.format(amount / 10 ** digits);
    };
    const read = (text) => Math.round(Number(text.trim().replace(",", ".") || 0) * 10 ** digits);
    const reckon = () => {
      const quantity = Math.min(99, Math.max(1, parseInt(form.elements.quantity.value, 10) || 1));
      const whole = Number(price) * quantity;
      const coupon = form.elements.coupon?.selectedOptions[0]?.dataset ?? {};
      const off = coupon.amount ? Math.min(Number(coupon.amount), whole) : Math.floor((whole * Number(coupon.hundredths || 0) + 5000) / 10000);
      const total = whole - off;
      const usable = Math.min(Number(available), total);
      const use = form.elements.use ? form.elements.use.value : "none";
      const part = form.elements.part ? read(form.elements.part.value) : 0;
      const used = use === "all" ? usable : use === "part" ? Math.min(usable, Math.max(0, part || 0)) : 0;
      say("total", whole);
      say("off", off, off ? "−" : "");
      say("used", used, used ? "−" : "");
      say("due", total - used);
      form.elements.seen.value = total - used;
    };
    form.addEventListener("input", (event) => {
      if (event.target.name === "part") form.elements.use.value = "part";
      reckon();
    });
    form.addEventListener("click", (event) => {
      const step = event.target.closest("[data-step]");
      if (!step) return;
      const field = form.elements.quantity;
      field.value = Math.min(99, Math.max(1, (parseInt(field.value, 10) || 1) + Number(step.dataset.step)));
      reckon();
    });
    reckon();
  }

  document.addEventListener("click", (event) => { if (event.target.closest?.("[data-print]")) window.print(); });

  // The QR code without a network; forgotten on logging out.
  const worker = document.querySelector("[data-worker]");
  if (worker && "serviceWorker" in navigator) {
    navigator.serviceWorker.register(worker.dataset.worker, { scope: worker.dataset.scope })
      .then(() => navigator.serviceWorker.ready)
      .then((ready) => { if (worker.dataset.qr) ready.active.postMessage("keep"); })
      .catch(() => {});
    document.addEventListener("submit", (event) => {
      if (event.target.action.includes("logout")) navigator.serviceWorker.controller?.postMessage("forget");
    });
  }
})();
