//! What becomes of a message after a try.

use super::lane::Permits;
use super::{
    Candidate, SendError,
    graph::Refusal,
    lane::Lane,
    park::{self, NewPark, Scope, blocked_by},
    store::{Changes, NewAttempt},
};
use crate::{conversations::row::RowRecord, team::settings::RESEND};
use domain::{
    backoff::{REFUSED, SEND, send_wait},
    message::Status,
    meta::codes::Class,
    text::storable,
    time::{MINUTE, Millis, SECOND},
};
use std::sync::Arc;
use uuid::Uuid;

/// An unconfirmed message is given up after this long, unless the process was told otherwise: a status webhook would have come.
pub(crate) const CONFIRMED_WITHIN: Millis = 10 * MINUTE;

const UNCONFIRMED: &str = "Meta has not confirmed this message: it may or may not have arrived.";
const GIVEN_UP: &str = "Meta never confirmed this message: it may or may not have arrived.";
const ENDED: &str = "Parlance was stopped before Meta's answer came.";

const RESTORED: &str =
    "This message waited to be sent when the backup was made that was restored since: it may or may not have arrived.";

/// What came of one claimed message.
pub(super) struct Outcome {
    pub lane: Arc<Lane>,
    pub message: Uuid,
    /// The claim that it is about: whoever was overtaken changes nothing but what Meta has proved.
    pub group: Arc<str>,
    /// Which token of the number its request carried.
    pub token: i64,
    pub started_at: Millis,
    pub ended_at: Millis,
    pub what: What,
    #[expect(dead_code, reason = "held until it is settled")]
    pub permit: Option<Permits>,
}

pub(super) enum What {
    Answered(Result<String, SendError>),
    /// It did not leave, and goes back.
    Withdrawn,
}

impl Outcome {
    /// Meta's no, if that is what came.
    pub fn refusal(&self) -> Option<&Refusal> {
        match &self.what {
            What::Answered(Err(SendError::Refused(refusal))) => Some(refusal),
            _ => None,
        }
    }

    /// Whether Meta complains about the token.
    pub fn blames_token(&self) -> bool {
        self.refusal().is_some_and(|refusal| refusal.class() == Class::Token)
    }
}

/// What decides about an outcome besides itself.
#[derive(Clone, Copy)]
pub(super) struct Now {
    pub at: Millis,
    /// 0 to 1,000, at random.
    pub jitter: u32,
    /// Its request carried another token than the number has now.
    pub old_token: bool,
    /// How long an unconfirmed message waits for a status.
    pub confirmed_within: Millis,
}

/// What a group of outcomes asks for besides the messages themselves.
#[derive(Default)]
pub(super) struct Aftermath {
    pub parks: Vec<NewPark>,
    /// Numbers whose messages were given up, and how many.
    pub dead: Vec<Uuid>,
    /// Numbers whose token works.
    pub works: Vec<Uuid>,
    /// Numbers whose token does not, and why.
    pub refused: Vec<(Uuid, String)>,
    /// Lanes that Meta slowed down: messages per second. Theirs, and the next, after the commit: a transaction may be tried again.
    pub slowed: Vec<(Arc<Lane>, u32)>,
    /// Contacts of a lane to whom nothing goes before then.
    pub pairs: Vec<(Arc<Lane>, Uuid, Millis)>,
}

/// Applies an outcome to its message; changes nothing else.
pub(super) fn settle(
    mut c: Candidate,
    row: Option<&RowRecord>,
    outcome: &Outcome,
    now: Now,
    changes: &mut Changes,
    after: &mut Aftermath,
) {
    let mine = c.status() == Status::Sending && c.leased_by.as_deref() == Some(&*outcome.group);
    let answer = match &outcome.what {
        What::Withdrawn if mine => {
            back(&mut c);
            return keep(c, changes, None, None);
        }
        What::Withdrawn => return,
        What::Answered(answer) => answer,
    };
    changes.attempts.push(attempt(&c, outcome, answer));
    match answer {
        Ok(wamid) => {
            after.works.push(c.target.number_id);
            accept(c, wamid, now.at, changes);
        }
        // A status webhook was faster, or the message is in other hands.
        Err(_) if !mine => {}
        Err(SendError::NotSent) => {
            let words = "WhatsApp could not be reached; nothing was sent.";
            let wait = send_wait(failed(&c) + 1, now.jitter);
            retry(c, Try { counts: true, stalls: true, wait, words, code: None }, outcome, now.at, changes, after);
        }
        Err(SendError::Lost { why, .. }) => {
            tracing::warn!(message = %c.id(), why, "it is not known whether a message was sent");
            unconfirmed(c, outcome.started_at, now.at + now.confirmed_within, changes);
        }
        Err(SendError::Refused(refusal)) => refused(c, row, refusal, outcome, now, changes, after),
    }
}

