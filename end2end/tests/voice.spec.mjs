import { chromium } from "../lib/chromium.mjs";
import { expect, hydrated, test } from "../lib/fixtures.mjs";
import { look } from "../lib/look.mjs";
import { composer, log, openInbox, openThread, takePhone } from "../lib/steps.mjs";

// A microphone that beeps, and nobody who has to allow it.
const started = chromium();
test.use({
  launchOptions: {
    ...started,
    args: [...started.args, "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream", "--autoplay-policy=no-user-gesture-required"],
  },
});

// Seeded by the demo: this customer's agent is Rohan.
const CUSTOMER = "Meera Krishnan";

const recorder = (page) => composer(page).getByRole("group", { name: "Voice message" });
const button = (page) => composer(page).getByRole("button", { name: "Record a voice message" });
const newest = (page) => log(page).locator(".msg").last();
/** Streams that the page was given, and whether any of them still listens. */
const listens = (page) => page.evaluate(() => globalThis.given.flatMap((stream) => stream.getTracks()).filter((track) => track.readyState === "live").length);

async function withMicrophone(page) {
  await page.addInitScript(() => {
    globalThis.given = [];
    const devices = navigator.mediaDevices;
    const ask = devices.getUserMedia.bind(devices);
    devices.getUserMedia = async (wanted) => {
      const stream = await ask(wanted);
      globalThis.given.push(stream);
      return stream;
    };
  });
}

/** Until so many seconds are recorded. */
const recorded = (page, seconds) =>
  expect
    .poll(async () => {
      const [minutes, rest] = (await recorder(page).getByRole("timer").textContent()).split(":");
      return Number(minutes) * 60 + Number(rest);
    })
    .toBeGreaterThanOrEqual(seconds);

test("a voice message is recorded, listened to, sent and heard", async ({ open: page }) => {
  test.slow();
  const phone = await page();
  await takePhone(phone, CUSTOMER);
  const rohan = await page();
  await withMicrophone(rohan);
  await openInbox(rohan, "Rohan");
  await openThread(rohan, CUSTOMER);

  await test.step("by keyboard: record, stop, listen", async () => {
    await button(rohan).focus();
    await rohan.keyboard.press("Enter");
    await expect(recorder(rohan).getByRole("status")).toHaveText("Recording.");
    await expect(recorder(rohan).getByRole("button", { name: "Stop", exact: true })).toBeFocused();
    await recorded(rohan, 3);
    await look(rohan, "recording");
    await rohan.keyboard.press("Enter");
    await expect(recorder(rohan).getByRole("button", { name: /^Send voice message, \d+ seconds/ })).toBeFocused();
    expect(await listens(rohan), "the microphone is let go of").toBe(0);
    await look(rohan, "recorded");
    const play = recorder(rohan).getByRole("button", { name: /^Play your recording/ });
    await play.focus();
    await rohan.keyboard.press("Space");
    await expect(recorder(rohan).getByRole("button", { name: "Pause" })).toBeVisible();
    // It is played to its end, however long it became.
    await expect(recorder(rohan).getByRole("button", { name: /^Play your recording/ })).toBeVisible({ timeout: 60_000 });
  });

  await test.step("sent: in the thread and on the phone it is Ogg with one channel", async () => {
    const uploaded = rohan.waitForResponse((answer) => /\/files\?.*voice=true/.test(answer.url()));
    await recorder(rohan).getByRole("button", { name: /^Send voice message/ }).press("Enter");
    const answer = await uploaded;
    expect([answer.status(), (await answer.json()).media.mime]).toEqual([200, "audio/ogg"]);
    await expect(recorder(rohan)).toHaveCount(0);
    await expect(button(rohan)).toBeFocused();
    const bubble = newest(rohan).getByRole("group", { name: "Voice message" });
    const sound = bubble.locator("audio");
    await expect.poll(() => sound.evaluate((audio) => audio.duration)).toBeGreaterThan(2);
    const bytes = await (await rohan.request.get(await sound.getAttribute("src"))).body();
    expect(bytes.subarray(0, 4).toString()).toBe("OggS");
    const head = bytes.indexOf("OpusHead");
    expect([head, bytes[head + 9]]).toEqual([28, 1]);
    await expect.poll(() => phone.locator(".msg audio").last().evaluate((audio) => audio.duration)).toBeGreaterThan(2);
  });

  await test.step("heard in the thread: drawn, moved along and quicker", async () => {
    const bubble = newest(rohan).getByRole("group", { name: "Voice message" });
    const heights = () => bubble.locator("rect").evaluateAll((all) => new Set(all.map((bar) => bar.getAttribute("height"))).size);
    expect(await heights(), "nothing is drawn that is not known").toBe(1);
    await bubble.getByRole("button", { name: /^Play voice message/ }).press("Space");
    await expect.poll(heights).toBeGreaterThan(1);
    await bubble.getByRole("button", { name: "Pause" }).press("Space");
    const line = bubble.getByRole("slider", { name: "Position" });
    await line.press("Home");
    await expect(line).toHaveAttribute("aria-valuetext", /^0 seconds of \d+ seconds$/);
    await line.press("End");
    await expect(line).toHaveAttribute("aria-valuetext", /^\d+ seconds? of \d+ seconds$/);
    const speed = bubble.getByRole("button", { name: /^Speed/ });
    for (const [text, rate] of [["1.5×", 1.5], ["2×", 2], ["1×", 1]]) {
      await speed.press("Enter");
      await expect(speed).toContainText(text);
      expect(await bubble.locator("audio").evaluate((audio) => audio.playbackRate)).toBe(rate);
    }
    await look(rohan, "a voice message of ours");
  });

  await test.step("after a reload it is there", async () => {
    await rohan.reload();
    await hydrated(rohan);
    await expect(newest(rohan).getByRole("button", { name: /^Play voice message/ })).toBeVisible();
  });
});

