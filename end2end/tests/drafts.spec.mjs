// What is begun at one desk goes on at another, is nobody else's business, and is gone once it is sent.
import { expect, hydrated, test } from "../lib/fixtures.mjs";
import { composer, message, openInbox, openThread, reply, signIn } from "../lib/steps.mjs";

// Seeded by the demo: this customer's agent is Rohan.
const CUSTOMER = "Meera Krishnan";
const OTHER = "Imran Qureshi";

const field = (page) => composer(page).getByRole("textbox", { name: "Message" });
const note = (page) => page.getByRole("form", { name: "Note for colleagues" }).getByRole("textbox");
const tab = (page, name) => page.getByRole("button", { name, exact: true });

/** Does something, and waits until the server has kept these words. */
async function kept(page, words, act) {
  const keeps = (request) => new URL(request.url()).pathname === "/fn/draft" && request.postDataJSON().text === words;
  const answer = page.waitForResponse((response) => keeps(response.request()));
  await act();
  expect((await answer).status()).toBe(200);
}

/** What this browser holds of drafts. */
const here = (page) => page.evaluate(() => Object.keys(localStorage).filter((name) => name.startsWith("draft:")));

async function at(page, member, customer) {
  await openInbox(page, member);
  const answer = page.waitForResponse((response) => new URL(response.url()).pathname === "/fn/drafts");
  await openThread(page, customer);
  await answer;
}

test("a draft goes on at another desk, and is gone once it is sent", async ({ open }) => {
  test.slow();
  // Who logs out may be asked for something by the page that they leave.
  const desk = await open({ tolerate: /401 \(Unauthorized\)/ });
  const [laptop, asha] = [await open(), await open()];
  const begun = `Half a sentence ${Date.now()}`;
  const aside = `Batch 118 ${Date.now()}`;
  await at(desk, "Rohan", CUSTOMER);

  await test.step("it is kept after a pause, and when the field is left", async () => {
    await kept(desk, begun, () => field(desk).fill(begun));
    await tab(desk, "Note").click();
    await note(desk).fill(aside);
    await kept(desk, aside, () => note(desk).blur());
  });

  await test.step("at the other desk both stand in their fields", async () => {
    await at(laptop, "Rohan", CUSTOMER);
    await expect(field(laptop)).toHaveValue(begun);
    await tab(laptop, "Note").click();
    await expect(note(laptop)).toHaveValue(aside);
    await tab(laptop, "Reply").click();
  });

  await test.step("a colleague sees nothing of it", async () => {
    await at(asha, "Asha", CUSTOMER);
    await expect(field(asha)).toHaveValue("");
    await tab(asha, "Note").click();
    await expect(note(asha)).toHaveValue("");
  });

  await test.step("sent there, it is gone here; what was not sent stays", async () => {
    await reply(laptop, `${begun}, and its end`);
    await expect(message(laptop, begun)).toHaveCount(1);
    await expect(message(laptop, begun)).toContainText("Read");
    const answer = desk.waitForResponse((response) => new URL(response.url()).pathname === "/fn/drafts");
    await desk.reload();
    await hydrated(desk);
    await answer;
    await expect(field(desk)).toHaveValue("");
    await tab(desk, "Note").click();
    await expect(note(desk)).toHaveValue(aside);
  });

  await test.step("what is sent from here leaves nothing with the server", async () => {
    await note(desk).press("Enter");
    await expect(message(desk, aside)).toHaveCount(1);
    await laptop.reload();
    await hydrated(laptop);
    await tab(laptop, "Note").click();
    await expect(message(laptop, aside)).toHaveCount(1);
    await expect(note(laptop)).toHaveValue("");
  });

  await test.step("thrown away here, it is thrown away there", async () => {
    await tab(desk, "Reply").click();
    await kept(desk, "Better not", () => field(desk).fill("Better not"));
    await kept(desk, "", () => field(desk).fill(""));
    await laptop.reload();
    await hydrated(laptop);
    await expect(field(laptop)).toHaveValue("");
  });

  await test.step("another conversation has drafts of its own; who logs out leaves none in the browser, and finds them again", async () => {
    await openThread(desk, OTHER);
    await expect(field(desk)).toHaveValue("");
    await kept(desk, "Until tomorrow", async () => {
      await field(desk).fill("Until tomorrow");
      await field(desk).blur();
    });
    await desk.getByRole("button", { name: /Account menu/ }).click();
    await desk.getByRole("button", { name: "Log out" }).click();
    await desk.waitForURL(/\/login/);
    expect(await here(desk)).toEqual([]);
    await signIn(desk, "Rohan");
    await hydrated(desk);
    await openThread(desk, OTHER);
    await expect(field(desk)).toHaveValue("Until tomorrow");
  });
});
