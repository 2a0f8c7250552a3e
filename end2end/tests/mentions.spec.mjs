// Somebody is named in a note: told at the bell, in the page and in the list, and led to what was written.
import { expect, expectAccessible, hydrated, test } from "../lib/fixtures.mjs";
import { look } from "../lib/look.mjs";
import { assignTo, go, message, openInbox, openThread, signIn } from "../lib/steps.mjs";

// Seeded by the demo: Rohan answers the first one, Beatriz the other.
const CUSTOMER = "Meera Krishnan";
const BEATRIZS = "Larissa Moura";

const form = (page) => page.getByRole("form", { name: "Note for colleagues" });
const field = (page) => form(page).getByRole("textbox", { name: "Note" });
const bell = (page) => page.getByRole("link", { name: /^Notifications/ }).first();
const toast = (page) => page.locator(".toast.undo");
const entry = (page, words) => page.getByRole("region", { name: "For you" }).getByRole("listitem").filter({ hasText: words });

/** What the bell counts. */
async function count(page) {
  const name = await bell(page).getAttribute("aria-label");
  return Number(/(\d+) new/.exec(name)?.[1] ?? 0);
}

test("named in a note: the bell, the page, the list, and the way to it", async ({ open }) => {
  const [asha, rohan, elsewhere, beatriz] = [await open(), await open(), await open(), await open()];
  await openInbox(asha, "Asha");
  await openThread(asha, CUSTOMER);
  await openInbox(rohan, "Rohan");
  await signIn(elsewhere, "Rohan");
  await go(elsewhere, "contacts");
  await openInbox(beatriz, "Beatriz");
  const before = [await count(rohan), await count(beatriz)];
  const words = `they ask for batch ${Date.now()}`;

  await test.step("found by the beginning of a name, by keyboard", async () => {
    await asha.locator(".thread__scroll").focus();
    await asha.keyboard.press("n");
    await expect(field(asha)).toBeFocused();
    await asha.keyboard.type("Ask @");
    const people = asha.getByRole("listbox", { name: "Colleagues" }).getByRole("option");
    // It is nobody's: everybody can read it.
    await expect(people).toHaveText(["Beatriz Lima", "Rohan Iyer", "Tomasz Nowak"]);
    await expectAccessible(asha);
    await asha.keyboard.type("ro");
    await expect(people).toHaveText(["Rohan Iyer"]);
    await expect(people.first()).toHaveAttribute("aria-selected", "true");
    await asha.keyboard.press("Enter");
    await expect(field(asha)).toHaveValue("Ask @Rohan Iyer ");
    await asha.keyboard.type(words);
    await asha.keyboard.press("Enter");
    await expect(message(asha, words)).toHaveCount(1);
    await expect(message(asha, words).locator(".mention")).toHaveText("@Rohan Iyer");
  });

  await test.step("told at once wherever they are, and nobody else", async () => {
    await expect(toast(rohan)).toContainText(`Asha Menon named you in a note on ${CUSTOMER}.`);
    for (const page of [rohan, elsewhere]) await expect.poll(() => count(page)).toBe(before[0] + 1);
    expect(await count(beatriz)).toBe(before[1]);
    await expect(toast(beatriz)).not.toContainText("named you");
    await toast(rohan).getByRole("link", { name: "Open" }).press("Enter");
    await expect(rohan.getByRole("region", { name: `Conversation with ${CUSTOMER}` })).toBeVisible();
    await expect(message(rohan, words)).toBeInViewport();
    await expect(message(rohan, words).locator(".mention.me")).toHaveText("@Rohan Iyer");
  });

  await test.step("other words tell nobody twice", async () => {
    await message(asha, words).getByRole("button", { name: /Change|Edit/ }).click();
    const menu = asha.getByRole("dialog", { name: "Your note" });
    await menu.getByLabel("Note").fill(`Ask @Rohan Iyer ${words}, today`);
    await menu.getByRole("button", { name: "Save" }).click();
    await expect(message(rohan, `${words}, today`)).toHaveCount(1);
    expect(await count(elsewhere)).toBe(before[0] + 1);
  });

  await test.step("kept in the list, which leads to the note and counts it as read", async () => {
    await bell(elsewhere).click();
    await hydrated(elsewhere);
    await expect(entry(elsewhere, words)).toHaveCount(1);
    await expect(entry(elsewhere, words)).toContainText(`Asha Menon named you in a note on ${CUSTOMER}`);
    await expect(entry(elsewhere, words)).toContainText("Not read yet");
    await entry(elsewhere, words).getByRole("link", { name: "Open" }).click();
    await expect(elsewhere).toHaveURL(/\/inbox\/[0-9a-f-]{36}/);
    await hydrated(elsewhere);
    await expect(message(elsewhere, words)).toBeInViewport();
    await expect.poll(() => count(elsewhere)).toBe(before[0]);
    await go(elsewhere, "notifications");
    await expect(entry(elsewhere, words)).not.toContainText("Not read yet");
    await go(beatriz, "notifications");
    await expect(entry(beatriz, words)).toHaveCount(0);
  });

  await test.step("a note that is removed takes what was told of it along", async () => {
    await message(asha, words).getByRole("button", { name: /Change|Edit/ }).click();
    await asha.getByRole("dialog", { name: "Your note" }).getByRole("button", { name: "Remove the note" }).click();
    await expect(message(asha, words)).toHaveCount(0);
    await elsewhere.reload();
    await hydrated(elsewhere);
    await expect(entry(elsewhere, words)).toHaveCount(0);
  });
});

