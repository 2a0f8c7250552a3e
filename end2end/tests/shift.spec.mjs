// Nothing jumps: what comes in slides into its place, and what somebody reads or is about to press stands still. Counted is what the
// browser calls a layout shift, also that which it forgives because a key was just pressed.
import { expect, hydrated, test } from "../lib/fixtures.mjs";
import { composer, list, log, message, openInbox, openThread, row, takePhone, writeAsCustomer } from "../lib/steps.mjs";

// Seeded by the demo: this customer's agent is Rohan.
const CUSTOMER = "Meera Krishnan";
const STRANGER = "Nadia Short";
/** The sum of a step stays below this. */
const MOST = 0.02;

const field = (page) => composer(page).getByRole("textbox", { name: "Message" });
const rows = (page) => list(page).locator("a.convo");

/** Counts from the first paint on. */
async function watch(page) {
  await page.addInitScript(() => {
    const shifts = [];
    const place = ({ x, y, width, height }) => [x, y, width, height].map(Math.round).join(" ");
    const keep = (entries) => {
      for (const { value, sources } of entries) {
        const what = sources.map(({ node, previousRect, currentRect }) => {
          const name = node?.className?.baseVal ?? node?.className ?? "";
          return `${node?.nodeName}.${name}: ${place(previousRect)} → ${place(currentRect)}`;
        });
        shifts.push({ value, what });
      }
    };
    const observer = new PerformanceObserver((seen) => keep(seen.getEntries()));
    observer.observe({ type: "layout-shift", buffered: true });
    globalThis.takeShifts = () => {
      keep(observer.takeRecords());
      return shifts.splice(0);
    };
  });
}

/** Until nothing has moved for a while: frames without a running animation, one after the other. */
const settled = (page) =>
  page.evaluate(async () => {
    const runs = (animation) => animation.playState === "running" && Number.isFinite(animation.effect.getComputedTiming().endTime);
    for (let still = 0; still < 20; still += 1) {
      await new Promise(requestAnimationFrame);
      if (document.getAnimations().some(runs)) still = -1;
    }
  });

/** What moved while something happened. */
async function shifts(page, act) {
  await settled(page);
  await page.evaluate(() => globalThis.takeShifts());
  await act();
  await settled(page);
  const seen = await page.evaluate(() => globalThis.takeShifts());
  return { sum: seen.reduce((sum, { value }) => sum + value, 0), seen };
}

/** A step in which nothing jumps. */
const still = (page, words, act) =>
  test.step(words, async () => {
    const { sum, seen } = await shifts(page, act);
    test.info().annotations.push({ type: "layout shift", description: `${words}: ${sum.toFixed(4)}` });
    // The other steps are measured all the same.
    expect.soft(sum, `${words}: ${JSON.stringify(seen, null, 1)}`).toBeLessThan(MOST);
  });

/** How far something went on the screen while something else happened. */
async function goes(target, act) {
  const top = () => target.evaluate((element) => element.getBoundingClientRect().top);
  const before = await top();
  await act();
  return Math.abs((await top()) - before);
}

async function attach(phone, what) {
  await phone.getByLabel("Attach", { exact: true }).first().click();
  await phone.getByRole("button", { name: what, exact: true }).click();
}

/** The customer of the phone writes, without its page being in the way. */
async function say(phone, text, who = null) {
  const { numbers } = await (await phone.request.get("/simulator/api/state")).json();
  const customer = who ? null : await phone.getByLabel("Write as").inputValue();
  const answer = await phone.request.post("/simulator/api/say", {
    data: { number: numbers[0].id, customer, who, text, answers: null },
    headers: { origin: new URL(phone.url()).origin },
  });
  expect(answer.ok()).toBe(true);
}

const newest = (page) => log(page).locator(".msg").last();

/** A picture comes, and its bytes too. */
async function photoComes(asha, phone) {
  const photos = log(asha).getByRole("img", { name: "Photo" });
  const before = await photos.count();
  await attach(phone, "Photo");
  await expect(photos).toHaveCount(before + 1);
  await expect.poll(() => photos.last().evaluate((img) => img.complete && img.naturalWidth)).toBeGreaterThan(0);
}

