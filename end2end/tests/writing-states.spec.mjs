// What the thread and the composer look like while somebody writes, one state after the other: readable in light and dark.
import { expect, hydrated, test } from "../lib/fixtures.mjs";
import { look, lookAtDialog } from "../lib/look.mjs";
import { assignTo, composer, go, log, message, openInbox, openThread, row, takePhone, writeAsCustomer } from "../lib/steps.mjs";

test.use({ contextOptions: { reducedMotion: "reduce" } });

// Seeded by the demo: this customer's agent is Rohan.
const CUSTOMER = "Meera Krishnan";

const field = (page) => composer(page).getByRole("textbox", { name: "Message" });
const form = (page) => page.getByRole("form", { name: "Note for colleagues" });
const tab = (page, name) => page.getByRole("button", { name, exact: true });
const pill = (page) => page.locator(".pill-new");

test("notes", async ({ open }) => {
  test.slow();
  const page = await open();
  await openInbox(page, "Asha");
  await openThread(page, CUSTOMER);
  await tab(page, "Note").click();
  await look(page, "an empty note", ".thread");
  await form(page).getByRole("textbox").fill("@roh");
  const names = page.getByRole("listbox", { name: "Colleagues" }).getByRole("option");
  await expect(names).toHaveCount(1);
  await look(page, "colleagues whose name fits", ".thread");
  await page.keyboard.press("Enter");
  await page.keyboard.type("look at *batch 118*");
  await page.keyboard.press("Enter");
  const note = message(page, "look at batch 118");
  await expect(note.getByRole("button", { name: "Change your note" })).toBeVisible();
  await look(page, "a note in its place", ".thread");
  await form(page).getByRole("textbox").fill("x".repeat(4_097));
  await expect(form(page)).toContainText("4097 of 4096");
  await look(page, "a note that is too long", ".thread");
  await form(page).getByRole("textbox").fill("");
  await lookAtDialog(page, "Your note", () => note.getByRole("button", { name: "Change your note" }).click());
  await note.getByRole("button", { name: "Change your note" }).click();
  const dialog = page.getByRole("dialog", { name: "Your note" });
  await dialog.getByLabel("Note").fill("Done");
  await dialog.getByRole("button", { name: "Save" }).click();
  await expect(message(page, "Done").last()).toContainText("edited");
  await look(page, "a note that was changed", ".thread");
});

test("a reply: quick replies, what it answers, its length", async ({ open }) => {
  test.slow();
  const page = await open();
  await openInbox(page, "Asha");
  await go(page, "inbox");
  await openThread(page, CUSTOMER);
  await field(page).fill("/");
  await expect(page.locator(".quick")).toContainText("There are no quick replies yet.");
  await look(page, "no quick reply", ".thread");
  await field(page).fill("");

  await go(page, "quick-replies");
  for (const [shortcut, title, text] of [["hello", "Greeting", "Hi {{contact.first_name}}"], ["help", "How we can help", "We are here."]]) {
    await page.getByRole("button", { name: "New quick reply" }).click();
    const dialog = page.getByRole("dialog", { name: "New quick reply" });
    await dialog.getByLabel("Shortcut").fill(shortcut);
    await dialog.getByLabel("Title").fill(title);
    await dialog.getByLabel("Text").fill(text);
    await dialog.getByRole("button", { name: "Keep the quick reply" }).click();
    await expect(page.getByRole("row", { name: new RegExp(shortcut) })).toBeVisible();
  }
  await go(page, "inbox");
  await openThread(page, CUSTOMER);
  await field(page).focus();
  await page.keyboard.type("/he");
  const options = page.getByRole("listbox", { name: "Quick replies" }).getByRole("option");
  await expect(options).toHaveCount(2);
  await expect(options.first()).toContainText("Hi {{contact.first_name}}");
  await page.keyboard.press("ArrowDown");
  await look(page, "quick replies that fit", ".thread");
  await page.keyboard.press("Escape");
  await test.step("the button types the stroke", async () => {
    await field(page).fill("And");
    await tab(page, "Quick reply").click();
    await expect(options).toHaveCount(2);
    await page.keyboard.type("help");
    await page.keyboard.press("Enter");
    await expect(field(page)).toHaveValue("And We are here.");
  });
  await test.step("an emoji, found and taken by keys, where the caret is", async () => {
    await field(page).fill("Thanks!");
    await page.keyboard.press("ArrowLeft");
    await tab(page, "Emoji").click();
    const find = page.getByRole("combobox", { name: "Find an emoji" });
    await expect(find).toBeFocused();
    await page.keyboard.press("ArrowDown");
    await look(page, "emoji", ".thread");
    for (let nth = 0; nth < 8; nth += 1) await page.keyboard.press("ArrowDown");
    await expect(page.getByRole("listbox", { name: "Emoji" }).getByRole("option", { selected: true })).toBeInViewport({ ratio: 1 });
    await find.fill("no such thing");
    await look(page, "no emoji", ".thread");
    await find.fill("parcel");
    await page.keyboard.press("Enter");
    await expect(find).toBeHidden();
    await expect(field(page)).toBeFocused();
    await expect(field(page)).toHaveValue("Thanks📦!");
    await page.keyboard.type(" ok");
    await expect(field(page)).toHaveValue("Thanks📦 ok!");
  });
  await test.step("an emoji by the pointer; Escape takes none", async () => {
    await field(page).fill("");
    await tab(page, "Emoji").click();
    await page.getByRole("option", { name: /^folded hands/ }).click();
    await expect(field(page)).toHaveValue("🙏");
    await tab(page, "Emoji").click();
    await page.keyboard.press("Escape");
    await expect(field(page)).toBeFocused();
    await expect(field(page)).toHaveValue("🙏");
    await field(page).fill("");
  });

  await field(page).fill("Hi {{contact.first_name}}");
  await page.keyboard.press("Enter");
  await expect(composer(page).getByRole("alert")).toContainText("is not filled in");
  await look(page, "a variable that is not filled", ".thread");
  await field(page).fill("x".repeat(4_097));
  await expect(composer(page)).toContainText("4097 of 4096");
  await look(page, "a reply that is too long", ".thread");
  await field(page).fill("");

  const asked = message(page, "Do you also deliver to Mysuru?").first();
  await asked.hover();
  await asked.getByRole("button", { name: "Answer this message" }).click();
  await expect(page.locator(".quoting")).toBeVisible();
  await look(page, "what the reply answers", ".thread");
});

