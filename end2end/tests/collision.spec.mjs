// Two people at one conversation: they see each other, and do not answer twice without knowing it.
import { expect, expectAccessible, hydrated, test } from "../lib/fixtures.mjs";
import { look } from "../lib/look.mjs";
import { composer, message, openInbox, openThread, row, takePhone, writeAsCustomer } from "../lib/steps.mjs";

// Seeded by the demo: this customer's agent is Rohan.
const CUSTOMER = "Meera Krishnan";

const field = (page) => composer(page).getByRole("textbox", { name: "Message" });
const banner = (page) => page.locator(".composer__beside");
const beside = (page, name) => page.getByRole("img", { name: new RegExp(`Also here: .*${name}`) });

test("two who answer the same customer know of each other", async ({ open }) => {
  test.slow();
  const phone = await open();
  await takePhone(phone, CUSTOMER);
  await writeAsCustomer(phone, `Is it there yet? ${Date.now()}`);
  const [rohan, asha] = [await open(), await open()];
  await openInbox(rohan, "Rohan");
  await openInbox(asha, "Asha");
  await openThread(rohan, CUSTOMER);
  await openThread(asha, CUSTOMER);

  await test.step("each is shown in the other's head", async () => {
    await expect(beside(rohan, "Asha")).toBeVisible();
    await expect(beside(asha, "Rohan")).toBeVisible();
    await expect(banner(asha)).toBeHidden();
  });

  const words = `On its way ${Date.now()}`;
  await test.step("who types is named above the other's composer", async () => {
    await field(rohan).fill("Let me look");
    await expect(banner(asha)).toContainText("Rohan is replying.");
    await look(asha, "a colleague is replying");
    await expect(banner(rohan)).toBeHidden();
  });

  await test.step("a reply is held back once, then it goes", async () => {
    await field(asha).fill(words);
    await asha.keyboard.press("Enter");
    await expect(banner(asha)).toContainText("Send once more");
    await expect(field(asha)).toHaveValue(words);
    await expect(message(asha, words)).toHaveCount(0);
    await asha.keyboard.press("Enter");
    await expect(message(asha, words)).toHaveCount(1);
    // Whoever was writing meanwhile is told before they send theirs.
    await expect(message(rohan, words)).toHaveCount(1);
    await expect(banner(rohan)).toContainText("Asha has just answered.");
  });

  await test.step("a draft that is gone, and a page that is gone, are no reply", async () => {
    await field(rohan).fill("");
    await expect(banner(asha)).toBeHidden({ timeout: 20_000 });
    await field(rohan).fill("Once more");
    await expect(banner(asha)).toContainText("Rohan is replying.", { timeout: 10_000 });
    // Nothing is said any more: it ends by itself.
    await rohan.close();
    await expect(banner(asha)).toBeHidden({ timeout: 25_000 });
    await expect(beside(asha, "Rohan")).toHaveCount(0);
  });
});

test("what is held can be taken over", async ({ open }) => {
  const [rohan, asha] = [await open(), await open()];
  await openInbox(rohan, "Rohan");
  await openInbox(asha, "Asha");
  await openThread(rohan, CUSTOMER);
  await openThread(asha, CUSTOMER);
  await field(rohan).fill("Half a sentence");
  await expect(banner(asha)).toContainText("Rohan is replying.");
  await banner(asha).getByRole("button", { name: "Take over" }).click();
  await expect(row(asha, CUSTOMER)).toContainText("Assigned to Asha");
  // An agent sees only their own: the draft waits in the browser.
  await expect(rohan.getByText("Handed over")).toBeVisible();
});

test("messages, mentions and what is handed over are told elsewhere", async ({ open }) => {
  const phone = await open();
  await takePhone(phone, CUSTOMER);
  const [rohan, asha] = [await open(), await open()];
  await openInbox(rohan, "Rohan");
  await openInbox(asha, "Asha");
  await openThread(asha, CUSTOMER);
  const told = `Any news? ${Date.now()}`;
  await expect(async () => {
    await writeAsCustomer(phone, told);
    await expect(rohan.locator(".toast.undo")).toContainText(told, { timeout: 2_000 });
  }).toPass();
  await rohan.locator(".toast.undo").getByRole("link", { name: "Open" }).click();
  await expect(rohan.getByRole("region", { name: new RegExp(`Conversation with ${CUSTOMER}`) })).toBeVisible();

  const bell = (page) => page.getByRole("link", { name: /^Notifications/ }).first();
  await asha.getByRole("button", { name: "Note", exact: true }).click();
  await asha.getByRole("textbox", { name: "Note" }).fill("@Rohan Iyer please call back ");
  await asha.getByRole("button", { name: "Add note" }).click();
  await expect(bell(rohan)).toHaveAccessibleName(/, \d+ new/);
  await bell(rohan).click();
  await hydrated(rohan);
  await expect(rohan.getByRole("heading", { level: 1, name: "Notifications" })).toBeVisible();
  const item = rohan.getByRole("listitem").filter({ hasText: "please call back" });
  await expect(item).toContainText("named you in a note on Meera Krishnan");
  await expectAccessible(rohan);
  await rohan.getByRole("switch", { name: /With a sound/ }).check();
  await expect(rohan.getByRole("status").filter({ hasText: "Saved." })).toBeVisible();
  await rohan.reload();
  await hydrated(rohan);
  await expect(rohan.getByRole("switch", { name: /With a sound/ })).toBeChecked();
  await item.getByRole("button", { name: "Mark as read" }).click();
  await expect(item.getByRole("button", { name: "Mark as read" })).toHaveCount(0);
});

test("commands by name, from within a field too", async ({ open }) => {
  const asha = await open();
  await openInbox(asha, "Asha");
  await openThread(asha, CUSTOMER);
  const palette = asha.getByRole("dialog", { name: "Commands" });
  const command = palette.getByRole("combobox", { name: "Command" });

  await asha.getByRole("button", { name: "Search or jump to…" }).click();
  await expect(command).toBeFocused();
  await asha.keyboard.press("Escape");
  await expect(palette).toHaveCount(0);

  await field(asha).focus();
  await asha.keyboard.press("Control+k");
  await expect(command).toBeFocused();
  await expectAccessible(asha);
  await command.fill("label");
  await expect(palette.getByRole("option").first()).toContainText("Change labels");
  await asha.keyboard.press("Enter");
  await expect(palette).toHaveCount(0);
  await expect(asha.getByRole("dialog", { name: /Labels/ })).toBeVisible();
  await asha.keyboard.press("Escape");

  await asha.keyboard.press("Control+k");
  await command.fill("meera");
  await expect(palette.getByRole("option", { name: /Meera Krishnan/ })).toBeVisible();
  await asha.keyboard.press("Escape");
  await expect(palette).toHaveCount(0);

  await asha.keyboard.press("Control+k");
  await command.fill("go to team");
  await asha.keyboard.press("Enter");
  await asha.waitForURL(/\/team$/);
});
