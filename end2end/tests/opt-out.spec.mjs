import { expect, expectAccessible, test } from "../lib/fixtures.mjs";
import { composer, message, openInbox, openThread, reply, row, takePhone, writeAsCustomer } from "../lib/steps.mjs";

// Seeded by the demo: this customer's agent is Rohan.
const CUSTOMER = "Meera Krishnan";

const banner = (page) => page.getByRole("status").filter({ hasText: `${CUSTOMER} opted out` });
const locked = (page) => page.getByRole("note").filter({ hasText: "This customer opted out." });

test("STOP ends it, START begins again, and a question may be answered knowingly", async ({ open }) => {
  const rohan = await open({ tolerate: /403/ });
  const asha = await open();
  const phone = await open();
  await takePhone(phone, CUSTOMER);
  await writeAsCustomer(phone, "Hello there");
  for (const [page, member] of [[rohan, "Rohan"], [asha, "Asha"]]) {
    await openInbox(page, member);
    await openThread(page, CUSTOMER);
  }
  await expect(composer(rohan)).toBeVisible();
  await expect(banner(rohan)).toHaveCount(0);
  const draft = "Half a sentence";
  await composer(rohan).getByRole("textbox", { name: "Message" }).fill(draft);

  await test.step("STOP: confirmed on the phone, a banner without a reload", async () => {
    await writeAsCustomer(phone, "Stop. 🛑");
    await expect(message(phone, "no more messages from us")).toHaveCount(1);
    for (const page of [rohan, asha]) {
      await expect(banner(page)).toBeVisible();
      await expect(locked(page)).toBeVisible();
      await expect(composer(page)).toHaveCount(0);
      await expect(row(page, CUSTOMER)).toContainText("Opted out");
    }
    await expectAccessible(rohan);
    await expect(locked(rohan).getByRole("button", { name: /Answer anyway/ })).toHaveCount(0);
    await writeAsCustomer(phone, "STOP");
    await expect(message(asha, "STOP").first()).toBeVisible();
    await expect(message(phone, "no more messages from us")).toHaveCount(1);
  });

  await test.step("every send is refused", async () => {
    const conversation = new URL(rohan.url()).pathname.split("/").at(-1);
    const answer = await rohan.evaluate(
      async ({ conversation, workspace, key }) => {
        const response = await fetch(`/api/v1/conversations/${conversation}/messages`, {
          method: "POST",
          headers: { "content-type": "application/json", "x-workspace-id": workspace, "idempotency-key": key },
          body: JSON.stringify({ text: "Are you sure?" }),
        });
        return { status: response.status, body: await response.json() };
      },
      { conversation, workspace: new URL(rohan.url()).pathname.split("/")[2], key: `stop-${Date.now()}` },
    );
    expect(answer).toMatchObject({ status: 403, body: { code: "opted_out" } });
  });

  await test.step("the contact panel tells how it came to that", async () => {
    const panel = asha.getByRole("complementary", { name: "Contact details" });
    await expect(panel.getByText("Opted out", { exact: true }).first()).toBeVisible();
    await expect(panel.getByRole("list", { name: "Consent history" })).toContainText("by message");
    await expect(panel.getByRole("button", { name: "Record opt-in…" })).toBeVisible();
  });

  await test.step("a question of theirs may be answered by somebody who says that they know", async () => {
    // Meta's clock knows whole seconds: what comes within the same one is not after the STOP.
    await phone.waitForTimeout(1_100);
    await writeAsCustomer(phone, "When does my parcel come?");
    const anyway = locked(rohan).getByRole("button", { name: "Answer anyway…" });
    await anyway.click();
    const dialog = rohan.getByRole("dialog", { name: `Answer ${CUSTOMER} anyway?` });
    await expect(dialog).toBeVisible();
    await dialog.getByRole("button", { name: "Cancel" }).click();
    await expect(composer(rohan)).toHaveCount(0);
    await anyway.click();
    await dialog.getByRole("button", { name: "Answer anyway" }).click();
    // What was begun before is still there.
    await expect(composer(rohan).getByRole("textbox", { name: "Message" })).toHaveValue(draft);
    const answer = `On Friday ${Date.now()}`;
    await reply(rohan, answer);
    await expect(message(phone, answer)).toHaveCount(1);
    await expect(banner(rohan)).toBeVisible();
  });

  await test.step("START: sending works again", async () => {
    await writeAsCustomer(phone, "START");
    await expect(message(phone, "Welcome back!")).toHaveCount(1);
    for (const page of [rohan, asha]) {
      await expect(banner(page)).toHaveCount(0);
      await expect(composer(page)).toBeVisible();
    }
    const answer = `Good to have you back ${Date.now()}`;
    await reply(asha, answer);
    await expect(message(phone, answer)).toHaveCount(1);
  });
});

test("a colleague records it, and the workspace chooses its words", async ({ open }) => {
  const asha = await open();
  const phone = await open();
  await takePhone(phone, CUSTOMER);
  await writeAsCustomer(phone, "Hello there");
  await openInbox(asha, "Asha");
  await openThread(asha, CUSTOMER);

  const panel = asha.getByRole("complementary", { name: "Contact details" });
  const underTheName = panel.locator(".contact__hero .badge");
  await expect(underTheName).toHaveText(/^(Not recorded|Opted in)$/);
  await panel.getByRole("button", { name: "Record opt-out…" }).click();
  const dialog = asha.getByRole("dialog", { name: "Record an opt-out" });
  await dialog.getByLabel("Where and how they said so").fill("On the phone");
  await expectAccessible(asha);
  await dialog.getByRole("button", { name: "Record opt-out" }).click();
  await expect(banner(asha)).toBeVisible();
  await expect(panel.getByRole("list", { name: "Consent history" })).toContainText("On the phone");
  await expect(underTheName).toHaveText("Opted out");
  await panel.getByRole("button", { name: "Record opt-in…" }).click();
  await asha.getByRole("dialog", { name: "Record an opt-in" }).getByRole("button", { name: "Record opt-in" }).click();
  await expect(banner(asha)).toHaveCount(0);
  await expect(underTheName).toHaveText("Opted in");

  const thread = asha.url();
  await asha.goto(thread.replace(/inbox.*/, "settings"));
  const form = asha.getByRole("form", { name: "Opt-out words" });
  await form.getByLabel("Also opt out", { exact: true }).fill("leave me be");
  await form.getByLabel("After an opt-out").fill("As you wish.");
  await form.getByRole("button", { name: "Save opt-out words" }).click();
  await expect(asha.getByText("Saved. It holds for the next message.")).toBeVisible();
  await expectAccessible(asha);
  await writeAsCustomer(phone, "Leave me be!");
  await expect(message(phone, "As you wish.")).toHaveCount(1);
  await asha.goto(thread);
  await expect(banner(asha)).toBeVisible();
});
