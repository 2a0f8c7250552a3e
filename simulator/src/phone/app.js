// The demo phone. It holds no truth of its own: it shows what the simulator keeps, listens to
// its event stream, and posts what the customer does.

import { faultPanel } from "./faults.js";

const $ = (id) => document.getElementById(id);
const api = (path) => `/simulator/api/${path}`;
const SVG = "http://www.w3.org/2000/svg";
const TICKS = { sent: ["check", "Sent"], delivered: ["checks", "Delivered"], read: ["checks", "Read"] };
const WIRE = {
  inbound: ["arrdown", "Inbound message", "tone-accent"],
  raw: ["arrdown", "Inbound webhook", "tone-accent"],
  sent: ["check", "Status sent", ""],
  delivered: ["checks", "Status delivered", ""],
  read: ["checks", "Status read", "tone-info"],
  failed: ["ban", "Status failed", "tone-bad"],
  stop: ["ban", "Marketing stopped", "tone-accent"],
  resume: ["check", "Marketing resumed", "tone-accent"],
  locked: ["lock", "Account locked", "tone-bad"],
  reinstated: ["check", "Account free again", "tone-accent"],
};
const WIRE_KEEPS = 12;
// How long a customer takes to look at what has just arrived.
const GLANCE = 600;

let state = { numbers: [], customers: [], wire: [], faults: {}, limits: {} };
let showPanel = () => {};
let chat = { until: null, day: "" };
const unread = new Map();

const clock = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" });
const clockSeconds = new Intl.DateTimeFormat("en-GB", { timeStyle: "medium" });
const calendar = new Intl.DateTimeFormat("en", { dateStyle: "medium" });

// ── small helpers ──

function el(tag, className = "", ...children) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  node.append(...children);
  return node;
}

function icon(name, className = "") {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", `icon ${className}`);
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", `#i-${name}`);
  svg.append(use);
  return svg;
}

function time(at, format = clock) {
  const node = el("time", "", format.format(at));
  node.dateTime = new Date(at).toISOString();
  return node;
}

async function get(path) {
  const answer = await fetch(api(path));
  if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
  return answer.json();
}

