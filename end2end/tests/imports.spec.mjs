// Files of contacts: mapped, looked through, imported line by line; and the way out again, as the list shows it.
import { readFile } from "node:fs/promises";
import { expect, expectAccessible, hydrated, test } from "../lib/fixtures.mjs";
import { go, signIn } from "../lib/steps.mjs";

const dialog = (page, name) => page.getByRole("dialog", { name });
const people = (page) => page.getByRole("region", { name: "Contacts", exact: true }).locator("tbody tr");
const names = (page) => people(page).locator("th b").allTextContents();
const status = (page) => page.locator("#progress");
const goal = (page, column) => page.getByLabel(`Where ${column} goes`);
/** The first lines, as they would be saved. */
const shown = (page) => page.getByRole("region", { name: "First lines, table" }).locator("tbody tr");
const tile = (page, name) => page.getByRole("group", { name: "Lines" }).locator(".tile", { hasText: name }).locator("b");

/** The columns of a file, and what stands in its lines, from the second on. */
const HEADER = "Full name;Mobile;City;Newsletter;Remark;Loyalty no";
const LINES = [
  ["Ana Petrova;+359 88 555 0001;Sofia;yes;Met at the fair;1", "added"],
  ["Boris Petrov;0885550002;Plovdiv;no;;2", "added"],
  ["Without a number;;Varna;;;3", "refused", "There is no phone number."],
  ["Wrong;12;Varna;;;4", "refused", "is no phone number"],
  ["Rounded;3.59886E+11;Varna;;;5", "refused", "shortened by a spreadsheet"],
  ["Perhaps;+359885550006;Varna;perhaps;;6", "refused", "neither a yes nor a no"],
  ["Too;+359885550007;many;;cells;7;;8", "refused", "It has 8 cells"],
  ["Ana once more;00359885550001;Sofia;;;8", "skipped", "The same number as in line 2"],
  ["Meera of the file;+919845550101;Mysuru;;;9", "updated"],
  ['"=HYPERLINK(""http://evil.example"",""x"")";+359885550010;@SUM(A1);;-2 kg of tea, + wrap;10', "added"],
  ['"Quoted; ""name""";+359885550011;Ruse;;;11', "added"],
];
const WALK_INS = 60;
const FILE = [
  HEADER,
  ...LINES.map(([line]) => line),
  ...Array.from({ length: WALK_INS }, (_, nth) => `Walk-in ${String(nth + 1).padStart(2, "0")};+3598866${String(nth).padStart(5, "0")};Burgas;;;`),
  "",
].join("\r\n");

async function choose(page, name, text) {
  await go(page, "contacts/imports");
  await page.getByLabel("CSV file").setInputFiles({ name, mimeType: "text/csv", buffer: Buffer.from(text) });
  await expect(page.getByRole("heading", { level: 1, name })).toBeVisible();
  await hydrated(page);
}

/** The cells of a CSV file, without its byte order mark. */
function cells(text) {
  expect(text.charCodeAt(0), "spreadsheets know that it is UTF-8").toBe(0xfeff);
  const lines = [[""]];
  for (const [, quoted, plain, end] of text.slice(1).matchAll(/"((?:[^"]|"")*)"|([^",\r\n]+)|(,|\r\n)/g)) {
    if (end === ",") lines.at(-1).push("");
    else if (end) lines.push([""]);
    else lines.at(-1)[lines.at(-1).length - 1] = quoted === undefined ? plain : quoted.replaceAll('""', '"');
  }
  expect(lines.pop(), "the last line is ended").toEqual([""]);
  return lines;
}

/** What a link hands over, read as CSV. */
async function download(page, link) {
  const [file] = await Promise.all([page.waitForEvent("download"), link.click()]);
  expect(file.suggestedFilename()).toMatch(/\.csv$/);
  return cells(await readFile(await file.path(), "utf8"));
}

/** Looks for the beginning of a name. */
async function find(page, text) {
  await go(page, `contacts?q=${encodeURIComponent(text)}`);
}

