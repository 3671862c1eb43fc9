// Solves a form's challenge (ALTCHA's proof of work, version 2) while the form is filled in, and sends the answer with it.
// The same file is the worker that solves. Where it does not run, the form offers a link by e-mail.
const bytes = (hex) => Uint8Array.from(hex.match(/../g), (pair) => parseInt(pair, 16));
const hex = (buffer) => Array.from(new Uint8Array(buffer), (one) => one.toString(16).padStart(2, "0")).join("");

async function solve({ nonce, salt, cost, keyLength, keyPrefix }) {
  const password = new Uint8Array([...bytes(nonce), 0, 0, 0, 0]);
  const number = new DataView(password.buffer, password.length - 4);
  const how = { name: "PBKDF2", hash: "SHA-256", salt: bytes(salt), iterations: cost };
  for (let counter = 0; ; counter++) {
    number.setUint32(0, counter);
    const key = await crypto.subtle.importKey("raw", password, "PBKDF2", false, ["deriveBits"]);
    const derivedKey = hex(await crypto.subtle.deriveBits(how, key, keyLength * 8));
    if (derivedKey.startsWith(keyPrefix)) return { counter, derivedKey };
  }
}

function prove(form) {
  const challenge = JSON.parse(form.dataset.challenge);
  const answer = form.elements.answer;
  const worker = new Worker(import.meta.url, { type: "module" });
  let waits = true;
  let pressed = null;
  const go = () => {
    waits = false;
    worker.terminate();
    if (pressed) form.requestSubmit(pressed);
  };
  form.addEventListener("submit", (event) => {
    if (!waits || event.submitter?.name === "letter") return;
    event.preventDefault();
    pressed = event.submitter;
    form.querySelector("[data-waiting]").hidden = false;
  });
  worker.addEventListener("error", go);
  worker.addEventListener("message", ({ data }) => {
    if (data) {
      answer.value = btoa(JSON.stringify({ challenge, solution: data }));
      form.querySelector("[data-letter]").remove();
    }
    go();
  });
  worker.postMessage(challenge.parameters);
}

if (typeof document === "undefined") {
  self.addEventListener("message", async ({ data }) => self.postMessage(await solve(data).catch(() => null)));
} else {
  const form = document.querySelector("form[data-challenge]");
  if (form && window.Worker && window.crypto?.subtle) prove(form);
}
