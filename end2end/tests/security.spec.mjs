// A person's own account: a new password by a link, the second factor, sessions.
import { expect, expectAccessible, hydrated, test } from "../lib/fixtures.mjs";
import { appShows, signIn } from "../lib/steps.mjs";

const PASSWORD = "salt wind over the backwaters";

const member = (page, name) => page.getByRole("region", { name: "Members" }).getByRole("row", { name: new RegExp(name) });

/** The owner hands over a link; gives back its path and the address of its person. */
async function handOver(page, name) {
  await signIn(page, "Asha");
  await page.goto(page.url().replace(/\/inbox.*$/, "/team"));
  await hydrated(page);
  const email = (await member(page, name).locator("small").first().textContent()).trim();
  await member(page, name).getByRole("button", { name: new RegExp(`More about ${name}`) }).click();
  await page.getByRole("button", { name: /password/i }).click();
  const dialog = page.getByRole("dialog", { name: /new password/i });
  const link = await dialog.locator(".secret code").textContent();
  await dialog.getByRole("button", { name: "Done" }).click();
  return { path: new URL(link).pathname, email };
}

async function typePassword(page, email) {
  await page.goto("/login");
  await page.getByLabel("Email").fill(email);
  await page.getByLabel("Password").fill(PASSWORD);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
}

test("from a handed-over link to a second factor, without a script", async ({ open }) => {
  const asha = await open();
  const { path, email } = await handOver(asha, "Rohan");

  const page = await open({ javaScriptEnabled: false });
  await page.goto(path);
  await page.getByRole("textbox", { name: "New password" }).fill(PASSWORD);
  await page.getByRole("button", { name: "Save the password" }).click();
  await expect(page.getByRole("status")).toContainText("Your password is changed");
  await page.getByLabel("Email").fill(email);
  await page.getByLabel("Password").fill(PASSWORD);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await page.waitForURL(/\/inbox/);

  await page.goto(page.url().replace(/\/inbox.*$/, "/security"));
  const factor = page.getByRole("region", { name: "Two-step sign-in" });
  await factor.getByLabel(/Your password/).fill(PASSWORD);
  await factor.getByRole("button", { name: "Set up an app" }).click();
  await expect(factor.getByRole("img", { name: /QR code/ })).toBeVisible();
  const key = await factor.locator(".secret code").textContent();
  await factor.getByLabel("Code from the app").fill(appShows(key));
  await factor.getByRole("button", { name: "Turn on" }).click();
  const codes = page.getByRole("region", { name: "Your recovery codes" }).getByRole("listitem");
  await expect(codes).toHaveCount(10);
  const paper = await codes.first().textContent();

  // Elsewhere the password is not enough, and the code that was used is none any more.
  const phone = await open({ viewport: { width: 390, height: 844 }, tolerate: /401/ });
  await typePassword(phone, email);
  await expect(phone.getByRole("heading", { name: "One more step" })).toBeVisible();
  await phone.getByLabel("Code").fill("000000");
  await phone.keyboard.press("Enter");
  await expect(phone.getByRole("alert")).toContainText("not right");
  await phone.getByLabel("Code").fill(paper);
  await phone.keyboard.press("Enter");
  await phone.waitForURL(/\/inbox/);

  // And the first browser signs the second one out.
  await page.reload();
  await expect(page.getByRole("region", { name: "Your recovery codes" })).toHaveCount(0);
  const sessions = page.getByRole("region", { name: "Your sessions" });
  await expect(sessions.getByRole("row")).toHaveCount(3);
  await sessions.getByRole("button", { name: /^Sign out (?!everywhere)/ }).click();
  await expect(page.getByRole("status").filter({ hasText: "Signed out there" })).toBeVisible();
  // Its open page notices by itself.
  await phone.waitForURL(/\/login/, { timeout: 15_000 });
});

for (const colorScheme of ["light", "dark"]) {
  test(`nothing serious by axe on the pages around signing in, ${colorScheme}`, async ({ open }) => {
    const page = await open({ colorScheme });
    const { path, email } = await handOver(page, "Rohan");
    await page.goto(page.url().replace(/\/team.*$/, "/security"));
    await hydrated(page);
    await page.getByText("Turn it off").or(page.getByText("Set up an app")).first().waitFor();
    await expectAccessible(page);
    // It may ask for the alerts once more while it is signed out.
    const other = await open({ colorScheme, tolerate: /404|401/ });
    for (const address of ["/forgot", path, "/reset/none"]) {
      await other.goto(address);
      await expectAccessible(other);
    }
    await other.goto(path);
    await other.getByRole("textbox", { name: "New password" }).fill(PASSWORD);
    await other.getByRole("button", { name: "Save the password" }).click();
    await expectAccessible(other);
    await typePassword(other, email);
    await other.waitForURL(/\/inbox/);
    await other.goto(other.url().replace(/\/inbox.*$/, "/security"));
    await hydrated(other);
    const factor = other.getByRole("region", { name: "Two-step sign-in" });
    await factor.getByLabel(/Your password/).fill(PASSWORD);
    await factor.getByRole("button", { name: "Set up an app" }).click();
    await expect(factor.getByRole("img", { name: /QR code/ })).toBeVisible();
    await expectAccessible(other);
    const key = await factor.locator(".secret code").textContent();
    await factor.getByLabel("Code from the app").fill(appShows(key));
    await factor.getByRole("button", { name: "Turn on" }).click();
    await expect(other.getByRole("region", { name: "Your recovery codes" })).toBeVisible();
    await hydrated(other);
    await factor.getByText("Turn it off").click();
    await expectAccessible(other);
    await other.getByRole("button", { name: /Account menu/ }).click();
    await other.getByRole("button", { name: /Sign out|Log out/ }).click();
    await typePassword(other, email);
    await expect(other.getByRole("heading", { name: "One more step" })).toBeVisible();
    await expectAccessible(other);
  });
}

test("a phone's width needs no sideways scrolling", async ({ open }) => {
  const page = await open({ viewport: { width: 390, height: 844 }, hasTouch: true });
  await signIn(page, "Asha");
  await page.goto(page.url().replace(/\/inbox.*$/, "/security"));
  await hydrated(page);
  const { scroll, client } = await page.evaluate(() => ({
    scroll: document.documentElement.scrollWidth,
    client: document.documentElement.clientWidth,
  }));
  expect(scroll).toBeLessThanOrEqual(client);
});
