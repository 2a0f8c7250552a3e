// The team's page and the bell under the eyes of whoever looks at them, while somebody else does something.
import { expect, hydrated, test } from "../lib/fixtures.mjs";
import { disturb, openInbox, openThread, reply, signIn } from "../lib/steps.mjs";

const EMAIL = "nora.beck@kaveri-home.example";

async function openTeam(page) {
  const workspace = /\/w\/[^/]+/.exec(new URL(page.url()).pathname)[0];
  await page.goto(`${workspace}/team`);
  await hydrated(page);
  // A page that is loaded anew forgets it.
  await page.evaluate(() => (window.stayed = true));
}

test("an invitation, who accepts it and a role appear without a reload", async ({ open }) => {
  const [asha, watching] = [await open(), await open()];
  await signIn(asha, "Asha");
  await signIn(watching, "Asha");
  await openTeam(asha);
  await openTeam(watching);

  await asha.getByRole("button", { name: "Invite a member" }).click();
  const dialog = asha.getByRole("dialog", { name: "Invite a member" });
  await dialog.getByLabel("Email").fill(EMAIL);
  await dialog.getByRole("button", { name: "Invite", exact: true }).click();
  const made = asha.getByRole("dialog", { name: /invitation of nora/ });
  const link = await made.locator("code").textContent();
  await made.getByRole("button", { name: "Done" }).click();
  await expect(watching.getByRole("rowheader", { name: EMAIL })).toBeVisible();
  await expect(watching.getByText("1 invitation waiting")).toBeVisible();

  const nora = await open();
  await nora.goto(new URL(link).pathname);
  await nora.getByLabel("Your name").fill("Nora Beck");
  await nora.getByLabel("Choose a password").fill("limestone and salt wind");
  await nora.getByRole("button", { name: "Join" }).click();
  await nora.waitForURL(/\/w\/[^/]+\/inbox/);
  const role = watching.getByLabel("Role of Nora Beck");
  await expect(role).toBeVisible();

  // The focus stays where it is while others change.
  await watching.getByLabel("Role of Rohan Iyer").focus();
  await asha.getByLabel("Role of Nora Beck").selectOption({ label: "Viewer" });
  await asha.getByRole("dialog").getByRole("button", { name: /Make Nora a Viewer/ }).click();
  await expect(role.locator("option:checked")).toHaveText("Viewer");
  await expect(watching.getByLabel("Role of Rohan Iyer")).toBeFocused();
  expect(await watching.evaluate(() => window.stayed)).toBe(true);
});

test("the bell counts while nobody touches the page", async ({ open }) => {
  const [inbox, watching] = [await open(), await open()];
  await openInbox(inbox, "Asha");
  await openThread(inbox, "Meera Krishnan");
  await signIn(watching, "Asha");
  await watching.goto(`${/\/w\/[^/]+/.exec(new URL(inbox.url()).pathname)[0]}/contacts`);
  await hydrated(watching);
  const count = async (page) => {
    const label = await page.getByRole("link", { name: /^Notifications/ }).first().getAttribute("aria-label");
    return Number(/(\d+) new/.exec(label ?? "")?.[1] ?? 0);
  };
  const before = await count(watching);

  const state = await (await inbox.request.get("/simulator/api/state")).json();
  await disturb(inbox, { dead_tokens: state.numbers.map((number) => number.id) });
  await reply(inbox, `Finds the token dead ${Date.now()}`);
  await expect.poll(() => count(watching)).toBeGreaterThan(before);
  await expect.poll(() => count(inbox)).toBeGreaterThan(before);

  await disturb(inbox, { reset_all: true });
  const banner = inbox.getByRole("status").filter({ hasText: "sends nothing for now." });
  await banner.getByRole("button", { name: "Try again" }).click();
  await expect(banner).toHaveCount(0);
});
