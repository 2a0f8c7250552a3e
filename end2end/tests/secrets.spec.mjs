// No secret in the log, however talkative it is, nor in anything that is kept: every secret there is, made and used for once.
import { createHash, createHmac, randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { expect, hydrated, test } from "../lib/fixtures.mjs";
import { fromBase32, readable } from "../lib/secrets.mjs";
import { dumpPostgresDatabase, newPostgresDatabase, startServer } from "../lib/server.mjs";
import { appShows, message, openInbox, openThread, reply, row, takePhone, writeAsCustomer } from "../lib/steps.mjs";

const CUSTOMER = "Meera Krishnan";

/** Where the demo keeps what an installation gets from its operator. */
const OWN_FILE = {
  "the master key": "demo.key",
  "the app secret": "demo.json",
  "the verify token": "demo.json",
  "Meta's access token": "demo.json",
};

test("no secret is logged or can be read in what is kept", async ({ browser, engine }) => {
  test.setTimeout(180_000);
  const folder = await mkdtemp(join(tmpdir(), "parlance-secrets-"));
  const data = join(folder, "data");
  const contexts = [];
  let server;
  try {
    const database = engine === "postgres" ? newPostgresDatabase() : null;
    const env = { RUST_LOG: "trace", ...(database && { DATABASE_URL: database }) };
    server = await startServer(env, { keep: folder });

    const secrets = new Map();
    const secret = (name, value) => {
      expect(value?.length, `${name} is there to be looked for`).toBeGreaterThanOrEqual(10);
      secrets.set(name, value);
      return value;
    };
    const answers = [];
    const open = async (options) => {
      const context = await browser.newContext({ baseURL: server.url, ...options });
      contexts.push(context);
      // Also the sessions that are soon replaced.
      context.on("response", (response) => answers.push(response.headerValues("set-cookie").catch(() => [])));
      return context.newPage();
    };

    const question = await doEverything(server.url, open, secret);
    await fromTheDemosFiles(server.url, data, secret);
    const sessions = new Set();
    for (const line of (await Promise.all(answers)).flat()) sessions.add(/parlance_session=([^;]+)/.exec(line)?.[1]);
    for (const context of contexts) {
      for (const { name, value } of await context.cookies()) if (name.endsWith("parlance_session")) sessions.add(value);
    }
    sessions.delete(undefined);
    expect(sessions.size, "everybody's sessions, before and after they signed in").toBeGreaterThanOrEqual(6);
    [...sessions].forEach((value, nth) => secret(`session ${nth + 1}`, value));

    if (existsSync(`/proc/${server.pid}/limits`)) {
      const limits = await readFile(`/proc/${server.pid}/limits`, "utf8");
      expect(limits, "no image of the memory is left behind").toMatch(/^Max core file size +0 +0 /m);
    }

    // While it runs, what was written last lies in files that are gone afterwards.
    const kept = await filesOf(data, "running, ");
    for (const context of contexts) await context.close();
    expect(await server.stop(), "the server ends cleanly when asked to").toBe(0);
    server = null;
    kept.push(...(await filesOf(data, "")));
    if (database) kept.push({ name: "the dump", content: dumpPostgresDatabase(database) });
    const log = { name: "the log", content: await readFile(join(folder, "server.log")) };

    // The search finds what is there.
    const held = kept.filter(({ name }) => (database ? name === "the dump" : name === "parlance.db"));
    expect(held.map(({ content }) => readable(content, question))).toEqual(["plain"]);
    for (const told of ["TRACE", "/demo/sign-in", "/api/v1/contacts"]) {
      expect(readable(log.content, told), `${told} is in the log`).toBe("plain");
    }
    for (const [name, file] of Object.entries(OWN_FILE)) {
      const own = kept.find((other) => other.name === file);
      expect(readable(own.content, secrets.get(name)), `${name} is in ${file}`).toBe("plain");
    }
    const blob = Buffer.from(`{"kept":"${question}"}`);
    expect(readable(Buffer.from(blob.toString("hex")), question)).toBe("hex");
    expect(readable(Buffer.from(blob.toString("base64")), question)).toBe("base64");

    const found = [];
    for (const { name: place, content } of [...kept, log]) {
      for (const [name, value] of secrets) {
        const own = OWN_FILE[name];
        if (own && place.endsWith(own)) continue;
        const how = readable(content, value);
        if (how) found.push(`${name} in ${place} (${how})`);
      }
    }
    expect(found).toEqual([]);
  } finally {
    await server?.stop();
    await rm(folder, { recursive: true, force: true });
  }
});

/** Every screen and route that makes, takes or shows a secret. Gives back what a customer wrote. */
async function doEverything(url, open, secret) {
  const asha = await open();
  await openInbox(asha, "Asha");
  const slug = new URL(asha.url()).pathname.split("/")[2];

  // The answer goes out with Meta's access token; what comes in is signed with the app secret.
  const phone = await open();
  await takePhone(phone, CUSTOMER);
  const question = `Does the teak table come oiled? ${randomBytes(6).toString("hex")}`;
  await writeAsCustomer(phone, question);
  await expect(row(asha, CUSTOMER)).toContainText(question);
  await openThread(asha, CUSTOMER);
  const answer = `It does, twice. ${randomBytes(6).toString("hex")}`;
  await reply(asha, answer);
  await expect(message(phone, answer)).toBeVisible();

  // A link for a new password, handed over.
  await asha.goto(`/w/${slug}/team`);
  await hydrated(asha);
  const rohans = asha.getByRole("region", { name: "Members" }).getByRole("row", { name: /Rohan/ });
  const email = (await rohans.locator("small").first().textContent()).trim();
  await rohans.getByRole("button", { name: /More about Rohan/ }).click();
  await asha.getByRole("button", { name: /password/i }).click();
  const handed = asha.getByRole("dialog", { name: /new password/i });
  const reset = new URL(await handed.locator(".secret code").textContent()).pathname;
  secret("the reset link", reset.split("/").pop());
  await handed.getByRole("button", { name: "Done" }).click();

  // An invitation.
  await asha.getByRole("button", { name: "Invite a member" }).click();
  const dialog = asha.getByRole("dialog", { name: "Invite a member" });
  await dialog.getByLabel("Email").fill("giulia.serra@kaveri-home.example");
  await dialog.getByRole("radio", { name: /Agent/ }).check();
  await dialog.getByRole("button", { name: "Invite", exact: true }).click();
  const made = asha.getByRole("dialog", { name: /invitation of giulia/ });
  const invitation = new URL(await made.locator("code").textContent()).pathname;
  secret("the invitation", invitation.split("/").pop());
  await made.getByRole("button", { name: "Done" }).click();
  const giulia = await open();
  await giulia.goto(invitation);
  await giulia.getByLabel("Your name").fill("Giulia Serra");
  await giulia.getByLabel("Choose a password").fill(secret("the newcomer's password", phrase()));
  await giulia.getByRole("button", { name: "Join" }).click();
  await giulia.waitForURL(/\/w\/[^/]+\/inbox/);

  await secondFactor(await open({ javaScriptEnabled: false }), open, { reset, email }, secret);
  await tokens(asha, slug, secret);

  // What Meta would never sign.
  const signature = createHmac("sha256", secret("a wrong app secret", randomBytes(16).toString("hex"))).update("{}").digest("hex");
  const headers = { "content-type": "application/json", "x-hub-signature-256": `sha256=${signature}` };
  const refused = await fetch(`${url}/webhooks/meta`, { method: "POST", headers, body: "{}" });
  expect(refused.status).toBe(401);
  return question;
}

/** A password by the link, tried wrong and right; an app, its recovery codes, and one of them used. */
async function secondFactor(rohan, open, { reset, email }, secret) {
  const password = secret("the password", phrase());
  const wrong = secret("a wrong password", phrase());
  await rohan.goto(reset);
  await rohan.getByRole("textbox", { name: "New password" }).fill(password);
  await rohan.getByRole("button", { name: "Save the password" }).click();
  await expect(rohan.getByRole("status")).toContainText("Your password is changed");
  const signIn = async (page, typed) => {
    await page.goto("/login");
    await page.getByLabel("Email").fill(email);
    await page.getByLabel("Password").fill(typed);
    await page.getByRole("button", { name: "Sign in", exact: true }).click();
  };
  await signIn(rohan, wrong);
  await expect(rohan.getByRole("alert")).toBeVisible();
  await signIn(rohan, password);
  await rohan.waitForURL(/\/inbox/);

  await rohan.goto(rohan.url().replace(/\/inbox.*$/, "/security"));
  const factor = rohan.getByRole("region", { name: "Two-step sign-in" });
  await factor.getByLabel(/Your password/).fill(password);
  await factor.getByRole("button", { name: "Set up an app" }).click();
  await expect(factor.getByRole("img", { name: /QR code/ })).toBeVisible();
  const shown = await factor.locator(".secret code").textContent();
  const key = secret("the app's key", shown.replace(/\s/g, ""));
  if (shown !== key) secret("the app's key as shown", shown);
  secret("the bytes of the app's key", fromBase32(key));
  await factor.getByLabel("Code from the app").fill("000000");
  await factor.getByRole("button", { name: "Turn on" }).click();
  await expect(rohan.getByRole("alert")).toBeVisible();
  await factor.getByLabel("Code from the app").fill(appShows(key));
  await factor.getByRole("button", { name: "Turn on" }).click();
  const codes = rohan.getByRole("region", { name: "Your recovery codes" }).getByRole("listitem");
  await expect(codes).toHaveCount(10);
  const papers = (await codes.allTextContents()).map((paper) => paper.trim());
  papers.forEach((paper, nth) => {
    const bare = paper.replace(/-/g, "");
    secret(`recovery code ${nth + 1}`, paper);
    secret(`recovery code ${nth + 1} without dashes`, bare);
    secret(`recovery code ${nth + 1} in small letters`, bare.toLowerCase());
    secret(`the bytes of recovery code ${nth + 1}`, fromBase32(bare));
  });

  const phone = await open();
  await signIn(phone, password);
  await expect(phone.getByRole("heading", { name: "One more step" })).toBeVisible();
  await phone.getByLabel("Code").fill(papers[0]);
  await phone.keyboard.press("Enter");
  await phone.waitForURL(/\/inbox/);
}

/** Tokens of the API, made on the page and by a program, used, and one that is none. */
async function tokens(asha, slug, secret) {
  await asha.goto(`/w/${slug}/tokens`);
  await hydrated(asha);
  await asha.getByRole("button", { name: "New token" }).first().click();
  const dialog = asha.getByRole("dialog", { name: "New API token" });
  await dialog.getByLabel("What it is for").fill("till");
  await dialog.getByRole("checkbox", { name: /contacts\.read/ }).check();
  await dialog.getByRole("button", { name: "Make the token" }).click();
  const token = (await asha.getByRole("dialog", { name: "The token till" }).locator(".secret code").textContent()).trim();

  const api = (path, options) => asha.request.fetch(`/api/v1${path}`, { failOnStatusCode: false, ...options });
  // Asked outside of the browser, which would send its session along.
  const asked = async (bearer) => {
    const headers = { authorization: `Bearer ${bearer}`, "x-workspace-id": slug };
    return (await fetch(new URL("/api/v1/contacts", asha.url()), { headers })).status;
  };
  const random = randomBytes(32);
  const check = createHash("sha256").update("parlance api token").update(random).digest("hex").slice(0, 8);
  const strange = `parl_${random.toString("hex")}${check}`;
  expect(await asked(token)).toBe(200);
  expect(await asked(strange)).toBe(401);
  expect(await asked(token.replace(/.$/, (last) => (last === "0" ? "1" : "0")))).toBe(401);

  // Answers to requests with such a key are kept to be given again.
  const once = async (path, data) => {
    const headers = { origin: new URL(asha.url()).origin, "x-workspace-id": slug, "idempotency-key": randomBytes(8).toString("hex") };
    const [first, again] = [await api(path, { method: "POST", headers, data }), await api(path, { method: "POST", headers, data })];
    expect([first.status(), again.status()], path).toEqual([201, 201]);
    return first.json();
  };
  const second = await once("/tokens", { name: "till 2", permissions: ["contacts.read"] });
  const invited = await once("/admin/team/invite", { email: "lars.holm@kaveri-home.example", role: "agent" });
  secret("a program's invitation", new URL(invited.link).pathname.split("/").pop());
  for (const [name, value] of Object.entries({ "the token": token, "a strange token": strange, "a program's token": second.secret })) {
    secret(name, value);
    // Its beginning is kept to recognise it by, so what matters is the rest; without the check digits, a mistyped one as well.
    secret(`the rest of ${name}`, value.slice(11, -8));
  }
}

/** What the demo has in place of an operator's settings. */
async function fromTheDemosFiles(url, data, secret) {
  const files = await filesOf(data, "");
  // Beside a SQLite file, or in a folder of their own.
  const file = (name) => files.find((other) => other.name === name).content.toString();
  const demo = JSON.parse(file("demo.json"));
  secret("the master key", file("demo.key").trim());
  secret("the app secret", demo.app_secret);
  secret("Meta's access token", demo.access_token);
  const wrong = secret("a wrong verify token", randomBytes(16).toString("hex"));
  for (const [token, status] of [[wrong, 403], [secret("the verify token", demo.verify_token), 200]]) {
    const query = new URLSearchParams({ "hub.mode": "subscribe", "hub.challenge": "1158201444", "hub.verify_token": token });
    expect((await fetch(`${url}/webhooks/meta?${query}`)).status).toBe(status);
  }
}

/** Every file below a folder, whole; those of the demo's folder by their bare names. */
async function filesOf(folder, when) {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath ?? entry.path, entry.name));
  return Promise.all(
    files.map(async (file) => ({ name: when + relative(folder, file).replace(/^data\//, ""), content: await readFile(file) })),
  );
}

/** Unlike anything else that is anywhere. */
function phrase() {
  return `lanterns ${randomBytes(6).toString("hex")} over the harbour`;
}
