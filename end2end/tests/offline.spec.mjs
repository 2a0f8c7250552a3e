// Half a minute without a connection, a page that is loaded anew meanwhile, and answers that are lost: nothing is missing
// afterwards, nothing is there twice, and what was written stands in the order of writing.
import { writeFile } from "node:fs/promises";
import { layCable } from "../lib/cable.mjs";
import { expect, hydrated, test as base } from "../lib/fixtures.mjs";
import { composer, list, log, message, openInbox, openThread, reply, row, takePhone, writeAsCustomer } from "../lib/steps.mjs";

// Seeded by the demo: this customer's agent is Rohan, who has the other one too.
const CUSTOMER = "Meera Krishnan";
const OTHER = "Imran Qureshi";
const STRANGER = "Nadia Fresh";

/** What a browser logs of requests that do not arrive, and of streams that end. */
const LOST = /net::ERR_/;
const AWAY = 30_000;

const PNG = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
  "base64",
);

const test = base.extend({
  /** The one of the agent who loses the connection. */
  cable: async ({}, use) => {
    const cable = await layCable();
    await use(cable);
    await cable.close();
  },
});

const field = (page) => composer(page).getByRole("textbox", { name: "Message" });
const noteForm = (page) => page.getByRole("form", { name: "Note for colleagues" });
const attachment = (page) => page.getByRole("dialog", { name: "Send more than words" });
const banner = (page) => page.getByRole("status").filter({ hasText: "Offline." });

/** Which of the lines of this test the messages say, from the top. */
const said = async (page, lines) => {
  const texts = await log(page).locator(".msg").allInnerTexts();
  return texts.map((text) => lines.find((line) => text.includes(line))).filter(Boolean);
};

const numbered = (words, count) => Array.from({ length: count }, (_, nth) => `${words} ${nth + 1} ${Date.now()}`);

/** Writes a reply and leaves it to the page when it goes. */
async function write(page, text) {
  await field(page).fill(text);
  await field(page).press("Enter");
  await expect(field(page)).toHaveValue("");
  await expect(message(page, text)).toHaveCount(1);
}

/** What the page keeps of replies that are not confirmed. */
const kept = (page) => page.evaluate(() => Object.keys(localStorage).filter((name) => name.startsWith("pending:")).length);

/** Somebody whom nobody knows yet. */
async function writeAsStranger(phone, text) {
  const { numbers } = await (await phone.request.get("/simulator/api/state")).json();
  const who = { wa_id: "4915550777001", name: STRANGER, bsuid: null };
  const answer = await phone.request.post("/simulator/api/say", {
    data: { number: numbers[0].id, customer: null, who, text, answers: null },
    headers: { origin: new URL(phone.url()).origin },
  });
  expect(answer.ok()).toBe(true);
}

/** Without a connection, and the browser knows it. */
async function leave(page, cable) {
  cable.cut();
  await page.context().setOffline(true);
}

async function comeBack(page, cable) {
  cable.mend();
  await page.context().setOffline(false);
}

async function attachPhoto(phone) {
  await phone.getByLabel("Attach", { exact: true }).first().click();
  await phone.getByRole("button", { name: "Photo", exact: true }).click();
}

/** Chooses a file in the dialog for more than words. */
async function choose(page, path) {
  await page.getByRole("button", { name: "Attach", exact: true }).click();
  await attachment(page).getByLabel("Choose files").setInputFiles(path);
}

