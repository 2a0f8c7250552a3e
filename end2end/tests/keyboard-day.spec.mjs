// A conversation from the sign-in to its end, and all that is done on the way, by keys alone: no step of the agent's page has a
// pointer, and whatever closes, the focus has a place that is seen.
import { expect, hydrated, test } from "../lib/fixtures.mjs";
import { expectFocus, openByKeys, pointers, press, rows, signInByKeys, tabTo, thread, towards } from "../lib/keys.mjs";
import { composer, list, log, message, openInbox, row, takePhone, writeAsCustomer } from "../lib/steps.mjs";

// Seeded by the demo: this customer's agent is Rohan.
const CUSTOMER = "Meera Krishnan";
const STRANGER = "+4915199887755";

const dialog = (page, name) => page.getByRole("dialog", { name });
const box = (page) => composer(page).getByRole("textbox", { name: "Message" });

/** Types until something is found for it: what was written is searched a moment later. */
async function typeUntilFound(page, words, found) {
  await expect(async () => {
    await page.keyboard.press("Control+a");
    await page.keyboard.type(words);
    await expect(found).toBeVisible({ timeout: 1_500 });
  }).toPass();
}

/** A label and a quick reply, as an Owner keeps them under Settings. */
async function prepare(page) {
  await openInbox(page, "Asha");
  const go = async (place) => {
    await page.goto(new URL(page.url()).pathname.replace(/(\/w\/[^/]+)\/.*/, `$1/${place}`));
    await hydrated(page);
  };
  await go("labels");
  await page.getByRole("button", { name: "New label" }).click();
  await dialog(page, "New label").getByLabel("Name").fill("VIP");
  await dialog(page, "New label").getByRole("button", { name: "Make the label" }).click();
  await expect(page.getByRole("row", { name: /VIP/ })).toBeVisible();
  await go("quick-replies");
  await page.getByRole("button", { name: "New quick reply" }).click();
  const form = dialog(page, "New quick reply");
  await form.getByLabel("Shortcut").fill("hours");
  await form.getByLabel("Title").fill("When we are there");
  await form.getByLabel("Text").fill("From ten to six, {{contact.first_name}}.");
  await form.getByRole("button", { name: "Keep the quick reply" }).click();
  await expect(page.getByRole("row", { name: /hours/ })).toBeVisible();
}

