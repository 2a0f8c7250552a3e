// What the inbox and the contacts can look like, one state after the other: readable in light and dark, and no wider than the window.
import { expect, hydrated, test } from "../lib/fixtures.mjs";
import { findMessages, look, lookAtDialog, lookAtMenu } from "../lib/look.mjs";
import { composer, go, list, message, openInbox, openThread, row, takePhone, writeAsCustomer } from "../lib/steps.mjs";

// What slides in has come to rest.
test.use({ contextOptions: { reducedMotion: "reduce" } });

// Seeded by the demo: the first one's agent is Rohan; the other last wrote more than a day ago.
const CUSTOMER = "Meera Krishnan";
const LATE = "Олена Коваль";

const dialog = (page, name) => page.getByRole("dialog", { name });
const scroll = (page) => page.locator(".thread__scroll");
const search = (page) => page.getByRole("searchbox", { name: "Search people and messages" });
const results = (page) => page.getByRole("region", { name: "Search results" });
const view = (page, name) => page.getByRole("navigation", { name: "Views" }).getByRole("link", { name });

const press = (page, key) => async () => {
  await scroll(page).focus();
  await page.keyboard.press(key);
};

async function makeLabel(page, name, colour) {
  await page.getByRole("button", { name: "New label" }).click();
  await dialog(page, "New label").getByLabel("Name").fill(name);
  await dialog(page, "New label").getByRole("radio", { name: colour }).check();
  await dialog(page, "New label").getByRole("button", { name: "Make the label" }).click();
  await expect(page.getByRole("row", { name: new RegExp(name) })).toBeVisible();
}

test("what the list and the head of a thread open", async ({ open }) => {
  test.slow();
  const page = await open();
  await openInbox(page, "Asha");
  await go(page, "labels");
  for (const [name, colour] of [["VIP", "Lime"], ["Complaint", "Red"]]) await makeLabel(page, name, colour);
  await go(page, "inbox");
  await openThread(page, CUSTOMER);

  await lookAtDialog(page, "Labels", press(page, "l"), ["one chosen", (over) => over.getByRole("checkbox", { name: "VIP" }).check()]);
  await lookAtDialog(page, "Filter this list", press(page, "f"), ["one chosen", (over) => over.getByRole("checkbox", { name: "VIP" }).check()]);
  await lookAtDialog(page, "Business number", () => page.locator("#number-button").click());
  await lookAtDialog(page, "Keyboard shortcuts", press(page, "?"));
  await lookAtDialog(page, "Commands", press(page, "Control+k"), ["nothing fits", (over) => over.getByRole("combobox").fill("nothing is called that")]);
  await lookAtMenu(page, page.locator("#assign-button"), page.getByRole("form", { name: "Assign to" }));
  await lookAtMenu(page, page.locator("#later-button"), page.getByRole("group", { name: "Later" }));
  await lookAtMenu(page, page.getByRole("button", { name: /^Sort:/ }), page.getByRole("group", { name: "Sort" }));
  await lookAtMenu(page, page.getByRole("button", { name: /Account menu/ }), page.locator("#account"));
});

test("what is sent from a dialog", async ({ open }) => {
  test.slow();
  const page = await open();
  await openInbox(page, "Asha");
  await openThread(page, CUSTOMER);
  await lookAtDialog(page, "New conversation", press(page, "c"), ["nobody", async (over) => {
    await over.getByLabel("To", { exact: true }).fill("nobody of this name");
    await expect(over.getByRole("status")).toContainText("Nobody is called that.");
  }]);
  await lookAtDialog(page, "Send a template", () => composer(page).getByRole("button", { name: "Template" }).click(), ["no hit", async (over) => {
    await over.getByRole("searchbox").fill("no such template");
    await expect(over.getByText("No template matches.")).toBeVisible();
  }]);
  const tab = (name) => (over) => over.getByRole("button", { name, exact: true }).click();
  const file = { name: "a rather long name of a file that somebody took over from a scanner.pdf", mimeType: "application/pdf", buffer: Buffer.from("%PDF-1.4\n%%EOF\n") };
  await lookAtDialog(
    page,
    "Send more than words",
    () => page.getByRole("button", { name: "Attach", exact: true }).click(),
    ["a file", (over) => over.locator("#attach-files").setInputFiles(file)],
    ["a place", tab("Location")],
    ["a contact", tab("Contact")],
    ["choices", tab("Choices")],
  );
  await message(page, "Do you also deliver to Mysuru?").hover();
  await lookAtDialog(page, "React to this message", () => message(page, "Do you also deliver to Mysuru?").getByRole("button", { name: "React to this message" }).click());
  await lookAtDialog(page, "Record an opt-out", () => page.getByRole("button", { name: "Record opt-out…" }).click());
});

