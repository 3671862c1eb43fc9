// Asks the browser for a passkey and puts its answer into the form that asked.
const form = document.querySelector("[data-passkey]");
const given = JSON.parse(document.getElementById("passkey-options").textContent).publicKey;
form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const alert = form.querySelector("[role=alert]");
  alert.hidden = true;
  try {
    const made = form.dataset.passkey === "create"
      ? await navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(given) })
      : await navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(given) });
    form.elements.credential.value = JSON.stringify(made.toJSON());
    form.submit();
  } catch {
    alert.hidden = false;
  }
});
