//! Who is at a conversation at this moment: kept in memory by every process, told over the bus, never stored.

use super::bus::Topic;
use crate::{Ctx, Result, conversations};
use domain::{
    id::{ConversationId, MemberId},
    inbox::presence::{Doing, Present, Signal, TOLD_EVERY},
    permission::Permission,
    time::{Millis, SECOND},
};
use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};
use uuid::Uuid;

/// Between two looks through all conversations for what does not hold any more.
const SWEEP: Millis = 30 * SECOND;

/// A signal, and whose the conversation was when it was given: that decides who is told.
#[derive(Clone, Debug)]
pub struct Seen {
    pub signal: Signal,
    pub assignee: Option<MemberId>,
    /// The signal as JSON, made once for all listeners.
    pub json: Arc<str>,
}

impl Seen {
    fn new(signal: Signal, assignee: Option<MemberId>) -> Option<Self> {
        let json = serde_json::to_string(&signal).ok()?;
        Some(Self { signal, assignee, json: json.into() })
    }
}

/// Says what the member does at a conversation on one of their pages; answers what others do there. It holds for
/// [`domain::inbox::presence::GONE_AFTER`]. Who may not reply there is not taken to be writing.
///
/// # Errors
/// `NotFound` for a conversation that is not the member's to see.
pub async fn be_present(ctx: &Ctx, id: ConversationId, page: Uuid, doing: Doing) -> Result<Vec<Signal>> {
    let assignee = {
        let mut read = ctx.read().await?;
        conversations::find(ctx, read.conn(), id).await?.assignee()
    };
    let writes = ctx.sight(Permission::MessagesSend).reaches(assignee);
    let doing = if writes { doing } else { doing.min(Doing::Looking) };
    let (now, me) = (ctx.now(), ctx.me().id);
    let signal = Signal { conversation: id, member: me, page, doing };
    if let Some(seen) = Seen::new(signal, assignee) {
        ctx.services.bus().present(ctx.ws(), seen, now);
    }
    Ok(ctx.services.bus().others(ctx.ws(), id, me, now))
}

/// Who is where, as far as this process knows.
#[derive(Default)]
pub(super) struct Roster {
    rooms: HashMap<(Uuid, ConversationId), Present>,
    /// When it was told last what a page does.
    told: HashMap<(ConversationId, Uuid, Doing), Millis>,
    swept: Millis,
}

impl Roster {
    pub fn note(&mut self, workspace: Uuid, signal: Signal, now: Millis) {
        if now - self.swept >= SWEEP {
            self.swept = now;
            self.rooms.retain(|_, present| {
                present.sweep(now);
                !present.is_empty()
            });
            self.told.retain(|_, at| now - *at < TOLD_EVERY);
        }
        self.rooms.entry((workspace, signal.conversation)).or_default().note(signal, now);
    }

    /// Whether others are to be told of it: the same of one page not too often, whatever the page says.
    pub fn tells(&mut self, signal: Signal, now: Millis) -> bool {
        let key = (signal.conversation, signal.page, signal.doing);
        if self.told.get(&key).is_some_and(|at| now - *at < TOLD_EVERY) {
            return false;
        }
        self.told.insert(key, now);
        true
    }

    pub fn here(&self, workspace: Uuid, now: Millis) -> HashSet<MemberId> {
        let rooms = self.rooms.iter().filter(|((of, _), _)| *of == workspace);
        rooms.flat_map(|(_, present)| present.members(now)).collect()
    }

    pub fn others(&self, workspace: Uuid, id: ConversationId, me: MemberId, now: Millis) -> Vec<Signal> {
        self.rooms.get(&(workspace, id)).map(|present| present.others(me, now)).unwrap_or_default()
    }
}

/// As other processes are told: who says so, the workspace, the signal, the assignee.
pub(super) fn word(process: Uuid, workspace: Uuid, seen: &Seen) -> String {
    let Signal { conversation, member, page, doing } = seen.signal;
    let doing = match doing {
        Doing::Gone => 'g',
        Doing::Looking => 'l',
        Doing::Writing => 'w',
    };
    let ids = [process, workspace, conversation.0, member.0, page, seen.assignee.map_or(Uuid::nil(), |id| id.0)];
    let ids: Vec<String> = ids.iter().map(|id| id.simple().to_string()).collect();
    format!("p:{doing}:{}", ids.join(":"))
}

/// What another process said; nothing of what this one says itself.
pub(super) fn read(word: &str, me: Uuid) -> Option<(Uuid, Seen)> {
    let mut parts = word.strip_prefix("p:")?.split(':');
    let doing = match parts.next()? {
        "g" => Doing::Gone,
        "l" => Doing::Looking,
        "w" => Doing::Writing,
        _ => return None,
    };
    let mut id = || parts.next()?.parse::<Uuid>().ok();
    let (process, workspace, conversation, member, page, assignee) = (id()?, id()?, id()?, id()?, id()?, id()?);
    let signal = Signal { conversation: conversation.into(), member: member.into(), page, doing };
    let seen = Seen::new(signal, (!assignee.is_nil()).then(|| assignee.into()))?;
    (process != me).then_some((workspace, seen))
}

/// What is to be told of a page: the last that it said.
pub(super) fn topic(workspace: Uuid, seen: &Seen) -> Topic {
    Topic::Present { workspace, conversation: seen.signal.conversation.0, page: seen.signal.page }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_says_all_to_others_and_nothing_to_its_speaker() {
        let [process, workspace, page] = [1, 2, 3].map(Uuid::from_u128);
        for (doing, assignee) in [(Doing::Writing, Some(MemberId(Uuid::from_u128(6)))), (Doing::Gone, None)] {
            let (conversation, member) = (ConversationId(Uuid::from_u128(4)), MemberId(Uuid::from_u128(5)));
            let seen = Seen::new(Signal { conversation, member, page, doing }, assignee).unwrap();
            let word = word(process, workspace, &seen);
            let (place, heard) = read(&word, Uuid::from_u128(9)).unwrap();
            assert_eq!((place, heard.signal, heard.assignee), (workspace, seen.signal, assignee));
            assert!(read(&word, process).is_none() && !word.contains(','));
            // As many as are told together fit into one notification.
            assert!((word.len() + 1) * 35 < 8_000, "{}", word.len());
        }
        for other in ["outbox", "p:", "p:w:1", "p:x:1:2:3:4:5:6", &Uuid::nil().to_string()] {
            assert!(read(other, process).is_none(), "{other}");
        }
    }
}
