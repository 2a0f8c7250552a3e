// Contacts: found and paged, edited under a colleague's eyes, and two that become one. Files of them: imports.spec.mjs.
import { expect, expectAccessible, hydrated, test } from "../lib/fixtures.mjs";
import { go, message, openInbox, openThread, row, signIn } from "../lib/steps.mjs";

// Seeded by the demo: this customer's agent is Rohan, the other one's is Asha.
const CUSTOMER = "Meera Krishnan";
const ASHAS = "Santiago Herrera";

const dialog = (page, name) => page.getByRole("dialog", { name });
const people = (page) => page.getByRole("region", { name: "Contacts", exact: true }).locator("tbody tr");
const section = (page, name) => page.getByRole("region", { name, exact: true });
const panel = (page) => page.getByRole("complementary", { name: "Contact details" });
const toast = (page) => page.locator("p.toast");

/** Looks for the beginning of a name or number. */
async function find(page, text) {
  await page.getByRole("searchbox", { name: "Beginning of a name or number" }).fill(text);
  await page.getByRole("button", { name: "Search", exact: true }).click();
  await expect(page).toHaveURL((url) => url.searchParams.get("q") === text);
  await hydrated(page);
}

/** Opens the page of the one contact whose name begins so. */
async function openContact(page, name) {
  await go(page, "contacts");
  await find(page, name);
  await expect(people(page)).toHaveCount(1);
  await people(page).getByRole("link").click();
  await expect(page.getByRole("region", { name: "Who it is" })).toBeVisible();
  await hydrated(page);
}

/** Makes a custom field on the page of them. */
async function makeField(page, name, kind, choices) {
  await page.getByRole("button", { name: "New field" }).click();
  const form = dialog(page, "New field");
  await form.getByLabel("Name").fill(name);
  await form.getByLabel("Kind").selectOption({ label: kind });
  if (choices) await form.getByLabel("Choices").fill(choices.join("\n"));
  await form.getByRole("button", { name: "Save" }).click();
  await expect(page.getByRole("row", { name: new RegExp(`^${name}`) })).toBeVisible();
}

test("found by the beginning of a name or number; nobody is no dead end", async ({ open }) => {
  const asha = await open();
  await signIn(asha, "Asha");
  await go(asha, "contacts");
  const all = await people(asha).count();
  expect(all).toBeGreaterThan(30);

  await find(asha, "meera");
  await expect(people(asha)).toHaveCount(1);
  await expect(people(asha)).toContainText(CUSTOMER);
  const number = await people(asha).locator("small").first().innerText();
  await find(asha, number.slice(0, -2));
  await expect(people(asha).filter({ hasText: CUSTOMER })).toHaveCount(1);
  await expectAccessible(asha);

  await find(asha, "nobody of this name");
  await expect(asha.getByRole("heading", { name: "Nobody was found" })).toBeVisible();
  await expectAccessible(asha);
  await asha.getByRole("link", { name: "Clear" }).click();
  await expect(people(asha)).toHaveCount(all);

  // Without a script it is a form and links.
  const plain = await open({ javaScriptEnabled: false });
  await signIn(plain, "Asha");
  await plain.goto(`${new URL(asha.url()).pathname}?q=meera`);
  await expect(people(plain)).toHaveCount(1);
});

