// The frame, the team's screens, roles, settings and contacts: what people do there, by keyboard and by axe.
import { expect, expectAccessible, hydrated, test } from "../lib/fixtures.mjs";
import { signIn } from "../lib/steps.mjs";

const PAGES = ["team", "permissions", "roles", "settings", "contacts"];

/** A page of the demo's workspace, alive. */
async function openPage(page, name) {
  const workspace = /\/w\/[^/]+/.exec(new URL(page.url()).pathname)?.[0];
  const answer = await page.goto(`${workspace}/${name}`);
  await hydrated(page);
  return answer;
}

/** The line of somebody on the team's page. */
const member = (page, name) => page.getByRole("region", { name: "Members" }).getByRole("row", { name: new RegExp(name) });

for (const colorScheme of ["light", "dark"]) {
  test(`nothing serious by axe on the team's screens, ${colorScheme}`, async ({ open }) => {
    const page = await open({ colorScheme });
    await signIn(page, "Asha");
    for (const name of PAGES) {
      await openPage(page, name);
      await expectAccessible(page);
    }
    await openPage(page, "team");
    await page.getByRole("button", { name: "Invite a member" }).click();
    await expect(page.getByRole("dialog", { name: "Invite a member" })).toBeVisible();
    // Contrast is that of the dialog when it has come to rest.
    await page.waitForTimeout(400);
    await expectAccessible(page);
  });
}

test("a phone's width needs no sideways scrolling on the team's screens", async ({ open }) => {
  const page = await open({ viewport: { width: 390, height: 844 }, hasTouch: true });
  await signIn(page, "Asha");
  for (const name of PAGES) {
    await openPage(page, name);
    const { scroll, client } = await page.evaluate(() => ({
      scroll: document.documentElement.scrollWidth,
      client: document.documentElement.clientWidth,
    }));
    expect(scroll, name).toBeLessThanOrEqual(client);
    if (name === "team") {
      // The drawing stands beside its words, not above them.
      const note = page.locator("section[aria-labelledby=members] > footer");
      const [drawing, words] = [await note.locator("svg").boundingBox(), await note.locator("span").boundingBox()];
      expect(words.y).toBeLessThan(drawing.y + drawing.height);
      expect(words.x).toBeGreaterThanOrEqual(drawing.x + drawing.width);
    }
    await expect(page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "Inbox" })).toBeVisible();
  }
});

test("menus and dialogs by keyboard alone", async ({ open }) => {
  const page = await open();
  await signIn(page, "Asha");
  await openPage(page, "team");
  const account = page.getByRole("button", { name: /Account menu/ });
  await account.focus();
  await page.keyboard.press("Enter");
  const focused = () => page.evaluate(() => document.activeElement.textContent.trim());
  await expect.poll(focused).toBe("Like the system");
  await page.keyboard.press("ArrowDown");
  expect(await focused()).toBe("Light");
  await page.keyboard.press("End");
  expect(await focused()).toBe("Log out");
  await page.keyboard.press("ArrowDown");
  expect(await focused()).toBe("Like the system");
  await page.keyboard.press("Home");
  await page.keyboard.press("ArrowUp");
  expect(await focused()).toBe("Log out");
  await page.keyboard.press("Escape");
  await expect(account).toBeFocused();

  const invite = page.getByRole("button", { name: "Invite a member" });
  await invite.focus();
  await page.keyboard.press("Enter");
  const dialog = page.getByRole("dialog", { name: "Invite a member" });
  await expect(dialog.getByLabel("Email")).toBeFocused();
  // Nothing behind the dialog takes the focus; the browser's own bar may.
  for (let step = 0; step < 8; step += 1) {
    await page.keyboard.press("Tab");
    const inside = await page.evaluate(() => document.activeElement === document.body || !!document.activeElement.closest("dialog"));
    expect(inside, `after ${step + 1} steps`).toBe(true);
  }
  await page.keyboard.press("Escape");
  await expect(dialog).toBeHidden();
  await expect(invite).toBeFocused();
});

