// Deliveries that no try can help, signed as Meta signs them.
import { createHmac } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";

/** Delivers something about the demo's first number that is no webhook: it is a dead letter at once. */
export async function deliverPoison(server, what) {
  const { app_secret } = JSON.parse(await demoFile(server.dir));
  const { numbers } = await (await fetch(`${server.url}/simulator/api/state`)).json();
  const body = JSON.stringify({
    entry: what,
    access_token: "EAAGm0PX4ZCpsBAKZCpoison",
    metadata: { phone_number_id: numbers[0].id, customer: "+91 98455 50101" },
  });
  const signature = createHmac("sha256", app_secret).update(body).digest("hex");
  const answer = await fetch(`${server.url}/webhooks/meta`, {
    method: "POST",
    headers: { "content-type": "application/json", "x-hub-signature-256": `sha256=${signature}` },
    body,
  });
  if (!answer.ok) throw new Error(`the delivery was not taken: ${answer.status}`);
}

/** The secrets that a demo makes for itself: beside its database, or in `data`. */
const demoFile = (dir) => readFile(join(dir, "demo.json"), "utf8").catch(() => readFile(join(dir, "data/demo.json"), "utf8"));
