// Deliveries that no try can help.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { deliver } from "./webhooks.mjs";

/** Delivers something about the demo's first number that is no webhook: it is a dead letter at once. */
export async function deliverPoison(server, what) {
  const { app_secret } = JSON.parse(await demoFile(server.dir));
  const { numbers } = await (await fetch(`${server.url}/simulator/api/state`)).json();
  const body = JSON.stringify({
    entry: what,
    access_token: "EAAGm0PX4ZCpsBAKZCpoison",
    metadata: { phone_number_id: numbers[0].id, customer: "+91 98455 50101" },
  });
  await deliver(server.url, app_secret, body);
}

/** The secrets that a demo makes for itself: beside its database, or in `data`. */
const demoFile = (dir) => readFile(join(dir, "demo.json"), "utf8").catch(() => readFile(join(dir, "data/demo.json"), "utf8"));
