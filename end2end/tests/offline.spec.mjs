// Half a minute without a connection, a page that is loaded anew meanwhile, and answers that are lost: nothing is missing
// afterwards, nothing is there twice, and what was written stands in the order of writing.
import { writeFile } from "node:fs/promises";
import { layCable } from "../lib/cable.mjs";
import { expect, hydrated, test as base } from "../lib/fixtures.mjs";
import { look } from "../lib/look.mjs";
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

const photos = (page) => log(page).getByRole("img", { name: "Photo" }).count();

const numbered = (words, count) => Array.from({ length: count }, (_, nth) => `${words} ${nth + 1} ${Date.now()}`);

/** Writes a reply and leaves it to the page when it goes. */
async function write(page, text) {
  await field(page).fill(text);
  await field(page).press("Enter");
  await expect(field(page)).toHaveValue("");
  await expect(message(page, text)).toHaveCount(1);
}

/** The same for colleagues. */
async function writeNote(page, text) {
  await page.getByRole("button", { name: "Note", exact: true }).click();
  const field = noteForm(page).getByRole("textbox");
  await field.fill(text);
  await field.press("Enter");
  await expect(field).toHaveValue("");
  await expect(message(page, text)).toHaveCount(1);
  await page.getByRole("button", { name: "Reply", exact: true }).click();
}

/** A file of the dialog. */
const line = (page, name) => attachment(page).getByRole("listitem").filter({ hasText: name });

