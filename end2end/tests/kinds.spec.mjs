import { expect, test } from "../lib/fixtures.mjs";
import { look } from "../lib/look.mjs";
import { log, message, openInbox, openThread, reply, row, takePhone, writeAsCustomer } from "../lib/steps.mjs";

// Seeded by the demo: this customer's agent is Rohan.
const CUSTOMER = "Meera Krishnan";

const attach = async (phone, what) => {
  await phone.getByLabel("Attach", { exact: true }).first().click();
  await phone.getByRole("button", { name: what, exact: true }).click();
};

/** What the customer does to a message on the phone. */
const act = async (phone, text, what) => {
  const bubble = message(phone, text).last();
  await bubble.hover();
  await bubble.getByRole("button", { name: what }).click();
};

test("every kind of message, and what is done to them, arrives live", async ({ open }) => {
  test.slow();
  const phone = await open();
  await takePhone(phone, CUSTOMER);
  const rohan = await open();
  await openInbox(rohan, "Rohan");
  await openThread(rohan, CUSTOMER);
  const newest = () => log(rohan).locator(".msg").last();

  await test.step("files, places, cards, orders, and what nobody knows", async () => {
    for (const [what, words, line] of [
      ["Photo", ["This is how it arrived"], "Photo: This is how it arrived"],
      ["Voice message", [], "Voice message"],
      ["Video", [], "Video"],
      ["Document", ["invoice-1043.pdf"], "Document: invoice-1043.pdf"],
      ["Sticker", [], "Sticker"],
      ["Location", ["Zócalo", "19.4326, -99.1332", "Show on a map"], "Location: Zócalo"],
      ["Contact", ["Lucía Vega", "Talleres Vega", "+52 55 1234 5678"], "Contact: Lucía Vega"],
      ["Order", ["mat-blue", "30 USD each", "Before Friday, please"], "Order, 2 items"],
      ["Poll (unknown to the API)", ["Unsupported message: poll"], "poll"],
    ]) {
      await attach(phone, what);
      for (const part of words) await expect(newest()).toContainText(part);
      await expect(row(rohan, CUSTOMER)).toContainText(line);
    }
    await look(rohan, "all kinds that come");
  });

  await test.step("words with their formatting, and no more than that", async () => {
    await writeAsCustomer(phone, "*Bold* and _soft_: https://parlance.example/a_b <b>raw</b>");
    await expect(newest().locator("strong")).toHaveText("Bold");
    await expect(newest().locator("em")).toHaveText("soft");
    const link = newest().getByRole("link", { name: "https://parlance.example/a_b" });
    await expect(link).toHaveAttribute("rel", "noopener noreferrer nofollow");
    await expect(newest()).toContainText("<b>raw</b>");
  });

  await test.step("an edit and a deletion change the bubble and the list", async () => {
    await writeAsCustomer(phone, "The blue oen");
    await expect(newest()).toContainText("The blue oen");
    const before = await log(rohan).locator(".msg").count();
    await act(phone, "The blue oen", "Edit this message");
    await writeAsCustomer(phone, "The blue one");
    await expect(newest()).toContainText("The blue one");
    await expect(newest()).toContainText("Edited");
    await expect(row(rohan, CUSTOMER)).toContainText("The blue one");
    await act(phone, "The blue one", "Delete this message");
    await expect(newest()).toContainText("The customer deleted this message.");
    await expect(newest()).not.toContainText("The blue one");
    await expect(row(rohan, CUSTOMER)).toContainText("Deleted by the customer");
    expect(await log(rohan).locator(".msg").count()).toBe(before);
  });

  await test.step("reactions come, change and go; an answer leads to what it answers", async () => {
    const answer = `It is on its way ${Date.now()}`;
    await reply(rohan, answer);
    await expect(message(phone, answer)).toHaveCount(1);
    const mine = message(rohan, answer).first();
    await act(phone, answer, "React with 👍");
    await expect(mine.locator(".reaction")).toContainText("👍");
    await act(phone, answer, "React with 🙏");
    await expect(mine.locator(".reaction")).toContainText("🙏");
    await expect(mine.locator(".reaction")).not.toContainText("👍");
    await act(phone, answer, "Take back 🙏");
    await expect(mine.locator(".reaction")).toHaveCount(0);
    await act(phone, answer, "Answer this message");
    await expect(phone.getByText(`Answering: ${answer}`)).toBeVisible();
    await writeAsCustomer(phone, "Lovely");
    await expect(newest()).toContainText("Lovely");
    const quote = newest().getByRole("button", { name: answer });
    await quote.click();
    await expect(mine).toHaveClass(/found/);
    await look(rohan, "a quote and its source");
  });

  await test.step("a reload shows the same", async () => {
    const words = await log(rohan).locator(".msg").allInnerTexts();
    await rohan.reload();
    await expect(log(rohan).locator(".msg")).toHaveCount(words.length);
    // How long a voice message is comes with its file.
    await expect.poll(() => log(rohan).locator(".msg").allInnerTexts()).toEqual(words);
  });
});
