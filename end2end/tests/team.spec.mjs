import { expect, hydrated, test } from "../lib/fixtures.mjs";
import { assignTo, list, openInbox, openThread, row } from "../lib/steps.mjs";

// Seeded by the demo: this customer's agent is Rohan.
const CUSTOMER = "Meera Krishnan";
const NAME = "Giulia Serra";

const member = (page) => page.getByRole("region", { name: "Members" }).getByRole("row", { name: new RegExp(NAME) });

async function openTeam(page, slug) {
  await page.goto(`/w/${slug}/team`);
  await hydrated(page);
}

test("invited, in, given one customer, made a manager, removed: each at once", async ({ open }) => {
  const asha = await open();
  await openInbox(asha, "Asha");
  const slug = new URL(asha.url()).pathname.split("/")[2];

  await openTeam(asha, slug);
  await asha.getByRole("button", { name: "Invite a member" }).click();
  const dialog = asha.getByRole("dialog", { name: "Invite a member" });
  await dialog.getByLabel("Email").fill("giulia.serra@kaveri-home.example");
  await dialog.getByRole("radio", { name: /Agent/ }).check();
  await dialog.getByRole("button", { name: "Invite", exact: true }).click();
  const made = asha.getByRole("dialog", { name: /invitation of giulia/ });
  const link = await made.locator("code").textContent();
  await made.getByRole("button", { name: "Done" }).click();

  // In a browser that knows nobody.
  const giulia = await open({ tolerate: /404|401|410|EventSource/ });
  await giulia.goto(new URL(link).pathname);
  await giulia.getByLabel("Your name").fill(NAME);
  await giulia.getByLabel("Choose a password").fill("limestone and salt wind");
  await giulia.getByRole("button", { name: "Join" }).click();
  await giulia.waitForURL(/\/w\/[^/]+\/inbox/);
  await hydrated(giulia);
  await expect(list(giulia).getByRole("link")).toHaveCount(0);

  // The link has done its work.
  const late = await open({ tolerate: /404|410/ });
  await late.goto(new URL(link).pathname);
  await expect(late.getByLabel("Choose a password")).toHaveCount(0);

  await asha.goto(`/w/${slug}/inbox`);
  await hydrated(asha);
  await openThread(asha, CUSTOMER);
  await assignTo(asha, CUSTOMER, NAME);
  await expect(row(giulia, CUSTOMER)).toBeVisible();
  await expect(list(giulia).getByRole("link")).toHaveCount(1);

  await openTeam(asha, slug);
  await asha.getByLabel(`Role of ${NAME}`).selectOption({ label: "Manager" });
  await asha.getByRole("dialog").getByRole("button", { name: /Make Giulia a Manager/ }).click();
  await expect.poll(() => list(giulia).getByRole("link").count()).toBeGreaterThan(3);

  await member(asha).getByRole("button", { name: `More about ${NAME}` }).click();
  await asha.getByRole("button", { name: `Remove ${NAME}` }).click();
  const remove = asha.getByRole("dialog", { name: `Remove ${NAME}?` });
  await remove.getByLabel("Hand over to").selectOption({ label: "Rohan Iyer, Agent" });
  await remove.getByRole("button", { name: "Remove Giulia" }).click();
  await expect(member(asha)).toContainText("Removed");
  await expect(list(giulia)).toHaveCount(0);
  for (const door of ["inbox", "events"]) {
    expect((await giulia.request.get(`/w/${slug}/${door}`)).status(), door).toBe(404);
  }
  await giulia.goto(`/w/${slug}/inbox`);
  await expect(giulia.getByRole("heading", { level: 1 })).toBeVisible();
  await expect(list(giulia)).toHaveCount(0);
});
