// Writing to a customer first: somebody new, somebody known, and a workspace in which nothing is set up yet.
import { expect, expectAccessible, hydrated, test } from "../lib/fixtures.mjs";
import { list, message, openInbox, row, takePhone, writeAsCustomer } from "../lib/steps.mjs";

const dialog = (page, name) => page.getByRole("dialog", { name });

/** Chooses a template without variables, or fills those of the appointment in, and sends it. */
async function sendAppointment(page, name) {
  const picker = dialog(page, "Send a template");
  await picker.getByRole("searchbox").fill("appointment");
  await expect(picker.locator(".tplrow")).toHaveCount(1);
  await picker.locator(".tplrow").first().click();
  await picker.getByLabel("Name").fill(name);
  await picker.getByLabel("Day").or(picker.getByLabel("Date")).first().fill("Monday");
  await picker.getByLabel("Time").fill("10:30");
  await expectAccessible(page);
  await picker.getByRole("button", { name: "Send template" }).click();
  await expect(picker).toHaveCount(0);
}

test("a template begins a conversation with somebody new, and the answer comes into it", async ({ open }) => {
  const asha = await open();
  await openInbox(asha, "Asha");

  await test.step("by key; a number that no contact has is offered", async () => {
    await asha.locator(".list__items").focus();
    await asha.keyboard.press("c");
    const start = dialog(asha, "New conversation");
    await expect(start.getByLabel("To", { exact: true })).toBeFocused();
    await expect(start.getByRole("list", { name: "Who it may be" }).getByRole("button").first()).toBeVisible();
    await expectAccessible(asha);
    await asha.keyboard.type("nobody of this name");
    await expect(start.getByRole("status")).toContainText("Nobody is called that.");
    await start.getByLabel("To", { exact: true }).fill("+49 151 99887766");
    await start.getByRole("button", { name: "Write to +4915199887766" }).click();
    await expect(start).toHaveCount(0);
  });

  await test.step("it is sent, and the conversation opens", async () => {
    await sendAppointment(asha, "Jonas");
    await expect(asha).toHaveURL(/\/inbox\/[0-9a-f-]{36}/);
    await expect(message(asha, "Hello Jonas, we expect you on Monday at 10:30")).toContainText("Read");
    await expect(row(asha, "\\+4915199887766")).toHaveCount(1);
    await expectAccessible(asha);
  });

  await test.step("a second message goes into the same conversation", async () => {
    const here = asha.url();
    await asha.locator(".thread__scroll").focus();
    await asha.keyboard.press("c");
    const start = dialog(asha, "New conversation");
    await start.getByLabel("To", { exact: true }).fill("+49 151 99887766");
    await start.getByRole("list", { name: "Who it may be" }).getByRole("button").first().click();
    await sendAppointment(asha, "Jonas B.");
    await expect(message(asha, "Hello Jonas B.")).toContainText("Read");
    expect(new URL(asha.url()).pathname).toBe(new URL(here).pathname);
    await expect(row(asha, "\\+4915199887766")).toHaveCount(1);
  });

  await test.step("from the page of a contact", async () => {
    await asha.goto(new URL(asha.url()).pathname.replace(/\/inbox\/.*/, "/contacts"));
    await hydrated(asha);
    await asha.getByRole("link", { name: /\+4915199887766/ }).first().click();
    await hydrated(asha);
    await asha.getByRole("link", { name: "Send a template" }).click();
    await hydrated(asha);
    const who = dialog(asha, "New conversation").getByRole("list", { name: "Who it may be" });
    await expect(who.getByRole("button")).toHaveCount(1);
    await expect(who).toContainText("+4915199887766");
    await asha.keyboard.press("Escape");
  });

  await test.step("on a phone of 390 px", async () => {
    await asha.setViewportSize({ width: 390, height: 844 });
    await asha.goto(new URL(asha.url()).pathname.replace(/\/inbox\/.*/, "/inbox"));
    await hydrated(asha);
    await asha.getByRole("button", { name: "New conversation" }).click();
    await expect(dialog(asha, "New conversation")).toBeVisible();
    await expectAccessible(asha);
    expect(await asha.evaluate(() => document.documentElement.scrollWidth)).toBe(390);
    await asha.keyboard.press("Escape");
    await expect(list(asha)).toBeVisible();
  });
});

test("what was written is found by name and by word, and leads to its message", async ({ open }) => {
  const asha = await open();
  const phone = await open();
  await takePhone(phone, "Meera Krishnan");
  await openInbox(asha, "Asha");
  const words = `Kardamom ${Date.now()}`;
  await writeAsCustomer(phone, `Is ${words} in stock?`);
  await expect(row(asha, "Meera Krishnan")).toContainText(words);
  const results = asha.getByRole("region", { name: "Search results" });

  await asha.locator(".list__items").focus();
  await asha.keyboard.press("/");
  await asha.keyboard.type("meera");
  await expect(results.getByRole("link", { name: /Meera Krishnan/ }).first()).toBeVisible();
  await expectAccessible(asha);
  await asha.getByRole("searchbox", { name: "Search people and messages" }).fill(words);
  // It is indexed beside the message, a moment later.
  await expect(async () => {
    await asha.getByRole("searchbox", { name: "Search people and messages" }).fill(`${words} `);
    await asha.getByRole("searchbox", { name: "Search people and messages" }).fill(words);
    await expect(results.locator("mark").first()).toBeVisible({ timeout: 1_500 });
  }).toPass();
  await expectAccessible(asha);
  await results.getByRole("link", { name: /Kardamom/ }).first().click();
  await expect(message(asha, words)).toBeInViewport();
  await asha.getByRole("searchbox", { name: "Search people and messages" }).press("Escape");
  await expect(list(asha)).toBeVisible();
});
