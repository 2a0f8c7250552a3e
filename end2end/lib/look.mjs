// One state of a page after the other: readable in light and in dark, and no wider than the window.
import { expect, expectAccessible, test } from "./fixtures.mjs";

const dialog = (page, name) => page.getByRole("dialog", { name });

/**
 * The state as it is now: by axe in light, its colours in dark, and the width of the page. `within`: what is new of it. Afterwards
 * the page is as light as before, and nothing moves in it.
 */
export const look = (page, what, within) =>
  test.step(what, async () => {
    // A colour on its way from one to the other is neither.
    await page.emulateMedia({ colorScheme: "light", reducedMotion: "reduce" });
    await expectAccessible(page, { within });
    await picture(page, what, "light");
    await page.emulateMedia({ colorScheme: "dark" });
    await expectAccessible(page, { within, only: ["color-contrast"] });
    await picture(page, what, "dark");
    const { scroll, width } = await page.evaluate(() => ({ scroll: document.documentElement.scrollWidth, width: window.innerWidth }));
    expect(scroll, `${what} is no wider than the window`).toBeLessThanOrEqual(width);
    await page.emulateMedia({ colorScheme: "light" });
  });

/** To be looked at by people, where somebody names a folder for them. */
async function picture(page, what, scheme) {
  const folder = process.env.PARLANCE_PICTURES;
  if (!folder) return;
  const name = [test.info().titlePath[0], what, scheme].join(" ").replaceAll(/[^a-z0-9]+/gi, "-");
  await page.screenshot({ path: `${folder}/${name}.png` });
}

/** Opens a dialog, looks at it in each of its states, and closes it. */
export async function lookAtDialog(page, name, open, ...more) {
  const over = dialog(page, name);
  await open();
  await expect(over).toBeVisible();
  await look(page, name, "[role=dialog]:popover-open, dialog[open]");
  for (const [what, next] of more) {
    await next(over);
    await look(page, `${name}, ${what}`, "dialog[open]");
  }
  await over.getByRole("button", { name: "Close" }).first().click();
  await expect(over).toBeHidden();
}

/** A menu that stands beside its button. */
export async function lookAtMenu(page, button, menu) {
  await button.click();
  await expect(menu).toBeVisible();
  await look(page, await menu.evaluate((element) => element.getAttribute("aria-label") ?? element.id), ":popover-open");
  await page.keyboard.press("Escape");
  await expect(menu).toBeHidden();
}

/** Looks for a word that a customer wrote: it is indexed a moment after the demo has begun. */
export async function findMessages(page, word) {
  const field = page.getByRole("searchbox", { name: "Search people and messages" });
  const results = page.getByRole("region", { name: "Search results" });
  await expect(async () => {
    await field.fill(`${word} `);
    await field.fill(word);
    await expect(results.locator("mark").first()).toBeVisible({ timeout: 1_500 });
  }).toPass();
}
