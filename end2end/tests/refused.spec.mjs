// Whatever the server answers to what somebody writes: it is said, nothing of it is lost, and tried again it is there once.
import { writeFile } from "node:fs/promises";
import { expect, test } from "../lib/fixtures.mjs";
import { composer, go, log, message, openInbox, openThread, takePhone } from "../lib/steps.mjs";

// Seeded by the demo: this customer's agent is Rohan.
const CUSTOMER = "Meera Krishnan";
const QUESTION = "Do you also deliver to Mysuru?";

/** What a browser logs of such answers, and what the fixture does. */
const WANTED = /status of [45]\d\d|net::ERR_|^5\d\d http/;

const PNG = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
  "base64",
);

const json = (status, fault) => (route) => route.fulfill({ status, contentType: "application/json", body: JSON.stringify(fault) });
const text = (status, words) => (route) => route.fulfill({ status, contentType: "text/plain", body: `${words}\n` });
const proxy = (status) => (route) => route.fulfill({ status, contentType: "text/html", body: "<html><h1>nginx</h1></html>" });
const silent = (route) => route.abort("timedout");

const LIMITED = { limited: { which: "minute", plan: "free", limit: 20, remaining: 0, reset_at: 0, wait: 30_000 } };

/** What waits for a person, and the words for it. */
const REFUSALS = {
  "a fault of ours": [json(500, { unavailable: "0199" }), "The server could not do this. Nothing was lost."],
  "a permission that is gone": [json(403, { domain: { forbidden: { permission: "messages.send" } } }), "You need the permission messages.send"],
  "a limit": [json(429, LIMITED), "This workspace may send 20 messages a minute"],
};
/** What is tried again by itself. */
const SILENCE = { "a server that is busy": json(503, "busy"), "a proxy's page": proxy(502), "no answer": silent };

const field = (page) => composer(page).getByRole("textbox", { name: "Message" });
const note = (page) => page.getByRole("form", { name: "Note for colleagues" }).getByRole("textbox");
const attachment = (page) => page.getByRole("dialog", { name: "Send more than words" });

/** From here on requests to this path are answered so, until it is let go of. */
async function answer(page, path, how) {
  await page.route(path, how);
  return () => page.unroute(path, how);
}

async function scene(open) {
  const [page, phone] = [await open({ tolerate: WANTED }), await open()];
  await takePhone(phone, CUSTOMER);
  await openInbox(page, "Asha");
  await openThread(page, CUSTOMER);
  return [page, phone];
}

test("a reply and a note", async ({ open }) => {
  test.slow();
  const [page, phone] = await scene(open);
  for (const [path, tab, into] of [["**/fn/reply", "Reply", field], ["**/fn/note", "Note", note]]) {
    await page.getByRole("button", { name: tab, exact: true }).click();
    const write = async (what) => {
      const words = `${tab}, ${what} ${Date.now()}`;
      await into(page).fill(words);
      await into(page).press("Enter");
      await expect(message(page, words)).toHaveCount(1);
      return words;
    };
    const sent = [];
    for (const [what, [how, why]] of Object.entries(REFUSALS)) {
      await test.step(`${tab}: ${what}`, async () => {
        const release = await answer(page, path, how);
        const words = await write(what);
        await expect(message(page, words).locator(".failure")).toContainText(`Not sent. ${why}`);
        await expect(message(page, words).getByRole("button", { name: "Discard" })).toBeVisible();
        await release();
        await message(page, words).getByRole("button", { name: "Try again" }).click();
        await expect(message(page, words).locator(".failure")).toHaveCount(0);
        sent.push(words);
      });
    }
    for (const [what, how] of Object.entries(SILENCE)) {
      await test.step(`${tab}: ${what}`, async () => {
        const release = await answer(page, path, how);
        const words = await write(what);
        await expect(message(page, words).locator(".failure")).toContainText("Not sent yet. It is tried again by itself.");
        await release();
        await expect(message(page, words).locator(".failure")).toHaveCount(0, { timeout: 30_000 });
        sent.push(words);
      });
    }
    for (const words of sent) {
      await expect(message(page, words)).toHaveCount(1);
      await expect(message(phone, words)).toHaveCount(tab === "Reply" ? 1 : 0);
    }
  }
});