test("from the sign-in to the end of a conversation without a pointer", async ({ open }) => {
  test.slow();
  const mark = Date.now();
  const phone = await open();
  await takePhone(phone, CUSTOMER);
  const question = `Is the Kardamom${mark} cloth dyed by hand?`;
  // The demo's own customers are silent from here on: rows stay where they are.
  await writeAsCustomer(phone, question);
  await prepare(await open());

  const asha = await open();
  const pointed = await pointers(asha);
  const asked = () => message(asha, question).first();

  await test.step("into the list, to the customer, and an answer", async () => {
    await signInByKeys(asha, "Asha");
    await openByKeys(asha, CUSTOMER);
    await expectFocus(asha);
    await expect(message(asha, question)).toHaveCount(1);
    await press(asha, "r");
    await expect(box(asha)).toBeFocused();
    await expectFocus(asha);
    await asha.keyboard.type(`By hand ${mark}`);
    await press(asha, "Enter");
    await expect(message(phone, `By hand ${mark}`)).toHaveCount(1);
    await expectFocus(asha);
  });

  await test.step("an answer to one message", async () => {
    await tabTo(asha, asked().getByRole("button", { name: "Answer this message" }), { key: "Shift+Tab" });
    await press(asha, "Enter");
    await expect(box(asha)).toBeFocused();
    await expect(composer(asha)).toContainText("Answering the customer");
    // Thought better of it, and begun anew.
    await tabTo(asha, composer(asha).getByRole("button", { name: "Answer no message" }), { key: "Shift+Tab" });
    await press(asha, "Enter");
    await expect(composer(asha)).not.toContainText("Answering the customer");
    await expectFocus(asha);
    await tabTo(asha, asked().getByRole("button", { name: "Answer this message" }), { key: "Shift+Tab" });
    await press(asha, "Enter");
    await asha.keyboard.type(`In Kutch ${mark}`);
    await press(asha, "Enter");
    await expect(message(phone, `In Kutch ${mark}`).locator("blockquote")).toContainText(question);
    await expectFocus(asha);
  });

  await test.step("a reaction", async () => {
    const opener = asked().getByRole("button", { name: "React to this message" });
    await tabTo(asha, opener, { key: "Shift+Tab" });
    await press(asha, "Enter");
    const choice = dialog(asha, "React to this message");
    await expect(choice).toBeVisible();
    await expectFocus(asha);
    await press(asha, "Escape");
    await expect(choice).toHaveCount(0);
    await expect(opener).toBeFocused();
    await expectFocus(asha);
    await press(asha, "Enter");
    await tabTo(asha, choice.getByRole("button", { name: "Heart" }));
    await press(asha, "Enter");
    await expect(choice).toHaveCount(0);
    await expect(message(phone, question).first()).toContainText("reacted with ❤️");
    await expect(opener).toBeFocused();
    await expectFocus(asha);
  });

  await test.step("a note that names a colleague", async () => {
    await press(asha, "n");
    const note = asha.getByRole("form", { name: "Note for colleagues" }).locator("#note");
    await expect(note).toBeFocused();
    await expectFocus(asha);
    await asha.keyboard.type("@roh");
    const names = asha.getByRole("listbox", { name: "Colleagues" }).getByRole("option");
    await expect(names).toHaveCount(1);
    await expect(note).toBeFocused();
    await press(asha, "Enter");
    await expect(note).toHaveValue(/^@Rohan \S+ $/);
    await asha.keyboard.type(`which batch? ${mark}`);
    await press(asha, "Enter");
    await expect(message(asha, `which batch? ${mark}`).getByText(/^@Rohan \S+$/)).toBeVisible();
    await expect(note).toHaveValue("");
    await expectFocus(asha);
    await press(asha, "Escape");
    await expect(note).not.toBeFocused();
    await expectFocus(asha);
  });

  await test.step("a quick reply", async () => {
    await press(asha, "r");
    await expect(box(asha)).toBeFocused();
    await asha.keyboard.type("/hou");
    const replies = asha.getByRole("listbox", { name: "Quick replies" }).getByRole("option");
    await expect(replies).toHaveCount(1);
    await press(asha, "Escape");
    await expect(replies).toHaveCount(0);
    await expect(asha.locator("#reply"), "Escape closes the list first").toBeFocused();
    await asha.keyboard.type("r");
    await expect(replies).toHaveCount(1);
    await press(asha, "Tab");
    await expect(asha.locator("#reply")).toHaveValue("From ten to six, Meera.");
    await expectFocus(asha);
    await press(asha, "Enter");
    await expect(message(phone, "From ten to six, Meera.")).toHaveCount(1);
    await press(asha, "Escape");
    await expectFocus(asha);
  });

  await test.step("a label, and whose it is", async () => {
    await press(asha, "l");
    const labels = dialog(asha, "Labels");
    await tabTo(asha, labels.getByRole("checkbox", { name: "VIP" }));
    await press(asha, "Space");
    await expect(row(asha, CUSTOMER)).toContainText("VIP");
    await press(asha, "Escape");
    await expect(labels).toHaveCount(0);
    await expectFocus(asha);
    await press(asha, "i");
    await expect(row(asha, CUSTOMER)).toContainText("Assigned to Asha");
    await expectFocus(asha);
    await press(asha, "a");
    const assign = asha.getByRole("form", { name: "Assign to" });
    await expect(assign.getByRole("combobox", { name: "Assign to" })).toBeFocused();
    await expectFocus(asha);
    await press(asha, "Escape");
    await expect(assign).toBeHidden();
    await expectFocus(asha);
  });

  await test.step("out of sight for an hour, and back", async () => {
    await press(asha, "h");
    const later = asha.getByRole("group", { name: "Later" });
    await expect(later.getByRole("button").first()).toBeFocused();
    await expectFocus(asha);
    await press(asha, "f");
    await expect(later.getByRole("button", { name: "For an hour" })).toBeFocused();
    await press(asha, "Enter");
    await expect(later).toBeHidden();
    await expect(row(asha, CUSTOMER)).toHaveCount(0);
    await expectFocus(asha);
    const back = thread(asha, CUSTOMER).getByRole("button", { name: "Bring back now" });
    await expect(back).toBeVisible();
    await tabTo(asha, back, { key: await towards(back) });
    await press(asha, "Enter");
    await expect(row(asha, CUSTOMER)).toHaveCount(1);
    await expectFocus(asha, "what was pressed is gone, the focus is not");
  });

  await test.step("searched for, found, and gone to", async () => {
    await press(asha, "/");
    const field = asha.getByRole("searchbox", { name: "Search people and messages" });
    await expect(field).toBeFocused();
    await expectFocus(asha);
    const results = asha.getByRole("region", { name: "Search results" });
    const hit = results.getByRole("link", { name: new RegExp(`Kardamom${mark}`) }).first();
    await typeUntilFound(asha, `Kardamom${mark}`, hit);
    await press(asha, "ArrowDown");
    await expect(hit).toBeFocused();
    await expectFocus(asha);
    await press(asha, "Enter");
    await expect(asked()).toBeInViewport();
    await expect(asked()).toHaveClass(/found/);
    await expectFocus(asha);
    await press(asha, "Escape");
    await expect(field).toBeFocused();
    await press(asha, "Escape");
    await expect(field).toHaveValue("");
    await expect(list(asha)).toBeVisible();
    await expectFocus(asha);
    await press(asha, "Escape");
    await expect(field).not.toBeFocused();
    await expectFocus(asha);
  });

  await test.step("commands by name", async () => {
    await asha.keyboard.press("r");
    await expect(box(asha)).toBeFocused();
    const palette = dialog(asha, "Commands");
    const command = palette.getByRole("combobox", { name: "Command" });
    await press(asha, "Control+k");
    await expect(command).toBeFocused();
    await expectFocus(asha);
    await press(asha, "Escape");
    await expect(palette).toHaveCount(0);
    await expect(box(asha), "back where it was").toBeFocused();
    for (const [name, address] of [["Go to Closed", /view=closed/], ["Go to All", /\/inbox$/]]) {
      await press(asha, "Control+k");
      await expect(command).toBeFocused();
      await asha.keyboard.type(name);
      await expect(palette.getByRole("option").first()).toContainText(name);
      await press(asha, "Enter");
      await expect(palette).toHaveCount(0);
      await expect(asha).toHaveURL(address);
      await expectFocus(asha);
    }
  });

  await test.step("somebody new is written to first", async () => {
    await press(asha, "c");
    const start = dialog(asha, "New conversation");
    await expect(start.getByLabel("To", { exact: true })).toBeFocused();
    await expectFocus(asha);
    await press(asha, "Escape");
    await expect(start).toHaveCount(0);
    await expectFocus(asha);
    await press(asha, "c");
    await expect(start.getByLabel("To", { exact: true })).toBeFocused();
    await asha.keyboard.type(STRANGER);
    const offered = start.getByRole("button", { name: `Write to ${STRANGER}` });
    await expect(offered).toBeVisible();
    await tabTo(asha, offered);
    await press(asha, "Enter");
    const picker = dialog(asha, "Send a template");
    await expect(picker.getByRole("searchbox")).toBeFocused();
    await expectFocus(asha);
    await asha.keyboard.type("appointment");
    await expect(picker.locator(".tplrow")).toHaveCount(1);
    await press(asha, "Enter");
    await expect(picker.getByLabel("Name")).toBeFocused();
    for (const words of ["Jonas", "Monday", "10:30"]) {
      await asha.keyboard.type(words);
      await press(asha, "Tab");
      await expectFocus(asha);
    }
    await press(asha, "Control+Enter");
    await expect(picker).toHaveCount(0);
    await expect(message(asha, "Hello Jonas, we expect you on Monday at 10:30")).toHaveCount(1);
    await expect(row(asha, `\\${STRANGER}`)).toHaveCount(1);
    await expectFocus(asha);
  });

  await test.step("closed, and taken back", async () => {
    await press(asha, "e");
    const toast = asha.locator(".toast.undo");
    await expect(toast).toContainText("Conversation closed.");
    await expect(row(asha, `\\${STRANGER}`)).toHaveCount(0);
    // The next one is open, and its row has the focus.
    await expect(log(asha)).toBeVisible();
    await expect(list(asha).locator("a.convo[aria-current]")).toBeFocused();
    await expectFocus(asha);
    await press(asha, "z");
    await expect(toast).toContainText("Taken back.");
    await expect(row(asha, `\\${STRANGER}`)).toHaveCount(1);
    await expectFocus(asha);
  });

  await test.step("the list of keys", async () => {
    const keys = dialog(asha, "Keyboard shortcuts");
    await press(asha, "j", "k");
    const here = await rows(asha).evaluateAll((all) => all.findIndex((one) => one === document.activeElement));
    expect(here).toBeGreaterThanOrEqual(0);
    await press(asha, "?");
    await expect(keys).toBeVisible();
    await expectFocus(asha);
    for (const words of ["Next, previous conversation", "Snooze", "Labels", "New conversation", "Take back what was done last"]) {
      await expect(keys).toContainText(words);
    }
    await press(asha, "Escape");
    await expect(keys).toBeHidden();
    await expect(rows(asha).nth(here)).toBeFocused();
    await expectFocus(asha);
  });

  expect(pointed, "no step had a pointer").toEqual([]);
});
