import AxeBuilder from "@axe-core/playwright";
import { expect, test as base } from "@playwright/test";
import { newPostgresDatabase, startServer } from "./server.mjs";

export { expect };

export const test = base.extend({
  /** `sqlite` or `postgres`. */
  engine: ["sqlite", { option: true }],

  /** A fresh demo server. */
  parlance: async ({ engine }, use, info) => {
    const server = await startServer(engine === "postgres" ? { DATABASE_URL: newPostgresDatabase() } : {});
    await use(server);
    const code = await server.stop();
    if (info.status !== info.expectedStatus) await info.attach("server.log", { body: server.log(), contentType: "text/plain" });
    expect(code, "the server ends cleanly when asked to").toBe(0);
  },

  /**
   * Opens a browser of its own for one person: `await open({ javaScriptEnabled: false })`.
   * Whatever any of them logs as an error fails the test, unless it matches `tolerate`.
   */
  open: async ({ browser, parlance }, use) => {
    const contexts = [];
    const complaints = [];
    await use(async ({ tolerate, ...options } = {}) => {
      const context = await browser.newContext({ baseURL: parlance.url, ...options });
      contexts.push(context);
      const page = await context.newPage();
      page.on("console", (message) => {
        if (message.type() === "error" && !tolerate?.test(message.text())) complaints.push(`console: ${message.text()} (${message.location().url})`);
      });
      page.on("pageerror", (error) => complaints.push(`page: ${error.stack ?? error}`));
      page.on("response", (response) => {
        const answer = `${response.status()} ${response.url()}`;
        if (response.status() >= 500 && !tolerate?.test(answer)) complaints.push(answer);
      });
      return page;
    });
    for (const context of contexts) await context.close();
    expect(complaints, "no console error, no exception, no 5xx").toEqual([]);
  },
});

/** Nothing serious or critical by axe; of all rules, or of those that are named; on the page, or within what a selector finds. */
export async function expectAccessible(page, { only, within = "html" } = {}) {
  const axe = new AxeBuilder({ page }).include(within);
  const { violations } = await (only ? axe.withRules(only) : axe).analyze();
  const bad = violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .map(({ id, help, nodes }) => `${id}: ${help}\n  ${nodes.map((node) => node.html.slice(0, 200)).join("\n  ")}`);
  expect(bad, `axe on ${page.url()}`).toEqual([]);
}

/** The page answers to input: its WebAssembly has taken over. */
export async function hydrated(page) {
  await page.waitForFunction(() => document.documentElement.dataset.hydrated === "true");
}
