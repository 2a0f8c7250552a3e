//! Notes what is to be told, in the transaction of what it tells.

use crate::{Ctx, Result, clock::new_id, db::Tx, notices, sql};
use domain::{
    id::{ConversationId, MemberId},
    inbox::Event,
    message::{Direction, Kind as MessageKind},
    notice,
    time::{Millis, SECOND},
};
use uuid::Uuid;

/// Who reads it at once on a page is not told on another way.
const PATIENCE: Millis = 5 * SECOND;

const OF_MEMBER: &str = "SELECT id FROM push_subscriptions WHERE workspace_id = $1 AND member_id = $2 ORDER BY id";
const OF_WORKSPACE: &str = "SELECT s.id, s.member_id, c.choices FROM push_subscriptions s
    LEFT JOIN notify_choices c ON c.workspace_id = s.workspace_id AND c.member_id = s.member_id
    WHERE s.workspace_id = $1 ORDER BY s.id";
const WANT: &str =
    "INSERT INTO pushes (workspace_id, id, subscription_id, conversation_id, kind, wanted_at, attempts, due_at, lease_until)
    VALUES ($1, $2, $3, $4, $5, $6, 0, $7, 0)
    ON CONFLICT (subscription_id, conversation_id, kind) DO UPDATE SET wanted_at = excluded.wanted_at";

/// What is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A customer wrote.
    Message,
    Mention,
    Assigned,
}

impl Kind {
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Kind::Message => "message",
            Kind::Mention => "mention",
            Kind::Assigned => "assigned",
        }
    }

    pub(super) fn parse(stored: &str) -> Option<Self> {
        [Kind::Message, Kind::Mention, Kind::Assigned].into_iter().find(|kind| kind.as_str() == stored)
    }
}

impl From<notice::Kind> for Kind {
    fn from(kind: notice::Kind) -> Self {
        match kind {
            notice::Kind::Mention => Kind::Mention,
            notice::Kind::Assigned => Kind::Assigned,
        }
    }
}

/// A member is to be told of something in a conversation.
pub(crate) async fn want_for(
    ctx: &Ctx,
    tx: &mut Tx,
    member: MemberId,
    conversation: ConversationId,
    kind: Kind,
) -> Result<()> {
    let (ws, now) = (ctx.ws(), ctx.now());
    for id in sql!(scalars Uuid, tx.conn(), OF_MEMBER, ws, member.0)? {
        want(tx, ws, id, conversation, kind, now).await?;
    }
    Ok(())
}

/// Customers wrote: whoever asked for it is to be told.
pub(crate) async fn want_messages(tx: &mut Tx, workspace: Uuid, events: &[Event], now: Millis) -> Result<()> {
    let mut written: Vec<(ConversationId, Option<MemberId>)> = Vec::new();
    for event in events {
        if let Event::Message { row, message, .. } = event
            && message.direction == Direction::In
            && message.kind != MessageKind::System
            && written.iter().all(|(known, _)| *known != row.id)
        {
            written.push((row.id, row.assignee));
        }
    }
    if written.is_empty() {
        return Ok(());
    }
    let browsers: Vec<(Uuid, Uuid, Option<String>)> =
        sql!(all(Uuid, Uuid, Option<String>), tx.conn(), OF_WORKSPACE, workspace)?;
    for (id, member, choices) in browsers {
        let (choices, member) = (notices::parse(choices.as_deref()), MemberId(member));
        for (conversation, assignee) in &written {
            if choices.wants(*assignee, member) {
                want(tx, workspace, id, *conversation, Kind::Message, now).await?;
            }
        }
    }
    Ok(())
}

async fn want(
    tx: &mut Tx,
    workspace: Uuid,
    browser: Uuid,
    conversation: ConversationId,
    kind: Kind,
    now: Millis,
) -> Result<()> {
    let (id, due) = (new_id(), now + PATIENCE);
    sql!(exec tx.conn(), WANT, workspace, id, browser, conversation.0, kind.as_str(), now, due)?;
    Ok(())
}
