// The one page that is needed without a network: the QR code. Everything else comes from the server, always.
const QR = {{ qr }};
const SHELL = {{ shell }};
const STORE = "plusone " + QR;

self.addEventListener("install", (event) => event.waitUntil(
  caches.open(STORE).then((store) => store.addAll(SHELL)).then(() => self.skipWaiting())));
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

const keep = async (address, answer) => {
  if (answer.ok && !answer.redirected) {
    // Read to the end first: a network that breaks off on the way must not cost the copy of before.
    const whole = new Response(await answer.clone().arrayBuffer(), { headers: answer.headers });
    await (await caches.open(STORE)).put(address, whole);
  }
  return answer;
};
self.addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method !== "GET") return;
  const { pathname } = new URL(request.url);
  if (request.mode === "navigate") {
    event.respondWith(fetch(request)
      .then((answer) => (pathname === QR ? keep(QR, answer) : answer))
      .catch(async () => (await caches.match(QR)) || Response.error()));
  } else if (SHELL.includes(pathname)) {
    event.respondWith(fetch(request).then((answer) => keep(pathname, answer)).catch(() => caches.match(pathname)));
  }
});
// The page asks for this after logging in, so that the code is there before it is needed, and for the other on leaving.
self.addEventListener("message", (event) => {
  if (event.data === "keep") event.waitUntil(fetch(QR).then((answer) => keep(QR, answer)).catch(() => {}));
  if (event.data === "forget") event.waitUntil(caches.delete(STORE));
});
