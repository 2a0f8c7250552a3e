// What people do who have a keyboard and nothing else.
import { expect, hydrated } from "./fixtures.mjs";
import { list, row } from "./steps.mjs";

/** One key after the other. */
export const press = (page, ...keys) => keys.reduce((before, key) => before.then(() => page.keyboard.press(key)), Promise.resolve());

/** The rows of the list, from the top. */
export const rows = (page) => list(page).locator("a.convo");

/** The open thread of one contact. */
export const thread = (page, contact) => page.getByRole("region", { name: new RegExp(`^Conversation with ${contact}`) });

/** Runs in the page: nothing is wrong with the focus, or what is. */
function focusLacks() {
  const active = document.activeElement;
  if (!active || active === document.body) return "the focus is nowhere";
  const html = active.outerHTML.slice(0, 160);
  const [box] = active.getClientRects();
  if (!box) return `the focus is on what is not drawn: ${html}`;
  const seen = box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth;
  const outlined = (element, part) => {
    const style = getComputedStyle(element, part);
    return style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2 && !/^rgba\(.*, 0\)$|\/ 0\)$/.test(style.outlineColor);
  };
  // A switch is drawn by what it stands in, the field of the composer by its frame.
  const around = [active, active.parentElement, active.parentElement?.parentElement].filter(Boolean);
  const frame = active.matches("textarea") && active.closest(".composer");
  const framed = frame && / 0px 0px 0px 1px/.test(getComputedStyle(frame).boxShadow);
  if (!framed && !outlined(active, "::after") && !around.some((element) => outlined(element))) return `no ring on ${html}`;
  return seen ? "" : `out of sight: ${html}`;
}

/** Something on the screen has the focus, and one sees what. */
export const expectFocus = (page, why = "the focus has a place that is seen") =>
  expect.poll(() => page.evaluate(focusLacks), { message: why }).toBe("");

/** Tabs until the element has the focus; every stop on the way is seen. */
export async function tabTo(page, target, { most = 60, key = "Tab" } = {}) {
  for (let i = 0; i < most; i += 1) {
    await page.keyboard.press(key);
    if (await target.evaluate((element) => element === document.activeElement)) return expectFocus(page);
    // At the end of the page the browser's own controls have it for one stop.
    if (await page.evaluate(() => document.activeElement !== document.body)) await expectFocus(page);
  }
  throw new Error(`not reached with ${most} times ${key}: ${target}`);
}

/** The key that leads to an element from where the focus is. */
export const towards = (target) =>
  target.evaluate((element) =>
    document.activeElement.compareDocumentPosition(element) & Node.DOCUMENT_POSITION_PRECEDING ? "Shift+Tab" : "Tab",
  );

/** From the sign-in page into the inbox. */
export async function signInByKeys(page, member) {
  await page.goto("/login");
  await tabTo(page, page.getByRole("button", { name: new RegExp(member, "i") }));
  await press(page, "Enter");
  await page.waitForURL(/\/w\/[^/]+\//);
  await expect(list(page)).toBeVisible();
  await hydrated(page);
}

/** Opens the thread of one contact with J and Enter. */
export async function openByKeys(page, contact) {
  const count = await rows(page).count();
  for (let i = 0; i <= count; i += 1) {
    if (await row(page, contact).evaluate((element) => element === document.activeElement)) break;
    await press(page, "j");
  }
  await expect(row(page, contact)).toBeFocused();
  await press(page, "Enter");
  await expect(thread(page, contact)).toBeVisible();
}

/** What a pointer did on a page from its first paint on: stays empty where only keys are used. */
export async function pointers(page) {
  const seen = [];
  await page.exposeBinding("pointed", (_, what) => seen.push(what));
  await page.addInitScript(() => {
    for (const kind of ["pointerdown", "pointermove", "mousedown", "mousemove", "touchstart", "wheel"]) {
      addEventListener(kind, ({ target }) => globalThis.pointed(`${kind} on ${target.nodeName}`), { capture: true, passive: true });
    }
  });
  return seen;
}
