// An installation in which nobody is yet, as an operator starts it: what is left to do stands where a conversation would stand.
import { randomBytes } from "node:crypto";
import { createServer } from "node:http";
import { expect, expectAccessible, hydrated, test as base } from "../lib/fixtures.mjs";
import { newPostgresDatabase, startServer } from "../lib/server.mjs";
import { go, list, openThread, row } from "../lib/steps.mjs";
import { deliver } from "../lib/webhooks.mjs";

const WORKSPACE = "Harbour Lights";
const EMAIL = "ines@harbour.example";
const PASSWORD = "limestone and salt wind";
const NUMBER = { id: "106540352299001", waba: "102290129399002", shown: "+351 21 555 0142" };

const test = base.extend({
  /** What Meta lists as templates; the rest of the Graph API is not asked for here. */
  templates: async ({}, use) => {
    const templates = [];
    const server = createServer((request, response) => {
      const known = new URL(request.url, "http://graph").pathname.endsWith(`/${NUMBER.waba}/message_templates`);
      const body = known ? { data: templates } : { error: { message: "Unknown path", type: "GraphMethodException", code: 100 } };
      response.writeHead(known ? 200 : 400, { "content-type": "application/json" }).end(JSON.stringify(body));
    });
    await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
    await use({ templates, url: `http://127.0.0.1:${server.address().port}` });
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  },

  secret: async ({}, use) => use(randomBytes(16).toString("hex")),

  parlance: async ({ engine, templates, secret }, use, info) => {
    const env = {
      TOKEN_MASTER_KEY: randomBytes(32).toString("hex"),
      META_APP_SECRET: secret,
      META_VERIFY_TOKEN: "a-word-of-ours",
      META_GRAPH_URL: templates.url,
      ...(engine === "postgres" && { DATABASE_URL: newPostgresDatabase() }),
    };
    const server = await startServer(env, { demo: false });
    await use(server);
    const code = await server.stop();
    if (info.status !== info.expectedStatus) await info.attach("server.log", { body: server.log(), contentType: "text/plain" });
    expect(code, "the server ends cleanly when asked to").toBe(0);
  },
});

const checklist = (page) => page.getByRole("region", { name: "Set-up" });
const step = (page, name) => checklist(page).getByRole("listitem").filter({ hasText: name });
const progress = (page, text) => expect(checklist(page).getByText(text, { exact: true })).toBeVisible();

/** A message of a customer's phone. */
const written = (text) => ({
  field: "messages",
  value: {
    messaging_product: "whatsapp",
    metadata: { display_phone_number: NUMBER.shown.replace(/\D/g, ""), phone_number_id: NUMBER.id },
    contacts: [{ profile: { name: "Ines's phone" }, wa_id: "351915550199" }],
    messages: [
      { from: "351915550199", id: `wamid.${randomBytes(12).toString("hex")}`, timestamp: String(Math.floor(Date.now() / 1000)), type: "text", text: { body: text } },
    ],
  },
});
const envelope = (change) => JSON.stringify({ object: "whatsapp_business_account", entry: [{ id: NUMBER.waba, changes: [change] }] });

async function signInAs(page, email, password) {
  await page.goto("/login");
  await page.getByLabel("Email").fill(email);
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await page.waitForURL(/\/w\/[^/]+\/inbox/);
  await hydrated(page);
}

/** Asks for a colleague; gives back the path of their link. */
async function invite(page, email, role) {
  await page.getByRole("button", { name: "Invite a member" }).click();
  const form = page.getByRole("dialog", { name: "Invite a member" });
  await form.getByLabel("Email").fill(email);
  await form.getByRole("radio", { name: role }).check();
  await form.getByRole("button", { name: "Invite", exact: true }).click();
  const made = page.getByRole("dialog", { name: new RegExp(`invitation of ${email.split("@")[0]}`) });
  const link = new URL(await made.locator("code").textContent()).pathname;
  await made.getByRole("button", { name: "Done" }).click();
  return link;
}

async function join(page, link, name) {
  await page.goto(link);
  await page.getByLabel("Your name").fill(name);
  await page.getByLabel("Choose a password").fill("a bridge of seven arches");
  await page.getByRole("button", { name: "Join" }).click();
  await page.waitForURL(/\/w\/[^/]+\/inbox/);
  await hydrated(page);
}

const newWorkspace = (server) => server.run(["create-owner", "--workspace", WORKSPACE, "--email", EMAIL, "--password-stdin"], PASSWORD);

/** As an operator connects a number. */
const connect = (server) =>
  server.run(
    ["connect-number", "--workspace", "harbour-lights", "--phone-number-id", NUMBER.id, "--waba-id", NUMBER.waba]
      .concat(["--display-number", NUMBER.shown, "--name", "Front desk", "--token-stdin"]),
    `EAAG${randomBytes(24).toString("hex")}`,
  );

