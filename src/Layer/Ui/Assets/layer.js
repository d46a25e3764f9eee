// What pages do beyond links and forms: copy buttons, Ctrl K, live progress. Every page works without it.
function showCopyButtons() {
  for (const button of document.querySelectorAll("[data-copy][hidden]")) {
    button.hidden = false;
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(button.parentElement.querySelector("pre").textContent);
      button.textContent = "Copied";
    });
  }
}
showCopyButtons();
document.addEventListener("keydown", event => {
  if ((event.ctrlKey || event.metaKey) && event.key === "k") {
    const search = document.getElementById("search");
    if (search) { event.preventDefault(); search.focus(); }
  }
});
// Long work: each event makes the page fetch itself and replace its live part; at the end all of it, as buttons may have come.
const live = document.querySelector("[data-live]");
if (live) {
  const events = new EventSource(live.dataset.live);
  const refresh = async whole => {
    const answer = await fetch(location.href, { headers: { accept: "text/html" } });
    const next = new DOMParser().parseFromString(await answer.text(), "text/html");
    const part = next.querySelector("main [aria-live]");
    document.title = next.title;
    if (whole || !part) document.querySelector("main").replaceChildren(...next.querySelector("main").childNodes);
    else live.replaceChildren(...part.childNodes);
    showCopyButtons();
  };
  let last = Promise.resolve();
  events.addEventListener("progress", () => { last = last.then(() => refresh(false)); });
  events.addEventListener("done", () => { events.close(); last = last.then(() => refresh(true)); });
}
// The tenant of a subscription, found while it is typed.
const subscription = document.querySelector("[data-tenant-of]");
if (subscription) {
  const told = document.getElementById(subscription.dataset.tenantOf);
  const look = async () => {
    const id = subscription.value.trim();
    if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(id)) return;
    told.textContent = "Looking for its tenant …";
    const answer = await fetch(`/integrations/azure/tenant?subscription=${id}&cloud=${document.getElementById("cloud")?.value ?? ""}`);
    const found = await answer.json();
    if (subscription.value.trim() === id) told.textContent = found.tenantId ? `Tenant found: ${found.tenantId}` : found.title;
  };
  subscription.addEventListener("input", look);
}
// Passkeys: the server's options go to the browser, its answer goes back with the form.
for (const form of document.querySelectorAll("form[data-passkey]")) {
  if (!globalThis.PublicKeyCredential?.parseCreationOptionsFromJSON) break;
  form.hidden = false;
  form.addEventListener("submit", async event => {
    event.preventDefault();
    try {
      const answer = await fetch(form.dataset.passkey, { method: "POST", body: new FormData(form) });
      if (!answer.ok) throw new Error(answer.statusText);
      const options = await answer.json();
      const credential = "creates" in form.dataset
        ? await navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options) })
        : await navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options) });
      form.elements.credential.value = JSON.stringify(credential);
      form.submit();
    } catch {
      form.querySelector("[role=alert]").hidden = false;
    }
  });
}