/** What the page keeps of what is not confirmed. */
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
  const panes = () => Promise.all([list(asha), composer(asha)].map((pane) => pane.boundingBox()));
  const stood = await panes();
  await leave(asha, cable);
  await expect(banner(asha)).toContainText("Replies wait here and are sent in order.");

  await test.step("it is said when the next try is, and no pane makes room for that", async () => {
    const left = async () => Number(/Reconnecting in (\d+) s\./.exec(await banner(asha).textContent())?.[1] ?? 0);
    await expect.poll(left, { intervals: [200] }).toBeGreaterThan(1);
    // It counts down, to the second.
    await expect.poll(left, { intervals: [200] }).toBe(1);
    expect(await panes()).toEqual(stood);
  });

  await test.step("a file that does not go says so; nothing of it is sent", async () => {
    await choose(asha, path);
    await expect(line(asha, "offline.png").getByRole("alert")).toHaveText("The server did not answer. Check the connection.");
    await expect(attachment(asha).getByRole("button", { name: "Send", exact: true })).toBeDisabled();
    await line(asha, "offline.png").getByRole("button", { name: "Remove offline.png" }).click();
    await expect(line(asha, "offline.png")).toHaveCount(0);
    await asha.keyboard.press("Escape");
    await expect(attachment(asha)).toHaveCount(0);
  });

  const written = [...replies.slice(0, 2), noted, ...replies.slice(2)];
  await test.step("replies and a note stand at once, in the order of writing", async () => {
    for (const text of written) await (text === noted ? writeNote : write)(asha, text);
    // The first one is tried; the others wait behind it.
    await expect(message(asha, written[0])).toContainText("Not sent yet. It is tried again by itself.");
    for (const text of written) await expect(message(asha, text).locator(".tick")).toContainText("Queued");
    expect(await said(asha, written)).toEqual(written);
    expect(await kept(asha)).toBe(written.length);
    await look(asha, "offline, with what waits");
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
  const inside = [before, ...asked, colleague, ...written];

  await test.step("back: said, sent once and in order, on all screens", async () => {
    await expect(banner(asha)).toHaveCount(0, { timeout: 30_000 });
    for (const page of [rohan, asha]) {
      await expect.poll(() => said(page, inside), { timeout: 30_000 }).toEqual(inside);
    }
    await expect.poll(() => said(phone, inside), { timeout: 30_000 }).toEqual(all);
    await expect(message(rohan, noted)).toContainText("Internal note · Asha");
    await expect(message(asha, noted).locator(".tick")).toHaveCount(0);
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

  await test.step("the picture is there, and the file goes now", async () => {
    const photos = log(asha).getByRole("img", { name: "Photo" });
    await expect(photos).toHaveCount(await log(rohan).getByRole("img", { name: "Photo" }).count());
    await photos.last().scrollIntoViewIfNeeded();
    await expect.poll(() => photos.last().evaluate((img) => img.complete && img.naturalWidth)).toBeGreaterThan(0);
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
  const noted = `For later ${Date.now()}`;
  const written = [...replies, noted];
  await takePhone(phone, CUSTOMER);
  await openInbox(rohan, "Rohan");
  await openThread(rohan, CUSTOMER);
  await openInbox(asha, "Asha");
  await openThread(asha, CUSTOMER);
  const address = asha.url();
  await leave(asha, cable);
  await expect(banner(asha)).toBeVisible();
  for (const text of replies) await write(asha, text);
  await writeNote(asha, noted);

  await test.step("the browser is closed over it", async () => {
    await expect(asha.reload()).rejects.toThrow(/ERR_INTERNET_DISCONNECTED/);
  });

  await test.step("a page comes again, replies do not go yet: they stand there and wait", async () => {
    cable.refuse("/fn/reply");
    await comeBack(asha, cable);
    await asha.goto(address);
    await hydrated(asha);
    await expect.poll(() => said(asha, written)).toEqual(written);
    await expect(message(asha, replies[0])).toContainText("Not sent yet. It is tried again by itself.");
    expect(await kept(asha)).toBe(written.length);
    expect(await said(phone, replies)).toEqual([]);
    await expect(message(rohan, noted), "it waits for what was written before it").toHaveCount(0);
  });

  await test.step("then they go by themselves", async () => {
    cable.refuse(null);
    for (const page of [rohan, asha]) await expect.poll(() => said(page, written), { timeout: 30_000 }).toEqual(written);
    await expect.poll(() => said(phone, written)).toEqual(replies);
    await expect(log(asha).locator(".failure")).toHaveCount(0);
    await expect.poll(() => kept(asha)).toBe(0);
  });
});

test("a file is chosen once, however often the connection breaks", async ({ open, cable }, info) => {
  const [asha, rohan, phone] = [await open({ tolerate: LOST, ...cable.options }), await open(), await open()];
  const [first, second] = [info.outputPath("first.png"), info.outputPath("second.png")];
  for (const path of [first, second]) await writeFile(path, PNG);
  await takePhone(phone, CUSTOMER);
  await openInbox(rohan, "Rohan");
  await openThread(rohan, CUSTOMER);
  await openInbox(asha, "Asha");
  await openThread(asha, CUSTOMER);
  const before = await photos(rohan);

  await test.step("without a connection it can be tried again, and says that it will be", async () => {
    await leave(asha, cable);
    await expect(banner(asha)).toBeVisible();
    await choose(asha, first);
    await expect(line(asha, "first.png")).toContainText("It is tried again when the connection is back.");
    await look(asha, "a file that did not go", "dialog[open]");
    const failed = await line(asha, "first.png").getByRole("alert").elementHandle();
    await line(asha, "first.png").getByRole("button", { name: "Try first.png again" }).click();
    await failed.waitForElementState("hidden");
    await expect(line(asha, "first.png").getByRole("alert")).toHaveText("The server did not answer. Check the connection.");
    await expect(attachment(asha).getByRole("button", { name: "Send", exact: true })).toBeDisabled();
  });

  await test.step("back: it goes by itself", async () => {
    await comeBack(asha, cable);
    await expect(line(asha, "first.png")).toContainText("ready to be sent as a photo", { timeout: 30_000 });
    await expect(line(asha, "first.png").getByRole("alert")).toHaveCount(0);
  });

  await test.step("another one arrives while its answer is lost: it is the same upload that answers", async () => {
    const asked = [];
    asha.on("request", (request) => {
      const { pathname, searchParams } = new URL(request.url());
      if (request.method() === "POST" && pathname.endsWith("/files")) asked.push(searchParams.get("id"));
    });
    const conversation = new URL(asha.url()).pathname.split("/").at(-1);
    const slug = new URL(asha.url()).pathname.split("/")[2];
    const lost = cable.loseAnswer(`/w/${slug}/conversations/${conversation}/files`);
    await attachment(asha).getByLabel("Choose files").setInputFiles(second);
    expect(await lost).toBe(200);
    await expect(line(asha, "second.png").getByRole("alert")).toBeVisible();
    // The page is dead to the world until then: a stream that is back sooner is no news.
    await expect(banner(asha)).toBeAttached();
    cable.mend();
    await expect(line(asha, "second.png")).toContainText("ready to be sent as a photo", { timeout: 30_000 });
    expect(asked).toHaveLength(2);
    expect(new Set(asked).size).toBe(1);
  });

  await test.step("both are sent once, in the order in which they were chosen", async () => {
    await attachment(asha).getByLabel("Caption").nth(0).fill("The first");
    await attachment(asha).getByLabel("Caption").nth(1).fill("The second");
    await attachment(asha).getByRole("button", { name: "Send", exact: true }).click();
    await expect(attachment(asha)).toHaveCount(0);
    for (const page of [asha, rohan, phone]) await expect.poll(() => said(page, ["The first", "The second"])).toEqual(["The first", "The second"]);
    await expect.poll(() => photos(rohan)).toBe(before + 2);
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

  await test.step("a note", async () => {
    const words = `Written once ${Date.now()}`;
    const lost = cable.loseAnswer("/fn/note");
    await writeNote(asha, words);
    expect(await lost).toBe(200);
    await expect(banner(asha)).toBeVisible();
    await back();
    await expect.poll(() => kept(asha), { timeout: 30_000 }).toBe(0);
    await expect(message(asha, words).locator(".failure")).toHaveCount(0);
    for (const page of [asha, rohan]) await expect(message(page, words)).toHaveCount(1);
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