test("from nothing to the first customer: each step is ticked once it is done", async ({ open, parlance, templates, secret }) => {
  test.slow();
  const ines = await open();

  await test.step("a new workspace: what to do, and how", async () => {
    expect(await newWorkspace(parlance)).toContain("/w/harbour-lights/inbox");
    await signInAs(ines, EMAIL, PASSWORD);
    await expect(list(ines)).toContainText("No open conversation");
    await expect(checklist(ines)).toContainText(`4 more steps and ${WORKSPACE} is ready`);
    await progress(ines, "1 of 5");
    await expect(step(ines, "Create the workspace")).toContainText("Done:");
    await expect(step(ines, "Connect a number")).toContainText("parlance connect-number --workspace harbour-lights");
    await expect(step(ines, "Send yourself a message")).toContainText("Waiting: Send yourself a messageOnce a number is connected.");
    for (const colorScheme of ["light", "dark"]) {
      await ines.emulateMedia({ colorScheme });
      await expectAccessible(ines);
    }
  });

  await test.step("a number, connected by whoever runs it: the list waits for the first message", async () => {
    // From here on nothing is loaded anew: others do the rest, and the page hears of it.
    await ines.evaluate(() => (window.stayed = true));
    await connect(parlance);
    await progress(ines, "2 of 5");
    await expect(step(ines, "Connect a number")).toContainText(`Front desk, ${NUMBER.shown}`);
    await expect(step(ines, "Send yourself a message")).toContainText("Running:");
    await expect(step(ines, "Send yourself a message")).toContainText(`From your phone to ${NUMBER.shown}`);
    await expectAccessible(ines);
  });

  await test.step("the message ticks its step while somebody looks", async () => {
    await deliver(parlance.url, secret, envelope(written("Does it arrive?")));
    await expect(step(ines, "Send yourself a message")).toContainText("Done:");
    await progress(ines, "3 of 5");
    await ines.getByRole("navigation", { name: "Views" }).getByRole("link", { name: "All" }).click();
    await openThread(ines, "Ines's phone");
    await expect(ines.getByRole("log", { name: "Messages" })).toContainText("Does it arrive?");
    await ines.goBack();
    await expect(checklist(ines)).toBeVisible();
  });

  await test.step("a colleague is asked from the list, in another tab", async () => {
    const tab = await ines.context().newPage();
    await tab.goto(new URL(ines.url()).pathname);
    await hydrated(tab);
    await step(tab, "Invite your team").getByRole("link", { name: "Invite" }).click();
    await expect(tab.getByRole("heading", { level: 1, name: "Team" })).toBeVisible();
    await hydrated(tab);
    await invite(tab, "bea@harbour.example", /Manager/);
    await progress(ines, "4 of 5");
    await tab.close();
    await expect(checklist(ines)).toContainText("One more step");
    await expect(step(ines, "Invite your team").getByRole("link")).toHaveCount(0);
  });

  await test.step("with an approved template the list is done, and gone", async () => {
    templates.templates.push({
      id: "900100200300400",
      name: "opening_hours",
      language: "en",
      status: "APPROVED",
      category: "UTILITY",
      components: [{ type: "BODY", text: "We are open from nine to six." }],
    });
    const value = { event: "APPROVED", message_template_id: 900100200300400, message_template_name: "opening_hours", message_template_language: "en", reason: "NONE" };
    await deliver(parlance.url, secret, envelope({ field: "message_template_status_update", value }));
    await expect(ines.getByRole("heading", { name: "Choose a conversation" })).toBeVisible();
    await expect(checklist(ines)).toHaveCount(0);
    expect(await ines.evaluate(() => window.stayed)).toBe(true);
  });
});

test("put away by one who sets up, it is away for everybody; whoever does not set up never sees it", async ({ open, parlance }) => {
  await newWorkspace(parlance);
  const ines = await open();
  await signInAs(ines, EMAIL, PASSWORD);
  await go(ines, "team");
  const links = [await invite(ines, "bea@harbour.example", /Manager/), await invite(ines, "rui@harbour.example", /Agent/)];
  const [bea, rui] = [await open(), await open({ viewport: { width: 390, height: 844 } })];
  await join(bea, links[0], "Bea");
  await join(rui, links[1], "Rui");
  await expect(checklist(bea)).toContainText("Welcome, Bea");
  await expect(list(rui)).toBeVisible();
  await expect(checklist(rui)).toHaveCount(0);

  await go(ines, "inbox");
  await expect(checklist(ines)).toBeVisible();
  await checklist(bea).getByRole("button", { name: "Hide this list" }).click();
  // Away at once, also where somebody looks at it.
  await expect(checklist(ines)).toHaveCount(0);
  await expect(checklist(bea)).toHaveCount(0);
  await expect(bea.getByRole("heading", { name: "Choose a conversation" })).toBeVisible();
  for (const page of [bea, ines]) {
    await go(page, "inbox");
    await expect(page.getByRole("heading", { name: "Choose a conversation" })).toBeVisible();
    await expect(checklist(page)).toHaveCount(0);
  }
  await go(ines, "audit");
  await expect(ines.getByRole("row").filter({ hasText: "settings.setup_hidden" })).toContainText("Bea");
});

test("where there is little room, the list of things to do is there in full", async ({ open, parlance }) => {
  await newWorkspace(parlance);
  for (const options of [{ viewport: { width: 390, height: 844 }, hasTouch: true }, { viewport: { width: 1280, height: 480 } }]) {
    const ines = await open(options);
    await signInAs(ines, EMAIL, PASSWORD);
    await expect(checklist(ines)).toBeVisible();
    await expectAccessible(ines);
    const bar = await checklist(ines).getByRole("progressbar").boundingBox();
    expect(bar.width, "how far it is can be seen").toBeGreaterThan(100);
    const hide = checklist(ines).getByRole("button", { name: "Hide this list" });
    await hide.scrollIntoViewIfNeeded();
    await expect(hide).toBeInViewport({ ratio: 1 });
    expect(await ines.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(options.viewport.width);
    await ines.context().close();
  }
});
