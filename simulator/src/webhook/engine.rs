//! Delivery: signs, posts, and posts again until the answer is 200.

use std::sync::{Arc, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use http::header::{ACCEPT, CONTENT_TYPE};
use tokio::sync::{Semaphore, mpsc, oneshot, watch};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep};

use super::progress::{self, Progress};
use super::sign::sign;
use crate::inner::Inner;
use crate::phone::live::{Live, WireEntry};

/// How many webhooks are posted at the same time.
const IN_FLIGHT: usize = 64;

/// What the engine is asked to do.
pub(crate) enum Job {
    /// Deliver this body.
    Webhook(Webhook),
    /// Carry an accepted message through its statuses.
    Progress(Box<Progress>),
    /// The customer has seen a delivered message.
    Seen(Box<Progress>),
}

/// What a webhook is about, for the log on the page.
#[derive(Clone)]
pub(crate) struct Subject {
    pub what: &'static str,
    pub wamid: String,
    /// The customer's name.
    pub who: String,
}

impl Subject {
    pub fn inbound(wamid: &str, who: &str) -> Self {
        Self { what: "inbound", wamid: wamid.to_owned(), who: who.to_owned() }
    }

    pub fn status(what: &'static str, wamid: &str, who: &str) -> Self {
        Self { what, wamid: wamid.to_owned(), who: who.to_owned() }
    }

    /// Neither a message nor a status: `stop`, `resume`, `locked`, ...
    pub fn notice(what: &'static str, who: &str) -> Self {
        Self { what, wamid: String::new(), who: who.to_owned() }
    }

    pub fn raw() -> Self {
        Self { what: "raw", wamid: String::new(), who: String::new() }
    }
}

pub(crate) struct Webhook {
    waba_id: String,
    body: Bytes,
    subject: Subject,
    first_try: Option<oneshot::Sender<()>>,
}

impl Webhook {
    pub fn new(waba_id: &str, body: Vec<u8>, subject: Subject) -> Self {
        Self { waba_id: waba_id.to_owned(), body: body.into(), subject, first_try: None }
    }

    /// Tells when the first try is over, whatever came of it.
    pub fn after_first_try(&mut self) -> oneshot::Receiver<()> {
        let (tell, told) = oneshot::channel();
        self.first_try = Some(tell);
        told
    }
}

/// A job that counts as pending until it is dropped, done or not.
pub(crate) struct Queued {
    job: Option<Job>,
    pending: Arc<watch::Sender<usize>>,
}

impl Queued {
    pub fn new(job: Job, pending: Arc<watch::Sender<usize>>) -> Self {
        pending.send_modify(|n| *n += 1);
        Self { job: Some(job), pending }
    }
}

impl Drop for Queued {
    fn drop(&mut self) {
        self.pending.send_modify(|n| *n -= 1);
    }
}

/// Works through the queue until the handle is aborted or the simulator is closed.
pub(crate) async fn run(inner: Arc<Inner>) {
    let taken = inner.queue.lock().unwrap_or_else(PoisonError::into_inner).take();
    let Some(mut queue): Option<mpsc::UnboundedReceiver<Queued>> = taken else {
        tracing::debug!("the webhook engine runs already");
        return;
    };
    let slots = Arc::new(Semaphore::new(IN_FLIGHT));
    let mut running = JoinSet::new();
    loop {
        tokio::select! {
            () = inner.closed.cancelled() => return,
            job = queue.recv() => {
                let Some(queued) = job else { return };
                running.spawn(work(inner.clone(), slots.clone(), queued));
            }
            Some(ended) = running.join_next(), if !running.is_empty() => {
                if let Err(error) = ended {
                    tracing::error!(%error, "a webhook job broke down");
                }
            }
        }
    }
}