test("what comes while somebody reads further up", async ({ open }) => {
  test.slow();
  const [page, phone] = [await open({ viewport: { width: 1280, height: 500 } }), await open()];
  await takePhone(phone, CUSTOMER);
  await openInbox(page, "Asha");
  await openThread(page, CUSTOMER);
  for (let nth = 0; nth < 12; nth += 1) {
    await writeAsCustomer(phone, `Long ago ${nth}. ${"Words. ".repeat(12)}`);
    await expect(message(page, `Long ago ${nth}.`)).toHaveCount(1);
  }
  const scroll = page.locator(".thread__scroll");
  await scroll.evaluate((pane) => (pane.scrollTop = -pane.scrollHeight));
  for (const text of ["While you read", "And once more"]) await writeAsCustomer(phone, text);
  await expect(pill(page)).toHaveText("2 new messages");
  await look(page, "new messages below", ".thread");
  await page.setViewportSize({ width: 390, height: 844 });
  await look(page, "new messages below, on a phone", ".thread");
  await pill(page).press("Enter");
  await expect(message(page, "And once more")).toBeInViewport();
  await expect(pill(page)).toHaveCount(0);
});

test("a colleague beside", async ({ open }) => {
  test.slow();
  const [page, rohan] = [await open(), await open()];
  await openInbox(page, "Asha");
  await openThread(page, CUSTOMER);
  await openInbox(rohan, "Rohan");
  await openThread(rohan, CUSTOMER);
  const banner = page.locator(".composer__beside");
  await field(rohan).fill("Let me look");
  await expect(banner).toContainText("Rohan is replying.");
  await look(page, "a colleague is replying", ".thread");
  const words = `Me too ${Date.now()}`;
  await field(page).fill(words);
  await page.keyboard.press("Enter");
  await expect(banner).toContainText("Send once more");
  await look(page, "a reply that is held back once", ".thread");
  await page.keyboard.press("Enter");
  await expect(message(page, words)).toHaveCount(1);

  await assignTo(page, CUSTOMER, "Beatriz");
  await expect(composer(rohan)).toHaveCount(0);
  await look(rohan, "a conversation that was handed over while it was open");
  await expect(row(rohan, CUSTOMER)).toHaveCount(0);
});

test("an Agent's and a Viewer's inbox", async ({ open }) => {
  test.slow();
  const [rohan, tomasz] = [await open(), await open()];
  await openInbox(rohan, "Rohan");
  await look(rohan, "an Agent's list");
  await openThread(rohan, CUSTOMER);
  await look(rohan, "an Agent's thread");
  await openInbox(tomasz, "Tomasz");
  await look(tomasz, "a Viewer's list");
  await openThread(tomasz, CUSTOMER);
  await look(tomasz, "a Viewer's thread");
  for (const page of [rohan, tomasz]) {
    await page.setViewportSize({ width: 390, height: 844 });
    await look(page, "a thread on a phone");
    await page.reload();
    await hydrated(page);
    await expect(log(page)).toBeVisible();
    await page.goto(new URL(page.url()).pathname.replace(/\/inbox.*/, "/inbox"));
    await hydrated(page);
    await look(page, "a list on a phone");
  }
});
