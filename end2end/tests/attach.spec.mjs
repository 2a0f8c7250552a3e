import { writeFile } from "node:fs/promises";
import { expect, expectAccessible, hydrated, test } from "../lib/fixtures.mjs";
import { look } from "../lib/look.mjs";
import { composer, log, message, openInbox, openThread, row, takePhone, writeAsCustomer } from "../lib/steps.mjs";

// Seeded by the demo: this customer's agent is Rohan.
const CUSTOMER = "Meera Krishnan";

const PNG = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
  "base64",
);
const PDF = Buffer.from("%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer <<>>\n%%EOF\n");

const send = async (phone, what) => {
  await phone.getByLabel("Attach", { exact: true }).first().click();
  await phone.getByRole("button", { name: what, exact: true }).click();
};

/** The dialog for more than words. */
const dialog = (page) => page.getByRole("dialog", { name: "Send more than words" });

const open = async (page) => {
  await page.getByRole("button", { name: "Attach", exact: true }).click();
  await expect(dialog(page)).toBeVisible();
};

test("files of the customer are seen, heard and downloaded by those who see the conversation", async ({ open: page }) => {
  const phone = await page();
  await takePhone(phone, CUSTOMER);
  const rohan = await page();
  await openInbox(rohan, "Rohan");
  await openThread(rohan, CUSTOMER);
  const newest = () => log(rohan).locator(".msg").last();

  await test.step("a photo is drawn, and opens whole", async () => {
    await send(phone, "Photo");
    const photo = newest().getByRole("img", { name: "Photo" });
    await expect(photo).toBeVisible();
    await expect(photo).toHaveAttribute("width", "960");
    await expect.poll(() => photo.evaluate((img) => img.complete && img.naturalWidth)).toBeGreaterThan(0);
    const at = await newest().getByRole("link", { name: "Photo, open it whole" }).getAttribute("href");
    const whole = await rohan.request.get(at);
    expect(whole.status()).toBe(200);
    const headers = whole.headers();
    expect(headers["content-type"]).toBe("image/jpeg");
    expect(headers["x-content-type-options"]).toBe("nosniff");
    expect(headers["content-security-policy"]).toContain("sandbox");
    expect(headers["content-disposition"]).toMatch(/^inline; filename=/);
    const part = await rohan.request.get(at, { headers: { range: "bytes=0-2" } });
    expect([part.status(), part.headers()["content-range"]]).toEqual([206, `bytes 0-2/${headers["content-length"]}`]);
    expect((await part.body()).toString("hex")).toBe("ffd8ff");
    const known = await rohan.request.get(at, { headers: { "if-none-match": headers.etag } });
    expect(known.status()).toBe(304);
    // Somebody who is not signed in.
    const stranger = await page();
    const refused = await stranger.request.get(at, { maxRedirects: 0 });
    expect(refused.status()).toBe(303);
  });

  await test.step("photos are gone through over the thread, and the focus comes back", async () => {
    const photos = log(rohan).getByRole("link", { name: "Photo, open it whole" });
    const count = (await photos.count()) + 1;
    await send(phone, "Photo");
    await expect(photos).toHaveCount(count);
    await photos.last().focus();
    await rohan.keyboard.press("Enter");
    const over = rohan.getByRole("dialog", { name: `Photo ${count} of ${count}` });
    const seen = rohan.locator("#lightbox img");
    await expect(over).toBeVisible();
    await expect(seen).toHaveAttribute("src", await photos.last().getAttribute("href"));
    await expect.poll(() => seen.evaluate((img) => img.complete && img.naturalWidth)).toBeGreaterThan(0);
    await expectAccessible(rohan, { within: "#lightbox" });
    await rohan.keyboard.press("ArrowRight");
    await expect(over, "there is none behind the last").toBeVisible();
    await rohan.keyboard.press("ArrowLeft");
    await expect(rohan.getByRole("dialog", { name: `Photo ${count - 1} of ${count}` })).toBeVisible();
    await expect(seen).toHaveAttribute("src", await photos.nth(count - 2).getAttribute("href"));
    await rohan.keyboard.press("Escape");
    await expect(rohan.locator("#lightbox")).toHaveCount(0);
    await expect(photos.last()).toBeFocused();
  });

  await test.step("a voice message is heard, a video is seen, a document is downloaded", async () => {
    await send(phone, "Voice message");
    const sound = newest().locator("audio");
    await expect.poll(() => sound.evaluate((audio) => audio.duration)).toBeGreaterThan(3);
    await send(phone, "Video");
    await expect(newest().locator("video")).toHaveAttribute("src", /\/media\//);
    await send(phone, "Document");
    const link = newest().getByRole("link", { name: /Download/ });
    const [download] = await Promise.all([rohan.waitForEvent("download"), link.click()]);
    expect(download.suggestedFilename()).toBe("invoice-1043.pdf");
    await send(phone, "Sticker");
    await expect(newest().getByRole("img", { name: "Sticker" })).toBeVisible();
    await look(rohan, "files in a thread");
  });

  await test.step("after a reload all of it is there", async () => {
    await rohan.reload();
    await hydrated(rohan);
    await expect(log(rohan).locator("audio, video")).toHaveCount(2);
    await expect(newest().getByRole("img", { name: "Sticker" })).toBeVisible();
  });
});

test("members send files, places, cards and choices, and answer a message", async ({ open: page }, info) => {
  const phone = await page();
  await takePhone(phone, CUSTOMER);
  // A file that is not taken.
  const rohan = await page({ tolerate: /status of 422/ });
  const asha = await page();
  await openInbox(rohan, "Rohan");
  await openThread(rohan, CUSTOMER);
  await openInbox(asha, "Asha");
  await openThread(asha, CUSTOMER);
  const newest = (who) => log(who).locator(".msg").last();

  await test.step("a file with a caption", async () => {
    const path = info.outputPath("cushion.png");
    await writeFile(path, PNG);
    await open(rohan);
    await expectAccessible(rohan);
    await dialog(rohan).getByLabel("Choose files").setInputFiles(path);
    await expect(dialog(rohan)).toContainText("ready to be sent as a photo");
    await dialog(rohan).getByLabel("Caption").fill("Like this?");
    await dialog(rohan).getByRole("button", { name: "Send", exact: true }).click();
    await expect(dialog(rohan)).toHaveCount(0);
    for (const who of [rohan, asha]) {
      await expect(newest(who)).toContainText("Like this?");
      await expect(newest(who).getByRole("img", { name: "Photo" })).toBeVisible();
    }
    await expect(row(asha, CUSTOMER)).toContainText("Photo: Like this?");
    const arrived = message(phone, "Like this?").last();
    await expect(arrived.locator("img")).toBeVisible();
    await expect.poll(() => arrived.locator("img").evaluate((img) => img.naturalWidth)).toBe(1);
  });

  await test.step("what WhatsApp does not take is said, and nothing is sent", async () => {
    const path = info.outputPath("page.html");
    await writeFile(path, "<html><script>alert(1)</script></html>");
    const before = await log(rohan).locator(".msg").count();
    await open(rohan);
    await dialog(rohan).getByLabel("Choose files").setInputFiles(path);
    await expect(dialog(rohan).getByRole("alert")).toContainText("WhatsApp does not take this type");
    await expect(dialog(rohan).getByRole("button", { name: "Send", exact: true })).toBeDisabled();
    await rohan.keyboard.press("Escape");
    await expect(dialog(rohan)).toHaveCount(0);
    expect(await log(rohan).locator(".msg").count()).toBe(before);
  });

  await test.step("a picture that is pasted, a document that is dropped", async () => {
    const give = (kind, name, mime, bytes) =>
      composer(rohan)
        .getByRole("textbox", { name: "Message" })
        .evaluate(
          (field, { kind, name, mime, bytes }) => {
            const data = new DataTransfer();
            data.items.add(new File([new Uint8Array(bytes)], name, { type: mime }));
            const event =
              kind === "paste"
                ? new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true })
                : new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true });
            field.dispatchEvent(event);
          },
          { kind, name, mime, bytes: [...bytes] },
        );
    await give("paste", "pasted.png", "image/png", PNG);
    await expect(dialog(rohan)).toContainText("pasted.png");
    await expect(dialog(rohan)).toContainText("ready to be sent as a photo");
    await rohan.keyboard.press("Escape");
    await expect(dialog(rohan)).toHaveCount(0);
    await give("drop", "terms.pdf", "application/pdf", PDF);
    await expect(dialog(rohan)).toContainText("ready to be sent as a document");
    await dialog(rohan).getByRole("button", { name: "Send", exact: true }).click();
    await expect(newest(asha)).toContainText("terms.pdf");
    await expect(message(phone, "terms.pdf").last().getByRole("link", { name: "Open the file" })).toBeVisible();
  });

  await test.step("a place, a card and choices arrive, and a choice comes back", async () => {
    await open(rohan);
    await dialog(rohan).getByRole("button", { name: "Location" }).click();
    await dialog(rohan).getByLabel("Latitude, longitude").fill("here");
    await dialog(rohan).getByRole("button", { name: "Send", exact: true }).click();
    await expect(dialog(rohan).getByRole("alert")).toContainText("with a comma between them");
    await dialog(rohan).getByLabel("Latitude, longitude").fill("50.1109, 8.6821");
    await dialog(rohan).getByLabel("Name").fill("Shop in the old town");
    await dialog(rohan).getByRole("button", { name: "Send", exact: true }).click();
    await expect(newest(asha)).toContainText("Shop in the old town");
    await expect(message(phone, "Shop in the old town")).toHaveCount(1);

    await open(rohan);
    await dialog(rohan).getByRole("button", { name: "Contact" }).click();
    await dialog(rohan).getByLabel("Name").fill("Ana K");
    await dialog(rohan).getByLabel("Phone").fill("+49 151 1234567");
    await expectAccessible(rohan);
    await dialog(rohan).getByRole("button", { name: "Send", exact: true }).click();
    await expect(newest(asha)).toContainText("Ana K");
    await expect(newest(asha)).toContainText("+491511234567");

    await open(rohan);
    await dialog(rohan).getByRole("button", { name: "Choices" }).click();
    await dialog(rohan).getByLabel("Question").fill("Shall we send it today?");
    await dialog(rohan).getByLabel("Choices, one a line").fill("Yes please\nNo");
    await dialog(rohan).getByRole("button", { name: "Send", exact: true }).click();
    await expect(newest(asha)).toContainText("Shall we send it today?");
    await expect(newest(asha)).toContainText("Yes please");
    await message(phone, "Shall we send it today?").last().getByRole("button", { name: "Yes please" }).click();
    await expect(newest(asha)).toContainText("Tapped");
    await expect(newest(asha)).toContainText("Yes please");
  });

  await test.step("an answer shows what it answers, on both sides", async () => {
    const asked = `And when? ${Date.now()}`;
    await writeAsCustomer(phone, asked);
    await expect(message(rohan, asked)).toHaveCount(1);
    await message(rohan, asked).hover();
    await message(rohan, asked).getByRole("button", { name: "Answer this message" }).click();
    const field = composer(rohan).getByRole("textbox", { name: "Message" });
    await expect(field).toBeFocused();
    await expect(composer(rohan)).toContainText("Answering the customer");
    await field.fill("Tomorrow at nine");
    await rohan.keyboard.press("Enter");
    await expect(composer(rohan)).not.toContainText("Answering the customer");
    await expect(message(asha, "Tomorrow at nine").last().locator(".quote")).toContainText(asked);
    await expect(message(phone, "Tomorrow at nine").last().locator("blockquote")).toContainText(asked);
  });
});
