// What an agent waits for: the inbox in a browser that has nothing of it yet, as JSON on standard output. Started by
// `make bench` with FIRST_PAINT_URL (the inbox), FIRST_PAINT_COOKIE (of somebody signed in) and FIRST_PAINT_SAMPLES.
import { chromium as browserType } from "@playwright/test";
import { chromium } from "./lib/chromium.mjs";
import { hydrated } from "./lib/fixtures.mjs";

const { FIRST_PAINT_URL: url, FIRST_PAINT_COOKIE: cookies, FIRST_PAINT_SAMPLES: samples } = process.env;
if (!url || !cookies || !samples) throw new Error("FIRST_PAINT_URL, FIRST_PAINT_COOKIE and FIRST_PAINT_SAMPLES must be set");

const browser = await browserType.launch(chromium());
try {
  // The first page also starts the browser itself.
  await load();
  const loads = [];
  for (let nth = 0; nth < Number(samples); nth += 1) loads.push(await load());
  console.log(JSON.stringify(loads));
} finally {
  await browser.close();
}

/** One visit with an empty cache; milliseconds since it began. */
async function load() {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, locale: "en-GB" });
  try {
    await context.addCookies(
      cookies.split("; ").map((cookie) => {
        const at = cookie.indexOf("=");
        return { name: cookie.slice(0, at), value: cookie.slice(at + 1), url: new URL(url).origin };
      }),
    );
    const page = await context.newPage();
    await page.addInitScript(() => {
      window.firstPaint = { lcp: 0, hydrated: 0, frames: 0 };
      new PerformanceObserver((list) => {
        for (const entry of list.getEntries()) window.firstPaint.lcp = Math.max(window.firstPaint.lcp, entry.startTime);
      }).observe({ type: "largest-contentful-paint", buffered: true });
      new MutationObserver((_, observer) => {
        if (document.documentElement?.dataset.hydrated !== "true") return;
        window.firstPaint.hydrated = performance.now();
        observer.disconnect();
      }).observe(document, { attributes: true, subtree: true, attributeFilter: ["data-hydrated"] });
    });
    page.setDefaultTimeout(20_000);
    await page.goto(url);
    await hydrated(page);
    // A greater paint may follow what hydration changed: some frames later it would have been seen.
    await page.waitForFunction(() => (window.firstPaint.frames += 1) > 3);
    const rows = await page.locator("a.convo").count();
    return { ...(await page.evaluate(() => window.firstPaint)), rows };
  } finally {
    await context.close();
  }
}
