import { readFile } from "node:fs/promises";
import { expect, expectAccessible, hydrated, test } from "../lib/fixtures.mjs";
import { signIn } from "../lib/steps.mjs";

const entries = (page) => page.getByRole("table");
const entry = (page, action) => entries(page).getByRole("link", { name: action });
const drawer = (page) => page.getByRole("complementary");

/** The audit trail of the demo's workspace, with two exports in it. */
async function openAudit(page) {
  await signIn(page, "Asha");
  const slug = new URL(page.url()).pathname.split("/")[2];
  for (const ending of ["csv", "jsonl"]) {
    expect((await page.request.get(`/w/${slug}/audit/export.${ending}`)).status()).toBe(200);
  }
  await page.goto(`/w/${slug}/audit?what=export.audit`);
  await expect(page.getByRole("heading", { level: 1, name: "Audit trail" })).toBeVisible();
  return slug;
}

for (const colorScheme of ["light", "dark"]) {
  test(`audit and alerts: nothing serious by axe, ${colorScheme}`, async ({ open }) => {
    const page = await open({ colorScheme });
    const slug = await openAudit(page);
    await hydrated(page);
    await expectAccessible(page);
    await entry(page, "export.audit").first().click();
    await expect(drawer(page).getByRole("heading", { name: "Exported the audit trail" })).toBeVisible();
    await expectAccessible(page);
    await page.getByRole("button", { name: "Export" }).click();
    await expect(page.getByRole("link", { name: /JSON Lines/ })).toBeVisible();
    await expectAccessible(page);
    await page.goto(`/w/${slug}/audit?text=nothing-says-this`);
    await expect(page.getByRole("heading", { name: "No entry matches" })).toBeVisible();
    await expectAccessible(page);
    await page.goto(`/w/${slug}/alerts`);
    await expect(page.getByRole("heading", { level: 1, name: "Alerts" })).toBeVisible();
    await expectAccessible(page);
  });
}

test("entries open, move and close by keyboard, and the address says which", async ({ open }) => {
  const page = await open();
  await openAudit(page);
  await hydrated(page);
  await expect(entry(page, "export.audit")).toHaveCount(2);
  await entry(page, "export.audit").first().focus();
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/[?&]entry=/);
  await expect(drawer(page)).toBeVisible();
  const first = page.url();
  await page.keyboard.press("j");
  await expect(page).not.toHaveURL(first);
  await expect(entry(page, "export.audit").nth(1)).toHaveAttribute("aria-current", "true");
  await expect(entry(page, "export.audit").nth(1)).toBeFocused();
  await page.keyboard.press("k");
  await expect(page).toHaveURL(first);
  await page.keyboard.press("Escape");
  await expect(drawer(page)).toHaveCount(0);
  await expect(entry(page, "export.audit").first()).toBeFocused();
  await page.goBack();
  await expect(drawer(page)).toBeVisible();
});

test("filters and exports say the same", async ({ open }) => {
  const page = await open();
  await openAudit(page);
  await hydrated(page);
  await page.getByLabel("Action", { exact: true }).selectOption("export");
  await page.getByLabel("Who", { exact: true }).selectOption({ label: "Asha Menon" });
  await page.getByRole("button", { name: "Filter" }).click();
  await expect(page).toHaveURL(/what=export&/);
  await hydrated(page);
  await expect(entry(page, "export.audit")).toHaveCount(2);
  await page.getByRole("button", { name: "Export" }).click();
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("link", { name: /JSON Lines/ }).click(),
  ]);
  expect(download.suggestedFilename()).toMatch(/^audit-.*\.jsonl$/);
  const lines = (await readFile(await download.path(), "utf8")).trim().split("\n").map((line) => JSON.parse(line));
  // This export, and the two before it.
  expect(lines.map(({ action }) => action)).toEqual(["export.audit", "export.audit", "export.audit"]);
  await page.getByRole("link", { name: "Clear" }).click();
  await expect(page).toHaveURL(/\/audit$/);
});

test("the audit trail works without a script", async ({ open }) => {
  const page = await open({ javaScriptEnabled: false });
  await openAudit(page);
  await entry(page, "export.audit").first().click();
  await expect(drawer(page).getByRole("heading", { name: "Exported the audit trail" })).toBeVisible();
  await drawer(page).getByRole("link", { name: "Close" }).click();
  await expect(drawer(page)).toHaveCount(0);
  await page.getByLabel("Words", { exact: true }).fill("nothing-says-this");
  await page.getByRole("button", { name: "Filter" }).click();
  await expect(page.getByRole("heading", { name: "No entry matches" })).toBeVisible();
});

test("on a phone an entry takes the place of the table, and nothing scrolls sideways", async ({ open }) => {
  const page = await open({ viewport: { width: 390, height: 844 }, hasTouch: true });
  const slug = await openAudit(page);
  await hydrated(page);
  const fits = async () => {
    const { scroll, client } = await page.evaluate(() => ({
      scroll: document.documentElement.scrollWidth,
      client: document.documentElement.clientWidth,
    }));
    expect(scroll, page.url()).toBeLessThanOrEqual(client);
  };
  await fits();
  await entry(page, "export.audit").first().click();
  await expect(drawer(page)).toBeVisible();
  await expect(entries(page)).toBeHidden();
  await fits();
  await drawer(page).getByRole("link", { name: "Close" }).click();
  await expect(entries(page)).toBeVisible();
  await page.goto(`/w/${slug}/alerts`);
  await fits();
});

test("who may not see the trail is told which permission is missing", async ({ open }) => {
  const page = await open({ tolerate: /403/ });
  await signIn(page, "Rohan");
  const slug = new URL(page.url()).pathname.split("/")[2];
  const answer = await page.goto(`/w/${slug}/audit`);
  expect(answer.status()).toBe(403);
  await expect(page.getByText("audit.view")).toBeVisible();
  await page.goto(`/w/${slug}/alerts`);
  await expect(page.getByRole("heading", { name: "Nothing for you here" })).toBeVisible();
});