for (const [look, viewport] of [
  ["1280 px", { width: 1280, height: 800 }],
  ["390 px", { width: 390, height: 844 }],
]) {
  test(`a thread at its end: what comes in moves nothing, ${look}`, async ({ open }) => {
    test.slow();
    const [asha, rohan, phone] = [await open({ viewport }), await open(), await open()];
    await watch(asha);
    await takePhone(phone, CUSTOMER);
    await say(phone, "First words", { wa_id: "4915550777002", name: STRANGER, bsuid: null });
    await openInbox(asha, "Asha");

    await test.step("a thread that does not fill its pane", async () => {
      await takePhone(phone, STRANGER);
      await row(asha, STRANGER).focus();
      await asha.keyboard.press("Enter");
      await expect(message(asha, "First words")).toHaveCount(1);
    });
    await still(asha, "short: a message", async () => {
      await writeAsCustomer(phone, "Second words");
      await expect(message(asha, "Second words")).toHaveCount(1);
    });
    await still(asha, "short: a picture", () => photoComes(asha, phone));
    await still(asha, "short: a reply of one's own", async () => {
      await field(asha).fill("My first words");
      await field(asha).press("Enter");
      await expect(message(asha, "My first words")).toContainText("Read");
    });
    await still(asha, "short: from less than a pane to more", async () => {
      for (let nth = 0; nth < 6; nth += 1) await say(phone, `Filling ${nth}. ${"More and more words. ".repeat(8)}`);
      await expect(newest(asha)).toContainText("Filling 5");
    });

    await test.step("a long thread", async () => {
      await asha.keyboard.press("Escape");
      await asha.keyboard.press("Escape");
      await takePhone(phone, CUSTOMER);
      for (let nth = 0; nth < 20; nth += 1) await say(phone, `Long ago ${nth}. ${"Words. ".repeat(nth)}`);
      await row(asha, CUSTOMER).focus();
      await asha.keyboard.press("Enter");
      await expect(newest(asha)).toContainText("Long ago 19");
    });
    await still(asha, "a message", async () => {
      await writeAsCustomer(phone, "One more");
      await expect(message(asha, "One more")).toHaveCount(1);
    });
    await still(asha, "three at once", async () => {
      await Promise.all([1, 2, 3].map((nth) => say(phone, `Together ${nth}`)));
      for (const nth of [1, 2, 3]) await expect(message(asha, `Together ${nth}`)).toHaveCount(1);
    });
    await still(asha, "a picture", () => photoComes(asha, phone));
    await still(asha, "a voice message", async () => {
      await attach(phone, "Voice message");
      await expect.poll(() => newest(asha).locator("audio").evaluate((audio) => audio.duration)).toBeGreaterThan(3);
    });
    await still(asha, "a reply of one's own, until it is read", async () => {
      await field(asha).fill("Mine");
      await field(asha).press("Enter");
      await expect(message(asha, "Mine")).toContainText("Read");
    });
    await still(asha, "a reaction, and another one", async () => {
      await message(phone, "Mine").last().hover();
      await message(phone, "Mine").last().getByRole("button", { name: "React with 👍" }).click();
      await expect(message(asha, "Mine").locator(".reaction")).toContainText("👍");
      await message(phone, "Mine").last().getByRole("button", { name: "React with 🙏" }).click();
      await expect(message(asha, "Mine").locator(".reaction")).toContainText("🙏");
    });
    await still(asha, "a colleague comes", async () => {
      await openInbox(rohan, "Rohan");
      await openThread(rohan, CUSTOMER);
      await expect(asha.getByRole("img", { name: /Also here: .*Rohan/ })).toHaveCount(1);
    });
    const beside = asha.locator(".composer__beside");
    await still(asha, "a colleague writes", async () => {
      await field(rohan).fill("Let me look");
      await expect(beside).toContainText("Rohan is replying.");
    });
    await still(asha, "a colleague thinks better of it", async () => {
      await field(rohan).fill("");
      await expect(beside).toBeHidden({ timeout: 20_000 });
    });
    await still(asha, "a note of a colleague", async () => {
      await rohan.getByRole("button", { name: "Note", exact: true }).click();
      const note = rohan.getByRole("form", { name: "Note for colleagues" }).getByRole("textbox");
      await note.fill("Batch 118");
      await note.press("Enter");
      await expect(message(asha, "Batch 118")).toHaveCount(1);
    });
  });

  test(`somebody who reads further up is left in peace, ${look}`, async ({ open }) => {
    const [asha, phone] = [await open({ viewport }), await open()];
    await watch(asha);
    await takePhone(phone, CUSTOMER);
    for (let nth = 0; nth < 20; nth += 1) await say(phone, `Long ago ${nth}. ${"Words. ".repeat(nth)}`);
    await openInbox(asha, "Asha");
    await row(asha, CUSTOMER).focus();
    await asha.keyboard.press("Enter");
    await expect(newest(asha)).toContainText("Long ago 19");
    const read = message(asha, "Long ago 10");
    await read.evaluate((element) => element.scrollIntoView({ block: "center" }));
    await expect(read).toBeInViewport();
    const pill = asha.locator(".pill-new");

    await still(asha, "further up: a message", async () => {
      const far = await goes(read, async () => {
        await writeAsCustomer(phone, "While you read");
        await expect(pill).toHaveText("1 new message");
        await settled(asha);
      });
      expect(far, "what is read stands still").toBeLessThan(1);
    });

    // The bytes of the picture are held back until it was looked at without them.
    let give;
    const asked = new Promise((resolve) => (give = resolve));
    await asha.route(/\/media\/[^/]+\?small$/, async (route) => {
      await asked;
      await route.continue();
    });
    const photo = log(asha).getByRole("img", { name: "Photo" }).last();
    await still(asha, "further up: a picture", async () => {
      const far = await goes(read, async () => {
        await attach(phone, "Photo");
        await expect(pill).toHaveText("2 new messages");
        await expect(photo).toHaveCount(1);
        await settled(asha);
      });
      expect(far, "what is read stands still").toBeLessThan(1);
    });
    await test.step("a picture has its place before its bytes", async () => {
      await pill.press("Enter");
      await expect(pill).toHaveCount(0);
      await expect(photo).toBeInViewport();
      expect(await photo.evaluate((img) => img.naturalWidth)).toBe(0);
      const empty = await photo.boundingBox();
      const { sum, seen } = await shifts(asha, async () => {
        give();
        await expect.poll(() => photo.evaluate((img) => img.complete && img.naturalWidth)).toBeGreaterThan(0);
      });
      expect(sum, JSON.stringify(seen, null, 1)).toBe(0);
      const full = await photo.boundingBox();
      expect([empty.width, empty.height].map(Math.round)).toEqual([full.width, full.height].map(Math.round));
      expect(empty.height).toBeGreaterThan(100);
    });
  });
}

