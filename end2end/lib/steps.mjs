// What people do, in the words of the screens: by role and label, so that it works only while those are right.
import { createHmac } from "node:crypto";
import { expect, hydrated } from "./fixtures.mjs";

/** One-click sign-in of the demo. */
export async function signIn(page, member) {
  await page.goto("/login");
  await page.getByRole("button", { name: new RegExp(member, "i") }).click();
  await page.waitForURL(/\/w\/[^/]+\//);
}

/** Ends on the inbox, alive. */
export async function openInbox(page, member) {
  await signIn(page, member);
  await expect(list(page)).toBeVisible();
  await hydrated(page);
}

/** A page of the workspace that is open. */
export async function go(page, place) {
  await page.goto(new URL(page.url()).pathname.replace(/(\/w\/[^/]+)\/.*/, `$1/${place}`));
  await hydrated(page);
}

/** The list of conversations. */
export const list = (page) => page.getByRole("region", { name: "Conversations" });

/** The row of one contact. */
export const row = (page, contact) => list(page).getByRole("link", { name: new RegExp(contact) });

/** The messages of the open thread, or of the phone. */
export const log = (page) => page.getByRole("log", { name: "Messages" });

/** One message with its stamp and tick. */
export const message = (page, text) => log(page).locator(".msg", { hasText: text });

/** Opens the thread of one contact. */
export async function openThread(page, contact) {
  await row(page, contact).click();
  await expect(page.getByRole("region", { name: new RegExp(`Conversation with ${contact}`) })).toBeVisible();
}

/** The composer. */
export const composer = (page) => page.getByRole("form", { name: /^Reply to/ });

/** The customer's phone, as one of the demo's customers. */
export async function takePhone(page, customer) {
  await page.goto("/simulator");
  const who = page.getByLabel("Write as");
  const value = await who.locator("option", { hasText: customer }).first().getAttribute("value");
  await who.selectOption(value);
  await expect(page.getByRole("region", { name: "Simulated phone" })).toBeVisible();
}

/** Writes on the phone. */
export async function writeAsCustomer(page, text) {
  const phone = page.getByRole("region", { name: "Simulated phone" });
  await phone.getByRole("textbox", { name: "Message" }).fill(text);
  await phone.getByRole("button", { name: "Send" }).click();
}

/** Gives the open conversation with a contact to one member. */
export async function assignTo(page, contact, member) {
  await page.getByRole("button", { name: /Assign|Reassign/ }).click();
  await page.getByRole("form", { name: "Assign to" }).getByRole("option", { name: new RegExp(member) }).click();
  await expect(row(page, contact)).toContainText(`Assigned to ${member}`);
}

/** Makes something go wrong in the demo's network: `{ undeliverable: { next: 1 } }`; `{ reset_all: true }` heals it. */
export async function disturb(page, faults) {
  const answer = await page.request.post("/simulator/api/faults", {
    data: faults,
    headers: { origin: new URL(page.url()).origin },
  });
  expect(answer.status()).toBe(200);
}

/** Writes and sends a reply. What a colleague began or sent a moment ago holds it back once; then it is sent all the same. */
export async function reply(page, text) {
  const field = composer(page).getByRole("textbox", { name: "Message" });
  const send = composer(page).getByRole("button", { name: "Send" });
  await field.fill(text);
  await send.click();
  const held = page.locator(".composer__beside").getByText("Send once more");
  await expect(async () => {
    if (await held.isVisible()) await send.click();
    await expect(field).not.toHaveValue(text, { timeout: 500 });
  }).toPass({ timeout: 10_000 });
}

/** The code that an app with this key shows. */
export function appShows(key, at = Date.now()) {
  const bits = [...key.replace(/\s/g, "")].map((c) => "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(c).toString(2).padStart(5, "0")).join("");
  const secret = Buffer.from(bits.match(/.{8}/g).map((byte) => Number.parseInt(byte, 2)));
  const step = Buffer.alloc(8);
  step.writeBigUInt64BE(BigInt(Math.floor(at / 30_000)));
  const digest = createHmac("sha1", secret).update(step).digest();
  const offset = digest[19] & 15;
  return String((digest.readUInt32BE(offset) & 0x7fffffff) % 1_000_000).padStart(6, "0");
}
