use super::people::{self, By, Person, With};
use crate::{
    clock::new_id,
    conversations::PREVIEW_LIMIT,
    db::{Conn, Tx},
    sql,
};
use domain::{
    conversation::State,
    id::{MemberId, NumberId, WorkspaceId},
    message::{Direction, Kind, Status},
    text::preview,
    time::{MINUTE, Millis, SECOND},
    window,
};
use std::collections::HashMap;
use uuid::Uuid;

const CONTACT: &str = "INSERT INTO contacts
        (workspace_id, id, wa_id, meta_user_id, profile_name, assignee_id, created_at, updated_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";

const CONVERSATION: &str = "INSERT INTO conversations
        (workspace_id, id, number_id, contact_id, state, assignee_id, last_message_at, unread, window_expires_at,
        preview_message_id, preview_direction, preview_kind, preview_status, preview_text, created_at, closed_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)";

const MESSAGE: &str = "INSERT INTO messages
        (workspace_id, id, conversation_id, number_id, direction, kind, body, wamid, status, status_rank, author_id,
        error_code, error_text, at, accepted_at, sent_at, delivered_at, read_at, failed_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)";

/// Minutes between one line and the next, in turn.
const GAPS: [i64; 9] = [3, 11, 1, 26, 2, 47, 6, 95, 4];

/// Meta's code for a message that the phone cannot take.
const UNDELIVERABLE: i64 = 131_026;
const UNDELIVERABLE_TEXT: &str =
    "WhatsApp could not deliver it (131026). The customer's app may be too old, or they have not accepted the terms.";

/// Those of the team who have conversations.
pub(super) struct Team {
    pub asha: MemberId,
    pub beatriz: MemberId,
    pub rohan: MemberId,
}

impl Team {
    fn assignee(&self, with: With) -> Option<Uuid> {
        match with {
            With::Nobody => None,
            With::Asha => Some(self.asha.0),
            With::Beatriz => Some(self.beatriz.0),
            With::Rohan => Some(self.rohan.0),
        }
    }
}

/// One line with its place in time.
struct Line {
    id: Uuid,
    by: By,
    text: &'static str,
    at: Millis,
}

impl Line {
    fn status(&self) -> Status {
        match self.by {
            By::C | By::U => Status::Received,
            By::R => Status::Read,
            By::D => Status::Delivered,
            By::S => Status::Sent,
            By::F => Status::Failed,
        }
    }

    fn direction(&self) -> Direction {
        if matches!(self.by, By::C | By::U) { Direction::In } else { Direction::Out }
    }

    fn kind(&self) -> Kind {
        if self.by == By::U { Kind::Unsupported } else { Kind::Text }
    }

    /// When it reached a stage, if it did.
    fn reached(&self, stage: Status, after: Millis) -> Option<Millis> {
        let reached = match stage {
            Status::Failed => self.by == By::F,
            _ => self.direction() == Direction::Out && self.status().rank() >= stage.rank(),
        };
        // What failed was taken and sent, and never reached the phone.
        (reached && !(self.by == By::F && stage.rank() > Status::Failed.rank())).then_some(self.at + after)
    }
}

/// Writes every conversation of the table, ending so long ago as it says.
pub(super) async fn histories(
    tx: &mut Tx,
    workspace: WorkspaceId,
    numbers: [NumberId; 2],
    team: &Team,
    now: Millis,
) -> sqlx::Result<()> {
    let mut contacts: HashMap<(&str, &str), Uuid> = HashMap::new();
    for person in people::all() {
        let lines = lines(person, now);
        let assignee = team.assignee(person.with);
        let contact = match contacts.get(&(person.phone, person.bsuid)) {
            Some(id) => *id,
            None => {
                let id = new_id();
                contacts.insert((person.phone, person.bsuid), id);
                let (first, last) = (lines[0].at, lines[lines.len() - 1].at);
                let (phone, bsuid) = (some(person.phone), some(person.bsuid));
                sql!(exec tx.conn(), CONTACT, workspace.0, id, phone, bsuid, person.name, assignee, first, last)?;
                id
            }
        };
        let id = new_id();
        let number = numbers[person.number];
        conversation(tx.conn(), workspace, id, number, contact, assignee, person, &lines).await?;
        // What nobody has yet was answered by the owner.
        let author = assignee.unwrap_or(team.asha.0);
        for line in &lines {
            message(tx.conn(), workspace, id, number, author, line).await?;
        }
    }
    Ok(())
}

fn lines(person: &Person, now: Millis) -> Vec<Line> {
    let mut at = now - person.ago * MINUTE;
    let mut lines: Vec<Line> = Vec::new();
    for (i, (by, text)) in person.lines.iter().enumerate().rev() {
        lines.push(Line { id: new_id(), by: *by, text, at });
        at -= GAPS[(i + person.name.len()) % GAPS.len()] * MINUTE + 7 * SECOND;
    }
    lines.reverse();
    lines
}

#[expect(clippy::too_many_arguments, reason = "a row has that many columns")]
async fn conversation(
    conn: Conn<'_>,
    workspace: WorkspaceId,
    id: Uuid,
    number: NumberId,
    contact: Uuid,
    assignee: Option<Uuid>,
    person: &Person,
    lines: &[Line],
) -> sqlx::Result<()> {
    let (first, last) = (&lines[0], &lines[lines.len() - 1]);
    let state = if person.closed { State::Closed } else { State::Open };
    let unread = i64::try_from(person.unread).unwrap_or(0);
    let heard = lines.iter().rev().find(|line| line.direction() == Direction::In).map(|line| line.at);
    let window = heard.map(window::expires_after);
    let short = preview(last.text, PREVIEW_LIMIT);
    let closed_at = person.closed.then_some(last.at + 5 * MINUTE);
    sql!(
        exec conn, CONVERSATION, workspace.0, id, number.0, contact, state.as_str(), assignee, last.at, unread, window,
        last.id, last.direction().as_str(), last.kind().as_str(), last.status().as_str(), short.as_str(), first.at,
        closed_at
    )?;
    Ok(())
}

async fn message(
    conn: Conn<'_>,
    workspace: WorkspaceId,
    conversation: Uuid,
    number: NumberId,
    author: Uuid,
    line: &Line,
) -> sqlx::Result<()> {
    let wamid = format!("wamid.{}", hex::encode_upper(line.id.as_bytes()));
    let author = (line.direction() == Direction::Out).then_some(author);
    let failed = line.by == By::F;
    let (code, text) = (failed.then_some(UNDELIVERABLE), failed.then_some(UNDELIVERABLE_TEXT));
    let status = line.status();
    sql!(
        exec conn, MESSAGE, workspace.0, line.id, conversation, number.0, line.direction().as_str(),
        line.kind().as_str(), line.text, wamid.as_str(), status.as_str(), status.rank(), author, code, text, line.at,
        line.reached(Status::Accepted, 300), line.reached(Status::Sent, 900),
        line.reached(Status::Delivered, 2 * SECOND), line.reached(Status::Read, 40 * SECOND),
        line.reached(Status::Failed, 4 * SECOND)
    )?;
    Ok(())
}

fn some(text: &'static str) -> Option<&'static str> {
    (!text.is_empty()).then_some(text)
}