test("what is known of a contact is edited, and colleagues see it where they are", async ({ open }) => {
  // A number that is none.
  const asha = await open({ tolerate: /status of 422/ });
  const rohan = await open();
  await signIn(asha, "Asha");
  await openInbox(rohan, "Rohan");
  await openThread(rohan, CUSTOMER);
  await expect(panel(rohan)).toContainText("Nothing is filled in.");

  await test.step("fields are made", async () => {
    await go(asha, "contacts/fields");
    await expect(asha.getByRole("heading", { name: "No custom field yet" })).toBeVisible();
    await makeField(asha, "City", "Text");
    await makeField(asha, "Tier", "Choice", ["Gold", "Silver"]);
    await makeField(asha, "Spent", "Number");
    await asha.getByRole("button", { name: "Move Tier up" }).click();
    await expect(asha.getByRole("rowheader")).toHaveText(["Tier", "City", "Spent"]);
  });

  await test.step("and filled: what is wrong is named, the rest is live in the inbox", async () => {
    await openContact(asha, CUSTOMER);
    await asha.getByRole("button", { name: "Edit" }).click();
    const form = dialog(asha, "Edit contact");
    await form.getByLabel("Name").fill("Meera of Kochi");
    await form.getByLabel("Tier").selectOption("Gold");
    await form.getByLabel("City").fill("Kochi");
    await form.getByLabel("Spent").fill("much");
    await form.getByLabel("Note").fill("Mornings only.");
    await form.getByRole("button", { name: "Save" }).click();
    await expect(form.getByRole("alert")).toContainText("Spent");
    await form.getByLabel("Spent").fill("2140.50");
    await form.getByRole("button", { name: "Save" }).click();
    await expect(form).toHaveCount(0);
    await expect(toast(asha)).toHaveText("Saved.");
    await expect(asha.getByRole("heading", { level: 1 })).toHaveText("Meera of Kochi");
    for (const page of [asha, rohan]) {
      for (const text of ["Kochi", "Gold", "2140.50", "Mornings only."]) await expect(page.getByText(text, { exact: true }).first()).toBeVisible();
    }
    await expect(panel(rohan).getByRole("term")).toContainText(["Tier", "City", "Spent"]);
    await expect(row(rohan, "Meera of Kochi")).toBeVisible();
    await expect(rohan.getByRole("region", { name: "Conversation with Meera of Kochi" })).toBeVisible();
    await asha.reload();
    await hydrated(asha);
    await expect(section(asha, "Custom fields")).toContainText("2140.50");
    await expectAccessible(asha);
  });

  await test.step("the colleague edits what is theirs, from the inbox", async () => {
    await panel(rohan).getByRole("link", { name: "Open contact" }).click();
    await hydrated(rohan);
    await expect(rohan.getByRole("link", { name: "Manage fields" })).toHaveCount(0);
    await rohan.getByRole("button", { name: "Edit" }).click();
    const form = dialog(rohan, "Edit contact");
    await expect(form.getByLabel("Name")).toHaveValue("Meera of Kochi");
    await form.getByLabel("Tier").selectOption("Silver");
    await form.getByLabel("City").fill("");
    await form.getByRole("button", { name: "Save" }).click();
    await expect(section(asha, "Custom fields")).toContainText("Silver");
    await expect(section(asha, "Custom fields")).not.toContainText("Kochi");
    await rohan.getByRole("link", { name: "Open conversation" }).click();
    await expect(rohan.getByRole("region", { name: "Conversation with Meera of Kochi" })).toBeVisible();
  });

  await test.step("a field that is removed goes with its values", async () => {
    const here = asha.url();
    await go(asha, "contacts/fields");
    await asha.getByRole("button", { name: "Change Spent" }).click();
    await dialog(asha, "Change field").getByLabel("Name").fill("Spent so far");
    await dialog(asha, "Change field").getByRole("button", { name: "Save" }).click();
    await expect(asha.getByRole("rowheader", { name: "Spent so far" })).toBeVisible();
    await asha.getByRole("button", { name: "Remove Tier" }).click();
    await expectAccessible(asha);
    await asha.getByRole("button", { name: "Remove field" }).click();
    await expect(asha.getByRole("rowheader")).toHaveText(["City", "Spent so far"]);
    await asha.goto(here);
    await expect(section(asha, "Custom fields")).toContainText("Spent so far");
    await expect(section(asha, "Custom fields")).not.toContainText("Silver");
  });
});

