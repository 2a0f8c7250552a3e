// The demo phone. It holds no truth of its own: it shows what the simulator keeps, listens to
// its event stream, and posts what the customer does.

const $ = (id) => document.getElementById(id);
const api = (path) => `/simulator/api/${path}`;
const SVG = "http://www.w3.org/2000/svg";
const TICKS = { sent: ["check", "Sent"], delivered: ["checks", "Delivered"], read: ["checks", "Read"] };
const WIRE = {
  inbound: ["arrdown", "Inbound text", "tone-accent"],
  raw: ["arrdown", "Inbound webhook", "tone-accent"],
  sent: ["check", "Status sent", ""],
  delivered: ["checks", "Status delivered", ""],
  read: ["checks", "Status read", "tone-info"],
  failed: ["ban", "Status failed", "tone-bad"],
};
const SEND_FAULTS = {
  rate_limited: "429 rate limit",
  error_before: "500, not sent",
  error_after: "500, but sent",
  hang: "Never answer",
  reset: "Reset connection",
  lost_answer: "Sent, answer lost",
};
const HOOK_FAULTS = { duplicate: "Twice", reorder: "Wrong order", late: "Late", drop: "Never" };
const WIRE_KEEPS = 12;
// How long a customer takes to look at what has just arrived.
const GLANCE = 600;

let state = { numbers: [], customers: [], faults: {} };
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
  const node = el("div", line.from_customer ? "msg out" : "msg", el("div", "bubble", text, stamp));
  node.dataset.wamid = line.wamid;
  node.dataset.tick = line.tick;
  return node;
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
  $("revoked").checked = faults.token_revoked;
  for (const button of document.querySelectorAll("[data-fault]")) {
    const armed = faults[button.dataset.fault].next;
    button.querySelector(".count").textContent = armed || "";
    button.setAttribute("aria-pressed", String(armed > 0));
  }
}

async function setFaults(change) {
  await attempt(async () => {
    state.faults = await post("faults", change);
  });
  showFaults();
}

let checking;
function recheckFaults() {
  clearTimeout(checking);
  checking = setTimeout(async () => {
    state.faults = await get("faults").catch(() => state.faults);
    showFaults();
  }, 150);
}

function faultButtons(into, faults) {
  for (const [name, label] of Object.entries(faults)) {
    const button = el("button", "btn sm", label, el("span", "count"));
    button.type = "button";
    button.dataset.fault = name;
    button.onclick = () => setFaults({ [name]: { next: state.faults[name].next + 1 } });
    into.append(button);
  }
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
    if (Object.values(state.faults).some((fault) => fault.next > 0)) recheckFaults();
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
  return attempt(() => post("say", { ...here(), text }));
}

function start() {
  faultButtons($("faults-send"), SEND_FAULTS);
  faultButtons($("faults-hook"), HOOK_FAULTS);
  $("who").onchange = $("to").onchange = () => attempt(openChat);
  $("reads").onchange = ({ target }) => setFaults({ no_read_receipts: !target.checked });
  $("offline").onchange = ({ target }) => setFaults({ phone_offline: target.checked });
  $("fails").onchange = ({ target }) => setFaults({ undeliverable: { next: Number(target.checked) } });
  $("revoked").onchange = ({ target }) => setFaults({ token_revoked: target.checked });
  $("heal").onclick = () => setFaults({ reset_all: true });
  $("compose").onsubmit = async (event) => {
    event.preventDefault();
    const text = $("text").value;
    if (!text.trim()) return;
    $("text").value = "";
    // What could not be sent comes back, unless the customer types on.
    if (!(await say(text))) $("text").value ||= text;
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
