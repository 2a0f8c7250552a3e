// What Meta delivers, signed as it signs.
import { createHmac } from "node:crypto";

/** Hands a delivery over; it has to be taken. */
export async function deliver(url, secret, body) {
  const signature = createHmac("sha256", secret).update(body).digest("hex");
  const answer = await fetch(`${url}/webhooks/meta`, {
    method: "POST",
    headers: { "content-type": "application/json", "x-hub-signature-256": `sha256=${signature}` },
    body,
  });
  if (!answer.ok) throw new Error(`the delivery was not taken: ${answer.status}`);
}