test("labels, consent and the first field stand in the list, which is narrowed by them", async ({ open }) => {
  const asha = await open();
  const rohan = await open();
  await openInbox(asha, "Asha");
  const cell = (page, name, column) => people(page).filter({ hasText: name }).getByRole("cell").nth(column);
  // After the box: labels, assignee, consent, the last message, the field.
  const [LABELS, CONSENT, WRITTEN, FIELD] = [1, 3, 4, 5];

  await test.step("made: two labels, a field, a value", async () => {
    await go(asha, "labels");
    for (const name of ["VIP", "Shipping"]) {
      await asha.getByRole("button", { name: "New label" }).click();
      await dialog(asha, "New label").getByLabel("Name").fill(name);
      await dialog(asha, "New label").getByRole("button", { name: "Make the label" }).click();
      await expect(asha.getByRole("row", { name: new RegExp(name) })).toBeVisible();
    }
    await go(asha, "contacts/fields");
    await makeField(asha, "City", "Text");
    await openContact(asha, CUSTOMER);
    await asha.getByRole("button", { name: "Edit" }).click();
    await dialog(asha, "Edit contact").getByLabel("City").fill("Kochi");
    await dialog(asha, "Edit contact").getByRole("button", { name: "Save" }).click();
    await expect(toast(asha)).toHaveText("Saved.");
  });

  await test.step("a label on a conversation is one of the contact", async () => {
    await openInbox(rohan, "Rohan");
    await openThread(rohan, CUSTOMER);
    await rohan.getByRole("button", { name: "Labels" }).click();
    await dialog(rohan, "Labels").getByRole("checkbox", { name: "VIP" }).check();
    await expect(row(rohan, CUSTOMER)).toContainText("VIP");
    await expect(section(asha, "Who it is")).toContainText("VIP");
    await go(asha, "contacts");
    await find(asha, "meera");
    await expect(cell(asha, CUSTOMER, LABELS)).toHaveText("VIP");
    await expect(cell(asha, CUSTOMER, CONSENT)).toHaveText("Not recorded");
    await expect(cell(asha, CUSTOMER, WRITTEN).locator("time")).toHaveCount(1);
    await expect(cell(asha, CUSTOMER, FIELD)).toHaveText("Kochi");
    await expectAccessible(asha);
  });

  await test.step("what they decided, and when", async () => {
    await rohan.keyboard.press("Escape");
    await panel(rohan).getByRole("button", { name: "Record opt-out…" }).click();
    await rohan.getByRole("dialog").getByRole("textbox").fill("Said so on the phone");
    await rohan.getByRole("dialog").getByRole("button", { name: /Record/ }).click();
    await expect(panel(rohan).getByRole("button", { name: "Record opt-in…" })).toBeVisible();
    await go(asha, "contacts");
    await find(asha, "meera");
    await expect(cell(asha, CUSTOMER, CONSENT)).toContainText("Opted out");
    await expect(cell(asha, CUSTOMER, CONSENT).locator("time")).toHaveCount(1);
  });

  await test.step("narrowed by label and consent; the address says it, and it works without a script", async () => {
    await go(asha, "contacts");
    const all = await people(asha).count();
    await asha.getByLabel("Label", { exact: true }).selectOption({ label: "VIP" });
    await asha.getByRole("button", { name: "Search", exact: true }).click();
    await expect(asha).toHaveURL(/label=[0-9a-f-]{36}/);
    await hydrated(asha);
    await expect(people(asha)).toHaveCount(1);
    await expect(people(asha)).toContainText(CUSTOMER);
    const address = asha.url();
    const file = await asha.request.get(await asha.getByRole("link", { name: "Export" }).getAttribute("href"));
    expect((await file.text()).trim().split("\n")).toHaveLength(2);
    const plain = await open({ javaScriptEnabled: false });
    await signIn(plain, "Asha");
    await plain.goto(address);
    await expect(people(plain)).toHaveCount(1);
    await asha.getByLabel("Consent").selectOption({ label: "Opted out" });
    await asha.getByRole("button", { name: "Search", exact: true }).click();
    await hydrated(asha);
    await expect(people(asha)).toHaveCount(1);
    await asha.getByLabel("Label", { exact: true }).selectOption({ label: "Shipping" });
    await asha.getByRole("button", { name: "Search", exact: true }).click();
    await expect(asha.getByRole("heading", { name: "Nobody was found" })).toBeVisible();
    await hydrated(asha);
    await asha.getByRole("link", { name: "Clear" }).click();
    await expect(people(asha)).toHaveCount(all);
  });
});