test("a file is mapped, looked through, imported and found; its bad lines are told one by one", async ({ open }) => {
  test.slow();
  const asha = await open({ tolerate: /status of 422/ });
  await signIn(asha, "Asha");
  await go(asha, "contacts");
  const known = await people(asha).count();
  await go(asha, "contacts/fields");
  await asha.getByRole("button", { name: "New field" }).click();
  await dialog(asha, "New field").getByLabel("Name").fill("City");
  await dialog(asha, "New field").getByRole("button", { name: "Save" }).click();
  await expect(asha.getByRole("rowheader", { name: "City" })).toBeVisible();

  await test.step("what is no list of contacts is refused", async () => {
    await go(asha, "contacts/imports");
    await expect(asha.getByRole("heading", { name: "No import yet" })).toBeVisible();
    await expectAccessible(asha);
    const file = { name: "empty.csv", mimeType: "text/csv", buffer: Buffer.from("") };
    await asha.getByLabel("CSV file").setInputFiles(file);
    await expect(asha.getByRole("alert")).toContainText("empty");
    await asha.getByLabel("CSV file").setInputFiles({ ...file, name: "utf16.csv", buffer: Buffer.from("\ufeffname,phone\n", "utf16le") });
    await expect(asha.getByRole("alert")).toContainText("CSV UTF-8");
  });

  await test.step("columns are proposed by their names, and wait over a reload", async () => {
    await choose(asha, "fair.csv", FILE);
    await expect(asha.getByText("6 columns, semicolon between them, UTF-8")).toBeVisible();
    for (const page of ["as it came", "and again"]) {
      for (const [column, to] of [["Full name", "Name"], ["Mobile", "Phone number"], ["City", "City"], ["Newsletter", "Wants messages: yes or no"], ["Loyalty no", "Skip this column"]]) {
        await expect(goal(asha, column).locator("option:checked"), `${column}, ${page}`).toHaveText(to);
      }
      await asha.reload();
      await hydrated(asha);
    }
    await expect(asha.getByRole("row", { name: /^Full name Ana Petrova, Boris Petrov/ })).toBeVisible();
    await expectAccessible(asha);
  });

  await test.step("the first lines are shown by the rules, and again when a rule changes", async () => {
    await goal(asha, "Remark").selectOption({ label: "Note" });
    await goal(asha, "Mobile").selectOption({ label: "Skip this column" });
    await asha.getByRole("button", { name: "Show the first lines" }).click();
    await expect(asha.getByRole("alert")).toContainText("Choose the column that holds the phone number.");
    await goal(asha, "Mobile").selectOption({ label: "Phone number" });
    await asha.getByRole("button", { name: "Show the first lines" }).click();
    await expect(shown(asha).nth(1), "no country code").toContainText("Is refused");
    await expect(shown(asha).nth(8), "known already").toContainText("Is skipped");
    await asha.getByLabel("Country calling code").fill("359");
    await asha.getByLabel("When a contact exists").selectOption({ label: "Fill empty fields only" });
    await asha.getByLabel("Where and how they opted in").fill("Signed at the fair in Sofia");
    await expect(asha.getByText("Something was changed: show the first lines again.")).toBeVisible();
    await expect(asha.getByRole("button", { name: "Import the file" })).toHaveCount(0);
    await asha.getByRole("button", { name: "Show the first lines" }).click();
    const words = { added: "Is added", updated: "Is updated", skipped: "Is skipped", refused: "Is refused" };
    await expect(shown(asha)).toHaveCount(20);
    for (const [nth, [, what, why]] of LINES.entries()) {
      const line = shown(asha).nth(nth);
      await expect(line.locator("td").first()).toHaveText(String(nth + 2));
      await expect(line).toContainText(words[what]);
      if (why) await expect(line).toContainText(why);
    }
    await expect(shown(asha).nth(1)).toContainText("+359885550002");
    await expectAccessible(asha);
  });

  await test.step("imported, and told line by line", async () => {
    await asha.getByRole("button", { name: "Import the file" }).click();
    await expect(status(asha)).toHaveText("Done", { timeout: 30_000 });
    const count = (what) => LINES.filter(([, became]) => became === what).length;
    await expect(tile(asha, "Added")).toHaveText(String(count("added") + WALK_INS));
    await expect(tile(asha, "Updated")).toHaveText(String(count("updated")));
    await expect(tile(asha, "Unchanged")).toHaveText("0");
    await expect(tile(asha, "Skipped")).toHaveText(String(count("skipped")));
    await expect(tile(asha, "Refused")).toHaveText(String(count("refused")));
    await expectAccessible(asha);
    const [head, ...report] = await download(asha, asha.getByRole("link", { name: "Report, line by line" }));
    expect(head).toEqual(["line", "what", "why"]);
    expect(report.length).toBe(LINES.length + WALK_INS);
    for (const [nth, [, what, why = ""]] of LINES.entries()) {
      expect(report[nth].slice(0, 2)).toEqual([String(nth + 2), what]);
      expect(report[nth][2], `line ${nth + 2}`).toContain(why);
    }
    await go(asha, "contacts/imports");
    await expect(asha.getByRole("row", { name: /fair\.csv/ })).toContainText("5 refused");
  });

  await test.step("they are found, with what the file says of them and no more", async () => {
    await find(asha, "Ana Pet");
    await people(asha).getByRole("link").click();
    await expect(asha.getByRole("region", { name: "Custom fields", exact: true })).toContainText("Sofia");
    await expect(asha.getByRole("region", { name: "Note", exact: true })).toContainText("Met at the fair");
    await expect(asha.getByRole("list", { name: "Consent history" })).toContainText("Signed at the fair in Sofia");
    await find(asha, "+359885550002");
    await expect(people(asha)).toContainText("Boris Petrov");
    await expect(people(asha)).toContainText("Opted out");
    await find(asha, 'Quoted; "na');
    await expect(people(asha)).toHaveCount(1);
    // Known before: filled where it was empty.
    await find(asha, "Meera");
    expect(await names(asha)).toEqual(["Meera Krishnan"]);
    await people(asha).getByRole("link").click();
    await expect(asha.getByRole("region", { name: "Custom fields", exact: true })).toContainText("Mysuru");
    for (const nobody of ["Without", "Perhaps", "Wrong"]) {
      await find(asha, nobody);
      await expect(asha.getByRole("heading", { name: "Nobody was found" })).toBeVisible();
    }
  });

  const pages = [];
  await test.step("the list has pages, on and back", async () => {
    await find(asha, "walk-in");
    pages.push(await names(asha));
    await expect(asha.getByRole("link", { name: "Previous" })).toHaveCount(0);
    await asha.getByRole("link", { name: "Next" }).click();
    await expect(asha).toHaveURL(/after=/);
    await expect(asha.getByRole("link", { name: "Next" })).toHaveCount(0);
    pages.push(await names(asha));
    expect(pages.flat().toSorted()).toEqual(Array.from({ length: WALK_INS }, (_, nth) => `Walk-in ${String(nth + 1).padStart(2, "0")}`));
    await expectAccessible(asha);
    await asha.getByRole("link", { name: "Previous" }).click();
    await expect(asha).toHaveURL(/before=/);
    expect(await names(asha)).toEqual(pages[0]);
    // All of them, the newest first, each once.
    await go(asha, "contacts");
    const seen = [];
    for (let turned = true; turned; ) {
      const links = await people(asha).getByRole("link").evaluateAll((all) => all.map((link) => link.getAttribute("href")));
      seen.push(links);
      const next = asha.getByRole("link", { name: "Next" });
      turned = (await next.count()) > 0;
      if (turned) {
        await next.click();
        await expect(asha).toHaveURL((url) => url.searchParams.get("after") === links.at(-1).split("/").at(-1));
      }
    }
    expect(seen.slice(0, -1).map((links) => links.length)).toEqual([50, 50]);
    expect(new Set(seen.flat()).size).toBe(seen.flat().length);
    expect(seen.flat()).toHaveLength(known + WALK_INS + LINES.filter(([, became]) => became === "added").length);
    await asha.getByRole("link", { name: "Previous" }).click();
    await expect(asha).toHaveURL(/before=/);
    expect(await people(asha).getByRole("link").evaluateAll((all) => all.map((link) => link.getAttribute("href")))).toEqual(seen[1]);
  });

  await test.step("the file that goes out is the list, and no spreadsheet runs it", async () => {
    await find(asha, "walk-in");
    const [head, ...walkIns] = await download(asha, asha.getByRole("link", { name: "Export" }));
    const column = (name) => head.indexOf(name);
    expect(walkIns.map((line) => line[column("name")])).toEqual(pages.flat());
    expect(new Set(walkIns.map((line) => line[column("City")]))).toEqual(new Set(["Burgas"]));
    await go(asha, "contacts?show=opted-out");
    const [, ...out] = await download(asha, asha.getByRole("link", { name: "Export" }));
    expect(out.map((line) => line[column("name")])).toEqual(["Boris Petrov"]);
    await go(asha, "contacts");
    const [, ...everybody] = await download(asha, asha.getByRole("link", { name: "Export" }));
    expect(everybody.flat().filter((cell) => /^\s*[=+\-@\t\r]/.test(cell))).toEqual([]);
    const hostile = everybody.find((line) => line[column("phone")] === "'+359885550010");
    expect(hostile[column("name")]).toBe(`'=HYPERLINK("http://evil.example","x")`);
    expect(hostile[column("City")]).toBe("'@SUM(A1)");
    expect(hostile[column("note")]).toBe("'-2 kg of tea, + wrap");
    expect(everybody.some((line) => line[column("name")] === 'Quoted; "name"')).toBe(true);
  });
});

