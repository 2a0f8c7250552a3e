//! Who else is at a conversation at this moment. Nothing of it is stored: a signal holds for some seconds.

use crate::{
    id::{ConversationId, MemberId},
    time::{Millis, SECOND},
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Who sends no other signal is gone after this long.
pub const GONE_AFTER: Millis = 15 * SECOND;
/// A page says so often that somebody is still there.
pub const SAID_EVERY: Millis = 5 * SECOND;
/// The same of one page is told no more often.
pub const TOLD_EVERY: Millis = 3 * SECOND;
/// Pages at one conversation that are known at a time; of more the oldest are forgotten.
const MOST: usize = 64;

/// What somebody does there. The greater outweighs what they do on another page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Doing {
    /// No more.
    Gone,
    Looking,
    /// A reply is begun.
    Writing,
}

/// What one page says of its member.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Signal {
    pub conversation: ConversationId,
    pub member: MemberId,
    /// Somebody may have several, and leaves one of them alone.
    pub page: Uuid,
    pub doing: Doing,
}

/// The signals that hold, of one conversation or of several.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Present(Vec<(Signal, Millis)>);

impl Present {
    /// A signal came.
    pub fn note(&mut self, signal: Signal, now: Millis) {
        self.sweep(now);
        self.0.retain(|(known, _)| (known.member, known.page) != (signal.member, signal.page));
        if signal.doing != Doing::Gone {
            self.0.push((signal, now + GONE_AFTER));
            let over = self.0.len().saturating_sub(MOST);
            self.0.drain(..over);
        }
    }

    /// All that holds elsewhere: what is known already goes on to end when it would have, and what has ended there ends here,
    /// unless it was heard of only just now.
    pub fn settle(&mut self, all: &[Signal], now: Millis) {
        let page = |signal: &Signal| (signal.member, signal.page);
        self.0.retain(|(known, until)| {
            until - GONE_AFTER > now - TOLD_EVERY || all.iter().any(|signal| page(signal) == page(known))
        });
        for signal in all {
            if !self.0.iter().any(|(known, until)| known == signal && *until > now) {
                self.note(*signal, now);
            }
        }
    }

    /// Forgets what does not hold any more.
    pub fn sweep(&mut self, now: Millis) {
        self.0.retain(|(_, until)| *until > now);
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whoever is there; one with several pages comes several times.
    pub fn members(&self, now: Millis) -> impl Iterator<Item = MemberId> {
        self.0.iter().filter(move |(_, until)| *until > now).map(|(signal, _)| signal.member)
    }

    /// The signals of others than one member.
    pub fn others(&self, me: MemberId, now: Millis) -> Vec<Signal> {
        let holds = self.0.iter().filter(|(_, until)| *until > now).map(|(signal, _)| *signal);
        holds.filter(|signal| signal.member != me).collect()
    }

    /// The same, each member once with the most that they do, in the order of their ids.
    pub fn people(&self, me: MemberId, now: Millis) -> Vec<(MemberId, Doing)> {
        let mut people: Vec<_> = self.others(me, now).into_iter().map(|signal| (signal.member, signal.doing)).collect();
        people.sort_by_key(|(member, doing)| (*member, std::cmp::Reverse(*doing)));
        people.dedup_by_key(|(member, _)| *member);
        people
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn signal(member: u128, page: u128, doing: Doing) -> Signal {
        let member = MemberId(Uuid::from_u128(member));
        Signal { conversation: ConversationId(Uuid::nil()), member, page: Uuid::from_u128(page), doing }
    }

    #[test]
    fn somebody_with_two_pages_leaves_one() {
        let (me, mut present) = (MemberId(Uuid::from_u128(9)), Present::default());
        let them = MemberId(Uuid::from_u128(1));
        present.note(signal(1, 1, Doing::Writing), 0);
        present.note(signal(1, 2, Doing::Looking), 0);
        present.note(signal(9, 3, Doing::Looking), 0);
        assert_eq!(present.people(me, 1), [(them, Doing::Writing)]);
        present.note(signal(1, 1, Doing::Gone), 1);
        assert_eq!(present.people(me, 1), [(them, Doing::Looking)]);
        assert_eq!(present.people(them, 1), [(me, Doing::Looking)]);
    }

    #[test]
    fn an_answer_prolongs_nothing_and_ends_what_has_ended() {
        let (me, mut present) = (MemberId(Uuid::from_u128(9)), Present::default());
        let writes = signal(1, 1, Doing::Writing);
        present.settle(&[writes], 0);
        present.settle(&[writes], GONE_AFTER - 1);
        assert_eq!(present.people(me, GONE_AFTER - 1).len(), 1);
        assert_eq!(present.people(me, GONE_AFTER).len(), 0);
        present.note(writes, GONE_AFTER);
        present.settle(&[], GONE_AFTER + TOLD_EVERY - 1);
        assert_eq!(present.people(me, GONE_AFTER + TOLD_EVERY - 1).len(), 1, "it was told after that was asked");
        present.settle(&[], GONE_AFTER + TOLD_EVERY);
        assert!(present.is_empty());
        present.settle(&[signal(1, 1, Doing::Looking)], 0);
        present.settle(&[writes], 1);
        assert_eq!(present.people(me, 2), [(MemberId(Uuid::from_u128(1)), Doing::Writing)]);
    }

    #[test]
    fn who_is_silent_is_gone() {
        let (me, mut present) = (MemberId(Uuid::from_u128(9)), Present::default());
        present.note(signal(1, 1, Doing::Looking), 0);
        assert_eq!(present.people(me, GONE_AFTER - 1).len(), 1);
        assert_eq!(present.people(me, GONE_AFTER).len(), 0);
        present.sweep(GONE_AFTER);
        assert!(present.is_empty());
        for page in 0..1_000 {
            present.note(signal(1, page, Doing::Looking), 0);
        }
        assert_eq!(present.others(me, 1).len(), MOST);
    }
}