async fn work(inner: Arc<Inner>, slots: Arc<Semaphore>, mut queued: Queued) {
    match queued.job.take() {
        Some(Job::Webhook(hook)) => webhook(&inner, &slots, hook).await,
        Some(Job::Progress(message)) => progress::run(&inner, *message).await,
        Some(Job::Seen(message)) => progress::seen(&inner, &message).await,
        None => {}
    }
    drop(queued);
}

async fn webhook(inner: &Arc<Inner>, slots: &Semaphore, mut hook: Webhook) {
    let (twice, late) = {
        let mut state = inner.state();
        if state.unsubscribed.contains(&hook.waba_id) {
            state.counters.dropped += 1;
            return;
        }
        (state.strikes(|f| &mut f.duplicate), state.strikes(|f| &mut f.late))
    };
    if late {
        // Late means that what comes after it overtakes it.
        hook.first_try = None;
        sleep(inner.config.timing.late_by).await;
    }
    let first_try = hook.first_try.take();
    if twice {
        tokio::join!(deliver(inner, slots, &hook, first_try), deliver(inner, slots, &hook, None));
    } else {
        deliver(inner, slots, &hook, first_try).await;
    }
}

async fn deliver(inner: &Inner, slots: &Semaphore, hook: &Webhook, mut first_try: Option<oneshot::Sender<()>>) {
    let timing = inner.config.timing;
    let signature = sign(&inner.config.app_secret, &hook.body);
    let deadline = Instant::now() + timing.give_up_after;
    let mut pause = timing.retry_first;
    let mut tries = 0;
    let seq = {
        let mut state = inner.state();
        state.wire_seq += 1;
        state.wire_seq
    };
    loop {
        let url = inner.state().webhook_url.clone();
        // Nobody to deliver to yet is no try.
        if !url.is_empty() {
            tries += 1;
            let outcome = {
                // The semaphore is never closed.
                let _slot = slots.acquire().await;
                post(inner, &url, &signature, hook.body.clone()).await
            };
            let ok = outcome == Ok(200);
            note(inner, hook, seq, tries, outcome);
            if let Some(tell) = first_try.take() {
                let _ = tell.send(());
            }
            if ok {
                return;
            }
        }
        if Instant::now() + pause > deadline {
            inner.state().counters.given_up += 1;
            tracing::warn!(what = hook.subject.what, tries, "a webhook was given up");
            return;
        }
        sleep(pause).await;
        pause = (pause * 2).min(timing.retry_max).max(Duration::from_millis(1));
    }
}

async fn post(inner: &Inner, url: &str, signature: &str, body: Bytes) -> Result<u16, ()> {
    let answer = inner
        .client
        .post(url)
        .header(CONTENT_TYPE, "application/json")
        .header(ACCEPT, "*/*")
        .header("x-hub-signature-256", signature)
        .body(body)
        .send()
        .await;
    match answer {
        Ok(answer) => {
            let status = answer.status().as_u16();
            // Reading the rest lets the connection be used again.
            let _ = answer.bytes().await;
            Ok(status)
        }
        Err(error) => {
            tracing::debug!(error = %error.without_url(), "webhook not delivered");
            Err(())
        }
    }
}

fn note(inner: &Inner, hook: &Webhook, seq: u64, tries: u32, outcome: Result<u16, ()>) {
    let ok = outcome == Ok(200);
    let entry = WireEntry {
        seq,
        at: inner.now(),
        what: hook.subject.what,
        wamid: hook.subject.wamid.clone(),
        who: hook.subject.who.clone(),
        answer: outcome.ok(),
        tries,
    };
    {
        let mut state = inner.state();
        state.counters.posts += 1;
        state.counters.redelivered += u64::from(tries > 1);
        if ok {
            state.counters.delivered += 1;
        } else {
            state.counters.failed_posts += 1;
        }
        state.log_wire(entry.clone());
    }
    if ok && hook.subject.what == "inbound" {
        inner.acknowledge(&hook.subject.wamid);
    }
    inner.tell(Live::Wire(entry));
}