test("who cannot see a conversation is not named in it, until it is theirs", async ({ open }) => {
  const asha = await open({ tolerate: /status of 422/ });
  const rohan = await open();
  await openInbox(rohan, "Rohan");
  await openInbox(asha, "Asha");
  await asha.getByRole("navigation", { name: "Views" }).getByRole("link", { name: /^All/ }).click();
  await openThread(asha, BEATRIZS);
  const before = await count(rohan);
  const words = `@Rohan Iyer, is it yours? ${Date.now()}`;
  await asha.getByRole("button", { name: "Note", exact: true }).click();
  await field(asha).pressSequentially("@");
  await expect(asha.getByRole("listbox", { name: "Colleagues" }).getByRole("option")).toHaveText(["Beatriz Lima", "Tomasz Nowak"]);
  await asha.keyboard.press("Escape");
  await field(asha).fill(words);
  await form(asha).getByRole("button", { name: "Add note" }).click();
  const note = message(asha, "is it yours?");
  await expect(note.getByRole("status")).toContainText("Somebody you named cannot see this conversation");
  await look(asha, "a note that was refused", ".thread");
  await note.getByRole("button", { name: "Edit" }).click();
  await expect(field(asha), "nothing of it is lost").toHaveValue(words);
  await expect(field(asha)).toBeFocused();
  await expect(note).toHaveCount(0);
  await form(asha).getByRole("button", { name: "Add note" }).click();
  await expect(note.getByRole("status")).toContainText("Somebody you named cannot see this conversation");
  expect(await count(rohan)).toBe(before);

  await assignTo(asha, BEATRIZS, "Rohan");
  await note.getByRole("button", { name: "Try again" }).click();
  await expect(note.locator(".failure")).toHaveCount(0);
  await expect(note).toHaveCount(1);
  // One for the conversation, one for the note.
  await expect.poll(() => count(rohan)).toBe(before + 2);
  await go(rohan, "notifications");
  await expect(entry(rohan, "is it yours?")).toContainText(`named you in a note on ${BEATRIZS}`);
  await expect(entry(rohan, "gave you the conversation with")).toContainText(BEATRIZS);
});

test("the way from the list is to the note itself, however much was written since", async ({ open }) => {
  const [asha, tomasz] = [await open(), await open()];
  await openInbox(asha, "Asha");
  await asha.getByRole("navigation", { name: "Views" }).getByRole("link", { name: /^All/ }).click();
  const { numbers } = await (await asha.request.get("/simulator/api/state")).json();
  const who = { wa_id: "4915550008888", name: "Wordy Wilma", bsuid: null };
  const say = async (text) => {
    const data = { number: numbers[0].id, customer: null, who, text, answers: null };
    const answer = await asha.request.post("/simulator/api/say", { data, headers: { origin: new URL(asha.url()).origin } });
    expect(answer.ok(), await answer.text()).toBe(true);
  };
  await say("it begins");
  await openThread(asha, who.name);
  const words = `the batch of ${Date.now()}`;
  await asha.getByRole("button", { name: "Note", exact: true }).click();
  await field(asha).fill(`@Tomasz Nowak, ${words}`);
  await form(asha).getByRole("button", { name: "Add note" }).click();
  await expect(message(asha, words)).toHaveCount(1);
  // Customers' messages are timed in whole seconds: these stand below the note. More than a page of them.
  const second = Math.floor(Date.now() / 1_000);
  await expect.poll(() => Math.floor(Date.now() / 1_000)).toBeGreaterThan(second);
  for (let nth = 0; nth < 70; nth += 1) await say(`line ${nth}.`);
  await expect(message(asha, "line ")).toHaveCount(70);

  await signIn(tomasz, "Tomasz");
  await go(tomasz, "notifications");
  await entry(tomasz, words).getByRole("link", { name: "Open" }).click();
  await hydrated(tomasz);
  await expect(message(tomasz, words)).toBeInViewport();
  await expect(message(tomasz, words)).toHaveClass(/found/);
  await expect(message(tomasz, "it begins")).toHaveCount(1);
  await expect(message(tomasz, "line ")).toHaveCount(50);
  await tomasz.getByRole("button", { name: "Newest messages" }).click();
  await expect(message(tomasz, words), "the newest are far from it").toHaveCount(0);
  await expect(message(tomasz, "line ")).toHaveCount(50);
});
