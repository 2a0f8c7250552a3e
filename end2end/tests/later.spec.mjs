import { expect, expectAccessible, test } from "../lib/fixtures.mjs";
import { list, openInbox, openThread, row, takePhone, writeAsCustomer } from "../lib/steps.mjs";

// Seeded by the demo: this customer's agent is Rohan.
const CUSTOMER = "Meera Krishnan";

const view = (page, name) => page.getByRole("navigation", { name: "Views" }).getByRole("link", { name });

test("snoozed out of sight, back by hand and by the customer, and unread again", async ({ open }) => {
  const phone = await open();
  await takePhone(phone, CUSTOMER);
  const rohan = await open();
  const asha = await open();
  await openInbox(rohan, "Rohan");
  await openInbox(asha, "Asha");
  await openThread(rohan, CUSTOMER);
  const menu = rohan.getByRole("group", { name: "Later" });
  const open_ = async (name) => {
    await rohan.getByRole("button", { name: "Later" }).click();
    await expect(menu).toBeVisible();
    await menu.getByRole("button", { name }).click();
    await expect(menu).toBeHidden();
  };

  await test.step("until the customer writes: gone from the open ones, kept apart", async () => {
    await rohan.locator(".thread__scroll").focus();
    await rohan.keyboard.press("h");
    await expect(menu).toBeVisible();
    await expectAccessible(rohan);
    await menu.getByRole("button", { name: "Until the customer writes" }).click();
    for (const page of [rohan, asha]) await expect(row(page, CUSTOMER)).toHaveCount(0);
    await view(asha, "Snoozed").click();
    await expect(row(asha, CUSTOMER)).toContainText("Snoozed until they write");
    await expectAccessible(asha);
  });

  await test.step("what they write brings it back, for everybody at once", async () => {
    await writeAsCustomer(phone, "Are you there?");
    await expect(row(asha, CUSTOMER)).toHaveCount(0);
    await expect(row(rohan, CUSTOMER)).toContainText("Are you there?");
    await view(asha, /^All/).click();
    await expect(row(asha, CUSTOMER)).toContainText("Are you there?");
  });

  await test.step("for an hour, and back before it is over", async () => {
    await open_("For an hour");
    await expect(row(rohan, CUSTOMER)).toHaveCount(0);
    await view(asha, "Snoozed").click();
    await expect(row(asha, CUSTOMER)).toContainText(/Snoozed until \d\d:\d\d/);
    const banner = rohan.getByRole("status").filter({ hasText: /Snoozed until \d\d:\d\d/ });
    await banner.getByRole("button", { name: "Bring back now" }).click();
    await expect(banner).toHaveCount(0);
    await expect(row(rohan, CUSTOMER)).toHaveCount(1);
    await expect(row(asha, CUSTOMER)).toHaveCount(0);
    await view(asha, /^All/).click();
  });

  await test.step("unread again: for everybody, until somebody looks", async () => {
    await expect(row(asha, CUSTOMER)).not.toContainText("unread:");
    await rohan.locator(".thread__scroll").focus();
    await rohan.keyboard.press("u");
    for (const page of [rohan, asha]) await expect(row(page, CUSTOMER)).toContainText("unread: 1");
    await expect(list(rohan)).toBeVisible();
    await openThread(rohan, CUSTOMER);
    for (const page of [rohan, asha]) await expect(row(page, CUSTOMER)).not.toContainText("unread:");
  });
});
