import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

const names = ["chromium", "chromium-browser", "google-chrome-stable", "google-chrome"];

/** How every browser of these tests is started: the machine's own Chromium, quiet on the network. */
export function chromium() {
  return {
    executablePath: path(),
    args: [
      "--headless",
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  };
}

function path() {
  if (process.env.PARLANCE_CHROMIUM) return process.env.PARLANCE_CHROMIUM;
  for (const dir of (process.env.PATH ?? "").split(delimiter)) {
    for (const name of names) {
      const candidate = join(dir, name);
      try {
        accessSync(candidate, constants.X_OK);
        return candidate;
      } catch {
        // Not this one.
      }
    }
  }
  throw new Error("No Chromium on PATH: install it (Debian, Ubuntu: apt-get install chromium) or set PARLANCE_CHROMIUM");
}
