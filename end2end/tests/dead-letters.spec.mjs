import { expect, expectAccessible, hydrated, test } from "../lib/fixtures.mjs";
import { deliverPoison } from "../lib/poison.mjs";
import { message, openInbox, openThread, reply, signIn } from "../lib/steps.mjs";

const table = (page) => page.getByRole("region", { name: "Dead letters, table" });
const rows = (page) => table(page).getByRole("row").filter({ hasText: "Inbound webhook" });
const drawer = (page) => page.getByRole("complementary", { name: "Inbound webhook" });

async function openOperations(page) {
  await page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "Operations" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Operations" })).toBeVisible();
  await hydrated(page);
}

/** Until as many have died as were delivered: the page sees it by itself. */
async function expectLetters(page, many) {
  await expect(rows(page)).toHaveCount(many, { timeout: 15_000 });
}

test("what Meta delivered and nobody could read is shown, retried and discarded", async ({ open, parlance }) => {
  const asha = await open();
  await openInbox(asha, "Asha");
  await openOperations(asha);

  await test.step("nothing died: the page says so", async () => {
    await expect(asha.getByRole("heading", { name: "No dead letters" })).toBeVisible();
    const queues = asha.getByRole("region", { name: "Queues" });
    for (const name of ["Inbound webhooks", "Files to fetch", "Search index", "Mail"]) await expect(queues).toContainText(name);
    await expectAccessible(asha);
  });

  await test.step("three die: why, and what was in them, with secrets masked", async () => {
    for (const what of ["first", "second", "third"]) await deliverPoison(parlance, what);
    await expectLetters(asha, 3);
    await expectAccessible(asha);
    await rows(asha).first().getByRole("link", { name: "Inbound webhook" }).click();
    await expect(drawer(asha)).toContainText("Could not be read");
    await expect(drawer(asha)).toContainText("Try 1");
    const payload = drawer(asha).getByRole("region", { name: "Payload" });
    await expect(payload).toContainText("+91 98455 50101");
    await expect(payload).not.toContainText("EAAG");
    await expect(drawer(asha).getByRole("button", { name: "Copy payload" })).toBeVisible();
    await expectAccessible(asha);
  });

  await test.step("one more dies meanwhile: what is opened, chosen and in hand stays", async () => {
    const opened = asha.url();
    const box = rows(asha).last().getByRole("checkbox");
    await box.check();
    const close = drawer(asha).getByRole("link", { name: "Close" });
    await close.focus();
    await deliverPoison(parlance, "meanwhile");
    await expectLetters(asha, 4);
    await expect(drawer(asha)).toBeVisible();
    await expect(close).toBeFocused();
    await expect(rows(asha).last().getByRole("checkbox")).toBeChecked();
    expect(asha.url()).toBe(opened);
    await asha.getByRole("button", { name: "Clear" }).click();
    await rows(asha).first().getByRole("checkbox").check();
    await asha.getByRole("button", { name: "Discard 1…" }).click();
    await asha.getByRole("dialog", { name: "Discard this dead letter?" }).getByRole("button", { name: "Discard" }).click();
    await expectLetters(asha, 3);
  });

  await test.step("keys move, select and close", async () => {
    const first = asha.url();
    await asha.keyboard.press("j");
    await expect(asha).not.toHaveURL(first);
    // The keys go from the row that is open.
    const opened = new URL(asha.url()).searchParams.get("letter");
    await expect(asha.locator(`a[aria-current="true"][href*="${opened}"]`)).toBeVisible();
    await asha.keyboard.press("k");
    await expect(asha).toHaveURL(first);
    await expect(drawer(asha)).toBeVisible();
    await asha.keyboard.press("x");
    await expect(asha.getByRole("toolbar", { name: "Chosen dead letters" })).toContainText("1 selected");
    await asha.keyboard.press("Escape");
    await expect(drawer(asha)).toHaveCount(0);
    await asha.getByRole("button", { name: "Clear" }).click();
  });

  await test.step("filters are the address", async () => {
    const kinds = asha.getByRole("navigation", { name: "Kind" });
    await kinds.getByRole("link", { name: "Outbound" }).click();
    await expect(asha.getByRole("heading", { name: "No dead letter matches" })).toBeVisible();
    await asha.goBack();
    await expect(rows(asha)).toHaveCount(3);
    await asha.getByRole("combobox", { name: "Reason" }).selectOption("tries_used_up");
    await asha.getByRole("button", { name: "Filter" }).click();
    await expect(asha).toHaveURL(/reason=tries_used_up/);
    await expect(asha.getByRole("heading", { name: "No dead letter matches" })).toBeVisible();
    await hydrated(asha);
    await asha.getByRole("link", { name: "Show all" }).click();
    await expect(rows(asha)).toHaveCount(3);
    await hydrated(asha);
  });

  await test.step("retried as it is, it dies again", async () => {
    const old = await rows(asha).first().getByRole("link").getAttribute("href");
    await rows(asha).first().getByRole("button", { name: /^Retry/ }).click();
    await expect(asha.getByRole("status").filter({ hasText: "queued again" })).toBeVisible();
    await expect(table(asha).locator(`a[href="${old}"]`)).toHaveCount(0);
    await expectLetters(asha, 3);
  });

  await test.step("discarded together, after a question", async () => {
    await asha.getByRole("checkbox", { name: "Select all" }).check();
    await asha.getByRole("button", { name: "Discard 3…" }).click();
    const dialog = asha.getByRole("dialog", { name: "Discard 3 dead letters?" });
    await expect(dialog).toBeVisible();
    await expectAccessible(asha);
    await dialog.getByRole("button", { name: "Cancel" }).click();
    await expect(rows(asha)).toHaveCount(3);
    await asha.getByRole("button", { name: "Discard 3…" }).click();
    await dialog.getByRole("button", { name: "Discard" }).click();
    await expect(asha.getByRole("heading", { name: "No dead letters" })).toBeVisible();
    await asha.reload();
    await expect(asha.getByRole("heading", { name: "No dead letters" })).toBeVisible();
  });

  await test.step("an alert had said so, and leads here", async () => {
    await asha.goto(`${new URL(asha.url()).pathname.replace("dead-letters", "alerts")}`);
    const alert = asha.getByRole("listitem").filter({ hasText: "Deliveries were given up" });
    await alert.getByRole("link", { name: "Look at it" }).click();
    await expect(asha).toHaveURL(/\/dead-letters$/);
  });
});

