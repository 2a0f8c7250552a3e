// How far the limits are used: in the bar of every page and on the dashboard, told and not asked for.
import { expect, hydrated, test } from "../lib/fixtures.mjs";
import { lookAtMenu } from "../lib/look.mjs";
import { go, message, openInbox, openThread, reply, takePhone } from "../lib/steps.mjs";

// Seeded by the demo: this customer's agent is Rohan.
const CUSTOMER = "Meera Krishnan";

const bar = (page) => page.getByRole("group", { name: "Sending limits" });
const more = (page) => bar(page).getByRole("button", { name: "All limits" });
const all = (page) => page.getByRole("dialog", { name: "All limits" });
const minute = (within) => within.getByRole("meter", { name: "Messages this minute" }).first();
const used = async (within) => Number(await minute(within).getAttribute("aria-valuenow"));

test("what a colleague sends counts on every page at once, and begins anew with the minute", async ({ open }) => {
  test.slow();
  const [asha, rohan, phone] = [await open(), await open(), await open()];
  await takePhone(phone, CUSTOMER);
  await openInbox(asha, "Asha");
  await go(asha, "dashboard");
  await hydrated(asha);
  await openInbox(rohan, "Rohan");
  await openThread(rohan, CUSTOMER);
  // All within one minute of the clock.
  await expect.poll(() => new Date().getUTCSeconds(), { timeout: 30_000 }).toBeLessThan(40);
  // Open it is told too.
  await more(asha).press("Enter");
  const asked = [];
  asha.on("request", (request) => asked.push(new URL(request.url()).pathname));
  const before = await used(bar(asha));
  for (const nth of [1, 2, 3]) {
    const words = `Counts ${nth} ${Date.now()}`;
    await reply(rohan, words);
    await expect(message(phone, words)).toHaveCount(1);
  }
  const tile = asha.getByRole("region", { name: "Sending limits" });
  for (const place of [bar(asha), all(asha), tile, bar(rohan)]) await expect.poll(() => used(place)).toBe(before + 3);
  await expect(bar(asha)).toContainText(`${before + 3}/`);
  expect(asked.filter((path) => path.includes("limits")), "it is told").toEqual([]);

  await expect.poll(() => used(bar(asha)), { timeout: 70_000, intervals: [1_000] }).toBe(0);
});

test("the meter opens by keyboard to every number, on each page and on a phone", async ({ open }) => {
  const page = await open();
  await openInbox(page, "Asha");
  for (const place of ["inbox", "contacts"]) {
    await go(page, place);
    await expect(more(page)).toBeVisible();
    // Its code comes after the inbox.
    await expect(page.locator("#rates")).toBeAttached();
    for (const key of ["Enter", "Space"]) {
      await more(page).press(key);
      await expect(all(page)).toBeFocused();
      for (const words of ["Messages this minute", "Kaveri Home, today", "Kaveri Europe, today", "a second", "The minute ends in"]) {
        await expect(all(page)).toContainText(words);
      }
      await page.keyboard.press("Escape");
      await expect(all(page)).toBeHidden();
      await expect(more(page)).toBeFocused();
    }
    await lookAtMenu(page, more(page), all(page));
  }
  await page.setViewportSize({ width: 390, height: 844 });
  await lookAtMenu(page, more(page), all(page));
});
