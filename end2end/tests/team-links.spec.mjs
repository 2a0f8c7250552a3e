import { expect, hydrated, test } from "../lib/fixtures.mjs";
import { openInbox } from "../lib/steps.mjs";

async function invite(page, email) {
  await page.getByRole("button", { name: "Invite a member" }).click();
  const dialog = page.getByRole("dialog", { name: "Invite a member" });
  await dialog.getByLabel("Email").fill(email);
  await dialog.getByRole("radio", { name: /Agent/ }).check();
  await dialog.getByRole("button", { name: "Invite", exact: true }).click();
  const made = page.getByRole("dialog", { name: `The invitation of ${email}` });
  const link = await made.locator("code").textContent();
  await made.getByRole("button", { name: "Done" }).click();
  return new URL(link).pathname;
}

test("a link that was revoked, replaced or used says so", async ({ open }) => {
  const asha = await open();
  await openInbox(asha, "Asha");
  await asha.goto(asha.url().replace(/\/inbox.*$/, "/team"));
  await hydrated(asha);
  const pending = asha.getByRole("region", { name: "Pending invitations" }).first();

  const taken = await invite(asha, "lars.holm@kaveri-home.example");
  const guest = await open({ tolerate: /404|410/ });
  expect((await guest.goto(taken)).status()).toBe(200);
  await expect(guest.getByLabel("Choose a password")).toBeVisible();
  await pending.getByRole("button", { name: "Revoke the invitation of lars.holm" }).click();
  await expect(asha.getByRole("status").filter({ hasText: "is revoked" })).toBeVisible();
  // The form that was open already does not let anybody in either.
  await guest.getByLabel("Your name").fill("Lars Holm");
  await guest.getByLabel("Choose a password").fill("limestone and salt wind");
  await guest.getByRole("button", { name: "Join" }).click();
  await expect(guest.getByRole("heading", { name: "This link does not work" })).toBeVisible();
  expect((await guest.goto(taken)).status()).toBe(410);
  await expect(guest.getByText("This invitation was withdrawn")).toBeVisible();

  const first = await invite(asha, "giulia.serra@kaveri-home.example");
  await pending.getByRole("button", { name: "New link for giulia.serra" }).click();
  const made = asha.getByRole("dialog", { name: /invitation of giulia/ });
  const second = new URL(await made.locator("code").textContent()).pathname;
  await made.getByRole("button", { name: "Done" }).click();
  expect(second).not.toBe(first);
  expect((await guest.goto(first)).status()).toBe(404);
  await expect(guest.getByRole("heading", { name: "This link does not work" })).toBeVisible();

  const giulia = await open();
  await giulia.goto(second);
  await giulia.getByLabel("Your name").fill("Giulia Serra");
  await giulia.getByLabel("Choose a password").fill("limestone and salt wind");
  await giulia.getByRole("button", { name: "Join" }).click();
  await giulia.waitForURL(/\/w\/[^/]+\/inbox/);
  expect((await guest.goto(second)).status()).toBe(410);
  await expect(guest.getByText("This invitation was used already")).toBeVisible();
});
