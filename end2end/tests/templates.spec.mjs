// Outside the customer-service window only templates go out: chosen, filled in and sent, also by keys alone.
import { expect, expectAccessible, test } from "../lib/fixtures.mjs";
import { composer, disturb, message, openInbox, openThread, takePhone, writeAsCustomer } from "../lib/steps.mjs";

// Seeded by the demo: these customers last wrote more than a day ago; the other one just now.
const LATE = "Олена Коваль";
const LATE_TOO = "Mateusz Zając";
const CUSTOMER = "Meera Krishnan";

/** The phone of a customer of the second number. */
async function takeLatePhone(page) {
  await takePhone(page, LATE);
  const to = page.getByLabel("To the business number");
  await to.selectOption(await to.locator("option", { hasText: "Europe" }).getAttribute("value"));
}

const picker = (page) => page.getByRole("dialog", { name: "Send a template" });
const offer = (page) => page.getByRole("group", { name: /^Reply to/ });

test("after the window has closed a template is chosen, filled and sent by keys alone, and arrives", async ({ open }) => {
  const asha = await open();
  const phone = await open();
  await openInbox(asha, "Asha");
  await openThread(asha, LATE);
  await takeLatePhone(phone);
  await expect(offer(asha)).toContainText("Only templates can be sent now.");
  await expect(offer(asha).getByRole("button", { name: /^Browse all/ })).toBeVisible();
  await expect(composer(asha)).toHaveCount(0);
  await expectAccessible(asha);

  await asha.locator(".thread__scroll").focus();
  await asha.keyboard.press("t");
  await expect(picker(asha)).toBeVisible();
  await expect(picker(asha).getByRole("searchbox")).toBeFocused();
  await asha.keyboard.type("appointment");
  await expect(picker(asha).locator(".tplrow")).toHaveCount(1);
  await asha.keyboard.press("Enter");
  await expect(picker(asha).getByLabel("Name")).toBeFocused();
  await asha.keyboard.type("Olena");
  await asha.keyboard.press("Tab");
  await asha.keyboard.type("Monday");
  const preview = picker(asha).getByRole("region", { name: "Preview" });
  await expect(preview).toContainText("Hello Olena, we expect you on Monday at {{time}}");

  // Something is missing: it is named, and has the focus.
  await asha.keyboard.press("Control+Enter");
  await expect(picker(asha).getByText("Time is empty.")).toBeVisible();
  await expect(picker(asha).getByLabel("Time")).toBeFocused();
  await expectAccessible(asha);
  await asha.keyboard.type("10:30");
  await asha.keyboard.press("Control+Enter");
  await expect(picker(asha)).toHaveCount(0);

  const text = "Hello Olena, we expect you on Monday at 10:30 in our shop.";
  await expect(message(asha, text)).toContainText("Template · appointment_reminder · Utility · English");
  await expect(message(phone, text)).toHaveCount(1);
  await expect(message(asha, text)).toContainText("Read");
  await expect(message(asha, text)).toHaveCount(1);

  // The customer writes: free-form messages are possible again, at once.
  await writeAsCustomer(phone, "Так, буду");
  await expect(composer(asha)).toBeVisible();
});

test("inside the window a template is one button away, and the list says what cannot be sent", async ({ open }) => {
  const asha = await open({ viewport: { width: 390, height: 844 }, hasTouch: true });
  const phone = await open();
  await openInbox(asha, "Asha");
  await openThread(asha, CUSTOMER);
  await takePhone(phone, CUSTOMER);
  await composer(asha).getByRole("button", { name: "Template" }).click();
  await expect(picker(asha)).toBeVisible();
  await expectAccessible(asha);
  // Nothing is cut off at the side.
  expect(await picker(asha).evaluate((dialog) => dialog.scrollWidth <= dialog.clientWidth)).toBe(true);

  await picker(asha).getByRole("button", { name: /Paused/ }).click();
  await expect(picker(asha)).toContainText("It cannot be sent. Meta paused it");
  await expect(picker(asha).getByRole("button", { name: "Send template" })).toBeDisabled();

  await picker(asha).getByLabel("Language").selectOption({ label: "Español" });
  await picker(asha).getByRole("button", { name: /order_/ }).first().click();
  for (const field of await picker(asha).locator(".formgrid input").all()) await field.fill("KH-20431");
  await picker(asha).getByRole("button", { name: "Send template" }).click();
  await expect(picker(asha)).toHaveCount(0);
  await expect(message(phone, "tu pedido sale de nuestro taller el KH-20431")).toHaveCount(1);
});

/** The reminder, to a customer whose window is closed. */
async function remind(page, customer) {
  await openThread(page, customer);
  await offer(page).getByRole("button", { name: /^Browse all/ }).click();
  await picker(page).getByRole("searchbox").fill("appointment");
  await picker(page).locator(".tplrow").click();
  for (const field of await picker(page).locator(".formgrid input").all()) await field.fill("soon");
  await picker(page).getByRole("button", { name: "Send template" }).click();
  await expect(picker(page)).toHaveCount(0);
}

test("no more new customers today: the number stops, and goes on when it may", async ({ open }) => {
  const [asha, demo] = [await open(), await open()];
  await openInbox(asha, "Asha");
  await demo.goto("/simulator");
  const limit = demo.getByRole("button", { name: /131048/ });
  await limit.click();
  await expect(limit).toHaveAttribute("aria-pressed", "true");
  await remind(asha, LATE);
  await expect(message(asha, "we expect you on soon")).toContainText(/Sent|Delivered|Read/);
  await remind(asha, LATE_TOO);
  const banner = asha.getByRole("status").filter({ hasText: "sends nothing for now." });
  await expect(banner).toContainText("Meta limits this number");
  await limit.click();
  await expect(limit).toHaveAttribute("aria-pressed", "false");
  await banner.getByRole("button", { name: "Resume" }).click();
  await expect(banner).toHaveCount(0);
  await expect(message(asha, "we expect you on soon")).toContainText(/Sent|Delivered|Read/);
});

test("what Meta stops between choosing and sending is said, and the template is paused for everybody", async ({ open }) => {
  const asha = await open();
  await openInbox(asha, "Asha");
  await openThread(asha, LATE);
  await disturb(asha, { template_paused: { next: 1 } });
  await offer(asha).getByRole("button", { name: /^Browse all/ }).click();
  await picker(asha).getByRole("searchbox").fill("appointment");
  await picker(asha).locator(".tplrow").click();
  for (const field of await picker(asha).locator(".formgrid input").all()) await field.fill("soon");
  await picker(asha).getByRole("button", { name: "Send template" }).click();
  await expect(asha.getByRole("status").filter({ hasText: "does not send the template appointment_reminder" })).toBeVisible();
});

test("whoever may not send templates is offered none", async ({ open }) => {
  const tomasz = await open();
  await openInbox(tomasz, "Tomasz");
  await openThread(tomasz, LATE);
  await expect(tomasz.getByText("You can read this workspace.")).toBeVisible();
  await tomasz.keyboard.press("t");
  await expect(picker(tomasz)).toHaveCount(0);
});