test("the list and what stands over it", async ({ open }) => {
  test.slow();
  const page = await open({ tolerate: /ERR_FAILED/ });
  await openInbox(page, "Asha");
  await look(page, "the list, with nothing open");

  await findMessages(page, "indigo");
  await look(page, "hits in messages", ".list");
  await search(page).fill("qqqqqq");
  await expect(results(page).getByRole("heading", { name: /No match for/ })).toBeVisible();
  await look(page, "no hit", ".list");
  await page.route(/\/fn\/search/, (route) => route.abort());
  await search(page).fill("bedspread");
  await expect(results(page).getByRole("alert")).toBeVisible();
  await look(page, "a search that failed", ".list");
  await page.unroute(/\/fn\/search/);
  await search(page).press("Escape");

  await list(page).locator("a.convo").first().focus();
  await page.keyboard.press("x");
  const bar = page.getByRole("toolbar", { name: "With the selected conversations" });
  await expect(bar).toBeVisible();
  await look(page, "one selected", ".list");
  await lookAtMenu(page, bar.getByRole("button", { name: "Assign" }), page.getByRole("group", { name: "Assign the selected to" }));
  await bar.getByRole("button", { name: "Close", exact: true }).click();
  await expect(page.locator(".toast.undo")).toContainText("Undo");
  await look(page, "what can be undone", ".toast.undo");
  await page.locator(".toast.undo").getByRole("button", { name: "Undo" }).click();
  await expect(page.locator(".toast.undo")).toContainText("Taken back.");

  await view(page, "Snoozed").click();
  await expect(list(page)).toContainText("Nothing is snoozed");
  await look(page, "an empty view", ".list");
  await page.goto(`${new URL(page.url()).pathname}?view=all&unread=1&closing=1`);
  await hydrated(page);
  await look(page, "filtered", ".list");

  await go(page, "inbox?view=all");
  let let_go;
  const held = new Promise((resolve) => (let_go = resolve));
  await page.route(/\/fn\/thread/, async (route) => {
    await held;
    await route.abort();
  });
  await row(page, CUSTOMER).press("Enter");
  await expect(page.getByText("Loading messages")).toBeAttached();
  await look(page, "messages on their way", ".thread");
  let_go();
  await expect(page.getByRole("alert")).toContainText("Messages did not load.");
  await look(page, "messages that did not come", ".thread");
});

test("conversations that take no reply", async ({ open }) => {
  test.slow();
  const page = await open({ tolerate: /status of 404/ });
  const phone = await open();
  await takePhone(phone, CUSTOMER);
  await openInbox(page, "Asha");

  await view(page, /^All/).click();
  await openThread(page, LATE);
  await expect(page.getByText("Only templates can be sent now.")).toBeVisible();
  await look(page, "after 24 hours");
  await page.getByRole("button", { name: /^Browse all/ }).click();
  await dialog(page, "Send a template").getByRole("searchbox").fill("appointment");
  await dialog(page, "Send a template").locator(".tplrow").first().click();
  await look(page, "a template that is filled in", "dialog[open]");
  await page.keyboard.press("Escape");

  await openThread(page, CUSTOMER);
  await writeAsCustomer(phone, "STOP");
  const locked = page.getByRole("note").filter({ hasText: "This customer opted out." });
  await expect(locked).toBeVisible();
  await look(page, "opted out", ".thread");
  // Meta's clock knows whole seconds: what comes within the same one is not after the STOP.
  await phone.waitForTimeout(1_100);
  await writeAsCustomer(phone, "Where is my parcel?");
  await locked.getByRole("button", { name: "Answer anyway…" }).click();
  await expect(dialog(page, `Answer ${CUSTOMER} anyway?`)).toBeVisible();
  await look(page, "the question before an answer", "dialog[open]");
  await page.keyboard.press("Escape");

  await page.getByRole("button", { name: "Later" }).click();
  await page.getByRole("group", { name: "Later" }).getByRole("button", { name: "For an hour" }).click();
  await view(page, "Snoozed").click();
  await openThread(page, CUSTOMER);
  await expect(page.getByRole("status").filter({ hasText: /Snoozed until/ })).toBeVisible();
  await look(page, "snoozed", ".thread");
  await page.getByRole("button", { name: "Close", exact: true }).click();
  await view(page, "Closed").click();
  // An earlier one of theirs is there too.
  await row(page, CUSTOMER).first().press("Enter");
  await expect(page.getByText("This conversation is closed.")).toBeVisible();
  await look(page, "closed", ".thread");

  await go(page, "inbox/01890a5d-ac96-774b-bcce-b302099a8057");
  await expect(page.getByRole("heading", { name: "Nothing here" })).toBeVisible();
  await look(page, "a conversation that is not there", ".thread");

  const viewer = await open();
  await openInbox(viewer, "Tomasz");
  await openThread(viewer, "Larissa Moura");
  await expect(viewer.getByText("You can read this workspace.")).toBeVisible();
  await look(viewer, "for whoever only reads");
});

