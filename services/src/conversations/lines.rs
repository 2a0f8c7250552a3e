//! What became of a conversation, as lines between its messages. Who did it is named where it is read, as authors are. What a
//! customer's message does by itself (it is given to somebody, a snooze ends) has no line: the message stands there.

use super::note;
use crate::{Ctx, Result, clock::new_id, db::Conn, sql};
use domain::{
    id::{ConversationId, MemberId},
    inbox::{Happened, Note},
    time::Millis,
};
use uuid::Uuid;

/// Lines beside one page of messages: more than that is nobody's page.
const MOST: i64 = 200;

const WRITE: &str =
    "INSERT INTO conversation_events (workspace_id, id, conversation_id, at, kind, actor_id, subject_id)
    VALUES ($1, $2, $3, $4, $5, $6, $7)";
const BETWEEN: &str = "SELECT id, at, kind, actor_id, subject_id FROM conversation_events
    WHERE workspace_id = $1 AND conversation_id = $2 AND at >= $3 AND at < $4 ORDER BY at DESC, id DESC LIMIT $5";

/// What happened, and when.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Line {
    what: Happened,
    at: Millis,
    /// Who did it; `None` is the customer, or Parlance itself.
    by: Option<MemberId>,
    /// Whoever was given the conversation.
    to: Option<MemberId>,
}

impl Line {
    pub fn new(what: Happened, by: Option<MemberId>, at: Millis) -> Self {
        Self { what, at, by, to: None }
    }

    /// It was given to a member, or to nobody.
    pub fn given(to: Option<MemberId>, by: Option<MemberId>, at: Millis) -> Self {
        let what = if to.is_some() { Happened::Assigned } else { Happened::Unassigned };
        Self { what, at, by, to }
    }

    /// Writes it into the conversation, in the transaction of what it tells; returns it as screens show it.
    pub async fn write(self, conn: Conn<'_>, workspace: Uuid, conversation: Uuid) -> Result<Note> {
        let (id, by, to) = (new_id(), self.by.map(|member| member.0), self.to.map(|member| member.0));
        sql!(exec conn, WRITE, workspace, id, conversation, self.at, self.what.as_str(), by, to)?;
        Ok(self.shown(id))
    }

    fn shown(self, id: Uuid) -> Note {
        let Self { what, at, by, to } = self;
        // Who takes a conversation is not named twice.
        let taken = to.is_some() && to == by;
        let words = if taken { Happened::TAKEN } else { what.words(by.is_some()) };
        Note {
            id: id.into(),
            author: by.unwrap_or(MemberId(Uuid::nil())),
            body: words.to_owned(),
            at,
            mentions: to.into_iter().filter(|_| !taken).collect(),
            edited_at: None,
            sign: what.sign().to_owned(),
        }
    }
}

#[derive(sqlx::FromRow)]
struct LineRecord {
    id: Uuid,
    at: Millis,
    kind: String,
    actor_id: Option<Uuid>,
    subject_id: Option<Uuid>,
}

impl LineRecord {
    /// Of a kind that a newer version wrote there is nothing to say.
    fn shown(self) -> Option<Note> {
        let (by, to) = (self.actor_id.map(MemberId), self.subject_id.map(MemberId));
        let line = Line { what: Happened::parse(&self.kind)?, at: self.at, by, to };
        Some(line.shown(self.id))
    }
}

/// What stands between the messages of a conversation from one moment until before another, notes and lines, oldest first.
pub(super) async fn between(
    ctx: &Ctx,
    mut conn: Conn<'_>,
    conversation: ConversationId,
    (from, to): (Millis, Millis),
) -> Result<Vec<Note>> {
    let mut all = note::between(ctx, conn.again(), conversation, (from, to)).await?;
    let lines: Vec<LineRecord> = sql!(all LineRecord, conn, BETWEEN, ctx.ws(), conversation.0, from, to, MOST)?;
    if !lines.is_empty() {
        all.extend(lines.into_iter().filter_map(LineRecord::shown));
        all.sort_unstable_by_key(Note::sort_key);
    }
    Ok(all)
}
