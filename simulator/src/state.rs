//! What the network remembers: phones, customers, counts.

use std::collections::{HashMap, HashSet, VecDeque};

use rand::SeedableRng;
use rand::rngs::StdRng;
use serde::Serialize;

use crate::config::{Config, Customer};
use crate::counters::Counters;
use crate::faults::Faults;
use crate::files::Files;
use crate::inner::WINDOW_MS;
use crate::ledger::Ledger;
use crate::limits::{Limits, Used};
use crate::phone::live::WireEntry;
use crate::webhook::progress::Progress;

/// How many messages a phone keeps per chat, and the wire log in all.
const CHAT_KEEPS: usize = 200;
const WIRE_KEEPS: usize = 40;

/// The state of a message as ticks show it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Tick {
    /// On its way to the network.
    Sent,
    /// Arrived at the other side.
    Delivered,
    /// Seen.
    Read,
}

/// One bubble on a customer's phone.
#[derive(Clone, Debug, Serialize)]
pub struct Line {
    /// The message's id.
    pub wamid: String,
    /// Whether the customer wrote it.
    pub from_customer: bool,
    /// What it says.
    pub text: String,
    /// Unix milliseconds.
    pub at: i64,
    /// How far it got.
    pub tick: Tick,
    /// The quick replies of a template.
    pub replies: Vec<Reply>,
    /// What can be chosen.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub choices: Vec<Choice>,
    /// What it answers, in words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quotes: Option<String>,
    /// What was done to it since.
    pub marks: Marks,
    /// The file that it holds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<LineFile>,
}

/// A file on a customer's phone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LineFile {
    /// The media id.
    pub id: String,
    /// Its type.
    pub mime: String,
}

/// What was done to a message.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Marks {
    /// The customer's reaction.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub reaction: String,
    /// The business's.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub theirs: String,
    /// Its words are not the first ones.
    pub edited: bool,
    /// It was deleted for everybody.
    pub deleted: bool,
}

/// A button below a template that answers for the customer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Reply {
    /// What it says.
    pub text: String,
    /// What the business gets.
    pub payload: String,
}

/// A button, or a line of a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Choice {
    /// What the business gets.
    pub id: String,
    /// What it says.
    pub title: String,
    /// What explains it; a button has no such thing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub about: Option<String>,
}

impl Choice {
    /// As the webhook names it.
    pub(crate) fn value(&self) -> serde_json::Value {
        let Self { id, title, about } = self;
        match about {
            None => serde_json::json!({ "type": "button_reply", "button_reply": { "id": id, "title": title } }),
            Some(about) => serde_json::json!({
                "type": "list_reply", "list_reply": { "id": id, "title": title, "description": about },
            }),
        }
    }
}

/// A chat is one customer with one business number.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct ChatKey {
    pub number: String,
    pub customer: String,
}

#[derive(Default)]
pub(crate) struct Chat {
    pub lines: VecDeque<Line>,
    pub last_inbound: Option<i64>,
    pub typing_until: i64,
}

impl Chat {
    pub fn push(&mut self, line: Line) {
        if self.lines.len() == CHAT_KEEPS {
            self.lines.pop_front();
        }
        self.lines.push_back(line);
    }
}

/// Customers by phone and by user id; the same person may be known by both.
#[derive(Default)]
pub(crate) struct Directory {
    people: Vec<Customer>,
    index: HashMap<String, usize>,
}

impl Directory {
    /// Adds a customer or completes what is known; returns the entry as it stands.
    pub fn remember(&mut self, who: &Customer) -> Customer {
        let ids = || who.wa_id.iter().chain(&who.bsuid);
        let at = match ids().find_map(|id| self.index.get(id)) {
            Some(&at) => at,
            None => {
                self.people.push(who.clone());
                self.people.len() - 1
            }
        };
        // The phone of a known person may be hidden in this call: what is known stays.
        let known = &mut self.people[at];
        known.name.clone_from(&who.name);
        if known.bsuid.is_none() {
            known.bsuid.clone_from(&who.bsuid);
        }
        // A chat is filed under the first id: a phone learned later must not move it.
        for id in ids() {
            self.index.insert(id.clone(), at);
        }
        self.people[at].clone()
    }

    pub fn find(&self, id: &str) -> Option<&Customer> {
        self.index.get(id).map(|&at| &self.people[at])
    }

    pub fn all(&self) -> &[Customer] {
        &self.people
    }
}

pub(crate) struct State {
    pub webhook_url: String,
    pub faults: Faults,
    pub limits: Limits,
    pub used: Used,
    pub rng: StdRng,
    pub customers: Directory,
    pub files: Files,
    pub chats: HashMap<ChatKey, Chat>,
    /// Customers who want no more marketing.
    pub stopped: HashSet<ChatKey>,
    /// Which chat a customer's message belongs to: read receipts name only the message.
    pub inbound: HashMap<String, ChatKey>,
    pub ledger: Ledger,
    pub acknowledged: Vec<String>,
    pub counters: Counters,
    pub wire: VecDeque<WireEntry>,
    pub wire_seq: u64,
    /// Messages on phones that nobody has looked at; whoever takes one out sends `read`.
    pub unread: HashMap<String, Progress>,
    /// WABAs whose app is unsubscribed get no webhooks.
    pub unsubscribed: HashSet<String>,
    /// Free-form messages delivered by number, for `pricing`.
    pub service_messages: HashMap<String, u32>,
}

impl State {
    pub fn new(config: &Config, ledger: Ledger) -> Self {
        let mut customers = Directory::default();
        for who in &config.customers {
            customers.remember(who);
        }
        Self {
            webhook_url: config.webhook_url.clone(),
            faults: Faults::default(),
            limits: config.limits.clone(),
            used: Used::default(),
            rng: config.seed.map_or_else(StdRng::from_os_rng, StdRng::seed_from_u64),
            customers,
            files: Files::default(),
            chats: HashMap::new(),
            stopped: HashSet::new(),
            inbound: HashMap::new(),
            ledger,
            acknowledged: Vec::new(),
            counters: Counters::default(),
            wire: VecDeque::new(),
            wire_seq: 0,
            unread: HashMap::new(),
            unsubscribed: HashSet::new(),
            service_messages: HashMap::new(),
        }
    }

    pub fn chat(&mut self, key: &ChatKey) -> &mut Chat {
        self.chats.entry(key.clone()).or_default()
    }

    /// The chat of a number with whoever this phone or user id belongs to.
    pub fn chat_key(&self, number: &str, id: &str) -> ChatKey {
        let customer = self.customers.find(id).map_or(id, Customer::key);
        ChatKey { number: number.to_owned(), customer: customer.to_owned() }
    }

    /// Whether free-form messages are allowed.
    pub fn is_open(&self, key: &ChatKey, at: i64) -> bool {
        self.chats.get(key).and_then(|chat| chat.last_inbound).is_some_and(|last| at < last + WINDOW_MS)
    }

    /// Rolls one fault.
    pub fn strikes(&mut self, pick: impl FnOnce(&mut Faults) -> &mut crate::Fault) -> bool {
        pick(&mut self.faults).strikes(&mut self.rng)
    }

    /// Adds an entry to the wire log, or replaces the one with the same number.
    pub fn log_wire(&mut self, entry: WireEntry) {
        if let Some(old) = self.wire.iter_mut().find(|old| old.seq == entry.seq) {
            *old = entry;
            return;
        }
        if self.wire.len() == WIRE_KEEPS {
            self.wire.pop_back();
        }
        self.wire.push_front(entry);
    }
}