test("contacts, their fields and files, labels, quick replies, notifications", async ({ open }) => {
  test.slow();
  const page = await open();
  await openInbox(page, "Asha");

  await go(page, "contacts");
  await lookAtDialog(page, "New contact", () => page.getByRole("button", { name: "New contact" }).click());
  await page.getByRole("checkbox", { name: /^Select / }).nth(1).check();
  await expect(page.getByRole("toolbar", { name: "Selected contacts" })).toBeVisible();
  await look(page, "contacts, one selected");
  await page.getByRole("region", { name: "Contacts", exact: true }).getByRole("link").first().click();
  await hydrated(page);
  await look(page, "one contact", ".page");
  await lookAtDialog(page, "Edit contact", () => page.getByRole("button", { name: "Edit" }).click());

  await go(page, "contacts/fields");
  await look(page, "no custom field", ".page");
  await page.getByRole("button", { name: "New field" }).click();
  await dialog(page, "New field").getByLabel("Name").fill("Tier");
  await dialog(page, "New field").getByLabel("Kind").selectOption({ label: "Choice" });
  await dialog(page, "New field").getByLabel("Choices").fill("Gold\nSilver");
  await look(page, "a new field", "dialog[open]");
  await dialog(page, "New field").getByRole("button", { name: "Save" }).click();
  await expect(page.getByRole("row", { name: /^Tier/ })).toBeVisible();
  await lookAtDialog(page, "Remove Tier?", () => page.getByRole("button", { name: "Remove Tier" }).click());

  await go(page, "contacts/imports");
  await look(page, "no import", ".page");
  const csv = "name,phone,tier\nAna,+359885550001,Gold\nNobody,12,Gold\n,+919845550101,\n";
  await page.getByLabel("CSV file").setInputFiles({ name: "fair.csv", mimeType: "text/csv", buffer: Buffer.from(csv) });
  await expect(page.getByRole("heading", { level: 1, name: "fair.csv" })).toBeVisible();
  await hydrated(page);
  await page.getByRole("button", { name: "Show the first lines" }).click();
  await expect(page.getByText("Is refused")).toBeVisible();
  await look(page, "what would become of a file", ".page");
  await page.getByRole("button", { name: "Import the file" }).click();
  await expect(page.locator("#progress")).toHaveText("Done", { timeout: 30_000 });
  await look(page, "what became of it", ".page");

  await go(page, "labels");
  await look(page, "no label", ".page");
  await makeLabel(page, "VIP", "Lime");
  await look(page, "labels", ".page");
  await lookAtDialog(page, "Delete VIP?", () => page.getByRole("button", { name: "Delete VIP" }).click());

  await go(page, "quick-replies");
  await look(page, "no quick reply", ".page");
  await page.getByRole("button", { name: "New quick reply" }).click();
  const form = dialog(page, "New quick reply");
  await form.getByLabel("Shortcut").fill("hello");
  await form.getByLabel("Title").fill("Greeting");
  await form.getByLabel("Text").fill("Hi {{contact.first_name}}");
  await form.getByText("Variables").click();
  await look(page, "a new quick reply", "dialog[open]");
  await form.getByRole("button", { name: "Keep the quick reply" }).click();
  await expect(page.getByRole("row", { name: /hello/ })).toBeVisible();
  await look(page, "quick replies", ".page");
  await lookAtDialog(page, "Delete /hello?", () => page.getByRole("button", { name: "Delete /hello" }).click());

  await go(page, "notifications");
  await look(page, "notifications", ".page");
});
