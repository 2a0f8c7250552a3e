//! Whether everybody got what they may see, once, and nothing else.

use std::{collections::HashMap, time::Instant};

use anyhow::{Context, Result, bail, ensure};
use domain::{id::MemberId, inbox::Event};
use uuid::Uuid;

use super::{
    listen::Record,
    staff::{Conversation, Staff},
};
use crate::{figures, load::Sample, meta::writer};

/// What must have been heard.
pub struct Verdict<'a> {
    conversations: &'a HashMap<Uuid, Conversation>,
    /// By message: when it was sent, and whose its conversation is.
    sent: Vec<(Instant, Option<MemberId>)>,
    warm_up: usize,
    expected: usize,
    heard: usize,
    latencies: Vec<u32>,
}

impl<'a> Verdict<'a> {
    pub fn new(
        staff: &Staff,
        conversations: &'a HashMap<Uuid, Conversation>,
        samples: &[Sample],
        warm_up: usize,
    ) -> Self {
        let mut samples: Vec<&Sample> = samples.iter().collect();
        samples.sort_by_key(|sample| sample.nth);
        let owners: HashMap<usize, Option<MemberId>> =
            conversations.values().map(|one| (one.contact, one.assignee)).collect();
        let owner = |nth: usize| owners.get(&writer(nth, owners.len())).copied().flatten();
        let sent: Vec<_> = samples.iter().map(|sample| (sample.start, owner(sample.nth))).collect();
        let may = |own: Option<MemberId>| sent.iter().filter(|(_, owner)| may_see(own, *owner)).count();
        let expected = staff.0.iter().map(|listener| may(listener.own)).sum();
        Self { conversations, sent, warm_up, expected, heard: 0, latencies: Vec::with_capacity(expected) }
    }

    /// Events of all listeners together.
    pub fn expected(&self) -> usize {
        self.expected
    }

    /// # Errors
    /// Names the first event that is missing, came twice, or should not have been seen.
    pub fn judge(&mut self, record: Record) -> Result<()> {
        let Record { name, own, events } = record;
        let mut times = vec![0_u32; self.sent.len()];
        for (at, event) in events {
            let id = event.conversation().with_context(|| format!("{name} got an event about no conversation"))?;
            let conversation =
                self.conversations.get(&id.0).with_context(|| format!("{name} saw conversation {id}"))?;
            ensure!(
                may_see(own, conversation.assignee),
                "{name} saw an event of conversation {id}, which belongs to {:?}",
                conversation.assignee
            );
            let Event::Message { message, .. } = event else { bail!("{name} got an event that no message caused") };
            let nth: Option<usize> = message.text.strip_prefix("live ").and_then(|nth| nth.parse().ok());
            let nth = nth.filter(|nth| *nth < times.len()).with_context(|| format!("{name} saw {:?}", message.text))?;
            ensure!(
                writer(nth, self.conversations.len()) == conversation.contact,
                "{name} saw message {nth} in the conversation of another customer"
            );
            times[nth] += 1;
            self.heard += 1;
            if nth >= self.warm_up {
                self.latencies.push(figures::micros(at.saturating_duration_since(self.sent[nth].0)));
            }
        }
        for (nth, (times, (_, owner))) in times.iter().zip(&self.sent).enumerate() {
            let right = u32::from(may_see(own, *owner));
            ensure!(*times == right, "{name} got message {nth} {times} times instead of {right}");
        }
        Ok(())
    }

    /// Sorted, in microseconds.
    pub fn latencies(mut self) -> Result<Vec<u32>> {
        ensure!(self.heard == self.expected, "{} events were heard instead of {}", self.heard, self.expected);
        self.latencies.sort_unstable();
        Ok(self.latencies)
    }
}

fn may_see(own: Option<MemberId>, owner: Option<MemberId>) -> bool {
    own.is_none_or(|me| owner == Some(me))
}