test("an invitation: a link that is shown once, a new one, none", async ({ open }) => {
  const page = await open();
  await signIn(page, "Asha");
  await openPage(page, "team");
  await page.getByRole("button", { name: "Invite a member" }).click();
  const dialog = page.getByRole("dialog", { name: "Invite a member" });
  await dialog.getByLabel("Email").fill("giulia@kaveri-home.example");
  await dialog.getByRole("radio", { name: /Viewer/ }).check();
  await dialog.getByRole("button", { name: "Invite", exact: true }).click();
  const link = page.getByRole("dialog", { name: /invitation of giulia/ });
  await expect(link.locator("code")).toContainText("/invite/");
  const first = await link.locator("code").textContent();
  await link.getByRole("button", { name: "Done" }).click();
  const pending = page.getByRole("region", { name: "Pending invitations", exact: true }).last();
  const line = pending.getByRole("row", { name: /giulia/ });
  await expect(line).toContainText("Viewer");
  await expect(line).toContainText(/in [67] days/);
  await line.getByRole("button", { name: /New link/ }).click();
  await expect(link.locator("code")).toContainText("/invite/");
  expect(await link.locator("code").textContent()).not.toBe(first);
  await link.getByRole("button", { name: "Done" }).click();
  await line.getByRole("button", { name: /Revoke/ }).click();
  await expect(page.getByRole("status").filter({ hasText: "is revoked" })).toBeVisible();
  await expect(line).toBeHidden();
});

test("a role is changed after a look at what changes; removing asks who takes over", async ({ open }) => {
  const page = await open();
  await signIn(page, "Asha");
  await openPage(page, "team");
  // The last Owner stays.
  await expect(member(page, "Asha")).toContainText("the last Owner");
  const role = page.getByLabel("Role of Rohan Iyer");
  await role.selectOption({ label: "Manager" });
  const dialog = page.getByRole("dialog", { name: "Make Rohan Iyer a Manager?" });
  await expect(dialog).toContainText("Widens from own to everyone’s 12");
  await expect(dialog).toContainText("Gains 20");
  // Until the answer is yes, it is what it was.
  await dialog.getByRole("button", { name: "Cancel" }).click();
  await expect(role).toHaveValue("agent");
  await role.selectOption({ label: "Manager" });
  await dialog.getByRole("button", { name: "Make Rohan a Manager" }).click();
  await expect(role).toHaveValue("manager");
  await role.selectOption({ label: "Agent" });
  await page.getByRole("dialog").getByRole("button", { name: "Make Rohan an Agent" }).click();
  await expect(role).toHaveValue("agent");

  const more = member(page, "Rohan").getByRole("button", { name: "More about Rohan Iyer" });
  await more.click();
  await page.getByRole("button", { name: "Link for a new password" }).click();
  const reset = page.getByRole("dialog", { name: "A new password for Rohan Iyer" });
  await expect(reset.locator("code")).toContainText("/reset/");
  await reset.getByRole("button", { name: "Done" }).click();
  await expect(more).toBeFocused();
  await more.click();
  await page.getByRole("button", { name: "Remove Rohan Iyer" }).click();
  const remove = page.getByRole("dialog", { name: "Remove Rohan Iyer?" });
  await expect(remove).toContainText("open conversation");
  await remove.getByLabel("Hand over to").selectOption({ label: "Beatriz Lima, Manager" });
  await remove.getByRole("button", { name: "Remove Rohan" }).click();
  await expect(member(page, "Rohan")).toContainText("Removed");
  await expect(member(page, "Rohan").getByRole("cell").nth(3)).toHaveText("0");
  await member(page, "Rohan").getByRole("button", { name: "Restore" }).click();
  await expect(member(page, "Rohan")).toContainText("Active");
});

test("the matrix is filtered, and says what a change would change", async ({ open }) => {
  const page = await open();
  await signIn(page, "Asha");
  await openPage(page, "permissions");
  const matrix = page.getByRole("region", { name: "Permissions by role" });
  await expect(matrix.locator("tbody tr:not(.group)")).toHaveCount(40);
  await expect(matrix.getByText("Own only")).toHaveCount(12);
  await page.getByRole("searchbox", { name: "Filter permissions" }).fill("audit");
  await expect(matrix.locator("tbody tr:not(.group)")).toHaveCount(2);
  await page.getByRole("searchbox", { name: "Filter permissions" }).fill("");
  // Three permissions are everybody's.
  await page.getByRole("button", { name: "Differences only" }).click();
  await expect(matrix.locator("tbody tr:not(.group)")).toHaveCount(37);
  const panel = page.getByRole("complementary", { name: "What changes if …" });
  await panel.getByLabel("Member").selectOption({ label: "Rohan Iyer" });
  await panel.getByLabel("becomes").selectOption({ label: "Viewer" });
  await expect(panel).toContainText("Rohan would see every contact and conversation.");
  await expect(panel).toContainText("Loses");
  await panel.getByRole("button", { name: "Make Rohan a Viewer" }).click();
  await expect(page.getByRole("status").filter({ hasText: "Rohan is a Viewer now." })).toBeVisible();
});