test("a request that is never answered", async ({ open }) => {
  const [page, phone] = [await open({ tolerate: WANTED }), await open()];
  await takePhone(phone, CUSTOMER);
  await page.clock.install();
  await openInbox(page, "Asha");
  await openThread(page, CUSTOMER);
  let release;
  const held = new Promise((resolve) => (release = resolve));
  const asked = page.waitForRequest("**/fn/reply");
  await page.route("**/fn/reply", async (route) => {
    await held;
    await route.continue();
  }, { times: 1 });
  const words = `Into the dark ${Date.now()}`;
  await field(page).fill(words);
  await field(page).press("Enter");
  await asked;
  await expect(message(page, words).locator(".tick")).toContainText("Queued");
  await page.clock.fastForward(31_000);
  await expect(message(phone, words)).toHaveCount(1);
  await expect(message(page, words)).toContainText("Read");
  // The first one arrives after all.
  const late = page.waitForResponse("**/fn/reply");
  release();
  expect((await late).status()).toBe(200);
  const last = `And this ${Date.now()}`;
  await field(page).fill(last);
  await field(page).press("Enter");
  await expect(message(phone, last)).toHaveCount(1);
  for (const who of [page, phone]) await expect(message(who, words)).toHaveCount(1);
});

/** The first request to this path is never answered; returns what lets it go on after all. */
async function hold(page, path) {
  let release;
  const held = new Promise((resolve) => (release = resolve));
  await page.route(path, async (route) => {
    await held;
    await route.abort("timedout").catch(() => {});
  }, { times: 1 });
  return release;
}

test("a dialog and a file that are never answered", async ({ open }, info) => {
  const page = await open({ tolerate: WANTED });
  const path = info.outputPath("dark.png");
  await writeFile(path, PNG);
  await page.clock.install();
  await openInbox(page, "Asha");

  await test.step("a file: it says so, and goes when it is tried again", async () => {
    await openThread(page, CUSTOMER);
    await page.getByRole("button", { name: "Attach", exact: true }).click();
    const files = /\/conversations\/[^/]+\/files\?/;
    const release = await hold(page, files);
    const asked = page.waitForRequest(files);
    await attachment(page).getByLabel("Choose files").setInputFiles(path);
    await asked;
    const line = attachment(page).getByRole("listitem");
    await page.clock.runFor(50_000);
    await expect(line.getByRole("alert")).toHaveCount(0);
    await page.clock.runFor(20_000);
    await expect(line.getByRole("alert")).toHaveText("The server did not answer. Check the connection.");
    await line.getByRole("button", { name: "Try dark.png again" }).click();
    await expect(line).toContainText("ready to be sent as a photo");
    release();
    await attachment(page).getByRole("button", { name: "Close" }).click();
  });

  await test.step("a dialog: it says so, and can be sent once more", async () => {
    await go(page, "labels");
    await page.getByRole("button", { name: "New label" }).click();
    const dialog = page.getByRole("dialog", { name: "New label" });
    const release = await hold(page, "**/fn/labels/create");
    const asked = page.waitForRequest("**/fn/labels/create");
    await dialog.getByLabel("Name").fill("Patience");
    const save = dialog.locator("button[type=submit]");
    await save.click();
    await asked;
    await expect(save).toBeDisabled();
    await page.clock.runFor(31_000);
    await expect(dialog.getByRole("alert")).toContainText("The server has not answered for 30 seconds.");
    await save.click();
    await expect(dialog).toBeHidden();
    release();
    await expect(page.getByRole("row", { name: /Patience/ })).toHaveCount(1);
  });
});

test("a file on its way, and its message", async ({ open }, info) => {
  test.slow();
  const [page, phone] = await scene(open);
  const path = info.outputPath("once.png");
  await writeFile(path, PNG);
  const upload = /\/conversations\/[^/]+\/files\?/;
  const line = attachment(page).getByRole("listitem");
  const photos = (who) => log(who).getByRole("img", { name: "Photo" }).count();
  const before = await photos(page);
  await page.getByRole("button", { name: "Attach", exact: true }).click();

  const cases = {
    "a fault of ours": [text(500, "Something went wrong on our side."), "Something went wrong on our side."],
    "a permission that is gone": [text(403, "You need the permission messages.send for this."), "You need the permission messages.send"],
    "a limit": [text(429, "Wait a moment."), "Wait a moment."],
    "Meta": [text(502, "WhatsApp could not be reached, so the file was not handed in. Try again."), "WhatsApp could not be reached"],
    "a proxy's page": [proxy(502), "The server did not answer."],
    "a proxy without words": [text(504, ""), "The server did not answer."],
    "a proxy that refuses": [proxy(403), "The server could not take this file."],
    "no answer": [silent, "The server did not answer. Check the connection."],
  };
  for (const [what, [how, why]] of Object.entries(cases)) {
    await test.step(what, async () => {
      const release = await answer(page, upload, how);
      await attachment(page).getByLabel("Choose files").setInputFiles(path);
      await expect(line.getByRole("alert")).toContainText(why);
      await expect(attachment(page).getByRole("button", { name: "Send", exact: true })).toBeDisabled();
      await release();
      await line.getByRole("button", { name: "Try once.png again" }).click();
      await expect(line).toContainText("ready to be sent as a photo");
      await line.getByRole("button", { name: "Remove once.png" }).click();
      await expect(line).toHaveCount(0);
    });
  }

  await test.step("what is too large would be so again", async () => {
    const release = await answer(page, upload, proxy(413));
    await attachment(page).getByLabel("Choose files").setInputFiles(path);
    await expect(line.getByRole("alert")).toContainText("This file is too large.");
    await expect(line.getByRole("button", { name: /again/ })).toHaveCount(0);
    await line.getByRole("button", { name: "Remove once.png" }).click();
    await release();
  });

  await test.step("the message of one that is there", async () => {
    await attachment(page).getByLabel("Choose files").setInputFiles(path);
    await expect(line).toContainText("ready to be sent as a photo");
    await attachment(page).getByLabel("Caption").fill("Only once");
    for (const [how, why] of [...Object.values(REFUSALS), [silent, "The server did not answer."], [json(503, "busy"), "Parlance is busy"]]) {
      const release = await answer(page, "**/fn/send", how);
      await attachment(page).getByRole("button", { name: "Send", exact: true }).click();
      await expect(attachment(page).getByRole("alert")).toContainText(why);
      await expect(attachment(page).getByLabel("Caption")).toHaveValue("Only once");
      await release();
    }
    await attachment(page).getByRole("button", { name: "Send", exact: true }).click();
    await expect(attachment(page)).toHaveCount(0);
    await expect(message(page, "Only once")).toHaveCount(1);
    await expect(message(phone, "Only once")).toHaveCount(1);
    await expect.poll(() => photos(page)).toBe(before + 1);
  });
});