test("a long file goes on while its page is loaded anew, and each line counts once", async ({ open }) => {
  test.slow();
  const lines = 20_000;
  const asha = await open();
  await signIn(asha, "Asha");
  const file = ["name,phone", ...Array.from({ length: lines }, (_, nth) => `Member ${nth},+4479460${String(nth).padStart(5, "0")}`), ""].join("\n");
  await choose(asha, "members.csv", file);
  await asha.getByRole("button", { name: "Show the first lines" }).click();
  await asha.getByRole("button", { name: "Import the file" }).click();
  await expect(asha.getByRole("progressbar", { name: "How much of the file is imported" })).toBeVisible();
  await expect(status(asha)).toHaveText(/^Importing, \d+ % of the file$/);
  const added = async () => Number((await tile(asha, "Added").textContent()).replace(/\D/g, ""));
  await expect.poll(added).toBeGreaterThan(0);
  const before = await added();
  await expectAccessible(asha);
  await asha.reload();
  await hydrated(asha);
  expect(await added()).toBeGreaterThanOrEqual(before);
  await expect(status(asha)).toHaveText("Done", { timeout: 60_000 });
  expect(await added()).toBe(lines);
  for (const name of ["Updated", "Unchanged", "Skipped", "Refused"]) await expect(tile(asha, name)).toHaveText("0");
  await find(asha, `Member ${lines - 1}`);
  await expect(people(asha)).toHaveCount(1);
});

test("a draft that is discarded writes nothing", async ({ open }) => {
  const asha = await open();
  await signIn(asha, "Asha");
  await choose(asha, "draft.csv", "name,phone\nNobody yet,+447946000001\n");
  await asha.getByRole("button", { name: "Discard" }).click();
  await expect(status(asha)).toHaveText("Cancelled");
  await find(asha, "Nobody yet");
  await expect(people(asha)).toHaveCount(0);
  await go(asha, "contacts/imports");
  await expect(asha.getByRole("row", { name: /draft\.csv/ })).toContainText("Cancelled");
});
