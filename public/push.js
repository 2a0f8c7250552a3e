// Shows what Parlance pushes to this browser, also while no page of it is open. It keeps and fetches nothing.

self.addEventListener("push", (event) => {
  let told = {};
  try {
    told = event.data.json();
  } catch {
    // Something must be shown all the same: browsers ask for that.
  }
  const { title = "Parlance", body = "There is news.", url = "/", tag } = told;
  const options = { body, tag, renotify: Boolean(tag), icon: "/favicon.ico", data: { url } };
  event.waitUntil(self.registration.showNotification(title, options));
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  const url = new URL(event.notification.data?.url ?? "/", self.location.origin);
  if (url.origin === self.location.origin) event.waitUntil(show(url));
});

/** The page where it is open already, else a new one. */
async function show(url) {
  const pages = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  const open = pages.find((page) => new URL(page.url).pathname === url.pathname);
  return open ? open.focus() : self.clients.openWindow(url.href);
}
