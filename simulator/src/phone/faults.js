// What can be made to go wrong, and what the inbox will show then. The simulator holds the state.

// Armed by each press: strikes so many times, then things are well again.
const NEXT = {
  "The next reply from the business": {
    rate_limited: [
      "Too fast (130429)",
      "The message waits and leaves by itself. It uses up no try; the number sends more slowly for a while.",
    ],
    pair_limited: [
      "Too many to this customer (131056)",
      "Messages to this customer wait a few seconds. Other conversations go on at once.",
    ],
    error_before: [
      "500, not sent",
      "The bubble counts down to its next try. That try arrives on this phone, once.",
    ],
    error_after: [
      "500, but sent",
      "The bubble counts down too, though the message is on this phone already. The status webhook settles it: it is not sent again.",
    ],
    lost_answer: [
      "Sent, answer lost",
      "The bubble says that nobody knows whether it arrived, until the status webhook says that it did. Without one it is a dead letter after 30 seconds.",
    ],
    reset: [
      "Connection breaks",
      "Nothing was sent, but nobody can know: the bubble stays unconfirmed, and after 30 seconds (ten minutes outside of the demo) it is a dead letter that can be sent again.",
    ],
    hang: [
      "No answer at all",
      "The bubble says sending for twenty seconds, then unconfirmed, and 30 seconds later it is a dead letter. It is never sent again by itself.",
    ],
    slow: ["Slow answer (6 s)", "The bubble says sending for six seconds; what is written after it waits its turn."],
    template_paused: [
      "Template is paused (132015)",
      "The next template waits and Owners get an alert. Other messages go on.",
    ],
  },
  "The next message fails after it was taken": {
    undeliverable: ["Not on WhatsApp (131026)", "The bubble turns red and says why, with a button to send it again."],
    window_closed: ["Window closed (131047)", "The bubble turns red and says that only a template can be sent."],
    stopped: ["Stopped marketing (131050)", "The bubble turns red, and the customer is marked as opted out."],
    held_back: ["Held back by Meta (131049)", "The bubble turns red and asks not to send it again today. It never repeats by itself."],
  },
  "The next webhook": {
    duplicate: ["Twice", "Nothing to see: the second one changes nothing."],
    reorder: ["In the wrong order", "The ticks jump to read at once and never go back."],
    late: ["20 s late", "The ticks stand still, then catch up."],
    drop: ["Never", "A tick is left out; the next status brings the bubble up to date."],
  },
};

// On until pressed again. `is` reads the state, `set` says what to post where.
const ON = {
  token: {
    label: "Token of this number is dead (190)",
    hint: "Replies wait and Owners get an alert; customers' messages still come in. Switch it off and let the number send again: all leave in order.",
    is: ({ faults }, { number }) => faults.dead_tokens.includes(number),
    set: (on, { faults }, { number }) => {
      const others = faults.dead_tokens.filter((id) => id !== number);
      return ["faults", { dead_tokens: on ? [...others, number] : others }];
    },
  },
  account: {
    label: "Account is locked (131031)",
    hint: "All numbers stop and Owners get an alert. Switching it off tells the inbox, which goes on by itself.",
    is: ({ faults }) => faults.account_blocked,
    set: (on) => ["faults", { account_blocked: on }],
  },
  country: {
    label: "This customer's country is blocked (130497)",
    hint: "Messages to this country wait, with an alert. Customers elsewhere are answered as before.",
    is: ({ faults }, { customer }) => faults.blocked_country !== "" && customer.startsWith(faults.blocked_country),
    set: (on, _, { customer }) => ["faults", { blocked_country: on ? callingCode(customer) : "" }],
  },
  portfolio: {
    label: "One new customer a day (131048)",
    hint: "Send templates to two customers whose window is closed: the second one waits, the number stops with an alert. Switch it off and let the number send again: it leaves.",
    is: ({ limits }) => limits.portfolio === 1,
    set: (on) => ["limits", { portfolio: on ? 1 : 2_000 }],
  },
  latency: {
    label: "Every answer takes 2 s",
    hint: "Sending feels slow, and nothing is lost or mixed up.",
    is: ({ faults }) => faults.latency_ms > 0,
    set: (on) => ["faults", { latency_ms: on ? 2_000 : 0 }],
  },
  crawl: {
    label: "One message a second",
    hint: "Write three replies at once: they leave one after the other.",
    is: ({ limits }) => limits.per_second === 1,
    set: (on) => ["limits", { per_second: on ? 1 : 80 }],
  },
};

/** Enough for a demo: one digit for +1 and +7, else two. */
function callingCode(digits) {
  if (!/^\d/.test(digits)) return "";
  return /^[17]/.test(digits) ? digits[0] : digits.slice(0, 2);
}

function el(tag, className, ...children) {
  const node = document.createElement(tag);
  node.className = className;
  node.append(...children);
  return node;
}

function entry(id, label, hint, onpress) {
  const button = el("button", "btn sm", label, el("span", "count"));
  button.type = "button";
  button.setAttribute("aria-describedby", `hint-${id}`);
  button.onclick = onpress;
  const text = el("p", "hint", hint);
  text.id = `hint-${id}`;
  return [el("li", "", button, text), button];
}

function group(title, entries) {
  const heading = el("h3", "", title);
  heading.id = `faults-${title.toLowerCase().replace(/\W+/g, "-")}`;
  const list = el("ul", "", ...entries);
  list.setAttribute("aria-labelledby", heading.id);
  return el("div", "", heading, list);
}

/**
 * Builds the panel. `current()` gives `{ faults, limits }`, `here()` the chosen number and customer, `change(path, body)`
 * posts. Returns a function that shows the state as it is.
 */
export function faultPanel(into, status, current, here, change) {
  const shows = [];
  const groups = Object.entries(NEXT).map(([title, faults]) =>
    group(
      title,
      Object.entries(faults).map(([name, [label, hint]]) => {
        const arm = () => change("faults", { [name]: { next: current().faults[name].next + 1 } });
        const [item, button] = entry(name, label, hint, arm);
        button.dataset.fault = name;
        shows.push(() => show(button, current().faults[name].next));
        return item;
      }),
    ),
  );
  const switches = Object.entries(ON).map(([id, { label, hint, is, set }]) => {
    const flip = () => change(...set(!is(current(), here()), current(), here()));
    const [item, button] = entry(id, label, hint, flip);
    button.dataset.state = id;
    shows.push(() => show(button, is(current(), here()) ? "on" : 0));
    return item;
  });
  into.replaceChildren(...groups, group("Until you press again", switches));
  return () => {
    const armed = shows.map((one) => one()).filter(Boolean).length;
    const text = armed ? `${armed} of these will strike or last until switched off.` : "All is well on the network.";
    // Written only when it changes, so that it is read out only then.
    if (status.textContent !== text) status.textContent = text;
  };
}

function show(button, state) {
  button.querySelector(".count").textContent = state || "";
  button.setAttribute("aria-pressed", String(Boolean(state)));
  return state;
}