test("the panel: the number is copied, and it says what time it is there", async ({ open }) => {
  const asha = await open({ permissions: ["clipboard-read", "clipboard-write"] });
  await openInbox(asha, "Asha");
  await openThread(asha, CUSTOMER);
  const time = () => new Date().toLocaleTimeString("en-GB", { timeZone: "Asia/Kolkata", hour: "2-digit", minute: "2-digit" });
  const before = time();
  await expect(panel(asha)).toContainText(/India, \d\d:\d\d local time/);
  const [said] = /\d\d:\d\d/.exec(await panel(asha).getByText("local time").innerText());
  expect([before, time()]).toContain(said);
  await panel(asha).getByRole("button", { name: "Copy number" }).click();
  await expect(panel(asha).getByRole("status").filter({ hasText: "Copied" })).toHaveCount(1);
  const number = await panel(asha).locator(".contact__reach p").first().innerText();
  expect(await asha.evaluate(() => navigator.clipboard.readText())).toBe(number);
  await expectAccessible(asha, { within: ".contact" });
});

test("two that turn out to be one: proposed, kept apart or merged, with both conversations", async ({ open }) => {
  const asha = await open();
  const watching = await open();
  await signIn(asha, "Asha");
  await openInbox(watching, "Asha");
  const origin = new URL(asha.url()).origin;
  const { numbers } = await (await asha.request.get("/simulator/api/state")).json();
  const say = async (who, text) => {
    const data = { number: numbers[0].id, customer: null, who, text, answers: null };
    const answer = await asha.request.post("/simulator/api/say", { data, headers: { origin } });
    expect(answer.ok(), await answer.text()).toBe(true);
    await expect(watching.getByRole("link").filter({ hasText: text })).toBeVisible();
  };
  // Each writes with a number, with a user id, and at last with both.
  const pairs = [
    { name: "Lakshmi Rao", wa_id: "919876501234", bsuid: "IN.13491208655302741918" },
    { name: "Farid Khan", wa_id: "919876505678", bsuid: "IN.20491208655302741919" },
  ];
  for (const { name, wa_id, bsuid } of pairs) {
    await say({ name, wa_id, bsuid: null }, `${name}, by number`);
    await say({ name, wa_id: null, bsuid }, `${name}, by id`);
    await say({ name, wa_id, bsuid }, `${name}, by both`);
  }

  await test.step("proposed in the panel and above the list", async () => {
    await watching.getByRole("link").filter({ hasText: "Lakshmi Rao, by both" }).press("Enter");
    await expect(panel(watching)).toContainText("May be the same as Lakshmi Rao");
    await expectAccessible(watching);
    await go(asha, "contacts");
    await expect(section(asha, "Possible duplicates").getByRole("listitem")).toHaveCount(2);
    await expectAccessible(asha);
  });

  await test.step("not the same: said once, and not proposed again", async () => {
    await asha.getByRole("button", { name: /^Not the same person: Farid/ }).click();
    await expect(toast(asha)).toHaveText("They stay two contacts.");
    await expect(section(asha, "Possible duplicates").getByRole("listitem")).toHaveCount(1);
    await asha.reload();
    await hydrated(asha);
    await expect(section(asha, "Possible duplicates").getByRole("listitem")).toHaveCount(1);
    await find(asha, "Farid");
    await expect(people(asha)).toHaveCount(2);
  });

  await test.step("merged, after a question", async () => {
    await find(asha, "Lakshmi");
    await expect(people(asha)).toHaveCount(2);
    const addresses = await people(asha).getByRole("link").evaluateAll((links) => links.map((link) => link.getAttribute("href")));
    await asha.getByRole("button", { name: /^Merge Lakshmi/ }).click();
    const question = dialog(asha, "Merge two contacts?");
    await expectAccessible(asha);
    await question.getByRole("button", { name: "Cancel" }).click();
    await expect(question).toHaveCount(0);
    await asha.getByRole("button", { name: /^Merge Lakshmi/ }).click();
    await question.getByRole("button", { name: "Merge" }).click();
    await expect(people(asha)).toHaveCount(1);
    await expect(section(asha, "Possible duplicates")).toHaveCount(0);
    await expect(panel(watching)).not.toContainText("May be the same as");
    // Whoever kept the address of the one that went finds the other.
    for (const address of addresses) {
      await asha.goto(address);
      await hydrated(asha);
      await expect(asha.getByRole("heading", { level: 1 })).toHaveText("Lakshmi Rao");
      for (const id of ["+919876501234", "IN.13491208655302741918"]) await expect(section(asha, "Details")).toContainText(id);
    }
  });

  await test.step("all they wrote is kept", async () => {
    const past = section(asha, "Conversations").getByRole("listitem");
    await expect(past).toHaveCount(2);
    const threads = await past.getByRole("link").evaluateAll((links) => links.map((link) => link.getAttribute("href")));
    const said = [];
    for (const thread of threads) {
      await asha.goto(thread);
      await expect(message(asha, "Lakshmi Rao, by").first()).toBeVisible();
      said.push(...(await asha.getByRole("log", { name: "Messages" }).locator(".msg").allInnerTexts()));
    }
    for (const how of ["number", "id", "both"]) expect(said.filter((text) => text.includes(`Lakshmi Rao, by ${how}`)), how).toHaveLength(1);
  });

  await test.step("and what they write from now on is one conversation, however it names them", async () => {
    const [{ name, wa_id, bsuid }] = pairs;
    await say({ name, wa_id: null, bsuid }, "Once more by id");
    await say({ name, wa_id, bsuid: null }, "Once more by number");
    await expect(watching.getByRole("link").filter({ hasText: "Once more by" })).toHaveCount(1);
    await go(asha, "contacts");
    await find(asha, "Lakshmi");
    await expect(people(asha)).toHaveCount(1);
  });
});

