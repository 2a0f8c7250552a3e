// Pictures of the main pages in light, dark and at a phone's width: `node shots.mjs [url]` (a demo server that runs
// already) or `node shots.mjs` (starts its own). They go to results/.
import { chromium as browserType } from "@playwright/test";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { chromium } from "./lib/chromium.mjs";
import { hydrated } from "./lib/fixtures.mjs";
import { startServer } from "./lib/server.mjs";
import { openInbox, openThread, takePhone } from "./lib/steps.mjs";

const CUSTOMER = "Meera Krishnan";
const wide = { width: 1440, height: 900 };
const looks = {
  light: { colorScheme: "light", viewport: wide },
  dark: { colorScheme: "dark", viewport: wide },
  "390": { colorScheme: "light", viewport: { width: 390, height: 844 }, hasTouch: true },
};

const results = join(import.meta.dirname, "results");
await mkdir(results, { recursive: true });
const server = process.argv[2] ? null : await startServer();
const baseURL = process.argv[2] ?? server.url;
const browser = await browserType.launch(chromium());
let failures = 0;
try {
  for (const [look, options] of Object.entries(looks)) {
    const context = await browser.newContext({ baseURL, locale: "en-GB", timezoneId: "Asia/Kolkata", ...options });
    const page = await context.newPage();
    page.setDefaultTimeout(10_000);
    // A page that fails is said and does not cost the others.
    const shot = async (name, go) => {
      try {
        await go();
        await page.evaluate(() => document.fonts.ready);
        console.log(`${name}-${look}.png`);
      } catch (error) {
        failures += 1;
        console.error(`${name}-${look}: ${error.message}`);
      }
      await page.screenshot({ path: join(results, `${name}-${look}.png`) });
    };
    await shot("login", () => page.goto("/login"));
    await shot("inbox", () => openInbox(page, "Asha"));
    await shot("thread", () => openThread(page, CUSTOMER));
    await shot("simulator", () => takePhone(page, CUSTOMER));
    await openInbox(page, "Asha");
    const slug = new URL(page.url()).pathname.split("/")[2];
    for (const name of ["dashboard", "dead-letters", "contacts", "team", "permissions", "roles", "settings", "tokens", "security", "alerts", "audit"]) {
      await shot(name, async () => {
        await page.goto(`/w/${slug}/${name}`);
        await hydrated(page);
      });
      const over = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
      if (over > 0) {
        failures += 1;
        console.error(`${name}-${look}: the page is ${over} px wider than the screen`);
      }
    }
    await context.close();
  }
} finally {
  await browser.close();
  await server?.stop();
}
process.exitCode = failures ? 1 : 0;