test("offline for thirty seconds and back", async ({ open, cable }, info) => {
  test.slow();
  const [asha, rohan, phone] = [await open({ tolerate: LOST, ...cable.options }), await open(), await open()];
  const replies = numbered("Reply", 4);
  const asked = numbered("Asked", 2);
  const colleague = `From Rohan ${Date.now()}`;
  const noted = `Batch 118 ${Date.now()}`;
  const fresh = `Do you ship to Porto? ${Date.now()}`;
  const before = `Hello? ${Date.now()}`;
  const path = info.outputPath("offline.png");
  await writeFile(path, PNG);

  await takePhone(phone, CUSTOMER);
  await openInbox(rohan, "Rohan");
  await openThread(rohan, CUSTOMER);
  await openInbox(asha, "Asha");
  await openThread(asha, CUSTOMER);
  await writeAsCustomer(phone, before);
  await expect(message(asha, before)).toHaveCount(1);
  await expect(row(asha, OTHER)).toHaveCount(1);
  const address = asha.url();
  const drawn = await asha.evaluate(() => performance.timeOrigin);

  const since = Date.now();
  await leave(asha, cable);
  await expect(banner(asha)).toContainText("Replies wait here and are sent in order.");

  await test.step("a file that does not go says so; nothing of it is sent", async () => {
    await choose(asha, path);
    const line = attachment(asha).getByRole("listitem").filter({ hasText: "offline.png" });
    await expect(line.getByRole("alert")).toHaveText("The server did not answer. Check the connection.");
    await expect(attachment(asha).getByRole("button", { name: "Send", exact: true })).toBeDisabled();
    await line.getByRole("button", { name: "Remove offline.png" }).click();
    await expect(line).toHaveCount(0);
    await asha.keyboard.press("Escape");
    await expect(attachment(asha)).toHaveCount(0);
  });

  await test.step("replies stand at once, in the order of writing", async () => {
    for (const text of replies) await write(asha, text);
    await expect(message(asha, replies[0])).toContainText("Not sent yet. It is tried again by itself.");
    expect(await said(asha, replies)).toEqual(replies);
    expect(await kept(asha)).toBe(replies.length);
  });

  await test.step("a note says that it is not written, and stays in its field", async () => {
    await asha.getByRole("button", { name: "Note", exact: true }).click();
    await noteForm(asha).getByRole("textbox").fill(noted);
    await noteForm(asha).getByRole("textbox").press("Enter");
    await expect(asha.locator(".thread__foot").getByRole("alert")).toContainText("The server did not answer.");
    await expect(noteForm(asha).getByRole("textbox")).toHaveValue(noted);
    await expect(message(asha, noted)).toHaveCount(0);
  });

  await test.step("meanwhile customers write, and a colleague works", async () => {
    for (const text of asked) {
      await writeAsCustomer(phone, text);
      await expect(message(rohan, text)).toHaveCount(1);
    }
    const seen = await log(rohan).getByRole("img", { name: "Photo" }).count();
    await attachPhoto(phone);
    await expect(log(rohan).getByRole("img", { name: "Photo" })).toHaveCount(seen + 1);
    await reply(rohan, colleague);
    await expect(message(phone, colleague)).toHaveCount(1);
    await writeAsStranger(phone, fresh);
    await openThread(rohan, OTHER);
    await rohan.getByRole("button", { name: "Close", exact: true }).click();
    await expect(row(rohan, OTHER)).toHaveCount(0);
    await openThread(rohan, CUSTOMER);
  });

  await test.step("the whole half minute", async () => {
    // A wait, since the browser's own way back to the stream follows no clock of the page.
    await expect.poll(() => Date.now() - since, { timeout: AWAY + 10_000, intervals: [1_000] }).toBeGreaterThanOrEqual(AWAY);
    // It was cut off indeed.
    expect(await said(asha, [...asked, colleague])).toEqual([]);
    await expect(row(asha, STRANGER)).toHaveCount(0);
    await expect(row(asha, OTHER)).toHaveCount(1);
    await expect(banner(asha)).toBeVisible();
    expect(await said(phone, replies), "nothing went out").toEqual([]);
  });

  await comeBack(asha, cable);
  const all = [before, ...asked, colleague, ...replies];

  await test.step("back: said, sent once and in order, on all screens", async () => {
    await expect(banner(asha)).toHaveCount(0, { timeout: 30_000 });
    for (const page of [phone, rohan, asha]) {
      await expect.poll(() => said(page, all), { timeout: 30_000 }).toEqual(all);
    }
    await expect(log(asha).locator(".failure")).toHaveCount(0);
    await expect.poll(() => kept(asha)).toBe(0);
    for (const text of replies) await expect(message(asha, text)).toContainText("Read");
  });

  await test.step("the list has caught up", async () => {
    await expect(row(asha, STRANGER)).toHaveCount(1);
    await expect(row(asha, STRANGER)).toContainText(fresh);
    await expect(row(asha, STRANGER)).toContainText("unread: 1");
    await expect(row(asha, CUSTOMER)).toContainText(replies.at(-1));
    await expect(row(asha, OTHER)).toHaveCount(0);
  });

  await test.step("the picture is there, the note and the file go now, once", async () => {
    const photos = log(asha).getByRole("img", { name: "Photo" });
    await expect(photos).toHaveCount(await log(rohan).getByRole("img", { name: "Photo" }).count());
    await photos.last().scrollIntoViewIfNeeded();
    await expect.poll(() => photos.last().evaluate((img) => img.complete && img.naturalWidth)).toBeGreaterThan(0);
    await expect(noteForm(asha).getByRole("textbox")).toHaveValue(noted);
    await noteForm(asha).getByRole("textbox").press("Enter");
    for (const page of [asha, rohan]) await expect(message(page, noted)).toHaveCount(1);
    await asha.getByRole("button", { name: "Reply", exact: true }).click();
    await choose(asha, path);
    await attachment(asha).getByLabel("Caption").fill("And this");
    await attachment(asha).getByRole("button", { name: "Send", exact: true }).click();
    await expect(attachment(asha)).toHaveCount(0);
    for (const page of [asha, rohan, phone]) await expect(message(page, "And this")).toHaveCount(1);
  });

  await test.step("what comes now comes once, too", async () => {
    const now = `Are you back? ${Date.now()}`;
    await writeAsCustomer(phone, now);
    for (const page of [rohan, asha]) await expect.poll(() => said(page, [...all, now])).toEqual([...all, now]);
    await reply(asha, `${now} Yes`);
    for (const page of [phone, rohan, asha]) await expect(message(page, `${now} Yes`)).toHaveCount(1);
  });

  await test.step("no page was loaded for it, and one that is shows the same", async () => {
    expect([asha.url(), await asha.evaluate(() => performance.timeOrigin)]).toEqual([address, drawn]);
    await expect(message(asha, "Are you back?").last()).toContainText("Read");
    const texts = await log(asha).locator(".msg").allInnerTexts();
    const names = await list(asha).locator(".convo__name").allInnerTexts();
    await asha.reload();
    await hydrated(asha);
    await expect.poll(() => log(asha).locator(".msg").allInnerTexts()).toEqual(texts);
    expect(await list(asha).locator(".convo__name").allInnerTexts()).toEqual(names);
  });
});

