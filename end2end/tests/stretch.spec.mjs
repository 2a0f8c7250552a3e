// A message far up: the search leads to it, and from there the thread goes on in both directions.
import { expect, hydrated, test } from "../lib/fixtures.mjs";
import { list, log, message, openInbox, reply } from "../lib/steps.mjs";

const WHO = { wa_id: "4915550009999", name: "Wordy Walter", bsuid: null };
const MANY = 170;

/** Walter writes, and is seen to have written before he goes on: messages of one second have no other order. */
async function writes(page, count, first) {
  const origin = new URL(page.url()).origin;
  const { numbers } = await (await page.request.get("/simulator/api/state")).json();
  const walter = list(page).getByRole("link", { name: /Wordy Walter/ });
  const say = async (text) => {
    const data = { number: numbers[0].id, customer: null, who: WHO, text, answers: null };
    const answer = await page.request.post("/simulator/api/say", { data, headers: { origin } });
    expect(answer.ok(), await answer.text()).toBe(true);
  };
  for (let nth = 0; nth < count; nth += 1) {
    const text = nth === 0 ? first : `line ${nth}.`;
    await say(text);
    await expect(walter).toContainText(text, { timeout: 30_000 });
  }
  return say;
}

test("a message far up is found, read around, and left for the newest", async ({ open }) => {
  test.slow();
  const asha = await open();
  await openInbox(asha, "Asha");
  await asha.goto(asha.url().replace(/\/inbox.*/, "/inbox?view=all"));
  await hydrated(asha);
  const say = await writes(asha, MANY, "needle begins");

  const newest = asha.locator(".pill-new");
  const lines = async () => {
    const texts = await log(asha).locator(".msg").allTextContents();
    return texts.map((text) => Number(/line (\d+)\./.exec(text)?.[1] ?? 0));
  };
  const counted = (from, to) => Array.from({ length: to - from + 1 }, (_, nth) => from + nth);
  const pane = asha.locator(".thread__scroll");

  await test.step("the search leads to it", async () => {
    const results = asha.getByRole("region", { name: "Search results" });
    const search = asha.getByRole("searchbox", { name: "Search people and messages" });
    await expect(async () => {
      await search.fill("");
      await search.fill("needle begins");
      await expect(results.getByRole("link", { name: /Wordy Walter/ })).toBeVisible({ timeout: 1_500 });
    }).toPass({ timeout: 20_000 });
    await results.getByRole("link", { name: /Wordy Walter/ }).first().click();
    await expect(message(asha, "needle begins")).toBeInViewport();
    await expect.poll(lines).toEqual(counted(0, 50));
    await expect(newest).toContainText("Newest messages");
  });

  await test.step("what comes meanwhile stands below what is not here yet", async () => {
    await say("line 170.");
    await expect(newest).toContainText("1 new message");
    expect(await lines()).toEqual(counted(0, 50));
  });

  await test.step("scrolling on, what is read stays where it is", async () => {
    await pane.evaluate((pane) => (pane.scrollTop = -200));
    const seen = message(asha, "line 45.");
    const place = async () => (await seen.boundingBox()).y;
    const before = await place();
    await expect.poll(async () => (await lines()).length).toBeGreaterThan(90);
    expect(Math.abs((await place()) - before)).toBeLessThan(3);
    await expect(async () => {
      await pane.evaluate((pane) => (pane.scrollTop = 0));
      expect(await lines()).toEqual(counted(0, MANY));
    }).toPass({ timeout: 20_000 });
    await pane.evaluate((pane) => (pane.scrollTop = 0));
    await expect(newest).toHaveCount(0);
    await expect(message(asha, "line 170.")).toBeInViewport();
  });

  await test.step("an answer from further up goes to the newest", async () => {
    await asha.goto(asha.url());
    await hydrated(asha);
    await expect.poll(lines).toEqual(counted(MANY - 49, MANY));
    const search = asha.getByRole("searchbox", { name: "Search people and messages" });
    await search.fill("needle begins");
    await asha.getByRole("region", { name: "Search results" }).getByRole("link", { name: /Wordy Walter/ }).first().click();
    await expect(message(asha, "needle begins")).toBeInViewport();
    await expect.poll(lines).toEqual(counted(0, 50));
    await reply(asha, "The needle it is");
    await expect(message(asha, "The needle it is")).toBeInViewport();
    await expect(message(asha, "The needle it is")).toHaveCount(1);
    await expect(newest).toHaveCount(0);
    await expect(message(asha, "needle begins")).toHaveCount(0);
  });
});

test("without a script an earlier page leads back to the newest", async ({ open }) => {
  const phone = await open();
  await openInbox(phone, "Asha");
  await phone.goto(phone.url().replace(/\/inbox.*/, "/inbox?view=all"));
  await hydrated(phone);
  await writes(phone, 60, "line 0.");
  const state = await phone.context().storageState();
  const plain = await open({ javaScriptEnabled: false, storageState: state });
  await plain.goto(phone.url());
  await list(plain).getByRole("link", { name: /Wordy Walter/ }).click();
  await expect(message(plain, "line 59.")).toHaveCount(1);
  await plain.getByRole("link", { name: "Earlier messages" }).click();
  await expect(message(plain, "line 9.")).toHaveCount(1);
  await expect(message(plain, "line 59.")).toHaveCount(0);
  await plain.getByRole("link", { name: "Newest messages" }).click();
  await expect(message(plain, "line 59.")).toHaveCount(1);
});
