import { expect, expectAccessible, hydrated, test } from "../lib/fixtures.mjs";
import { composer, list, message, openInbox, openThread, row, takePhone, writeAsCustomer } from "../lib/steps.mjs";

// Seeded by the demo: this customer's agent is Rohan.
const CUSTOMER = "Meera Krishnan";
const FIRST_NAME = "Meera";

const view = (page, name) => page.getByRole("navigation", { name: "Views" }).getByRole("link", { name });
const dialog = (page, name) => page.getByRole("dialog", { name });
const toast = (page) => page.locator(".toast.undo");

/** Makes a label under Settings. */
async function makeLabel(page, name, colour) {
  await page.getByRole("button", { name: "New label" }).click();
  const form = dialog(page, "New label");
  await form.getByLabel("Name").fill(name);
  await form.getByRole("radio", { name: colour }).check();
  await form.getByRole("button", { name: "Make the label" }).click();
  await expect(page.getByRole("row", { name: new RegExp(name) })).toBeVisible();
}

/** A page of the workspace. */
async function go(page, place) {
  await page.goto(new URL(page.url()).pathname.replace(/(\/w\/[^/]+)\/.*/, `$1/${place}`));
  await hydrated(page);
}

test("labels are made, put on, seen by everybody at once, and deleted everywhere", async ({ open }) => {
  // A name that is taken.
  const asha = await open({ tolerate: /status of 409/ });
  const rohan = await open();
  await openInbox(asha, "Asha");
  await openInbox(rohan, "Rohan");
  await openThread(rohan, CUSTOMER);

  await test.step("made under Settings; a name is taken once", async () => {
    await go(asha, "labels");
    await expectAccessible(asha);
    await makeLabel(asha, "VIP", "Lime");
    await makeLabel(asha, "Shipping", "Blue");
    await asha.getByRole("button", { name: "New label" }).click();
    const form = dialog(asha, "New label");
    await form.getByLabel("Name").fill("vip");
    await expectAccessible(asha);
    await form.getByRole("button", { name: "Make the label" }).click();
    await expect(form.getByRole("alert")).toContainText("already");
    await form.getByRole("button", { name: "Cancel" }).click();
  });

  await test.step("put on by key; chips in the row and the head, for everybody", async () => {
    await rohan.locator(".thread__scroll").focus();
    await rohan.keyboard.press("l");
    const picker = dialog(rohan, "Labels");
    await expect(picker.getByRole("checkbox", { name: "VIP" })).toBeVisible();
    await expectAccessible(rohan);
    await picker.getByRole("checkbox", { name: "VIP" }).check();
    await expect(row(rohan, CUSTOMER)).toContainText("VIP");
    await picker.getByRole("button", { name: "Done" }).click();
    await expect(rohan.locator(".contact .chip", { hasText: "VIP" })).toBeVisible();
    // The panel leads to the same menu.
    await rohan.getByRole("complementary", { name: "Contact details" }).getByRole("button", { name: "Add label" }).click();
    await expect(picker.getByRole("checkbox", { name: "VIP" })).toBeChecked();
    await picker.getByRole("button", { name: "Done" }).click();
    await go(asha, "inbox");
    await expect(row(asha, CUSTOMER)).toContainText("VIP");
  });

  await test.step("taken back with the toast, and by key", async () => {
    await rohan.getByRole("button", { name: "Labels" }).click();
    await dialog(rohan, "Labels").getByRole("checkbox", { name: "Shipping" }).check();
    await expect(row(asha, CUSTOMER)).toContainText("Shipping");
    await dialog(rohan, "Labels").getByRole("button", { name: "Done" }).click();
    await rohan.locator(".thread__scroll").focus();
    await rohan.keyboard.press("z");
    await expect(row(asha, CUSTOMER)).not.toContainText("Shipping");
    await expect(toast(rohan)).toContainText("Taken back.");
  });

  await test.step("renamed and deleted: every screen follows", async () => {
    const other = await open();
    await openInbox(other, "Asha");
    await go(other, "labels");
    await other.getByRole("button", { name: "Change VIP" }).click();
    await dialog(other, "Change VIP").getByLabel("Name").fill("Very important");
    await dialog(other, "Change VIP").getByRole("button", { name: "Save" }).click();
    for (const page of [asha, rohan]) await expect(row(page, CUSTOMER)).toContainText("Very important");
    await other.getByRole("button", { name: "Delete Very important" }).click();
    await other.getByRole("button", { name: "Delete the label" }).click();
    for (const page of [asha, rohan]) await expect(row(page, CUSTOMER)).not.toContainText("Very important");
  });
});

