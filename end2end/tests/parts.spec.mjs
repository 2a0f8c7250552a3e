// The code of pages comes in parts: what people see when a part does not come.
import { expect, hydrated, test } from "../lib/fixtures.mjs";
import { openInbox } from "../lib/steps.mjs";

const REST = /\/assets\/rest\.[^/]+\.wasm$/;

test("a part that does not come at once comes later, and the page goes on", async ({ open }) => {
  const asha = await open({ tolerate: /Failed to load resource/ });
  await openInbox(asha, "Asha");
  // The sign-in page had it.
  await asha.reload();
  await hydrated(asha);
  let refused = 0;
  await asha.route(REST, (route) => {
    refused += 1;
    return refused <= 2 ? route.abort("connectionreset") : route.continue();
  });
  await asha.getByRole("link", { name: "Team" }).first().click();
  await expect(asha.getByRole("heading", { name: "Team", level: 1 })).toBeVisible();
  await hydrated(asha);
  expect(refused).toBe(3);
});

test("a part of a server that was replaced brings the new page", async ({ open }) => {
  const asha = await open({ tolerate: /Failed to load resource/ });
  await openInbox(asha, "Asha");
  // The sign-in page had it.
  await asha.reload();
  await hydrated(asha);
  let gone = true;
  await asha.route(REST, (route) => {
    if (!gone) return route.continue();
    gone = false;
    return route.fulfill({ status: 404, body: "gone" });
  });
  await asha.getByRole("link", { name: "Team" }).first().click();
  await expect.poll(() => gone).toBe(false);
  await expect(asha.getByRole("heading", { name: "Team", level: 1 })).toBeVisible();
  await hydrated(asha);
});
