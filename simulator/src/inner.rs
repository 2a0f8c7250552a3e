//! The shared middle: what both routers and the webhook engine work on.

use std::io;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use tokio::sync::{broadcast, mpsc, watch};
use tokio_util::sync::CancellationToken;

use crate::config::{Config, Customer, Number};
use crate::faults::Faults;
use crate::files::File;
use crate::graph::media::sha256;
use crate::graph::send::Send;
use crate::ids::{self, Way};
use crate::ledger::{Ledger, Sent};
use crate::phone::live::Live;
use crate::state::{ChatKey, Line, LineFile, Marks, State, Tick};
use crate::webhook::body::{self, Said};
use crate::webhook::engine::{Job, Queued, Subject, Webhook};
use crate::webhook::progress::Progress;
use crate::webhook::sign::meta_json;
use crate::webhook::things::{Mark, Thing};

/// How long a customer's message keeps free-form replies allowed.
pub(crate) const WINDOW_MS: i64 = 24 * 3_600 * 1_000;
/// How long the typing bubble stays without a reply.
const TYPING_MS: i64 = 25_000;

pub(crate) struct Inner {
    pub config: Config,
    pub client: reqwest::Client,
    state: Mutex<State>,
    jobs: mpsc::UnboundedSender<Queued>,
    pub queue: Mutex<Option<mpsc::UnboundedReceiver<Queued>>>,
    pub pending: Arc<watch::Sender<usize>>,
    /// Whether phones are offline; deliveries wait on it.
    pub offline: watch::Sender<bool>,
    pub live: broadcast::Sender<Live>,
    pub closed: CancellationToken,
    clock_offset: AtomicI64,
}

impl Inner {
    pub fn new(config: Config) -> io::Result<Self> {
        // Fails only where the process has installed a provider already: then that one serves.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = reqwest::Client::builder()
            .user_agent("facebookexternalua")
            .timeout(config.timing.webhook_timeout)
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .build()
            .map_err(io::Error::other)?;
        let ledger = Ledger::open(config.ledger.as_deref())?;
        let (jobs, queue) = mpsc::unbounded_channel();
        Ok(Self {
            state: Mutex::new(State::new(&config, ledger)),
            config,
            client,
            jobs,
            queue: Mutex::new(Some(queue)),
            pending: Arc::new(watch::Sender::new(0)),
            offline: watch::Sender::new(false),
            live: broadcast::Sender::new(512),
            closed: CancellationToken::new(),
            clock_offset: AtomicI64::new(0),
        })
    }