test("whoever may not, is neither shown nor given it", async ({ open }) => {
  const [asha, rohan, tomasz] = [await open(), await open({ tolerate: /status of 40[34]/ }), await open({ tolerate: /status of 403/ })];
  await signIn(asha, "Asha");
  await openContact(asha, ASHAS);
  const foreign = new URL(asha.url()).pathname;
  const base = foreign.replace(/\/[^/]+$/, "");

  await test.step("an Agent has their own", async () => {
    await signIn(rohan, "Rohan");
    await go(rohan, "contacts");
    await expect(people(rohan).filter({ hasText: CUSTOMER })).toHaveCount(1);
    await expect(people(rohan).filter({ hasText: ASHAS })).toHaveCount(0);
    for (const name of ["Import", "Export", "Imports"]) await expect(rohan.getByRole("link", { name, exact: true })).toHaveCount(0);
    await expect(rohan.getByRole("button", { name: "New contact" })).toBeVisible();
    expect((await rohan.goto(foreign)).status()).toBe(404);
    await expect(rohan.getByText(ASHAS)).toHaveCount(0);
    await go(rohan, "contacts/fields");
    await expect(rohan.getByRole("button", { name: "New field" })).toHaveCount(0);
  });

  await test.step("a Viewer changes nothing", async () => {
    await signIn(tomasz, "Tomasz");
    await tomasz.goto(foreign);
    await expect(tomasz.getByRole("heading", { level: 1 })).toHaveText(ASHAS);
    await expect(tomasz.getByRole("button", { name: "Edit" })).toHaveCount(0);
    await expect(tomasz.getByRole("link", { name: /Export|Send a template/ })).toHaveCount(0);
    await go(tomasz, "contacts");
    await expect(tomasz.getByRole("button", { name: "New contact" })).toHaveCount(0);
  });

  await test.step("nor do they get it by asking", async () => {
    for (const page of [rohan, tomasz]) {
      for (const path of ["export.csv", "consent.csv"]) expect((await page.request.get(`${base}/${path}`)).status(), path).toBe(403);
      const origin = new URL(page.url()).origin;
      const answer = await page.request.post(`${base}/imports?name=a.csv`, { data: "name,phone\n", headers: { origin } });
      expect(answer.status()).toBe(403);
      expect((await page.goto(`${base}/imports`)).status()).toBe(403);
      await expect(page.getByLabel("CSV file")).toHaveCount(0);
    }
    expect((await asha.request.get(`${base}/export.csv`)).status()).toBe(200);
  });
});
