// The inbox with no mouse at all: every step is a key, and the focus always has a place.
import { expect, hydrated, test } from "../lib/fixtures.mjs";
import { expectFocus, openByKeys, press, rows, signInByKeys, tabTo, thread } from "../lib/keys.mjs";
import { composer, list, message, row } from "../lib/steps.mjs";

// Seeded by the demo: this customer's agent is Rohan.
const CUSTOMER = "Meera Krishnan";

const box = (page) => composer(page).getByRole("textbox", { name: "Message" });

test("J and K walk the list, held down too, and requests do not flood", async ({ open }) => {
  const page = await open();
  await signInByKeys(page, "Asha");
  const last = (await rows(page).count()) - 1;
  expect(last).toBeGreaterThan(3);
  const requests = [];
  page.on("request", (request) => requests.push(request.url()));
  await press(page, "j");
  await expect(rows(page).nth(0)).toBeFocused();
  await press(page, "j", "j");
  await expect(rows(page).nth(2)).toBeFocused();
  await press(page, "k");
  await expect(rows(page).nth(1)).toBeFocused();
  await press(page, "k", "k", "k");
  await expect(rows(page).nth(0), "the top holds").toBeFocused();

  // The second and later ones come as repeats, as from a key that is held.
  for (let i = 0; i < 3; i += 1) await page.keyboard.down("j");
  await page.keyboard.up("j");
  await expect(rows(page).nth(3)).toBeFocused();
  expect(requests.filter((url) => !/events|\/assets\//.test(url)).length, "walking asks for a page of rows at most").toBeLessThanOrEqual(1);

  // The open row is where the walk goes on from.
  const here = await rows(page).nth(3).getAttribute("data-id");
  await press(page, "o");
  await expect(page).toHaveURL(new RegExp(here));
  await expectFocus(page);
  await press(page, "j");
  await expect(rows(page).nth(4)).toBeFocused();
});

test("E closes and goes on, held down it closes one; closed ones open again", async ({ open }) => {
  const page = await open();
  await signInByKeys(page, "Asha");
  await press(page, "j", "Enter");
  const [first, second, third] = await rows(page).evaluateAll((all) => all.slice(0, 3).map((row) => row.dataset.id));
  await expect(page).toHaveURL(new RegExp(first));
  await expect(composer(page).or(page.getByRole("note")).first()).toBeVisible();
  for (let i = 0; i < 3; i += 1) await page.keyboard.down("e");
  await page.keyboard.up("e");
  await expect(page).toHaveURL(new RegExp(second));
  await expect(page.locator(`a.convo[data-id="${second}"]`)).toBeFocused();
  await expect(page.locator(`a.convo[data-id="${first}"]`)).toHaveCount(0);
  await expect(page.locator(`a.convo[data-id="${third}"]`)).toHaveCount(1);
  await expectFocus(page);

  // The button in the head, and the way back from it.
  const state = page.getByRole("button", { name: "Close", exact: true });
  await tabTo(page, state);
  await press(page, "Enter");
  await expect(page.getByText("This conversation is closed.")).toBeVisible();
  await expectFocus(page);
  const reopen = page.getByRole("button", { name: "Reopen to reply" });
  await tabTo(page, reopen);
  await press(page, "Enter");
  await expect(reopen).toHaveCount(0);
  await expectFocus(page);
  await expect(page.locator(".thread :focus")).toHaveCount(1);
});

test("R writes, letters are letters in the composer, Escape leaves it, sending keeps the place", async ({ open }) => {
  const page = await open();
  await signInByKeys(page, "Rohan");
  await openByKeys(page, CUSTOMER);
  const address = page.url();
  await press(page, "r");
  await expect(box(page)).toBeFocused();
  await page.keyboard.type("jkeroia?G/");
  await expect(box(page)).toHaveValue("jkeroia?G/");
  await expect(box(page)).toBeFocused();
  expect(page.url()).toBe(address);
  await expect(page.locator(":popover-open")).toHaveCount(0);
  await press(page, "Enter");
  await expect(message(page, "jkeroia?G/")).toHaveCount(1);
  await expect(box(page)).toHaveValue("");
  await expect(box(page)).toBeFocused();
  await press(page, "Escape");
  await expect(box(page)).not.toBeFocused();
  await expectFocus(page);
  expect(page.url()).toBe(address);
  // Then back, to the row that was open.
  await press(page, "Escape");
  await expect(page).toHaveURL(/\/inbox$/);
  await expect(row(page, CUSTOMER)).toBeFocused();
});

test("the list of shortcuts opens with ?, closes with Escape, and the focus is back", async ({ open }) => {
  const page = await open();
  await signInByKeys(page, "Asha");
  await press(page, "j", "j");
  const keys = page.getByRole("dialog", { name: "Keyboard shortcuts" });
  await press(page, "?");
  await expect(keys).toBeVisible();
  await expect(keys.getByRole("button", { name: "Close" })).toBeFocused();
  await press(page, "j");
  await expect(keys.getByRole("button", { name: "Close" }), "no letter goes through it").toBeFocused();
  await press(page, "Escape");
  await expect(keys).toBeHidden();
  await expect(rows(page).nth(1)).toBeFocused();
  await press(page, "?", "Enter");
  await expect(keys).toBeHidden();
  await expect(rows(page).nth(1)).toBeFocused();
});

test("the assign menu: a name, arrows, Escape, Enter; I takes it", async ({ open }) => {
  const page = await open();
  await signInByKeys(page, "Asha");
  await press(page, "j", "Enter");
  const opener = page.locator("#assign-button");
  await expect(opener).toBeVisible();
  await tabTo(page, opener);
  await press(page, "Enter");
  const menu = page.getByRole("form", { name: "Assign to" });
  const field = menu.getByRole("combobox", { name: "Assign to" });
  const people = menu.getByRole("option");
  const chosen = menu.getByRole("option", { selected: true });
  await expect(field).toBeFocused();
  await expectFocus(page);
  await expect(people.first()).toContainText("(you)");
  const count = await people.count();
  expect(count).toBeGreaterThan(2);
  // How busy they are is there a moment later.
  await expect(people.filter({ hasText: /\d open/ })).toHaveCount(count);
  await expect(people.first()).toContainText("here now");
  await expect(people.first()).toHaveAttribute("aria-selected", "true");
  await press(page, "ArrowDown");
  await expect(people.nth(1)).toHaveAttribute("aria-selected", "true");
  await expect(field).toHaveAttribute("aria-activedescendant", await people.nth(1).getAttribute("id"));
  await press(page, "ArrowUp", "ArrowUp");
  await expect(people.nth(count - 1)).toHaveAttribute("aria-selected", "true");
  await press(page, "b", "e");
  await expect(people).toHaveCount(1);
  await expect(chosen).toContainText("Beatriz Lima");
  await press(page, "q");
  await expect(menu.getByRole("status")).toHaveText("Nobody of this name answers customers.");
  await press(page, "Enter");
  await expect(menu, "Enter takes nobody").toBeVisible();
  await press(page, "Escape");
  await expect(menu).toBeHidden();
  await expect(opener).toBeFocused();
  await press(page, "a");
  await expect(field).toBeFocused();
  await expect(field).toHaveValue("");
  await press(page, "b", "e", "Enter");
  await expect(menu).toBeHidden();
  await expect(opener).toContainText("Assigned to Beatriz");
  await expect(opener).toBeFocused();
  await press(page, "i");
  await expect(opener).toContainText("Assigned to Asha");
  await expectFocus(page);
  await press(page, "a");
  await expect(people.first()).toContainText("Has it now");
  await tabTo(page, menu.getByRole("button", { name: "Nobody, back to Unassigned" }));
  await press(page, "Enter");
  await expect(opener).toContainText("Unassigned. Assign");
});

test("the account menu: arrows reach every item, Escape goes back to its button", async ({ open }) => {
  const page = await open();
  await signInByKeys(page, "Rohan");
  const opener = page.getByRole("button", { name: /Account menu/ });
  await tabTo(page, opener);
  await press(page, "Enter");
  await expect(page.getByRole("button", { name: "Like the system" })).toBeFocused();
  await press(page, "ArrowDown", "ArrowDown", "ArrowDown", "ArrowDown");
  await expect(page.getByRole("button", { name: "Log out" })).toBeFocused();
  await press(page, "ArrowDown");
  await expect(page.getByRole("button", { name: "Like the system" })).toBeFocused();
  await press(page, "End");
  await expect(page.getByRole("button", { name: "Log out" })).toBeFocused();
  await press(page, "Escape");
  await expect(page.locator("#account")).toBeHidden();
  await expect(opener).toBeFocused();
});

test("offline: a reply that waits, a question before logging out, and everything once it is back", async ({ open }) => {
  const page = await open({ tolerate: /ERR_INTERNET_DISCONNECTED|ERR_NETWORK_CHANGED/ });
  await signInByKeys(page, "Rohan");
  await openByKeys(page, CUSTOMER);
  await press(page, "r");
  await expect(box(page)).toBeFocused();
  await page.context().setOffline(true);
  await expect(page.getByText("Offline.")).toBeVisible();
  const text = `Written offline ${Date.now()}`;
  await page.keyboard.type(text);
  await press(page, "Enter");
  await expect(message(page, text)).toHaveCount(1);
  await expect(message(page, text).locator(".failure")).toBeVisible();
  await expect(box(page)).toBeFocused();

  const asked = page.waitForEvent("dialog");
  await tabTo(page, page.getByRole("button", { name: /Account menu/ }), { most: 80 });
  await press(page, "Enter", "End");
  const question = asked.then(async (dialog) => {
    expect(dialog.message()).toMatch(/1 reply or note is not sent yet/);
    await dialog.dismiss();
  });
  await press(page, "Enter");
  await question;
  expect(page.url()).toContain("/inbox/");
  await expectFocus(page);

  await page.context().setOffline(false);
  await expect(page.getByText("Offline.")).toHaveCount(0, { timeout: 30_000 });
  await expect(message(page, text).locator(".failure")).toHaveCount(0, { timeout: 30_000 });
  await expect(message(page, text)).toHaveCount(1);
  await expectFocus(page);
});

for (const colorScheme of ["light", "dark"]) {
  test(`skip link, order of Tab and a ring on every stop, ${colorScheme}`, async ({ open }) => {
    const page = await open({ colorScheme });
    await signInByKeys(page, "Rohan");
    await openByKeys(page, CUSTOMER);
    await page.reload();
    await hydrated(page);
    await press(page, "Tab");
    await expect(page.getByRole("link", { name: "Skip to content" })).toBeFocused();
    await press(page, "Enter");
    await expect(page.locator("#main")).toBeFocused();
    await press(page, "Tab");
    await expect(page.getByRole("searchbox")).toBeFocused();

    const order = [];
    for (let i = 0; i < 60 && order.at(-1) !== "contact"; i += 1) {
      await press(page, "Tab");
      await expectFocus(page);
      const at = await page.evaluate(() => {
        const active = document.activeElement;
        const names = [".list", ".thread__head", ".thread__pane", ".thread__foot", ".contact"];
        return (names.find((name) => active.closest(name)) ?? active.tagName).replace(".", "");
      });
      if (order.at(-1) !== at) order.push(at);
    }
    expect(order).toEqual(["list", "thread__head", "thread__pane", "thread__foot", "contact"].filter((name) => order.includes(name)));
    expect(order).toEqual(expect.arrayContaining(["list", "thread__head", "thread__pane", "thread__foot"]));
  });
}

test("390 px: into a thread and back to its row", async ({ open }) => {
  const page = await open({ viewport: { width: 390, height: 844 } });
  await signInByKeys(page, "Rohan");
  await openByKeys(page, CUSTOMER);
  await expectFocus(page);
  await expect(page.locator(".thread :focus")).toHaveCount(1);
  await press(page, "Escape");
  await expect(list(page)).toBeVisible();
  await expect(row(page, CUSTOMER)).toBeFocused();

  await press(page, "Enter");
  await expect(thread(page, CUSTOMER)).toBeVisible();
  await expectFocus(page);
  const back = page.getByRole("link", { name: "Back to conversations" });
  for (let i = 0; i < 20 && !(await back.evaluate((link) => link === document.activeElement)); i += 1) await press(page, "Shift+Tab");
  await expect(back).toBeFocused();
  await press(page, "Enter");
  await expect(list(page)).toBeVisible();
  await expect(row(page, CUSTOMER)).toBeFocused();
});