    pub fn state(&self) -> MutexGuard<'_, State> {
        // No code panics between two halves of a change, so a poisoned state is whole.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn now(&self) -> i64 {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        i64::try_from(since.as_millis()).unwrap_or(i64::MAX) + self.clock_offset.load(Ordering::Relaxed)
    }

    pub fn advance(&self, by: Duration) {
        let by = i64::try_from(by.as_millis()).unwrap_or(i64::MAX);
        self.clock_offset.fetch_add(by, Ordering::Relaxed);
    }

    pub fn number(&self, id: &str) -> Option<&Number> {
        self.config.numbers.iter().find(|n| n.phone_number_id == id)
    }

    pub fn tell(&self, event: Live) {
        // Nobody listening is fine.
        let _ = self.live.send(event);
    }

    pub fn enqueue(&self, job: Job) {
        let queued = Queued::new(job, self.pending.clone());
        // The engine was aborted: what it would have done is not done, as after a crash.
        let _ = self.jobs.send(queued);
    }

    pub fn set_faults(&self, faults: Faults) {
        self.offline.send_replace(faults.phone_offline);
        let locked = faults.account_blocked;
        let before = std::mem::replace(&mut self.state().faults, faults);
        self.tell(Live::Network);
        if before.account_blocked != locked {
            self.tell_accounts(locked);
        }
    }

    /// Meta tells every account that it is locked, or free again.
    fn tell_accounts(&self, locked: bool) {
        let mut accounts: Vec<&str> = self.config.numbers.iter().map(|number| number.waba_id.as_str()).collect();
        accounts.sort_unstable();
        accounts.dedup();
        for account in accounts {
            let bytes = meta_json(&body::account_update(account, locked, self.now()));
            let subject = Subject::notice(if locked { "locked" } else { "reinstated" }, account);
            self.enqueue(Job::Webhook(Webhook::new(account, bytes, subject)));
        }
    }

    /// The customer stops this number's marketing on their phone, or takes it back.
    pub fn customer_prefers(&self, number: &Number, who: &Customer, stop: bool) {
        let who = {
            let mut state = self.state();
            let who = state.customers.remember(who);
            let key = state.chat_key(&number.phone_number_id, who.key());
            if stop {
                state.stopped.insert(key);
            } else {
                state.stopped.remove(&key);
            }
            who
        };
        let value = if stop { "stop" } else { "resume" };
        let bytes = meta_json(&body::preference(number, &who, value, self.now()));
        self.enqueue(Job::Webhook(Webhook::new(&number.waba_id, bytes, Subject::notice(value, &who.name))));
    }

    /// A customer sends a file, a place or the like.
    pub fn customer_sends(&self, phone_number_id: &str, who: &Customer, thing: Thing) -> String {
        let file = thing.sample().map(|(mime, bytes)| {
            let file = File { mime: mime.to_owned(), bytes: bytes.into() };
            let sha256 = sha256(&file);
            let mut state = self.state();
            let state = &mut *state;
            (state.files.keep(file, &mut state.rng), mime.to_owned(), sha256)
        });
        let (id, _, sha256) = file.clone().unwrap_or_default();
        let (kind, value) = thing.value(&id, &sha256);
        let file = file.map(|(id, mime, _)| LineFile { id, mime });
        self.says(phone_number_id, who, &Said::Other { kind, value }, thing.shown(), file)
    }

    /// A customer does something to a message of a chat; `false` where there is none, or none of theirs to change.
    pub fn customer_marks(&self, number: &Number, who: &Customer, wamid: &str, mark: &Mark) -> bool {
        let at = self.now();
        let (id, line, key) = {
            let mut state = self.state();
            let id = ids::wamid(who.key(), Way::In, &mut state.rng);
            let key = state.chat_key(&number.phone_number_id, who.key());
            let chat = state.chat(&key);
            let Some(line) = chat.lines.iter_mut().find(|line| line.wamid == wamid && !line.marks.deleted) else {
                return false;
            };
            match mark {
                Mark::React { emoji } => line.marks.reaction.clone_from(emoji),
                Mark::Edit { text } if line.from_customer => {
                    line.text.clone_from(text);
                    line.marks.edited = true;
                }
                Mark::Delete if line.from_customer => {
                    "You deleted this message".clone_into(&mut line.text);
                    line.marks.deleted = true;
                }
                Mark::Edit { .. } | Mark::Delete => return false,
            }
            let line = line.clone();
            if matches!(mark, Mark::React { .. }) {
                chat.last_inbound = Some(at);
            }
            (id, line, key)
        };
        self.tell(Live::message(&key, line));
        let (kind, value) = mark.value(wamid);
        let bytes = meta_json(&body::inbound(number, who, &id, at, &Said::Other { kind, value }));
        self.enqueue(Job::Webhook(Webhook::new(&number.waba_id, bytes, Subject::inbound(&id, &who.name))));
        true
    }

    /// A customer writes, or presses a button.
    pub fn customer_says(&self, phone_number_id: &str, who: &Customer, said: &Said) -> String {
        self.says(phone_number_id, who, said, "", None)
    }

    /// What is no text is `shown` so on the customer's phone.
    fn says(&self, phone_number_id: &str, who: &Customer, said: &Said, shown: &str, file: Option<LineFile>) -> String {
        // A number that is not ours exists as well: webhooks for it test what the platform
        // does with numbers nobody connected.
        let number = self.number(phone_number_id).cloned().unwrap_or_else(|| Number {
            phone_number_id: phone_number_id.to_owned(),
            waba_id: "0".to_owned(),
            display_number: String::new(),
            name: String::new(),
            token: String::new(),
        });
        let at = self.now();
        let (who, wamid, line, key) = {
            let mut state = self.state();
            let who = state.customers.remember(who);
            let wamid = ids::wamid(who.key(), Way::In, &mut state.rng);
            let key = ChatKey { number: phone_number_id.to_owned(), customer: who.key().to_owned() };
            let text = match said {
                Said::Text(text) | Said::Answer { text, .. } => text.clone(),
                Said::Pressed { reply, .. } => reply.text.clone(),
                Said::Other { .. } => shown.to_owned(),
            };
            let (wamid, tick, replies) = (wamid.clone(), Tick::Sent, Vec::new());
            let line = Line { wamid, from_customer: true, text, at, tick, replies, marks: Marks::default(), file };
            let chat = state.chat(&key);
            chat.last_inbound = Some(at);
            chat.push(line.clone());
            state.inbound.insert(line.wamid.clone(), key.clone());
            state.counters.inbound += 1;
            (who, line.wamid.clone(), line, key)
        };
        self.tell(Live::message(&key, line));
        let bytes = meta_json(&body::inbound(&number, &who, &wamid, at, said));
        self.enqueue(Job::Webhook(Webhook::new(&number.waba_id, bytes, Subject::inbound(&wamid, &who.name))));
        wamid
    }

    pub fn post_raw(&self, bytes: Vec<u8>) {
        self.enqueue(Job::Webhook(Webhook::new("", bytes, Subject::raw())));
    }

    /// Takes a send over: from here on the message is out, whatever the caller gets to see.
    pub fn accept(&self, number: &Number, send: &Send, at: i64) -> io::Result<(String, Customer)> {
        let progress = {
            let mut state = self.state();
            let who = match state.customers.find(&send.recipient) {
                Some(known) => known.clone(),
                None => state.customers.remember(&send.stranger()),
            };
            let wamid = ids::wamid(who.key(), Way::Out, &mut state.rng);
            let sent = Sent {
                wamid,
                phone_number_id: number.phone_number_id.clone(),
                to: send.input.clone(),
                kind: send.kind.clone(),
                text: send.text.clone(),
                biz_opaque_callback_data: send.callback.clone(),
                at,
            };
            state.ledger.append(sent.clone())?;
            state.counters.accepted += 1;
            let key = ChatKey { number: number.phone_number_id.clone(), customer: who.key().to_owned() };
            Progress::plan(self, &mut state, number, who, key, send, sent)
        };
        let answer = (progress.sent.wamid.clone(), progress.to.clone());
        self.enqueue(Job::Progress(Box::new(progress)));
        Ok(answer)
    }

    /// The business marks a message read, which covers all earlier ones of the chat.
    pub fn business_read(&self, wamid: &str, typing: bool) {
        let now = self.now();
        let (key, changed) = {
            let mut state = self.state();
            let Some(key) = state.inbound.get(wamid).cloned() else { return };
            let chat = state.chat(&key);
            let upto = chat.lines.iter().position(|l| l.wamid == wamid).map_or(0, |at| at + 1);
            let mut changed = Vec::new();
            for line in chat.lines.iter_mut().take(upto) {
                if line.from_customer && line.tick != Tick::Read {
                    line.tick = Tick::Read;
                    changed.push(line.clone());
                }
            }
            if typing {
                chat.typing_until = now + TYPING_MS;
            }
            (key, changed)
        };
        for line in changed {
            self.tell(Live::message(&key, line));
        }
        if typing {
            self.tell(Live::typing(&key, now + TYPING_MS));
        }
    }

    /// The platform answered 200: two ticks on the customer's own bubble.
    pub fn acknowledge(&self, wamid: &str) {
        let told = {
            let mut state = self.state();
            state.acknowledged.push(wamid.to_owned());
            let Some(key) = state.inbound.get(wamid).cloned() else { return };
            let line = state.chat(&key).lines.iter_mut().find(|l| l.wamid == wamid);
            line.filter(|l| l.tick == Tick::Sent).map(|line| {
                line.tick = Tick::Delivered;
                Live::message(&key, line.clone())
            })
        };
        if let Some(event) = told {
            self.tell(event);
        }
    }

    /// The customer looks at a chat.
    pub fn open_chat(&self, phone_number_id: &str, customer: &str) {
        if self.state().faults.no_read_receipts {
            return;
        }
        let seen: Vec<Progress> = {
            let mut state = self.state();
            let Some(who) = state.customers.find(customer).cloned() else { return };
            let Some(number) = self.number(phone_number_id) else { return };
            let key = ChatKey { number: phone_number_id.to_owned(), customer: who.key().to_owned() };
            let Some(chat) = state.chats.get_mut(&key) else { return };
            let lines = chat.lines.iter_mut();
            let fresh: Vec<Line> = lines
                .filter(|l| !l.from_customer && l.tick == Tick::Delivered)
                .map(|line| {
                    line.tick = Tick::Read;
                    line.clone()
                })
                .collect();
            fresh
                .into_iter()
                // A line that was seeded has no sending behind it, but is read all the same.
                .map(|line| {
                    state.unread.remove(&line.wamid).unwrap_or_else(|| Progress::of_line(number, &who, &key, &line))
                })
                .collect()
        };
        for progress in seen {
            self.enqueue(Job::Seen(Box::new(progress)));
        }
    }

    pub fn seed_chat(&self, phone_number_id: &str, who: &Customer, lines: Vec<Line>) {
        let mut state = self.state();
        let who = state.customers.remember(who);
        let key = ChatKey { number: phone_number_id.to_owned(), customer: who.key().to_owned() };
        for line in lines {
            if line.from_customer {
                state.inbound.insert(line.wamid.clone(), key.clone());
            }
            let chat = state.chat(&key);
            if line.from_customer {
                chat.last_inbound = chat.last_inbound.max(Some(line.at));
            }
            chat.push(line);
        }
    }
}