fn refused(
    mut c: Candidate,
    row: Option<&RowRecord>,
    refusal: &Refusal,
    outcome: &Outcome,
    Now { at: now, jitter, old_token, .. }: Now,
    changes: &mut Changes,
    after: &mut Aftermath,
) {
    let (number, code, words) = (c.target.number_id, refusal.error.code, refusal.words());
    let asked = refusal.retry_after.unwrap_or(0);
    let nth = failed(&c) + 1;
    let again = |wait: Option<Millis>| wait.map(|wait| wait.max(asked));
    let words = words.as_str();
    match refusal.class() {
        Class::NotTaken { slow_down: true } => {
            // Complaints that are settled together are one.
            if !after.slowed.iter().any(|(lane, _)| lane.number == number) {
                after.slowed.extend(outcome.lane.complaint(now).map(|rate| (outcome.lane.clone(), rate)));
            }
            let wait = again(Some(send_wait(nth, jitter).unwrap_or(SEND[SEND.len() - 1]).max(SECOND)));
            let code = Some(code);
            retry(c, Try { counts: false, stalls: false, wait, words, code }, outcome, now, changes, after);
        }
        Class::NotTaken { slow_down: false } => {
            let times = u32::try_from(c.pair_refusals).unwrap_or(u32::MAX).saturating_add(1);
            let at = outcome.lane.pair_refused(c.contact_id, times, now);
            after.pairs.push((outcome.lane.clone(), c.contact_id, at));
            let wait = again(Some(at - now));
            let code = Some(code);
            retry(c, Try { counts: false, stalls: false, wait, words, code }, outcome, now, changes, after);
        }
        Class::RefusedForNow => {
            let wait = again(send_wait(nth, jitter).map(|wait| wait.max(REFUSED)));
            let code = Some(code);
            retry(c, Try { counts: true, stalls: true, wait, words, code }, outcome, now, changes, after);
        }
        // It left before the number was connected anew: that says nothing of the token that it has now, which it is sent with
        // next. Nothing was taken.
        Class::Token if old_token => {
            back(&mut c);
            keep(c, changes, None, None);
        }
        Class::Token => {
            after.refused.push((number, words.to_owned()));
            after.parks.push(NewPark {
                number,
                scope: Scope::Token,
                what: String::new(),
                code: Some(code),
                reason: words.to_owned(),
            });
            waits(c, words, code, None, changes);
        }
        Class::Blocked(scope) => {
            match blocked_by(&c.target, row.and_then(|row| row.wa_id.as_deref()), scope, code, Some(words)) {
                Some(new) => {
                    let stalls = (new.scope != Scope::Number).then_some(outcome.started_at);
                    after.parks.push(new);
                    waits(c, words, code, stalls, changes);
                }
                None => fail(c, words, Some(code), now, changes),
            }
        }
        Class::Permanent => fail(c, words, Some(code), now, changes),
    }
}

/// How a message is tried again.
struct Try<'a> {
    /// Whether it used up a try.
    counts: bool,
    /// Whether later messages of its conversation wait for it no longer than their 30 seconds.
    stalls: bool,
    /// `None` when it is time to give up.
    wait: Option<Millis>,
    words: &'a str,
    code: Option<i64>,
}

fn retry(
    mut c: Candidate,
    next: Try<'_>,
    outcome: &Outcome,
    now: Millis,
    changes: &mut Changes,
    after: &mut Aftermath,
) {
    c.target.message.tries += i64::from(next.counts);
    let Some(wait) = next.wait else {
        (c.target.message.error_text, c.target.error_code) = (Some(next.words.to_owned()), next.code);
        return used_up(c, now, changes, after);
    };
    say(&mut c, Status::RetryQueued, Some(next.words), next.code);
    c.target.message.next_try_at = Some(now + wait);
    keep(c, changes, Some(now + wait), next.stalls.then_some(outcome.started_at));
}

/// Waits for its number, its template or its country, in its place; nothing is wrong with it.
fn waits(mut c: Candidate, words: &str, code: i64, stalls: Option<Millis>, changes: &mut Changes) {
    back(&mut c);
    c.target.message.error_text = Some(storable(words));
    c.target.error_code = Some(code);
    let due_at = stalls.map(|since| since.max(c.due_at.unwrap_or(since)) + park::AGAIN);
    keep(c, changes, due_at, stalls);
}

fn accept(mut c: Candidate, wamid: &str, now: Millis, changes: &mut Changes) {
    let advances = c.status().advances_to(Status::Accepted);
    if c.target.wamid.is_none() {
        c.target.wamid = Some(wamid.to_owned());
        c.target.message.accepted_at.get_or_insert(now);
    } else if !advances {
        return;
    }
    if advances {
        say(&mut c, Status::Accepted, None, None);
    }
    changes.out.push(c.id());
    changes.targets.push(c.target);
}

/// It will not go out.
pub(super) fn fail(mut c: Candidate, words: &str, code: Option<i64>, now: Millis, changes: &mut Changes) {
    say(&mut c, Status::Failed, Some(words), code);
    c.target.message.failed_at = Some(now);
    changes.out.push(c.id());
    changes.targets.push(c.target);
}

/// It is withdrawn.
pub(super) fn cancel(mut c: Candidate, words: &str, changes: &mut Changes) {
    say(&mut c, Status::Cancelled, Some(words), None);
    changes.out.push(c.id());
    changes.targets.push(c.target);
}

