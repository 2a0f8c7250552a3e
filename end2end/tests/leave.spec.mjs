// The inbox can be left within its document and come back to, whatever is armed in it: timers, answers that are awaited, the stream.
import { expect, hydrated, test } from "../lib/fixtures.mjs";
import { composer, list, log, message, openInbox, openThread, row, takePhone, writeAsCustomer } from "../lib/steps.mjs";

// Seeded by the demo: this customer's agent is Rohan.
const CUSTOMER = "Meera Krishnan";

test("the inbox is left within its document and come back to, with everything armed", async ({ open }) => {
  const [phone, asha] = [await open(), await open()];
  await takePhone(phone, CUSTOMER);
  await asha.clock.install();
  await openInbox(asha, "Asha");
  // Another tab of the browser waits for the stream that this one holds.
  const beside = await asha.context().newPage();
  await beside.goto(asha.url());
  await hydrated(beside);
  await asha.evaluate(() => (window.stayed = true));
  const contacts = new URL(asha.url()).pathname.replace(/inbox.*/, "contacts");

  /** As a link does that is not marked as leading out of the document. */
  const leave = async () => {
    await asha.evaluate((href) => {
      const link = Object.assign(document.createElement("a"), { href, textContent: "Away" });
      document.querySelector(".list__head").append(link);
      link.click();
    }, contacts);
    await expect(asha.getByRole("heading", { level: 1, name: "Contacts" })).toBeVisible();
    await expect(list(asha)).toHaveCount(0);
  };
  /** Whatever was armed fires now. */
  const later = () => asha.clock.runFor(60_000);

  await test.step("with a pointer over the list, a reply begun, something to be taken back and a search that is awaited", async () => {
    await openThread(asha, CUSTOMER);
    await asha.locator(".thread__scroll").focus();
    await asha.keyboard.press("e");
    await expect(asha.locator(".toast.undo.shown")).toBeVisible();
    await row(asha, /./).first().hover();
    await asha.getByRole("searchbox", { name: "Search people and messages" }).fill("order");
    await asha.evaluate(() => window.dispatchEvent(new Event("offline")));
    await leave();
    await later();
  });

  await test.step("the other tab has the stream now", async () => {
    const words = `Anybody there? ${Date.now()}`;
    await writeAsCustomer(phone, words);
    await expect(row(beside, CUSTOMER)).toContainText(words);
  });

  await test.step("back with the browser's button: alive again", async () => {
    await asha.goBack();
    await expect(list(asha)).toBeVisible();
    const words = `Hello again ${Date.now()}`;
    await writeAsCustomer(phone, words);
    await expect(row(asha, CUSTOMER)).toContainText(words);
    await row(asha, CUSTOMER).click();
    await expect(log(asha)).toContainText(words);
    await composer(asha).getByRole("textbox", { name: "Message" }).fill("half a");
  });

  await test.step("to and fro", async () => {
    for (let times = 0; times < 3; times += 1) {
      await leave();
      await asha.goBack();
      await expect(composer(asha).getByRole("textbox", { name: "Message" })).toHaveValue("half a");
    }
    await later();
    await composer(asha).getByRole("textbox", { name: "Message" }).fill("half a reply");
    await composer(asha).getByRole("button", { name: "Send" }).click();
    await expect(message(phone, "half a reply")).toHaveCount(1);
    await expect(message(asha, "half a reply")).toHaveCount(1);
    expect(await asha.evaluate(() => window.stayed)).toBe(true);
  });
});
