// What a story gains where scripts run: times told from now, a link to copy, the story kept for a journey.
// Everything here is extra: without it the page says and does all that it must.
const language = document.documentElement.lang;
const steps = [["day", 864e5], ["hour", 36e5], ["minute", 6e4]];

for (const time of document.querySelectorAll(".story-meta time")) {
  const ago = Date.now() - Date.parse(time.dateTime);
  if (ago < 0 || ago > 2 * 864e5) continue; // older than yesterday: the date says more
  const [unit, size] = steps.find(([, length]) => ago >= length) ?? steps[2];
  const [near, far] = [document.createElement("span"), document.createElement("span")];
  near.className = "near";
  near.textContent = new Intl.RelativeTimeFormat(language, { numeric: "auto" }).format(-Math.floor(ago / size), unit);
  far.className = "far"; // what paper shows
  far.textContent = time.title = time.textContent;
  time.replaceChildren(near, far);
}

const copy = document.querySelector("[data-copy]");
if (copy && navigator.clipboard) {
  copy.hidden = false;
  copy.addEventListener("click", async () => {
    await navigator.clipboard.writeText(copy.dataset.copy);
    copy.textContent = copy.dataset.done;
  });
}

const keep = document.querySelector("[data-keep]");
const STORE = "kept";
if (keep && navigator.serviceWorker && window.caches) {
  const here = location.pathname;
  const words = { false: keep.textContent, true: keep.dataset.done };
  const show = (kept) => {
    keep.textContent = words[kept];
    keep.setAttribute("aria-pressed", String(kept));
  };
  const isKept = async () => Boolean(await caches.match(here, { cacheName: STORE }));
  show(await isKept());
  keep.hidden = false;
  keep.addEventListener("click", async () => {
    const store = await caches.open(STORE);
    if (await isKept()) {
      await store.delete(here);
      if (!(await store.keys()).some(({ url }) => url.endsWith("/"))) {
        // Nothing is kept any more: nothing of us stays behind.
        await caches.delete(STORE);
        for (const worker of await navigator.serviceWorker.getRegistrations()) await worker.unregister();
      }
    } else {
      await navigator.serviceWorker.register("/offline.js");
      const pictures = [...document.querySelectorAll("main img")].map((img) => img.currentSrc || img.src);
      await Promise.all([here, ...new Set(pictures)].map((path) => store.add(path).catch(() => {})));
    }
    show(await isKept());
  });
}
