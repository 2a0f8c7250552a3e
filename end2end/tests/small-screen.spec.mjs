// On a phone every page of the workspace is a few taps away, and the strip of pages shows the one that is open.
import { expect, hydrated, test } from "../lib/fixtures.mjs";
import { look } from "../lib/look.mjs";
import { go, signIn } from "../lib/steps.mjs";

test.use({ contextOptions: { reducedMotion: "reduce" } });

const viewport = { width: 390, height: 844 };
const menu = (page) => page.locator("#account");
const opener = (page) => page.getByRole("button", { name: /Account menu/ });

test("what the tabs have no room for is in the account menu, for whoever may open it", async ({ open }) => {
  const [asha, rohan] = [await open({ viewport }), await open({ viewport })];
  await signIn(asha, "Asha");
  await hydrated(asha);
  for (const [name, heading] of [["Permissions", /Permissions/], ["Audit trail", /Audit/], ["Operations", /Operations|Dead letters/]]) {
    await opener(asha).click();
    await expect(menu(asha)).toBeVisible();
    if (name === "Permissions") await look(asha, "the account menu on a phone", "#account");
    await menu(asha).getByRole("link", { name }).click();
    await hydrated(asha);
    await expect(asha.getByRole("heading", { level: 1 })).toContainText(heading);
    await expect(asha.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "Inbox" })).toBeVisible();
  }
  await asha.setViewportSize({ width: 1280, height: 800 });
  await opener(asha).click();
  await expect(menu(asha).getByRole("link", { name: "Security" })).toBeVisible();
  await expect(menu(asha).getByRole("link", { name: "Operations" }), "there is room for it elsewhere").toBeHidden();

  await signIn(rohan, "Rohan");
  await hydrated(rohan);
  await opener(rohan).click();
  await expect(menu(rohan).getByRole("link", { name: "Permissions" })).toBeVisible();
  await expect(menu(rohan).getByRole("link", { name: /Audit|Operations/ })).toHaveCount(0);
});

test("a strip of pages shows the page that is open", async ({ open }) => {
  const asha = await open({ viewport });
  await signIn(asha, "Asha");
  await hydrated(asha);
  for (const place of ["settings", "labels", "quick-replies", "security", "notifications", "tokens", "contacts", "contacts/imports", "contacts/fields"]) {
    await go(asha, place);
    const current = asha.locator(".subnav [aria-current]");
    await expect(current).toHaveCount(1);
    await expect(async () => {
      const { x, width } = await current.boundingBox();
      expect(x, place).toBeGreaterThanOrEqual(0);
      expect(x + width, place).toBeLessThanOrEqual(viewport.width);
    }).toPass();
  }
});
