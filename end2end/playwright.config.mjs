import { defineConfig } from "@playwright/test";
import { chromium } from "./lib/chromium.mjs";
import { hasPostgres } from "./lib/server.mjs";

const screens = /(pages|states|shift|keyboard|keyboard-day|writing-states|small-screen|refused)\.spec\.mjs$/;

export default defineConfig({
  testDir: "./tests",
  testMatch: "*.spec.mjs",
  outputDir: "./results/traces",
  // Each test starts a server of its own; more at once only make each other slow on two cores.
  workers: 1,
  timeout: 60_000,
  expect: { timeout: 10_000 },
  forbidOnly: !!process.env.CI,
  // Where nobody watches, a machine that stood still costs no whole run: the list at the end names as flaky whatever took two
  // tries, and that is a fault to be found.
  retries: process.env.CI ? 1 : 0,
  projects: [
    { name: "sqlite", use: { engine: "sqlite" } },
    // All but how pages look, stand still, answer to keys and say what was refused, which is the same on both.
    ...(hasPostgres ? [{ name: "postgres", testIgnore: screens, use: { engine: "postgres" } }] : []),
  ],
  reporter: [["list"]],
  use: {
    browserName: "chromium",
    launchOptions: chromium(),
    viewport: { width: 1280, height: 800 },
    locale: "en-GB",
    timezoneId: "Asia/Kolkata",
    trace: "retain-on-failure",
    screenshot: "only-on-failure",
  },
});
