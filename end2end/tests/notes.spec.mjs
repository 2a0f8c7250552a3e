import { expect, expectAccessible, hydrated, test } from "../lib/fixtures.mjs";
import { composer, log, message, openInbox, openThread, row, takePhone, writeAsCustomer } from "../lib/steps.mjs";

// Seeded by the demo: this customer's agent is Rohan.
const CUSTOMER = "Meera Krishnan";

test("a note is seen by the team and by nobody else", async ({ open }) => {
  const phone = await open();
  await takePhone(phone, CUSTOMER);
  const rohan = await open();
  const asha = await open();
  const viewer = await open();
  for (const [page, member] of [[rohan, "Rohan"], [asha, "Asha"], [viewer, "Tomasz"]]) {
    await openInbox(page, member);
    await openThread(page, CUSTOMER);
  }
  const form = rohan.getByRole("form", { name: "Note for colleagues" });
  const field = form.getByRole("textbox", { name: "Note" });
  const words = `Batch 118 again, *be quick* ${Date.now()}`;

  await test.step("by key, without touching the draft of the reply", async () => {
    await composer(rohan).getByRole("textbox", { name: "Message" }).fill("Half a sentence");
    await rohan.keyboard.press("Escape");
    await rohan.keyboard.press("n");
    await expect(field).toBeFocused();
    await expect(composer(rohan)).toHaveCount(0);
    await expectAccessible(rohan);
    await field.fill(words);
    await rohan.keyboard.press("Enter");
    await expect(field).toHaveValue("");
    await rohan.keyboard.press("Escape");
    await rohan.keyboard.press("r");
    await expect(composer(rohan).getByRole("textbox", { name: "Message" })).toHaveValue("Half a sentence");
    await expect(composer(rohan).getByRole("textbox", { name: "Message" })).toBeFocused();
  });

  await test.step("colleagues see it at once, in its place, with its author", async () => {
    for (const page of [rohan, asha, viewer]) {
      const note = message(page, "Batch 118 again");
      await expect(note).toHaveCount(1);
      await expect(note).toContainText("Internal note · Rohan");
      await expect(note.locator("strong")).toHaveText("be quick");
      await expect(row(page, CUSTOMER)).not.toContainText("Batch 118");
    }
    await expect(viewer.getByRole("group", { name: "What to write" })).toHaveCount(0);
    await writeAsCustomer(phone, "Any news?");
    await expect(log(asha).locator(".msg").last()).toContainText("Any news?");
    await expect(message(phone, "Batch 118")).toHaveCount(0);
    await expectAccessible(asha);
  });

  await test.step("a draft survives a reload, the note too, and a closed conversation takes one", async () => {
    await rohan.getByRole("button", { name: "Note", exact: true }).click();
    await field.fill("Not yet");
    await rohan.reload();
    await hydrated(rohan);
    await expect(message(rohan, "Batch 118 again")).toHaveCount(1);
    await rohan.getByRole("button", { name: "Note", exact: true }).click();
    await expect(field).toHaveValue("Not yet");
    await rohan.getByRole("button", { name: "Close", exact: true }).click();
    await expect(form).toBeVisible();
    await form.getByRole("button", { name: "Add note" }).click();
    await expect(log(rohan).locator(".msg").last()).toContainText("Not yet");
    await expect(log(asha).locator(".msg").last()).toContainText("Not yet");
  });
});