fn unconfirmed(mut c: Candidate, started_at: Millis, until: Millis, changes: &mut Changes) {
    say(&mut c, Status::Unconfirmed, Some(UNCONFIRMED), None);
    c.target.message.next_try_at = Some(until);
    keep(c, changes, Some(until), Some(started_at));
}

/// Found as a process left it that is gone: whether it went out, only a status webhook can tell.
pub(super) fn interrupted(c: Candidate, lease: Millis, now: Millis, confirmed_within: Millis, changes: &mut Changes) {
    let started_at = c.lease_until.filter(|until| *until > lease).map_or(now, |until| (until - lease).min(now));
    changes.attempts.push(NewAttempt {
        message: c.id(),
        nth: c.attempts + 1,
        started_at,
        ended_at: now,
        outcome: "lost",
        http: None,
        code: None,
        said: ENDED.to_owned(),
    });
    unconfirmed(c, started_at, now + confirmed_within, changes);
}

/// Nothing was heard of it in time: sent once more where the workspace wants that, once; else a person decides.
pub(super) fn given_up(mut c: Candidate, now: Millis, changes: &mut Changes, after: &mut Aftermath) {
    if c.unconfirmed_rule == RESEND && c.lost < 2 && !c.sent_again {
        say(&mut c, Status::Queued, None, None);
        return keep(c, changes, Some(now), None);
    }
    dead(c, GIVEN_UP.to_owned(), None, now, changes, after);
}

/// It waited, or was on its way, when a backup was made: what has become of it since, nobody here knows. A person decides, as for
/// any other message that may have gone out; a status webhook still settles it.
pub(super) fn restored(c: Candidate, now: Millis, changes: &mut Changes, after: &mut Aftermath) {
    changes.attempts.push(NewAttempt {
        message: c.id(),
        nth: c.attempts + 1,
        started_at: now,
        ended_at: now,
        outcome: "lost",
        http: None,
        code: None,
        said: RESTORED.to_owned(),
    });
    dead(c, RESTORED.to_owned(), None, now, changes, after);
}

/// It was tried as often as can be; what was said last stands in it.
pub(super) fn used_up(c: Candidate, now: Millis, changes: &mut Changes, after: &mut Aftermath) {
    let (tries, code) = (c.target.message.tries, c.target.error_code);
    let last = c.target.message.error_text.clone().unwrap_or_default();
    dead(c, format!("Given up after {tries} tries. The last answer: {last}"), code, now, changes, after);
}

fn dead(mut c: Candidate, words: String, code: Option<i64>, now: Millis, changes: &mut Changes, after: &mut Aftermath) {
    after.dead.push(c.target.number_id);
    say(&mut c, Status::Dead, Some(&words), code);
    c.target.message.failed_at = Some(now);
    changes.out.push(c.id());
    changes.targets.push(c.target);
}

/// Back to where it waited before it was claimed.
fn back(c: &mut Candidate) {
    let status = if c.target.message.tries == 0 { Status::Queued } else { Status::RetryQueued };
    say(c, status, None, None);
}

fn say(c: &mut Candidate, status: Status, words: Option<&str>, code: Option<i64>) {
    status.as_str().clone_into(&mut c.target.message.status);
    c.target.message.error_text = words.map(storable);
    c.target.error_code = code;
    c.target.message.next_try_at = None;
}

/// It stays in the outbox: due when it was, or at `due_at`; stalled since when it was, or since `stalled_at`.
fn keep(c: Candidate, changes: &mut Changes, due_at: Option<Millis>, stalled_at: Option<Millis>) {
    let due_at = due_at.or(c.due_at).unwrap_or(0);
    changes.kept.push((c.id(), due_at, c.stalled_at.or(stalled_at)));
    changes.targets.push(c.target);
}

/// Tries that failed and count.
fn failed(c: &Candidate) -> u32 {
    u32::try_from(c.target.message.tries).unwrap_or(0)
}

fn attempt(c: &Candidate, outcome: &Outcome, answer: &Result<String, SendError>) -> NewAttempt {
    let (word, http, code, said) = match answer {
        Ok(_) => ("accepted", Some(200), None, "Meta accepted it.".to_owned()),
        Err(SendError::NotSent) => {
            ("not_taken", None, None, "WhatsApp could not be reached; nothing was sent.".to_owned())
        }
        Err(SendError::Lost { why, http }) => ("lost", *http, None, format!("Meta's answer was lost: {why}.")),
        Err(SendError::Refused(refusal)) => {
            let word = match refusal.class() {
                Class::NotTaken { .. } => "not_taken",
                Class::RefusedForNow => "refused",
                Class::Token => "token",
                Class::Blocked(_) => "blocked",
                Class::Permanent => "permanent",
            };
            (word, Some(refusal.http), Some(refusal.error.code), refusal.words())
        }
    };
    NewAttempt {
        message: c.id(),
        nth: c.attempts + 1,
        started_at: outcome.started_at,
        ended_at: outcome.ended_at,
        outcome: word,
        http: http.map(i64::from),
        code,
        said: storable(&said),
    }
}
