// Every state of a message, made with the demo's faults: what the bubble says, and what a person can do.
import { expect, test } from "../lib/fixtures.mjs";
import { look } from "../lib/look.mjs";
import { disturb, message, openInbox, openThread, reply, takePhone } from "../lib/steps.mjs";

// Seeded by the demo: this customer has just written.
const CUSTOMER = "Meera Krishnan";

const popover = (page, text) => message(page, text).locator(".times");

/** The inbox with one customer, and that customer's phone. */
async function scene(open, member = "Asha") {
  const inbox = await open();
  const phone = await open();
  await openInbox(inbox, member);
  await openThread(inbox, CUSTOMER);
  await takePhone(phone, CUSTOMER);
  return { inbox, phone };
}

test("what Meta refuses for now is tried again: it counts down, shows each try, and goes out at once when asked", async ({ open }) => {
  test.slow();
  const { inbox, phone } = await scene(open);
  await disturb(inbox, { error_before: { rate: 1 } });
  const text = `Refused for now ${Date.now()}`;
  await reply(inbox, text);
  const bubble = message(inbox, text);
  await expect(bubble.locator(".failure")).toContainText(/WhatsApp had a problem of its own/);
  await expect(bubble.locator(".failure")).toContainText(/retry \d of 7 in \d+ s/);
  // It ticks.
  const seconds = async () => Number(/in (\d+) s/.exec(await bubble.locator(".failure").innerText())?.[1]);
  const before = await seconds();
  await expect.poll(seconds).not.toBe(before);
  await look(inbox, "tried again");

  await bubble.getByRole("button", { name: /show times/ }).click();
  await expect(popover(inbox, text)).toContainText("Tries");
  await expect(popover(inbox, text).locator(".tries > li").first()).toContainText(/1\. .+answered after/s);
  await look(inbox, "the times and tries of a message");
  await inbox.keyboard.press("Escape");

  await disturb(inbox, { reset_all: true });
  await bubble.getByRole("button", { name: "Retry now" }).click();
  await expect(message(phone, text)).toHaveCount(1);
  await expect(bubble).toContainText(/Delivered|Read/);
  await expect(bubble.locator(".failure")).toHaveCount(0);
  // The history keeps what went before.
  await bubble.getByRole("button", { name: /show times/ }).click();
  await expect(popover(inbox, text).locator(".tries > li").last()).toContainText("Accepted");
  await expect(popover(inbox, text).getByRole("button", { name: "Copy Meta's message id" })).toBeVisible();
});

test("one that waits can be discarded, after a question", async ({ open }) => {
  const { inbox, phone } = await scene(open);
  await disturb(inbox, { error_before: { rate: 1 } });
  const text = `Better not ${Date.now()}`;
  await reply(inbox, text);
  const bubble = message(inbox, text);
  await bubble.getByRole("button", { name: "Discard…" }).click();
  await bubble.getByRole("button", { name: "Keep it" }).click();
  await bubble.getByRole("button", { name: "Discard…" }).click();
  await bubble.getByRole("button", { name: "Discard it" }).click();
  await expect(bubble).toContainText("Discarded before it was sent.");
  await expect(bubble.getByRole("button", { name: /^(Retry|Discard)/ })).toHaveCount(0);
  await disturb(inbox, { reset_all: true });
  // What comes after it goes out, it does not.
  const next = `This instead ${Date.now()}`;
  await reply(inbox, next);
  await expect(message(phone, next)).toHaveCount(1);
  await expect(message(phone, text)).toHaveCount(0);
});

test("a lost answer is no failure: it says so, and its status settles it", async ({ open }) => {
  test.slow();
  const { inbox, phone } = await scene(open);
  await disturb(inbox, { lost_answer: { next: 1 }, drop: { rate: 1 } });
  const text = `Lost ${Date.now()}`;
  await reply(inbox, text);
  const bubble = message(inbox, text);
  await expect(bubble.locator(".failure")).toContainText("Meta has not confirmed this message. It may have arrived.");
  await expect(bubble.locator(".failure")).toContainText(/given up in/);
  await expect(bubble.getByRole("button", { name: "Send again, may arrive twice" })).toBeVisible();
  await expect(message(phone, text)).toHaveCount(1);
  await look(inbox, "not confirmed");
  await disturb(inbox, { reset_all: true });

  // A status that gets through settles it by our id.
  await disturb(inbox, { lost_answer: { next: 1 } });
  const settled = `Lost and found ${Date.now()}`;
  await reply(inbox, settled);
  await expect(message(phone, settled)).toHaveCount(1, { timeout: 45_000 });
  await expect(message(inbox, settled)).toContainText(/Delivered|Read/);
  await expect(message(inbox, settled).locator(".failure")).toHaveCount(0);
});

test("in the demo what nobody confirms is a dead letter after half a minute, as the phone's page says", async ({ open }) => {
  test.slow();
  const { inbox, phone } = await scene(open);
  const states = phone.getByRole("region", { name: "Make something go wrong" });
  await expect(states.getByText("dead", { exact: true })).toBeVisible();
  const breaks = states.getByRole("button", { name: "Connection breaks" });
  await breaks.click();
  await expect(breaks).toHaveAttribute("aria-pressed", "true");
  const text = `Broken ${Date.now()}`;
  await reply(inbox, text);
  const failure = message(inbox, text).locator(".failure");
  await expect(failure).toContainText(/given up in \d+ s/);
  await expect(failure).toContainText("Meta never confirmed this message", { timeout: 60_000 });
  await expect(message(phone, text)).toHaveCount(0);
});

test("what can never arrive fails at once and says what helps", async ({ open }) => {
  const { inbox } = await scene(open);
  await disturb(inbox, { undeliverable: { next: 1 } });
  const text = `Unreachable ${Date.now()}`;
  await reply(inbox, text);
  const bubble = message(inbox, text).filter({ has: inbox.getByRole("button", { name: "Send again" }) });
  await expect(bubble.locator(".failure")).toContainText("cannot be reached on WhatsApp");
});

test("a dead token parks the number: everybody sees it, an Owner lets it go on, nothing is lost or reordered", async ({ open }) => {
  const { inbox, phone } = await scene(open);
  const state = await (await inbox.request.get("/simulator/api/state")).json();
  await disturb(inbox, { dead_tokens: state.numbers.map((number) => number.id) });
  const texts = [1, 2].map((n) => `Waits ${n} ${Date.now()}`);
  for (const text of texts) await reply(inbox, text);
  const banner = inbox.getByRole("status").filter({ hasText: "sends nothing for now." });
  await expect(banner).toContainText("access token");
  await look(inbox, "a number that sends nothing");

  const rohan = await open();
  await openInbox(rohan, "Rohan");
  const seen = rohan.getByRole("status").filter({ hasText: "sends nothing for now." });
  await expect(seen).toBeVisible();
  await expect(seen.getByRole("button")).toHaveCount(0);

  await disturb(inbox, { reset_all: true });
  await banner.getByRole("button", { name: "Try again" }).click();
  await expect(banner).toHaveCount(0);
  for (const text of texts) await expect(message(phone, text)).toHaveCount(1);
  const bodies = await phone.getByRole("log", { name: "Messages" }).locator(".msg").allInnerTexts();
  const places = texts.map((text) => bodies.findIndex((body) => body.includes(text)));
  expect(places[0]).toBeLessThan(places[1]);
});
