// Looks for secrets where none may be: as they are, and in every way in which a log or a database would write them.
const BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/** The bytes behind a key in base32. */
export function fromBase32(text) {
  const bits = [...text].map((c) => BASE32.indexOf(c).toString(2).padStart(5, "0")).join("");
  return Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)));
}

/** Whether the secret, a text or bytes, can be read there; says how, or `null`. */
export function readable(there, secret) {
  for (const [how, form] of forms(secret)) if (there.includes(form)) return how;
  return null;
}

function* forms(secret) {
  const text = typeof secret === "string" ? secret : null;
  const bytes = Buffer.from(secret);
  yield* written(bytes, "");
  if (!text) return;
  const encoded = encodeURIComponent(text);
  if (encoded !== text) {
    yield ["percent-encoded", encoded];
    yield ["as a form's field", encoded.replaceAll("%20", "+")];
  }
  // Most secrets are themselves a way of writing bytes.
  if (/^([0-9a-f]{2}){12,}$/i.test(text)) yield* written(Buffer.from(text, "hex"), "the bytes of its hex, ");
  else if (/^[\w-]{20,}$/.test(text)) yield* written(Buffer.from(text, "base64url"), "the bytes of its base64, ");
}

function* written(bytes, of) {
  yield [`${of}plain`, bytes];
  const hex = bytes.toString("hex");
  yield [`${of}hex`, hex];
  yield [`${of}hex in capitals`, hex.toUpperCase()];
  yield [`${of}a list of numbers`, [...bytes].join(", ")];
  // As the id of a session is written while debugging.
  if (bytes.length === 16) {
    for (const order of [bytes, Buffer.from(bytes).reverse()]) yield [`${of}a number`, String(BigInt.asIntN(128, BigInt(`0x${order.toString("hex")}`)))];
  }
  // Alone, or anywhere in something longer: what comes before shifts it by none, two or four bits.
  for (const before of [0, 1, 2]) {
    const whole = Buffer.concat([Buffer.alloc(before), bytes]);
    const sure = [whole.toString("base64"), whole.toString("base64url")].map((text) =>
      text.slice(Math.ceil((before * 8) / 6), Math.floor((whole.length * 8) / 6)),
    );
    for (const form of new Set(sure)) yield [`${of}base64`, form];
  }
}