test("replies that wait survive a page that is loaded anew, and go once and in order", async ({ open, cable }) => {
  const [asha, rohan, phone] = [await open({ tolerate: LOST, ...cable.options }), await open(), await open()];
  const replies = numbered("Kept", 3);
  await takePhone(phone, CUSTOMER);
  await openInbox(rohan, "Rohan");
  await openThread(rohan, CUSTOMER);
  await openInbox(asha, "Asha");
  await openThread(asha, CUSTOMER);
  const address = asha.url();
  await leave(asha, cable);
  await expect(banner(asha)).toBeVisible();
  for (const text of replies) await write(asha, text);

  await test.step("the browser is closed over it", async () => {
    await expect(asha.reload()).rejects.toThrow(/ERR_INTERNET_DISCONNECTED/);
  });

  await test.step("a page comes again, replies do not go yet: they stand there and wait", async () => {
    cable.refuse("/fn/reply");
    await comeBack(asha, cable);
    await asha.goto(address);
    await hydrated(asha);
    await expect.poll(() => said(asha, replies)).toEqual(replies);
    await expect(message(asha, replies[0])).toContainText("Not sent yet. It is tried again by itself.");
    expect(await kept(asha)).toBe(replies.length);
    expect(await said(phone, replies)).toEqual([]);
  });

  await test.step("then they go by themselves", async () => {
    cable.refuse(null);
    for (const page of [phone, rohan, asha]) await expect.poll(() => said(page, replies), { timeout: 30_000 }).toEqual(replies);
    await expect(log(asha).locator(".failure")).toHaveCount(0);
    await expect.poll(() => kept(asha)).toBe(0);
  });
});