test("a list is narrowed, sorted, kept under a name, and stays true", async ({ open }) => {
  const asha = await open();
  await openInbox(asha, "Asha");
  await go(asha, "labels");
  await makeLabel(asha, "VIP", "Lime");
  await go(asha, "inbox");
  await openThread(asha, CUSTOMER);
  await asha.getByRole("button", { name: "Labels" }).click();
  await dialog(asha, "Labels").getByRole("checkbox", { name: "VIP" }).check();
  await expect(row(asha, CUSTOMER)).toContainText("VIP");
  await dialog(asha, "Labels").getByRole("button", { name: "Done" }).click();

  await test.step("by label: the address keeps it, a reload too", async () => {
    await asha.locator(".thread__scroll").focus();
    await asha.keyboard.press("f");
    const filters = dialog(asha, "Filter this list");
    await filters.getByRole("checkbox", { name: "VIP" }).check();
    await expectAccessible(asha);
    await filters.getByRole("link", { name: "Show conversations" }).click();
    await expect(list(asha).locator("a.convo")).toHaveCount(1);
    await expect(asha).toHaveURL(/label=/);
    await asha.reload();
    await hydrated(asha);
    await expect(list(asha).locator("a.convo")).toHaveCount(1);
    await expectAccessible(asha);
  });

  await test.step("what loses the label leaves the list at once", async () => {
    await openThread(asha, CUSTOMER);
    await asha.getByRole("button", { name: "Labels" }).click();
    await dialog(asha, "Labels").getByRole("checkbox", { name: "VIP" }).uncheck();
    await expect(list(asha)).toContainText("Nothing fits the filter");
    await dialog(asha, "Labels").getByRole("checkbox", { name: "VIP" }).check();
    await dialog(asha, "Labels").getByRole("button", { name: "Done" }).click();
    await asha.getByRole("link", { name: "Remove filter VIP" }).click();
    await expect(list(asha).locator("a.convo").nth(1)).toBeVisible();
  });

  await test.step("kept under a name, found again, and forgotten", async () => {
    await asha.getByRole("button", { name: "Filter" }).click();
    const filters = dialog(asha, "Filter this list");
    await filters.getByRole("checkbox", { name: "VIP" }).check();
    await filters.getByLabel("Name of the view").fill("My VIPs");
    await filters.getByRole("button", { name: "Save view" }).click();
    await expect(filters).toContainText("Saved as My VIPs");
    await asha.keyboard.press("Escape");
    await view(asha, "Closed").click();
    await asha.getByRole("navigation", { name: "Saved views" }).getByRole("link", { name: "My VIPs" }).click();
    await expect(list(asha).locator("a.convo")).toHaveCount(1);
    await asha.reload();
    await hydrated(asha);
    await asha.getByRole("button", { name: "Filter" }).click();
    await dialog(asha, "Filter this list").getByRole("button", { name: "Delete this view" }).click();
    await expect(asha.getByRole("navigation", { name: "Saved views" })).toHaveCount(0);
    await dialog(asha, "Filter this list").getByRole("link", { name: "Clear all" }).click();
    await expect(list(asha).locator("a.convo").nth(1)).toBeVisible();
  });

  await test.step("oldest first turns the list around", async () => {
    const names = () => list(asha).locator(".convo__name").allTextContents();
    const newest = await names();
    await asha.getByRole("button", { name: "Sort: Newest" }).click();
    await asha.getByRole("group", { name: "Sort" }).getByRole("link", { name: "Oldest" }).click();
    await expect(asha.getByRole("button", { name: "Sort: Oldest" })).toBeVisible();
    await expect.poll(names).not.toEqual(newest);
  });
});

