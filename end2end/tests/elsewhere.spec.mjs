// What the inbox has over it is there on the other pages too: messages are told of, with a sound for whoever wants one, and
// commands go by name.
import { expect, expectAccessible, hydrated, test } from "../lib/fixtures.mjs";
import { go, list, message, openInbox, openThread, signIn, takePhone, writeAsCustomer } from "../lib/steps.mjs";

// Seeded by the demo: this customer's agent is Rohan.
const CUSTOMER = "Meera Krishnan";

const toast = (page) => page.locator(".toast.told");
const palette = (page) => page.getByRole("dialog", { name: "Commands" });

test("a message is told of on every page, and leads to its conversation", async ({ open }) => {
  const [phone, rohan, beatriz, asha] = [await open(), await open(), await open(), await open()];
  await takePhone(phone, CUSTOMER);
  await signIn(rohan, "Rohan");
  await signIn(beatriz, "Beatriz");
  await openInbox(asha, "Asha");
  await openThread(asha, CUSTOMER);
  await go(rohan, "contacts");
  await go(beatriz, "contacts");
  const sounds = [];
  rohan.on("request", (request) => new URL(request.url()).pathname === "/notice.wav" && sounds.push(request.url()));

  await test.step("on the page, to whom it concerns, and without a sound at first", async () => {
    const words = `Is it on its way? ${Date.now()}`;
    await writeAsCustomer(phone, words);
    await expect(toast(rohan)).toContainText(`${CUSTOMER}: ${words}`);
    await expectAccessible(rohan, { within: ".toast.told" });
    expect(sounds).toEqual([]);
    await expect(message(asha, words)).toHaveCount(1);
    await expect(toast(beatriz)).toHaveText("");
  });

  await test.step("with a sound, once that is chosen", async () => {
    await go(rohan, "notifications");
    await rohan.getByRole("switch", { name: /With a sound/ }).check();
    await expect(rohan.getByText("Saved.")).toBeVisible();
    await go(rohan, "contacts");
    await writeAsCustomer(phone, `Hello? ${Date.now()}`);
    await expect.poll(() => sounds.length).toBe(1);
  });

  await test.step("named in a note", async () => {
    await asha.locator(".thread__scroll").focus();
    await asha.keyboard.press("n");
    await asha.keyboard.type("Ask @ro");
    await asha.getByRole("listbox", { name: "Colleagues" }).getByRole("option", { name: "Rohan Iyer" }).waitFor();
    await asha.keyboard.press("Enter");
    await asha.keyboard.press("Enter");
    await expect(toast(rohan)).toContainText(`A colleague named you in a note on ${CUSTOMER}.`);
  });

  await test.step("and the way there", async () => {
    await toast(rohan).getByRole("link", { name: "Open" }).click();
    await expect(rohan.getByRole("region", { name: `Conversation with ${CUSTOMER}` })).toBeVisible();
  });
});

test("commands by name on a page beside the inbox", async ({ open }) => {
  const asha = await open();
  await signIn(asha, "Asha");
  await go(asha, "contacts");
  const field = palette(asha).getByRole("combobox", { name: "Command" });
  const options = palette(asha).getByRole("option");

  await test.step("opens with its chord, also within a field, and gives the focus back", async () => {
    const search = asha.getByRole("searchbox").first();
    await search.focus();
    await asha.keyboard.press("Control+k");
    await expect(field).toBeFocused();
    await expectAccessible(asha);
    // What belongs to an open conversation is not offered.
    await field.fill("mark as unread");
    await expect(options).toHaveCount(0);
    await asha.keyboard.press("Escape");
    await expect(palette(asha)).toHaveCount(0);
    await expect(search).toBeFocused();
  });

  await test.step("opens with the field in the bar", async () => {
    await asha.getByRole("button", { name: "Search or jump to…" }).click();
    await expect(field).toBeFocused();
    await asha.keyboard.press("Escape");
    await expect(palette(asha)).toHaveCount(0);
  });

  await test.step("to another page", async () => {
    await asha.keyboard.press("Control+k");
    await field.fill("go to team");
    await expect(options.first()).toHaveText(/Go to Team/);
    await asha.keyboard.press("Enter");
    await expect(asha.getByRole("heading", { level: 1, name: "Team" })).toBeVisible();
    await hydrated(asha);
  });

  await test.step("to a customer, and to a view of the inbox", async () => {
    await asha.keyboard.press("Control+k");
    await field.fill(CUSTOMER);
    await options.filter({ hasText: CUSTOMER }).first().click();
    await expect(asha.getByRole("region", { name: `Conversation with ${CUSTOMER}` })).toBeVisible();
    await go(asha, "dashboard");
    await asha.keyboard.press("Control+k");
    await field.fill("closed");
    await expect(options.first()).toHaveText(/Go to Closed/);
    await asha.keyboard.press("Enter");
    await expect(asha).toHaveURL(/\/inbox\?view=closed$/);
    await expect(list(asha)).toBeVisible();
  });
});
