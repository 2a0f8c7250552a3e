// Names and words from strangers: in the list, the thread, the title of the page, what is announced, and on the phone they stay words.
import { expect, hydrated, test } from "../lib/fixtures.mjs";
import { list, log, openInbox, reply } from "../lib/steps.mjs";

const RUN = "window.__pwned=1";
const WORDS = [
  `<script>${RUN}</script>`,
  `</script><script>${RUN}</script>`,
  `</title></textarea><img src=x onerror=${RUN}>`,
  `"><svg onload=${RUN}>`,
  `" onmouseover="${RUN}" x="`,
  `' autofocus onfocus='${RUN}`,
  `<iframe srcdoc="<script>parent.__pwned=1</script>">`,
  `javascript:${RUN}`,
  `[x](javascript:${RUN}) https://x.example/"onclick=${RUN}`,
  `{{constructor.constructor('${RUN}')()}}`,
  `=HYPERLINK("http://evil.example")`,
  "\u202egpj.exe \u2066\u202e",
  "ze\u200bro\u200d width",
  `Z${"\u0351".repeat(500)}algo`,
  "👩‍👩‍👧‍👦 𝕳𝖊𝖑𝖑𝖔",
];

/** The conversations of the list, the newest first. */
const rows = (page) => list(page).locator('a[href*="/inbox/"]');

/** What would tell that something ran. */
const watch = async (page) => {
  const dialogs = [];
  page.on("dialog", (dialog) => {
    dialogs.push(dialog.message());
    dialog.dismiss();
  });
  return async (where) => {
    expect(dialogs, where).toEqual([]);
    expect(await page.evaluate(() => "__pwned" in window), where).toBe(false);
    expect(await page.title(), where).toMatch(/^(\(\d+\) )?Inbox · Parlance$/);
    const drawn = page.locator("img[src=x], iframe, [onload], [onerror], [onclick], [onmouseover], [onfocus], a[href^=javascript]");
    expect(await drawn.count(), where).toBe(0);
  };
};

test("what strangers write is read and never run", async ({ open }) => {
  test.slow();
  const phone = await open();
  await phone.goto("/simulator");
  const origin = new URL(phone.url()).origin;
  const post = async (path, data) => {
    const answer = await phone.request.post(`/simulator/api/${path}`, { data, headers: { origin } });
    expect(answer.ok(), `${path}: ${await answer.text()}`).toBe(true);
    return answer.json();
  };
  const { numbers } = await (await phone.request.get("/simulator/api/state")).json();
  const asha = await open();
  await openInbox(asha, "Asha");
  const quiet = await watch(asha);
  await asha.goto(`${asha.url().split("?")[0]}?view=all`);
  await hydrated(asha);

  const strangers = WORDS.map((name, nth) => ({ wa_id: `4915550${String(nth).padStart(4, "0")}`, name, bsuid: null }));
  await test.step("they slide into the list", async () => {
    for (const who of strangers) {
      await post("say", { number: numbers[0].id, customer: null, who, text: who.name, answers: null });
      // The preview is one line, cut where it is long, and what cannot be seen may be left out of it.
      const letters = who.name.match(/[\p{L}\p{N}]/u)[0];
      await expect(rows(asha).first()).toContainText(letters);
    }
    await quiet("list");
  });

  await test.step("each thread, live and drawn by the server, its header and its panel", async () => {
    for (let nth = 0; nth < strangers.length; nth += 1) {
      await rows(asha).nth(nth).click();
      await expect(log(asha).locator(".msg")).not.toHaveCount(0);
      await quiet(`thread ${nth}`);
    }
    await asha.reload();
    await hydrated(asha);
    await expect(log(asha).locator(".msg")).not.toHaveCount(0);
    await quiet("drawn by the server");
  });

  await test.step("what comes in while the thread is open, and what is answered", async () => {
    const [first] = strangers;
    await post("say", { number: numbers[0].id, customer: null, who: first, text: "<b>now</b>", answers: null });
    await rows(asha).filter({ hasText: "<b>now</b>" }).press("Enter");
    await expect(log(asha).locator(".msg").last()).toContainText("<b>now</b>");
    await reply(asha, `<script>${RUN}</script>`);
    await expect(log(asha).locator(".msg").last()).toContainText(`<script>${RUN}</script>`);
    await quiet("answer");
  });

  await test.step("what is announced after closing it", async () => {
    await asha.getByRole("button", { name: "Close", exact: true }).first().click();
    await expect(asha.getByRole("status").filter({ hasText: "Undo" })).toBeVisible();
    await quiet("toast");
  });

  await test.step("the contacts", async () => {
    await asha.goto(asha.url().replace(/\/inbox.*/, "/contacts"));
    await hydrated(asha);
    await expect(asha.getByRole("link", { name: /script/ }).first()).toBeVisible();
    expect(await asha.evaluate(() => "__pwned" in window)).toBe(false);
  });
});