test("several at a time, each judged alone, and taken back", async ({ open }) => {
  // Once somebody writes on the phone the demo's own customers are silent: rows stay where they are.
  const phone = await open();
  await takePhone(phone, CUSTOMER);
  await writeAsCustomer(phone, "Is anybody there?");
  const asha = await open();
  await openInbox(asha, "Asha");
  await expect(list(asha).locator("a.convo").first()).toContainText("Is anybody there?");
  const rows = list(asha).locator("a.convo");
  const before = await rows.count();
  const bar = asha.getByRole("toolbar", { name: "With the selected conversations" });

  await test.step("by key, with a range; Escape lets go", async () => {
    await rows.first().focus();
    await asha.keyboard.press("x");
    await expect(bar).toContainText("1 selected");
    await asha.keyboard.press("j");
    await asha.keyboard.press("j");
    await asha.keyboard.press("Shift+X");
    await expect(bar).toContainText("3 selected");
    await expectAccessible(asha);
    await asha.keyboard.press("Escape");
    await expect(bar).toHaveCount(0);
  });

  await test.step("closed together and taken back together", async () => {
    await rows.first().hover();
    await list(asha).getByRole("checkbox").first().check();
    await list(asha).getByRole("checkbox").nth(2).click({ modifiers: ["Shift"] });
    await expect(bar).toContainText("3 selected");
    await bar.getByRole("button", { name: "Close", exact: true }).click();
    await expect(toast(asha)).toContainText("3 conversations closed.");
    await expect(rows).toHaveCount(before - 3);
    await toast(asha).getByRole("button", { name: "Undo" }).click();
    await expect(rows).toHaveCount(before);
  });

  await test.step("assigned together", async () => {
    await rows.first().focus();
    await asha.keyboard.press("x");
    await bar.getByRole("button", { name: "Assign" }).click();
    await asha.getByRole("group", { name: "Assign the selected to" }).getByRole("button", { name: /Rohan/ }).click();
    await expect(rows.first()).toContainText("Assigned to Rohan");
    await expect(bar).toHaveCount(0);
  });
});

test("a quick reply is kept, found by its shortcut, filled, and sent", async ({ open }) => {
  // A variable that there is not.
  const asha = await open({ tolerate: /status of 422/ });
  await openInbox(asha, "Asha");

  await test.step("kept under Settings; a variable that there is not is refused", async () => {
    await go(asha, "quick-replies");
    await expectAccessible(asha);
    await asha.getByRole("button", { name: "New quick reply" }).click();
    const form = dialog(asha, "New quick reply");
    await form.getByLabel("Shortcut").fill("hello");
    await form.getByLabel("Title").fill("Greeting");
    await form.getByLabel("Text").fill("Hi {{contact.shoe_size}}");
    await form.getByRole("button", { name: "Keep the quick reply" }).click();
    await expect(form.getByRole("alert")).toContainText("contact.first_name");
    await form.getByLabel("Text").fill("Hi {{contact.first_name}}, this is {{agent.name}}.");
    await form.getByRole("button", { name: "Keep the quick reply" }).click();
    await expect(asha.getByRole("row", { name: /hello/ })).toBeVisible();
  });

  await test.step("by keyboard: filtered while typing, put in with Enter", async () => {
    const rohan = await open();
    await openInbox(rohan, "Rohan");
    await openThread(rohan, CUSTOMER);
    const field = composer(rohan).locator("#reply");
    await field.focus();
    // As long as they are on their way, Enter sends no lone stroke.
    let release;
    const held = new Promise((resolve) => (release = resolve));
    await rohan.route("**/fn/quick-replies", async (route) => {
      await held;
      await route.continue();
    });
    const asked = rohan.waitForRequest("**/fn/quick-replies");
    await rohan.keyboard.type("/");
    await asked;
    await rohan.keyboard.press("Enter");
    await expect(field).toHaveValue("/");
    release();
    await field.fill("");
    await rohan.keyboard.type("Good morning. /");
    const options = rohan.getByRole("listbox", { name: "Quick replies" }).getByRole("option");
    await expect(options).toHaveCount(1);
    await expectAccessible(rohan);
    await rohan.keyboard.press("Escape");
    await expect(options).toHaveCount(0);
    await expect(field).toBeFocused();
    await rohan.keyboard.type("hel");
    await expect(options).toHaveCount(1);
    await rohan.keyboard.press("Enter");
    await expect(field).toHaveValue(new RegExp(`^Good morning\\. Hi ${FIRST_NAME}, this is Rohan.*\\.$`));
    await expect(field).toBeFocused();
    await rohan.keyboard.press("Enter");
    await expect(message(rohan, `Hi ${FIRST_NAME}, this is Rohan`)).toHaveCount(1);
  });
});