test("the list: a row goes up, the others make room", async ({ open }) => {
  const [asha, phone] = [await open(), await open()];
  await watch(asha);
  await takePhone(phone, CUSTOMER);
  await writeAsCustomer(phone, "Before all others");
  await openInbox(asha, "Asha");
  await expect(rows(asha).first()).toContainText("Before all others");
  // Nobody points at it, and nothing was pressed in it: rows may move.
  await asha.mouse.move(1_000, 400);
  const names = await rows(asha).locator(".convo__name").allInnerTexts();
  const named = async (name) => (await phone.getByLabel("Write as").locator("option", { hasText: name }).count()) > 0;
  const known = [];
  for (const name of names) if ((await named(name)) && names.indexOf(name) === names.lastIndexOf(name)) known.push(name);
  const [near, far, below] = [known[3], known[7], known.at(-1)];

  for (const [words, name] of [["a row near the top", near], ["a row further down", far]]) {
    await still(asha, words, async () => {
      await takePhone(phone, name);
      await writeAsCustomer(phone, `Up: ${words}`);
      await expect(rows(asha).first()).toContainText(`Up: ${words}`);
    });
  }
  await still(asha, "somebody new", async () => {
    await say(phone, "Up: new", { wa_id: "4915550777003", name: STRANGER, bsuid: null });
    await expect(rows(asha).first()).toContainText("Up: new");
  });
  await still(asha, "further down: what is seen stands still", async () => {
    await list(asha).evaluate((pane) => (pane.scrollTop = 400));
    const seen = row(asha, known[8]);
    await expect(seen).toBeInViewport();
    await settled(asha);
    const distance = await goes(seen, async () => {
      await takePhone(phone, below);
      await writeAsCustomer(phone, "Up: unseen");
      await expect(rows(asha).first()).toContainText("Up: unseen");
      await settled(asha);
    });
    expect(distance).toBeLessThan(1);
  });
});

test("what jumps is seen: something put above the others by hand", async ({ open }) => {
  const [asha, phone] = [await open(), await open()];
  await watch(asha);
  await takePhone(phone, CUSTOMER);
  await writeAsCustomer(phone, "Before all others");
  await openInbox(asha, "Asha");
  await openThread(asha, CUSTOMER);
  await hydrated(asha);
  const put = (selector, pixels) =>
    shifts(asha, () =>
      asha.locator(selector).evaluate((place, pixels) => {
        const block = document.createElement("div");
        block.style.blockSize = `${pixels}px`;
        place.prepend(block);
      }, pixels),
    );
  const nothing = await shifts(asha, () => settled(asha));
  expect(nothing.sum).toBe(0);
  const above = await put("[aria-label=Conversations].list__items", 300);
  const below = await put(".composer", 200);
  test.info().annotations.push({ type: "layout shift", description: `by hand: ${above.sum.toFixed(4)} and ${below.sum.toFixed(4)}` });
  expect(above.sum).toBeGreaterThan(MOST);
  expect(below.sum).toBeGreaterThan(MOST);
  expect(above.seen.flatMap(({ what }) => what).join()).toContain("slot");
});