test("what is asked in a dialog stays in it", async ({ open }) => {
  test.slow();
  const [page, phone] = await scene(open);
  const over = page.locator("dialog[open]");

  /** Each fault is said in the dialog; then it goes, once. */
  const through = async (path, send, still) => {
    for (const [how, why] of [...Object.values(REFUSALS), [silent, "The server did not answer."], [proxy(502), "The server did not answer."]]) {
      const release = await answer(page, path, how);
      await send();
      await expect(over.getByRole("alert")).toContainText(why);
      await still();
      await release();
    }
    await send();
    await expect(over).toHaveCount(0);
  };

  await test.step("a place", async () => {
    await page.getByRole("button", { name: "Attach", exact: true }).click();
    await over.getByRole("button", { name: "Location", exact: true }).click();
    await over.getByLabel("Latitude, longitude").fill("50.1109, 8.6821");
    await over.getByLabel("Name").fill("Shop in the old town");
    await through("**/fn/send", () => over.getByRole("button", { name: "Send", exact: true }).click(), async () => {
      await expect(over.getByLabel("Latitude, longitude")).toHaveValue("50.1109, 8.6821");
      await expect(over.getByLabel("Name")).toHaveValue("Shop in the old town");
    });
    for (const who of [page, phone]) await expect(message(who, "Shop in the old town")).toHaveCount(1);
  });

  await test.step("a template", async () => {
    await composer(page).getByRole("button", { name: "Template" }).click();
    await over.getByRole("searchbox").fill("appointment");
    await over.locator(".tplrow").first().click();
    for (const [name, value] of [["Name", "Meera"], ["Day", "Monday"], ["Time", "10:30"]]) await over.getByLabel(name, { exact: true }).fill(value);
    await through("**/fn/send-template", () => page.keyboard.press("Control+Enter"), () => expect(over.getByLabel("Time", { exact: true })).toHaveValue("10:30"));
    for (const who of [page, phone]) await expect(message(who, "Hello Meera, we expect you on Monday at 10:30")).toHaveCount(1);
  });

  await test.step("a reaction", async () => {
    await message(page, QUESTION).hover();
    await message(page, QUESTION).getByRole("button", { name: "React to this message" }).click();
    await over.getByLabel("Another emoji").fill("🫖");
    await through("**/fn/react", () => over.getByRole("button", { name: "React", exact: true }).click(), () => expect(over.getByLabel("Another emoji")).toHaveValue("🫖"));
    await expect(message(page, QUESTION)).toContainText("You reacted with 🫖");
  });

  await test.step("other words for a note", async () => {
    await page.getByRole("button", { name: "Note", exact: true }).click();
    await note(page).fill("Batch 118");
    await note(page).press("Enter");
    await message(page, "Batch 118").getByRole("button", { name: "Change your note" }).click();
    await over.getByLabel("Note").fill("Batch 119");
    await through("**/fn/note/change", () => over.getByRole("button", { name: "Save" }).click(), () => expect(over.getByLabel("Note")).toHaveValue("Batch 119"));
    await expect(message(page, "Batch 119")).toHaveCount(1);
  });
});
