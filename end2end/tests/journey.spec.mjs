import { expect, expectAccessible, test } from "../lib/fixtures.mjs";
import { composer, list, log, message, openInbox, openThread, row, signIn, takePhone, writeAsCustomer } from "../lib/steps.mjs";

// Seeded by the demo: this customer's agent is Rohan.
const CUSTOMER = "Meera Krishnan";

test("a customer writes, the agent answers, the ticks turn blue", async ({ open }) => {
  const asha = await open();
  const rohan = await open();
  const phone = await open();
  await openInbox(asha, "Asha");
  await openInbox(rohan, "Rohan");
  await takePhone(phone, CUSTOMER);

  const question = `Is the dhurrie in stock? ${Date.now()}`;
  const addresses = [asha.url(), rohan.url()];
  await writeAsCustomer(phone, question);

  // In both inboxes, at the head of the list, without a reload. Only what the demo's other customers write meanwhile may stand above.
  for (const page of [rohan, asha]) {
    await expect(row(page, CUSTOMER)).toContainText(question);
    const rows = await list(page).getByRole("link").allTextContents();
    const above = rows.slice(0, rows.findIndex((row) => row.includes(question)));
    expect(above.filter((row) => !/now/.test(row))).toEqual([]);
  }
  expect([asha.url(), rohan.url()]).toEqual(addresses);

  await openThread(rohan, CUSTOMER);
  await expect(message(rohan, question)).toBeVisible();
  await expectAccessible(rohan);

  const answer = `Yes, two are left. ${Date.now()}`;
  await composer(rohan).getByRole("textbox", { name: "Message" }).fill(answer);
  await composer(rohan).getByRole("button", { name: "Send" }).click();

  await expect(message(phone, answer)).toBeVisible();
  await expect(message(rohan, answer)).toHaveCount(1);
  await expect(message(rohan, answer)).toContainText("Read");

  // The manager sees the same thread.
  await openThread(asha, CUSTOMER);
  await expect(message(asha, answer)).toContainText("Read");
});

test("a message appears in an open thread while its reader looks on", async ({ open }) => {
  const rohan = await open();
  const phone = await open();
  await openInbox(rohan, "Rohan");
  await openThread(rohan, CUSTOMER);
  await takePhone(phone, CUSTOMER);
  const text = `Are you there? ${Date.now()}`;
  const begun = Date.now();
  await writeAsCustomer(phone, text);
  await expect(message(rohan, text)).toBeVisible({ timeout: 5_000 });
  test.info().annotations.push({ type: "seen after", description: `${Date.now() - begun} ms` });
});

test("the whole job with the keyboard alone", async ({ open }) => {
  const rohan = await open();
  await signIn(rohan, "Rohan");
  await row(rohan, CUSTOMER).focus();
  await rohan.keyboard.press("Enter");
  await expect(log(rohan)).toBeVisible();

  const box = composer(rohan).getByRole("textbox", { name: "Message" });
  await box.focus();
  const mark = Date.now();
  await rohan.keyboard.type(`First line ${mark}`);
  await rohan.keyboard.press("Shift+Enter");
  await rohan.keyboard.type(`second line ${mark}`);
  await expect(box).toHaveValue(`First line ${mark}\nsecond line ${mark}`);
  await rohan.keyboard.press("Enter");
  await expect(message(rohan, `second line ${mark}`)).toHaveCount(1);
  await expect(box).toHaveValue("");
});

test("a draft stays with its conversation", async ({ open }) => {
  const asha = await open();
  await openInbox(asha, "Asha");
  await openThread(asha, CUSTOMER);
  const box = () => composer(asha).getByRole("textbox", { name: "Message" });
  const draft = `Not sent yet ${Date.now()}`;
  await box().fill(draft);
  const other = list(asha).getByRole("link").filter({ hasNotText: CUSTOMER }).first();
  await other.click();
  await expect(box()).not.toHaveValue(draft);
  await openThread(asha, CUSTOMER);
  await expect(box()).toHaveValue(draft);
});

test("without WebAssembly: sign in, reply, sign out", async ({ open }) => {
  const phone = await open();
  await takePhone(phone, CUSTOMER);
  const question = `Do you deliver on Sunday? ${Date.now()}`;
  await writeAsCustomer(phone, question);
  await expect(message(phone, question)).toBeVisible();

  const rohan = await open({ javaScriptEnabled: false });
  await signIn(rohan, "Rohan");
  // No script, no live list: asked for again until the message is in.
  await expect(async () => {
    await rohan.reload();
    await expect(row(rohan, CUSTOMER)).toContainText(question, { timeout: 500 });
  }).toPass();
  await row(rohan, CUSTOMER).click();
  await expect(message(rohan, question)).toBeVisible();

  const answer = `On Sunday too. ${Date.now()}`;
  await composer(rohan).getByRole("textbox", { name: "Message" }).fill(answer);
  await composer(rohan).getByRole("button", { name: "Send" }).click();
  await expect(message(rohan, answer)).toHaveCount(1);
  await expect(message(phone, answer)).toBeVisible();

  await rohan.getByRole("button", { name: /account/i }).click();
  await rohan.getByRole("button", { name: /Sign out|Log out/ }).first().click();
  await rohan.waitForURL(/\/login/);
  await rohan.goto("/");
  await expect(rohan).toHaveURL(/\/login/);
});
