// How much waits to be read: one number on every page and in every tab, whatever list is shown, right while things happen.
import { expect, hydrated, test } from "../lib/fixtures.mjs";
import { assignTo, go, list, openInbox, openThread, row, takePhone, writeAsCustomer } from "../lib/steps.mjs";

// Seeded by the demo: this customer's agent is Rohan, and what she wrote last is unread.
const CUSTOMER = "Meera Krishnan";

const inboxLink = (page) => page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: /^Inbox/ });
const view = (page, name) => page.getByRole("navigation", { name: "Views" }).getByRole("link", { name });

/** What the rail counts; what the browser's tab says is the same. */
async function unread(page) {
  const rail = Number(/, (\d+) unread/.exec(await inboxLink(page).textContent())?.[1] ?? 0);
  const title = Number(/^\((\d+)\) /.exec(await page.title())?.[1] ?? 0);
  return rail === title ? rail : `rail ${rail}, title ${title}`;
}

const all = async (pages, count) => {
  for (const page of pages) await expect.poll(() => unread(page)).toBe(count);
};

/** Rows of a list of all that is unread, fetched anew. */
async function listed(page) {
  await page.goto(`${/\/w\/[^/]+/.exec(new URL(page.url()).pathname)[0]}/inbox?view=all&unread=1`);
  await hydrated(page);
  return list(page).locator("a.convo").count();
}

test("unread: one number on every page and in every tab", async ({ open }) => {
  test.slow();
  const [phone, asha, elsewhere, rohan] = [await open(), await open(), await open(), await open()];
  await takePhone(phone, CUSTOMER);
  await openInbox(asha, "Asha");
  // The demo's own customers are silent from here on: nothing else is counted.
  await writeAsCustomer(phone, "Good morning");
  await expect(row(asha, CUSTOMER)).toContainText("Good morning");
  const beside = await asha.context().newPage();
  await openInbox(elsewhere, "Asha");
  const count = await listed(elsewhere);
  const own = await (async () => {
    await openInbox(rohan, "Rohan");
    const rows = await listed(rohan);
    await go(rohan, "inbox");
    return rows;
  })();
  expect(own, "an agent's own are some of all").toBeGreaterThan(0);
  expect(count).toBeGreaterThan(own);
  await beside.goto(asha.url());
  await hydrated(beside);
  await go(elsewhere, "contacts");
  const everywhere = [asha, beside, elsewhere];
  const look = async () => {
    await row(asha, CUSTOMER).press("Enter");
    await expect(asha.getByRole("region", { name: `Conversation with ${CUSTOMER}` })).toBeVisible();
  };

  await test.step("whatever list is shown", async () => {
    await all(everywhere, count);
    await all([rohan], own);
    await view(asha, "Closed").click();
    await expect(view(asha, "Closed")).toHaveAttribute("aria-current", "page");
    await all([asha], count);
    await view(beside, "Mine").click();
    await all([beside], count);
    await elsewhere.evaluate(() => (window.stayed = true));
  });

  await test.step("read by whom it is given to: one less for both", async () => {
    await openThread(rohan, CUSTOMER);
    await all(everywhere, count - 1);
    await all([rohan], own - 1);
    await view(rohan, "Closed").click();
    await rohan.goto(new URL(rohan.url()).pathname.replace(/\/inbox.*/, "/inbox"));
    await hydrated(rohan);
    await all([rohan], own - 1);
  });

  await test.step("she writes, twice: one more", async () => {
    await writeAsCustomer(phone, "One more thing");
    await writeAsCustomer(phone, "And another");
    await expect(row(rohan, CUSTOMER)).toContainText("unread: 2");
    await all(everywhere, count);
    await all([rohan], own);
  });

  await test.step("given to somebody else and marked: theirs, and no less of all", async () => {
    await view(asha, /^All/).click();
    // Whoever may answer has read it by looking.
    await look();
    await all(everywhere, count - 1);
    await all([rohan], own - 1);
    await assignTo(asha, CUSTOMER, "Beatriz");
    await asha.locator(".thread__scroll").focus();
    await asha.keyboard.press("u");
    await all(everywhere, count);
    await all([rohan], own - 1);
  });

  await test.step("out of sight, and back and waiting when she writes", async () => {
    await look();
    await all(everywhere, count - 1);
    await asha.locator(".thread__scroll").focus();
    await asha.keyboard.press("h");
    await asha.getByRole("group", { name: "Later" }).getByRole("button", { name: "Until the customer writes" }).click();
    await expect(row(asha, CUSTOMER)).toHaveCount(0);
    await go(asha, "inbox?view=closed");
    await all(everywhere, count - 1);
    await writeAsCustomer(phone, "Are you there?");
    await all(everywhere, count);
    await all([rohan], own - 1);
  });

  await test.step("no page was loaded for it, and one that is says the same", async () => {
    expect(await elsewhere.evaluate(() => window.stayed)).toBe(true);
    for (const page of everywhere) {
      await page.reload();
      await hydrated(page);
    }
    await all(everywhere, count);
    expect(await listed(elsewhere)).toBe(count);
  });
});