test("on a phone, and for whom it is not", async ({ open, parlance }) => {
  await deliverPoison(parlance, "only");
  const phone = await open({ viewport: { width: 390, height: 844 } });
  await signIn(phone, "Asha");
  const base = new URL(phone.url()).pathname.split("/").slice(0, 3).join("/");
  await phone.goto(`${base}/dead-letters`);
  await hydrated(phone);
  await expectLetters(phone, 1);
  const wide = await phone.getByRole("region", { name: "Operations" }).evaluate((page) => page.scrollWidth > page.clientWidth);
  expect(wide, "nothing scrolls sideways").toBe(false);
  await expectAccessible(phone);
  await rows(phone).first().getByRole("link", { name: "Inbound webhook" }).click();
  await expect(drawer(phone)).toBeVisible();
  await expectAccessible(phone);

  const rohan = await open({ tolerate: /403/ });
  await openInbox(rohan, "Rohan");
  await expect(rohan.getByRole("link", { name: "Operations" })).toHaveCount(0);
  const answer = await rohan.goto(`${base}/dead-letters`);
  expect(answer.status()).toBe(403);
});

test("a number is paused by hand, says so in the inbox, and goes on when it is resumed", async ({ open }) => {
  const CUSTOMER = "Meera Krishnan";
  const asha = await open();
  const rohan = await open();
  await openInbox(asha, "Asha");
  await openOperations(asha);
  const queues = asha.getByRole("region", { name: "Queues" });
  // Of every number: whichever the customer wrote to.
  const pause = queues.getByRole("button", { name: /^Pause sending/ });
  const many = await pause.count();
  expect(many).toBeGreaterThan(0);
  for (let left = many; left > 0; left -= 1) {
    await pause.first().click();
    const dialog = asha.getByRole("dialog", { name: /^Pause / });
    await expect(dialog).toBeVisible();
    if (left === many) await expectAccessible(asha);
    await dialog.getByRole("button", { name: "Pause sending" }).click();
    await expect(pause).toHaveCount(left - 1);
  }
  await expect(queues.getByText("Paused", { exact: true })).toHaveCount(many);
  await expectAccessible(asha);

  await openInbox(rohan, "Rohan");
  const banner = rohan.getByRole("status").filter({ hasText: "is paused and sends nothing." });
  await expect(banner).toHaveCount(many);
  await expect(banner.getByRole("button", { name: "Resume" })).toHaveCount(0);
  await expectAccessible(rohan);
  await openThread(rohan, CUSTOMER);
  await reply(rohan, "Your order leaves today.");
  await expect(message(rohan, "Your order leaves today.")).toContainText("Queued");

  const resume = queues.getByRole("button", { name: /^Resume/ });
  for (let left = many; left > 0; left -= 1) {
    await resume.first().click();
    await expect(resume).toHaveCount(left - 1);
  }
  await expect(message(rohan, "Your order leaves today.")).toContainText(/Sent|Delivered|Read/);
  await expect(banner).toHaveCount(0);
});
