// What goes wrong, and what people then see and do.
import { expect, expectAccessible, test } from "../lib/fixtures.mjs";
import {
  assignTo,
  composer,
  disturb,
  list,
  log,
  message,
  openInbox,
  openThread,
  reply,
  row,
  signIn,
  takePhone,
  writeAsCustomer,
} from "../lib/steps.mjs";

// Seeded by the demo: this customer's agent is Rohan.
const CUSTOMER = "Meera Krishnan";

test("a message that did not arrive says why, and can be sent again", async ({ open }) => {
  const rohan = await open();
  const phone = await open();
  await openInbox(rohan, "Rohan");
  await openThread(rohan, CUSTOMER);
  await takePhone(phone, CUSTOMER);
  await disturb(rohan, { undeliverable: { next: 1 } });

  const text = `Two are left. ${Date.now()}`;
  await reply(rohan, text);
  const failed = message(rohan, text).filter({ has: rohan.getByRole("button", { name: "Send again" }) });
  await expect(failed).toHaveCount(1);
  await expect(failed.locator(".failure")).toContainText(/deliver|receive|reach/i);
  await expect(message(phone, text)).toHaveCount(0);

  await disturb(rohan, { reset_all: true });
  await failed.getByRole("button", { name: "Send again" }).click();
  await expect(message(phone, text)).toHaveCount(1);
  await expect(message(rohan, text).last()).toContainText("Read");
});

test("an agent loses a conversation while looking at it, and gets it back", async ({ open }) => {
  const asha = await open();
  const rohan = await open();
  const tomasz = await open();
  await openInbox(asha, "Asha");
  await openThread(asha, CUSTOMER);
  await openInbox(rohan, "Rohan");
  await openThread(rohan, CUSTOMER);
  await expect(composer(rohan)).toBeVisible();

  await openInbox(tomasz, "Tomasz");
  await openThread(tomasz, CUSTOMER);

  await assignTo(asha, CUSTOMER, "Beatriz");
  for (const page of [asha, tomasz]) {
    const line = log(page).locator(".event").last();
    await expect(line, "the thread says it at once").toContainText(/Asha.* assigned this to Beatriz/);
    await expect(line.locator("time")).toHaveCount(1);
  }
  await expectAccessible(asha);
  await expect(row(rohan, CUSTOMER)).toHaveCount(0);
  await expect(composer(rohan)).toHaveCount(0);

  await assignTo(asha, CUSTOMER, "Rohan");
  await expect(row(rohan, CUSTOMER)).toBeVisible();
  await openThread(rohan, CUSTOMER);
  await expect(composer(rohan)).toBeVisible();
  await expect(log(rohan).locator(".event")).toContainText([/assigned this to Beatriz/, /assigned this to Rohan/]);
});

test("a customer who writes after the end begins a new conversation", async ({ open }) => {
  const asha = await open();
  const phone = await open();
  await openInbox(asha, "Asha");
  await openThread(asha, CUSTOMER);
  await takePhone(phone, CUSTOMER);
  const ended = new URL(asha.url()).pathname;
  await asha.getByRole("button", { name: "Close", exact: true }).click();
  await expect(asha.getByText("This conversation is closed.")).toBeVisible();
  await expect(composer(asha)).toHaveCount(0);

  const text = `One more thing. ${Date.now()}`;
  await writeAsCustomer(phone, text);
  const begun = list(asha).getByRole("link").filter({ hasText: text });
  await expect(begun).toHaveCount(1);
  await begun.click();
  await expect(message(asha, text)).toBeVisible();
  await expect(composer(asha)).toBeVisible();
  expect(new URL(asha.url()).pathname).not.toBe(ended);
});

test("a Viewer reads and does not write", async ({ open }) => {
  const tomasz = await open();
  await openInbox(tomasz, "Tomasz");
  await openThread(tomasz, CUSTOMER);
  await expect(tomasz.getByText("You can read this workspace.")).toBeVisible();
  await expect(composer(tomasz)).toHaveCount(0);
  await expect(tomasz.getByRole("button", { name: /^(Close|Reopen)$|Assign|Reassign/ })).toHaveCount(0);
});

test("without WebAssembly a text survives the loss of its conversation", async ({ open }) => {
  const asha = await open();
  const rohan = await open({ javaScriptEnabled: false });
  await signIn(rohan, "Rohan");
  await row(rohan, CUSTOMER).click();
  const text = `Typed for a while. ${Date.now()}`;
  await composer(rohan).getByRole("textbox", { name: "Message" }).fill(text);

  await openInbox(asha, "Asha");
  await openThread(asha, CUSTOMER);
  await assignTo(asha, CUSTOMER, "Beatriz");

  await composer(rohan).getByRole("button", { name: "Send" }).click();
  await expect(rohan).toHaveURL(/\/inbox$/);
  await expect(rohan.getByText("This conversation is not yours any more.")).toBeVisible();
  await expect(rohan.locator("textarea")).toHaveValue(text);
});

test("without WebAssembly a text that is too long is still there", async ({ open }) => {
  const rohan = await open({ javaScriptEnabled: false });
  await signIn(rohan, "Rohan");
  await row(rohan, CUSTOMER).click();
  const text = "Long. ".repeat(700).trim();
  const box = () => composer(rohan).getByRole("textbox", { name: "Message" });
  await box().fill(text);
  await composer(rohan).getByRole("button", { name: "Send" }).click();
  await expect(rohan.getByText(/4,?096/).first()).toBeVisible();
  await expect(box()).toHaveValue(text);
});
