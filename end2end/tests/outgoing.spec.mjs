// Reactions of members, what Meta is told of what was read and who types: on the screens and on the phone.
import { expect, expectAccessible, hydrated, test } from "../lib/fixtures.mjs";
import { look } from "../lib/look.mjs";
import { composer, disturb, log, message, openInbox, openThread, takePhone, writeAsCustomer } from "../lib/steps.mjs";

// Seeded by the demo: this customer's agent is Rohan.
const CUSTOMER = "Meera Krishnan";

const dialog = (page) => page.getByRole("dialog", { name: "React to this message" });

/** Opens the choice of reactions by keyboard. */
const open = async (page, text) => {
  const button = message(page, text).getByRole("button", { name: "React to this message" });
  await button.focus();
  await page.keyboard.press("Enter");
  await expect(dialog(page)).toBeVisible();
};

test("a member reads, types and reacts, and the customer sees it", async ({ open: page }) => {
  const phone = await page();
  await takePhone(phone, CUSTOMER);
  const rohan = await page();
  const asha = await page();
  await openInbox(rohan, "Rohan");
  await openInbox(asha, "Asha");
  await openThread(asha, CUSTOMER);
  await openThread(rohan, CUSTOMER);
  await hydrated(rohan);
  const question = `Is the kettle back? ${Date.now()}`;

  await test.step("two blue ticks, once it was read", async () => {
    await writeAsCustomer(phone, question);
    await expect(message(rohan, question)).toBeVisible();
    await expect(message(phone, question)).toHaveAttribute("data-tick", "read");
  });

  await test.step("the business types", async () => {
    await composer(rohan).getByRole("textbox", { name: "Message" }).pressSequentially("Let me look");
    await expect(log(phone).locator(".typing")).toContainText("is typing");
  });

  await test.step("a reaction is given by keyboard, changed, and taken back", async () => {
    await open(rohan, question);
    await expectAccessible(rohan);
    await dialog(rohan).getByRole("button", { name: "Thumbs up" }).click();
    await expect(dialog(rohan)).toHaveCount(0);
    await expect(message(rohan, question)).toContainText("You reacted with 👍");
    await expect(message(asha, question)).toContainText(/Rohan \S+ reacted with 👍/);
    await expect(message(phone, question)).toContainText("reacted with 👍");

    await open(rohan, question);
    await expect(dialog(rohan).getByRole("button", { name: "Thumbs up" })).toHaveAttribute("aria-pressed", "true");
    await dialog(rohan).getByLabel("Another emoji").fill("no emoji");
    await expect(dialog(rohan).getByRole("button", { name: "React", exact: true })).toBeDisabled();
    await dialog(rohan).getByLabel("Another emoji").fill("🫖");
    await rohan.keyboard.press("Enter");
    await expect(message(rohan, question)).toContainText("You reacted with 🫖");
    await expect(message(phone, question)).toContainText("reacted with 🫖");

    await open(rohan, question);
    await dialog(rohan).getByRole("button", { name: "Take back" }).click();
    for (const who of [rohan, asha, phone]) {
      await expect(message(who, question)).not.toContainText("reacted with");
    }
  });

  await test.step("what did not arrive says so, and the customer sees what they saw", async () => {
    await open(rohan, question);
    await dialog(rohan).getByRole("button", { name: "Heart" }).click();
    await expect(message(phone, question)).toContainText("reacted with ❤️");
    await disturb(phone, { undeliverable: { next: 1 } });
    await open(rohan, question);
    await dialog(rohan).getByRole("button", { name: "Fire" }).click();
    await expect(message(rohan, question)).toContainText("Reaction 🔥: It did not arrive.");
    await expect(message(rohan, question)).toContainText("You reacted with ❤️");
    await expect(message(phone, question)).toContainText("reacted with ❤️");
    await disturb(phone, { reset_all: true });
    await look(rohan, "a reaction that did not arrive");
  });

  await test.step("it is no message of its own", async () => {
    const before = await log(rohan).locator(".msg").count();
    await rohan.reload();
    await hydrated(rohan);
    await expect(log(rohan).locator(".msg")).toHaveCount(before);
    await expect(message(rohan, question)).toContainText("You reacted with ❤️");
  });
});
