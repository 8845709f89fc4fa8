/* Passkeys. A form with data-passkey="create" or "get" is shown where the browser has them; its button asks for one and
   sends what it signed. What to sign stands in the page (#passkey-options) or comes from the form's own address. */
(() => {
  "use strict";
  // They belong to a name and to a safe connection: an address in numbers has none.
  const can = window.PublicKeyCredential && isSecureContext && !/^[\d.]+$|:/.test(location.hostname);
  if (!can) return;
  const bytes = (text) =>
    Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (letter) => letter.charCodeAt(0));
  const letters = (buffer) =>
    btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  const named = (keys) => (keys || []).map((key) => ({ ...key, id: bytes(key.id) }));

  const options = async (form) => {
    const inPage = document.getElementById("passkey-options");
    if (inPage) return JSON.parse(inPage.textContent).publicKey;
    const answer = await fetch(form.action, { headers: { Accept: "application/json" } });
    if (!answer.ok) throw new Error(answer.statusText);
    return (await answer.json()).request_options.publicKey;
  };

  const ask = async (form) => {
    const wish = await options(form);
    wish.challenge = bytes(wish.challenge);
    if (form.dataset.passkey === "get") {
      return navigator.credentials.get({ publicKey: { ...wish, allowCredentials: named(wish.allowCredentials) } });
    }
    const user = { ...wish.user, id: bytes(wish.user.id) };
    return navigator.credentials.create({
      publicKey: { ...wish, user, excludeCredentials: named(wish.excludeCredentials) },
    });
  };

  const said = (key) => {
    const response = {};
    for (const part of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
      if (key.response[part]) response[part] = letters(key.response[part]);
    }
    return JSON.stringify({
      id: key.id, rawId: letters(key.rawId), type: key.type, response,
      clientExtensionResults: key.getClientExtensionResults(),
    });
  };

  document.querySelectorAll("[data-passkey-missing]").forEach((note) => { note.hidden = true; });
  document.querySelectorAll("form[data-passkey]").forEach((form) => {
    const button = form.querySelector("button"), failed = form.querySelector("[data-passkey-failed]");
    form.hidden = false;
    const go = async () => {
      failed.hidden = true;
      button.disabled = true;
      try {
        form.elements.credential.value = said(await ask(form));
        form.submit();
      } catch { // refused, or nothing happened in time
        failed.hidden = false;
      }
      button.disabled = false;
    };
    button.addEventListener("click", go);
    // Enter in the name's field means the button.
    form.addEventListener("submit", (event) => { event.preventDefault(); go(); });
  });
})();