test("what arrived while its answer was lost is not written twice", async ({ open, cable }, info) => {
  const [asha, rohan, phone] = [await open({ tolerate: LOST, ...cable.options }), await open(), await open()];
  const path = info.outputPath("once.png");
  await writeFile(path, PNG);
  await takePhone(phone, CUSTOMER);
  await openInbox(rohan, "Rohan");
  await openThread(rohan, CUSTOMER);
  await openInbox(asha, "Asha");
  await openThread(asha, CUSTOMER);

  // The browser does not know it: it finds nobody at the other end.
  const back = async () => {
    cable.mend();
    await expect(banner(asha)).toHaveCount(0, { timeout: 30_000 });
  };

  await test.step("replies, and those behind them", async () => {
    const replies = numbered("Once", 3);
    const lost = cable.loseAnswer("/fn/reply");
    for (const text of replies) await write(asha, text);
    expect(await lost).toBe(200);
    await expect(message(phone, replies[0])).toHaveCount(1);
    await expect(banner(asha)).toBeVisible();
    await back();
    for (const page of [phone, rohan, asha]) await expect.poll(() => said(page, replies), { timeout: 30_000 }).toEqual(replies);
    await expect.poll(() => kept(asha)).toBe(0);
    await expect(log(asha).locator(".failure")).toHaveCount(0);
  });

  await test.step("a note, written again as the page says", async () => {
    const words = `Written once ${Date.now()}`;
    const lost = cable.loseAnswer("/fn/note");
    await asha.getByRole("button", { name: "Note", exact: true }).click();
    await noteForm(asha).getByRole("textbox").fill(words);
    await noteForm(asha).getByRole("textbox").press("Enter");
    expect(await lost).toBe(200);
    await expect(asha.locator(".thread__foot").getByRole("alert")).toContainText("The server did not answer.");
    await back();
    await expect(noteForm(asha).getByRole("textbox")).toHaveValue(words);
    await noteForm(asha).getByRole("textbox").press("Enter");
    await expect(noteForm(asha).getByRole("textbox")).toHaveValue("");
    for (const page of [asha, rohan]) await expect(message(page, words)).toHaveCount(1);
    await asha.getByRole("button", { name: "Reply", exact: true }).click();
  });

  await test.step("a file", async () => {
    await choose(asha, path);
    await attachment(asha).getByLabel("Caption").fill("Only once");
    const lost = cable.loseAnswer("/fn/send");
    await attachment(asha).getByRole("button", { name: "Send", exact: true }).click();
    expect(await lost).toBe(200);
    await expect(attachment(asha).getByRole("alert")).toContainText("The server did not answer.");
    await back();
    await attachment(asha).getByRole("button", { name: "Send", exact: true }).click();
    await expect(attachment(asha)).toHaveCount(0);
    for (const page of [asha, rohan, phone]) await expect(message(page, "Only once")).toHaveCount(1);
  });

  await test.step("and so it is kept", async () => {
    const texts = await log(rohan).locator(".msg").allInnerTexts();
    expect(texts.filter((text) => /Once \d|Written once|Only once/.test(text))).toHaveLength(5);
    await asha.reload();
    await hydrated(asha);
    await expect(log(asha).locator(".msg")).toHaveCount(texts.length);
  });
});