test("a role is made, changed, discarded and deleted; nobody grants what they do not hold", async ({ open }) => {
  const page = await open();
  await signIn(page, "Beatriz");
  await openPage(page, "roles");
  await page.getByRole("button", { name: "New", exact: true }).click();
  const make = page.getByRole("dialog", { name: "New role" });
  await make.getByLabel("Name").fill("Team lead");
  await make.getByLabel("Starts as a copy of").selectOption({ label: "Agent, 4 and 12 own" });
  await make.getByRole("button", { name: "Make role" }).click();
  await expect(page.getByRole("heading", { name: "Team lead", level: 1 })).toBeVisible();
  const see = page.getByRole("radiogroup", { name: "View conversations" });
  await expect(see.getByRole("radio", { name: "Own" })).toBeChecked();
  await see.getByRole("radio", { name: "Own" }).focus();
  await page.keyboard.press("ArrowRight");
  await expect(see.getByRole("radio", { name: "All" })).toBeChecked();
  await page.getByRole("switch", { name: "View reports" }).check();
  await expect(page.getByText("Unsaved: 2 changes")).toBeVisible();
  // A Manager holds neither of these.
  await expect(page.getByRole("switch", { name: "Delete the workspace" })).toBeDisabled();
  await expect(page.getByRole("switch", { name: "Change plan and payment" })).toBeDisabled();
  // Another role is not taken up over what is not saved.
  await page.getByRole("navigation", { name: "Roles" }).getByRole("button", { name: /Viewer/ }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Go on editing" }).click();
  await page.getByRole("button", { name: "Discard" }).click();
  await expect(see.getByRole("radio", { name: "Own" })).toBeChecked();
  await see.getByText("All", { exact: true }).click();
  await page.getByRole("button", { name: "Save role" }).click();
  await expect(page.getByRole("status").filter({ hasText: "Team lead is saved." })).toBeVisible();
  await expect(page.getByText(/Unsaved/)).toBeHidden();
  await page.reload();
  await hydrated(page);
  await expect(see.getByRole("radio", { name: "All" })).toBeChecked();
  await page.getByRole("button", { name: "Delete", exact: true }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Delete role" }).click();
  await expect(page.getByRole("heading", { name: "Agent", level: 1 })).toBeVisible();
});

test("settings are saved; a role without the permission is told which one", async ({ open }) => {
  const page = await open();
  await signIn(page, "Asha");
  await openPage(page, "settings");
  const save = page.getByRole("button", { name: "Save", exact: true });
  await expect(save).toBeDisabled();
  await page.getByRole("switch", { name: /Agents see unassigned/ }).check();
  await page.getByLabel("Days that entries are kept").fill("30");
  await save.click();
  await expect(page.getByRole("status").filter({ hasText: "Saved" })).toBeVisible();
  await page.reload();
  await hydrated(page);
  await expect(page.getByRole("switch", { name: /Agents see unassigned/ })).toBeChecked();
  await expect(page.getByLabel("Days that entries are kept")).toHaveValue("30");

  const viewer = await open({ tolerate: /403/ });
  await signIn(viewer, "Tomasz");
  await expect(viewer.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "Audit trail" })).toBeHidden();
  const workspace = /\/w\/[^/]+/.exec(new URL(viewer.url()).pathname)[0];
  const answer = await viewer.goto(`${workspace}/settings`);
  expect(answer.status()).toBe(403);
  await expect(viewer.getByText("workspace.settings")).toBeVisible();
});

test("contacts are given to people one by one and in bulk", async ({ open }) => {
  const page = await open();
  await signIn(page, "Asha");
  await openPage(page, "contacts");
  const rows = page.getByRole("region", { name: "Contacts" }).locator("tbody tr");
  const one = rows.nth(0).getByRole("combobox");
  await one.selectOption({ label: "Rohan Iyer" });
  await expect(page.getByRole("status").filter({ hasText: "1 contact given to Rohan Iyer." })).toBeVisible();
  await rows.nth(1).getByRole("checkbox").check();
  await rows.nth(2).getByRole("checkbox").check();
  const bar = page.getByRole("toolbar", { name: "Selected contacts" });
  await expect(bar).toContainText("2 selected");
  await bar.getByLabel("Give to").selectOption({ label: "Beatriz Lima" });
  await bar.getByRole("button", { name: "Assign" }).click();
  await expect(bar).toBeHidden();
  await page.reload();
  await hydrated(page);
  await expect(one.locator("option:checked")).toHaveText("Rohan Iyer");
  await expect(rows.nth(1).getByRole("combobox").locator("option:checked")).toHaveText("Beatriz Lima");
  await expect(rows.nth(2).getByRole("combobox").locator("option:checked")).toHaveText("Beatriz Lima");
});
