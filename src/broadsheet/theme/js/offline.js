// Answers with a kept story where the network does not answer. A reader turns it on by keeping a story.
addEventListener("fetch", (event) => {
  if (event.request.method !== "GET") return;
  event.respondWith(
    fetch(event.request).catch(async () => {
      const kept = await (await caches.open("kept")).match(event.request, { ignoreVary: true });
      return kept ?? Response.error();
    }),
  );
});