test("a recording is discarded, and ends with its conversation", async ({ open: page }) => {
  const rohan = await page();
  await withMicrophone(rohan);
  await openInbox(rohan, "Rohan");
  await openThread(rohan, CUSTOMER);
  const before = await log(rohan).locator(".msg").count();

  await test.step("Escape discards it", async () => {
    await button(rohan).click();
    await recorded(rohan, 1);
    await rohan.keyboard.press("Escape");
    await expect(recorder(rohan)).toHaveCount(0);
    await expect(button(rohan)).toBeFocused();
    expect(await listens(rohan)).toBe(0);
  });

  await test.step("whoever leaves the conversation is not recorded any more", async () => {
    await button(rohan).click();
    await recorded(rohan, 1);
    expect(await listens(rohan)).toBe(1);
    await rohan.locator("a.convo:not([aria-current])").first().click();
    await expect.poll(() => listens(rohan)).toBe(0);
    await openThread(rohan, CUSTOMER);
    await expect(recorder(rohan)).toHaveCount(0);
  });
  expect(await log(rohan).locator(".msg").count()).toBe(before);
});

test("a microphone that is not allowed is explained", async ({ open: page }) => {
  const rohan = await page();
  await rohan.addInitScript(() => {
    navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException("no", "NotAllowedError"));
  });
  await openInbox(rohan, "Rohan");
  await openThread(rohan, CUSTOMER);
  const answer = await rohan.request.get(rohan.url());
  expect(answer.headers()["permissions-policy"]).toContain("microphone=(self)");
  await button(rohan).click();
  await expect(recorder(rohan).getByRole("alert")).toContainText("The microphone is not allowed here. Allow it");
  await look(rohan, "no microphone");
  await recorder(rohan).getByRole("button", { name: "Close" }).click();
  await expect(recorder(rohan)).toHaveCount(0);
});