async function post(path, body) {
  const answer = await fetch(api(path), {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  const said = answer.status === 204 ? null : await answer.json().catch(() => null);
  if (!answer.ok) throw new Error(said?.error ?? `The simulator answered ${answer.status}.`);
  return said;
}

/** Runs something the user asked for and shows what went wrong. */
async function attempt(action) {
  $("oops").hidden = true;
  try {
    await action();
    return true;
  } catch (error) {
    $("oops").textContent = error instanceof TypeError ? "The simulator cannot be reached." : error.message;
    $("oops").hidden = false;
    return false;
  }
}

const here = () => ({ number: $("to").value, customer: $("who").value });
const isHere = ({ number, customer }) => number === $("to").value && customer === $("who").value;

// ── the chat ──

function bubble(line) {
  const stamp = el("span", "stamp", time(line.at));
  if (line.from_customer) {
    const [name, label] = TICKS[line.tick];
    stamp.append(icon(name, line.tick === "read" ? "xs read" : "xs"), el("span", "sr", label));
  }
  const text = el("span", "text", line.text);
  // Customers write in any script; each bubble finds its own direction.
  text.dir = "auto";
  const node = el("div", line.from_customer ? "msg out" : "msg", el("div", "bubble", ...held(line), text, stamp));
  if (line.quotes) {
    const quoted = el("blockquote", "", line.quotes);
    quoted.dir = "auto";
    node.querySelector(".bubble").prepend(quoted);
  }
  for (const { title, about } of line.choices ?? []) {
    const button = el("button", "btn sm reply", about ? `${title} · ${about}` : title);
    button.type = "button";
    button.onclick = () => attempt(() => post("press", { ...here(), wamid: line.wamid, text: title }));
    node.append(button);
  }
  for (const reply of line.replies) {
    const button = el("button", "btn sm reply", reply.text);
    button.type = "button";
    button.onclick = () => attempt(() => post("press", { ...here(), wamid: line.wamid, text: reply.text }));
    node.append(button);
  }
  const { reaction, theirs, edited, deleted } = line.marks;
  if (edited) stamp.prepend("Edited ");
  if (deleted) text.classList.add("gone");
  else node.querySelector(".bubble").append(acts(line));
  const who = [["You", reaction], [$("business").textContent, theirs]].filter(([, emoji]) => emoji);
  const each = who.map(([name, emoji]) => el("span", "", el("span", "sr", `${name} reacted with `), emoji));
  if (each.length) node.append(el("span", "reaction", ...each));
  node.dataset.wamid = line.wamid;
  node.dataset.tick = line.tick;
  return node;
}

const EMOJI = ["👍", "❤️", "🙏"];

/** What the customer can do to a message. */
// The file that a message holds, as far as it is still there.
function held({ file, text, marks }) {
  if (!file || marks.deleted) return [];
  const at = `/simulator/api/file/${encodeURIComponent(file.id)}`;
  const tag = { image: "img", audio: "audio", video: "video" }[file.mime.split("/")[0]];
  if (!tag) {
    const link = el("a", "file", "Open the file");
    Object.assign(link, { href: at, target: "_blank", rel: "noopener" });
    return [link];
  }
  const node = el(tag, "file");
  node.src = at;
  if (tag === "img") node.alt = text;
  else {
    node.controls = true;
    node.preload = "metadata";
    node.setAttribute("aria-label", text);
  }
  return [node];
}

function acts(line) {
  const row = el("span", "acts");
  const add = (label, name, run) => {
    const button = el("button", "", label);
    button.type = "button";
    button.title = name;
    button.setAttribute("aria-label", name);
    button.onclick = run;
    row.append(button);
  };
  for (const emoji of EMOJI) {
    const is = line.marks.reaction === emoji;
    add(emoji, is ? `Take back ${emoji}` : `React with ${emoji}`, () => mark(line, { what: "react", emoji: is ? "" : emoji }));
  }
  add("↩", "Answer this message", () => about({ answers: line.wamid }, `Answering: ${line.text}`));
  if (line.from_customer) {
    add("✎", "Edit this message", () => {
      about({ edits: line }, "Editing your message");
      $("text").value = line.text;
    });
    add("✕", "Delete this message for everybody", () => mark(line, { what: "delete" }));
  }
  return row;
}

const mark = (line, mark) => attempt(() => post("mark", { ...here(), wamid: line.wamid, mark }));

// The message that the next text answers, or replaces.
let aboutWhat = {};
function about(what, words = "") {
  aboutWhat = what;
  $("about").hidden = !words;
  $("about").querySelector("span").textContent = words;
  if (words) $("text").focus();
}

function dayName(at) {
  const name = calendar.format(at);
  return name === calendar.format(Date.now()) ? "Today" : name;
}

function show(line, fresh) {
  const old = $("log").querySelector(`[data-wamid="${CSS.escape(line.wamid)}"]`);
  const node = bubble(line);
  if (old) return old.replaceWith(node);
  if (fresh) node.classList.add("new");
  if (dayName(line.at) !== chat.day) {
    const day = el("div", "day", dayName(line.at));
    // The first day stands above the note.
    if (chat.day) $("log").append(day);
    else $("log").prepend(day);
    chat.day = day.textContent;
  }
  $("log").append(node);
  // The typing bubble stays last.
  const typing = $("log").querySelector(".typing");
  if (typing) $("log").append(typing.parentElement);
}

let typingTimer;
function showTyping(until) {
  clearTimeout(typingTimer);
  $("log").querySelector(".typing")?.parentElement.remove();
  const left = until - Date.now();
  if (left <= 0) return;
  const label = el("span", "sr", `${$("business").textContent} is typing`);
  $("log").append(el("div", "msg", el("div", "bubble typing", el("i"), el("i"), el("i"), label)));
  typingTimer = setTimeout(() => showTyping(0), left);
}

function showWindow() {
  const left = (chat.until ?? 0) - Date.now();
  const open = left > 0;
  $("window").className = open ? "banner ok" : "banner warn";
  const text = $("window").querySelector("span");
  if (!open) {
    const why = chat.until ? "Service window closed" : "No service window yet";
    return text.replaceChildren(`${why}: the business may send templates only until you write.`);
  }
  const minutes = Math.floor(left / 60_000);
  const span = minutes < 60 ? `${minutes} m` : `${Math.floor(minutes / 60)} h ${minutes % 60} m`;
  text.replaceChildren("Service window open, ", el("b", "", span), " left for free-form replies.");
}

let glance;
function readSoon() {
  clearTimeout(glance);
  const waiting = $("log").querySelector('.msg:not(.out)[data-tick="delivered"]');
  if (!waiting || document.hidden) return;
  // A phone that is not looked at in time tries again with the next event.
  glance = setTimeout(() => post("read", here()).catch(() => {}), GLANCE);
}

async function openChat() {
  const which = here();
  about({});
  history.replaceState(null, "", `?${new URLSearchParams(which)}`);
  const number = state.numbers.find((n) => n.id === which.number);
  const name = number?.name ?? "";
  $("business").textContent = name;
  $("avatar").dataset.initials = name.split(/\s+/).slice(0, 2).map((word) => word[0] ?? "").join("").toUpperCase();
  unread.delete(which.customer + which.number);
  labelCustomers();
  const opened = await get(`chat?${new URLSearchParams(which)}`);
  // Another chat was chosen in the meantime.
  if (!isHere(which)) return;
  chat = { until: opened.window_until, day: "" };
  const note = el("p", "event", icon("lock", "xs"), el("span", "", "Demo chat. Nothing here leaves this server."));
  $("log").replaceChildren(note);
  $("promos").checked = opened.stopped;
  showPanel();
  for (const line of opened.lines) show(line, false);
  showTyping(opened.typing_until);
  showWindow();
  readSoon();
}

// ── the sides ──

const numberLabel = ({ name, display }) => (name.includes(display) ? name : `${name} · ${display}`);
const shownPhone = (customer) => (customer.wa_id ? `+${customer.wa_id}` : "number hidden");

function fill(select, options, wanted) {
  const chosen = wanted ?? select.value;
  select.replaceChildren(...options.map(([value, label]) => new Option(label, value)));
  if (options.some(([value]) => value === chosen)) select.value = chosen;
}

function labelCustomers() {
  for (const option of $("who").options) {
    const customer = state.customers.find((c) => c.key === option.value);
    const waiting = unread.get(option.value + $("to").value);
    option.text = `${customer.name} · ${shownPhone(customer)}${waiting ? ` · ${waiting} new` : ""}`;
  }
}

function showWire() {
  const items = state.wire.slice(0, WIRE_KEEPS).map((entry) => {
    const [name, label, tone] = WIRE[entry.what];
    const failed = entry.answer !== 200;
    const answer = entry.answer ? `answered ${entry.answer}` : "no answer";
    const detail = el("small", failed ? "tone-bad" : "", failed ? `${answer}, try ${entry.tries}` : entry.who);
    return el("li", "", icon(name, `sm ${tone}`), el("span", "", label, detail), time(entry.at, clockSeconds));
  });
  $("wire").replaceChildren(...items);
  $("wire-empty").hidden = items.length > 0;
}

function showFaults() {
  const faults = state.faults;
  $("reads").checked = !faults.no_read_receipts;
  $("offline").checked = faults.phone_offline;
  $("fails").checked = faults.undeliverable.next > 0;
  showPanel();
}

/** Posts a change of the faults or the limits; the answer is the new state of them. */
async function change(path, body) {
  await attempt(async () => {
    state[path] = await post(path, body);
    // Healing reaches the limits as well.
    if (body.reset_all) state.limits = await get("limits");
  });
  showFaults();
}

const setFaults = (body) => change("faults", body);

let checking;
function recheckFaults() {
  clearTimeout(checking);
  checking = setTimeout(async () => {
    state.faults = await get("faults").catch(() => state.faults);
    state.limits = await get("limits").catch(() => state.limits);
    showFaults();
  }, 150);
}

// ── what happens ──

const on = {
  message({ number, customer, line }) {
    // Somebody who was not known when the page was loaded.
    if (!state.customers.some((c) => c.key === customer)) return load();
    if (isHere({ number, customer })) {
      show(line, true);
      if (line.from_customer) chat.until = Math.max(chat.until ?? 0, line.at + 24 * 3_600_000);
      else readSoon();
      return showWindow();
    }
    if (line.from_customer || line.tick !== "delivered") return;
    unread.set(customer + number, (unread.get(customer + number) ?? 0) + 1);
    labelCustomers();
  },
  typing(event) {
    if (isHere(event)) showTyping(event.until);
  },
  wire(entry) {
    state.wire = [entry, ...state.wire.filter((old) => old.seq !== entry.seq)].slice(0, WIRE_KEEPS);
    showWire();
    if (Object.values(state.faults).some((fault) => fault?.next > 0)) recheckFaults();
  },
  customer: load,
  network: recheckFaults,
  resync: load,
};

async function load() {
  state = await get("state");
  const asked = new URLSearchParams(location.search);
  fill($("who"), state.customers.map((c) => [c.key, c.name]), $("who").value || asked.get("customer"));
  fill($("to"), state.numbers.map((n) => [n.id, numberLabel(n)]), $("to").value || asked.get("number"));
  for (const link of document.querySelectorAll("[data-inbox]")) {
    link.hidden = !state.inbox_url;
    if (state.inbox_url) link.href = state.inbox_url;
  }
  showFaults();
  showWire();
  if ($("who").value && $("to").value) await openChat();
}

async function say(text) {
  const { answers, edits } = aboutWhat;
  const done = edits
    ? await mark(edits, { what: "edit", text })
    : await attempt(() => post("say", { ...here(), text, answers }));
  if (done) about({});
  return done;
}

function start() {
  showPanel = faultPanel($("faults"), $("health"), () => state, here, change);
  $("who").onchange = $("to").onchange = () => attempt(openChat);
  $("reads").onchange = ({ target }) => setFaults({ no_read_receipts: !target.checked });
  $("offline").onchange = ({ target }) => setFaults({ phone_offline: target.checked });
  $("fails").onchange = ({ target }) => setFaults({ undeliverable: { next: Number(target.checked) } });
  $("promos").onchange = ({ target }) => attempt(() => post("preference", { ...here(), stop: target.checked }));
  $("heal").onclick = () => setFaults({ reset_all: true });
  $("compose").onsubmit = async (event) => {
    event.preventDefault();
    const text = $("text").value;
    if (!text.trim()) return;
    $("text").value = "";
    // What could not be sent comes back, unless the customer types on.
    if (!(await say(text))) $("text").value ||= text;
  };
  $("about-not").onclick = () => about({});
  $("attach").onclick = ({ target }) => {
    const thing = target.dataset.thing;
    if (!thing) return;
    $("attach").open = false;
    attempt(() => post("send", { ...here(), thing }));
  };
  $("quick").onclick = ({ target }) => {
    const text = target.closest("[data-text]")?.dataset.text;
    if (text) say(text);
  };
  $("new-form").onsubmit = (event) => {
    event.preventDefault();
    attempt(async () => {
      const added = await post("customers", { name: $("new-name").value, phone: $("new-phone").value });
      await load();
      $("who").value = added.key;
      event.target.reset();
      $("new").open = false;
      $("text").focus();
      await openChat();
    });
  };
  document.onvisibilitychange = readSoon;
  setInterval(showWindow, 20_000);
  // Every (re)connection begins with what is true now.
  const stream = new EventSource(api("events"));
  stream.onopen = () => attempt(load);
  stream.onmessage = ({ data }) => {
    const { event, ...rest } = JSON.parse(data);
    on[event]?.(rest);
  };
}

start();
