import { expect, expectAccessible, test } from "../lib/fixtures.mjs";
import { openInbox, openThread, takePhone } from "../lib/steps.mjs";

const CUSTOMER = "Meera Krishnan";

for (const colorScheme of ["light", "dark"]) {
  test(`nothing serious by axe, ${colorScheme}`, async ({ open }) => {
    const page = await open({ colorScheme });
    await page.goto("/login");
    await expectAccessible(page);
    await openInbox(page, "Asha");
    await expectAccessible(page);
    await openThread(page, CUSTOMER);
    await expectAccessible(page);
    await takePhone(page, CUSTOMER);
    await expectAccessible(page);
  });
}

test("a phone's width needs no sideways scrolling", async ({ open }) => {
  const page = await open({ viewport: { width: 390, height: 844 }, hasTouch: true });
  const fits = async () => {
    const { scroll, client } = await page.evaluate(() => ({
      scroll: document.documentElement.scrollWidth,
      client: document.documentElement.clientWidth,
    }));
    expect(scroll, page.url()).toBeLessThanOrEqual(client);
  };
  await page.goto("/login");
  await fits();
  await openInbox(page, "Asha");
  await fits();
  await openThread(page, CUSTOMER);
  await fits();
  await page.goBack();
  await expect(page.getByRole("region", { name: "Conversations" })).toBeVisible();
  await takePhone(page, CUSTOMER);
  await fits();
});

test("the first answer carries the page, its script is allowed by nonce alone", async ({ parlance, request }) => {
  const answer = await request.get(`${parlance.url}/login`);
  expect(answer.status()).toBe(200);
  const policy = answer.headers()["content-security-policy"] ?? "";
  expect(policy).toMatch(/script-src [^;]*'nonce-[^']+'/);
  expect(policy).toContain("'wasm-unsafe-eval'");
  expect(policy).not.toMatch(/'unsafe-inline'|'unsafe-eval'/);
  const html = await answer.text();
  const script = /\/assets\/parlance\.[0-9a-f]{16}\.js/.exec(html)?.[0];
  expect(script, "the page loads its script").toBeTruthy();
  const asset = await request.get(`${parlance.url}${script}`);
  expect(asset.headers()["cache-control"]).toContain("immutable");
  expect(asset.headers()["content-type"]).toContain("javascript");
});
