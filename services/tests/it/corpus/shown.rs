//! What stands in the tables of a workspace and in its threads, one line each, without ids and numbers of events.

use domain::{
    id::ConversationId,
    inbox::{Event, Live, MessageView},
    message::Direction,
    time::Millis,
};
use serde_json::Value;
use services::{Ctx, Services, conversations, sql};
use uuid::Uuid;

const CONTACTS: &str = "SELECT profile_name, wa_id, meta_user_id, username, named,
    CASE WHEN opted_out_at IS NULL THEN '' ELSE ' opted out' END FROM contacts WHERE workspace_id = $1";
const CONVERSATIONS: &str = "SELECT COALESCE(c.wa_id, c.meta_user_id), v.state, v.snoozed_until, v.unread,
    v.window_expires_at, v.last_message_at, v.preview_direction, v.preview_kind, v.preview_status, v.preview_text
    FROM conversations v JOIN contacts c ON c.workspace_id = v.workspace_id AND c.id = v.contact_id
    WHERE v.workspace_id = $1";
const MESSAGES: &str =
    "SELECT m.wamid, COALESCE(c.wa_id, c.meta_user_id), m.direction, m.origin, m.kind, m.status, m.body,
    m.payload, m.extras, m.at, m.sent_at, m.error_text FROM messages m
    JOIN conversations v ON v.workspace_id = m.workspace_id AND v.id = m.conversation_id
    JOIN contacts c ON c.workspace_id = v.workspace_id AND c.id = v.contact_id WHERE m.workspace_id = $1";
const REACTIONS: &str = "SELECT target_wamid, direction, author, emoji, at FROM reactions WHERE workspace_id = $1";
const EDITS: &str = "SELECT target_wamid, direction, what, body, at FROM message_edits WHERE workspace_id = $1";
const PARKED: &str = "SELECT wamid, status, at, error_code FROM parked_statuses WHERE workspace_id = $1";
const KEPT: &str = "SELECT what FROM platform_events WHERE workspace_id = $1";
const TWINS: &str = "SELECT meta_user_id, wa_id FROM contact_twins WHERE workspace_id = $1";
const MEDIA: &str = "SELECT meta_id, state FROM media WHERE workspace_id = $1";
const ALERTS: &str = "SELECT severity, title FROM alerts WHERE workspace_id = $1";
const EVENTS: &str = "SELECT seq, body FROM events WHERE workspace_id = $1 ORDER BY seq";
const THREADS: &str = "SELECT id FROM conversations WHERE workspace_id = $1 ORDER BY id";

/// Rows, events, and what the threads show.
pub async fn everything(services: &Services, ctx: &Ctx) -> String {
    let mut lines = rows(services, ctx).await;
    let mut read = services.db().read().await.unwrap();
    let ws = ctx.workspace().id.0;
    lines.extend(
        sql!(all(String, String), read.conn(), ALERTS, ws).unwrap().into_iter().map(|a| format!("alert {a:?}")),
    );
    for (seq, body) in sql!(all(i64, String), read.conn(), EVENTS, ws).unwrap() {
        let live = Live { seq, event: serde_json::from_str(&body).unwrap() };
        // Alerts are told by a worker, in its own time; that there is a number, before the sample.
        if !matches!(live.event, Event::Alert { .. } | Event::Setup) {
            lines.push(format!("event {}", live.event.name()));
        }
    }
    for id in sql!(scalars Uuid, read.conn(), THREADS, ws).unwrap() {
        let thread = conversations::thread(ctx, ConversationId(id)).await.unwrap();
        lines.push(format!("thread {} ({:?})", thread.row.contact.name, thread.row.state));
        lines.extend(thread.messages.iter().map(line));
    }
    lines.join("\n") + "\n"
}

/// How many lines of a kind there are.
pub fn table(page: &str, name: &str) -> usize {
    page.lines().filter(|line| line.split(' ').next() == Some(name)).count()
}

fn line(message: &MessageView) -> String {
    let side = if message.direction == Direction::In { "<" } else { ">" };
    let words = message.content.preview(message.kind, &message.text);
    let extras = serde_json::to_value(&message.extras).unwrap();
    let origin = serde_json::to_value(message.origin).unwrap();
    let mut line =
        format!("  {side} {} {} {:?}: {words:?}", message.kind.as_str(), origin.as_str().unwrap(), message.status);
    if extras != serde_json::json!({}) {
        line += &format!(" {}", without_ids(extras));
    }
    line
}

/// The tables, sorted.
pub async fn rows(services: &Services, ctx: &Ctx) -> Vec<String> {
    let mut read = services.db().read().await.unwrap();
    let ws = ctx.workspace().id.0;
    let mut lines = Vec::new();
    type Text = Option<String>;
    for (name, wa_id, user_id, username, named, out) in
        sql!(all(String, Text, Text, Text, bool, String), read.conn(), CONTACTS, ws).unwrap()
    {
        let ids: Vec<String> = [wa_id, user_id, username].into_iter().flatten().collect();
        let named = if named { " by the business" } else { "" };
        lines.push(format!("contact {name:?}{named} {}{out}", ids.join(" ")));
    }
    type Preview = (Text, Text, Text, Text);
    for (who, state, snoozed, unread, window, last, side, kind, status, text) in sql!(
        all(Text, String, Option<Millis>, i64, Option<Millis>, Millis, Text, Text, Text, Text),
        read.conn(),
        CONVERSATIONS,
        ws
    )
    .unwrap()
    {
        let asleep = snoozed.map_or("", |_| " asleep");
        let shown: Preview = (side, kind, status, text);
        let shown = [shown.0, shown.1, shown.2, shown.3].map(Option::unwrap_or_default).join(" ");
        let who = who.unwrap_or_default();
        lines
            .push(format!("conversation {who} {state}{asleep} unread {unread} window {window:?} last {last}: {shown}"));
    }
    for (wamid, who, side, origin, kind, status, body, payload, extras, at, sent, error) in sql!(
        all(Text, Text, String, String, String, String, String, Text, Text, Millis, Option<Millis>, Text),
        read.conn(),
        MESSAGES,
        ws
    )
    .unwrap()
    {
        let (wamid, who) = (wamid.unwrap_or_default(), who.unwrap_or_default());
        // The answer to an opt-out is written with our clock.
        let own = wamid.is_empty();
        let at = if own { 0 } else { at };
        let mut one = format!("message {wamid} {who} {side} {origin} {kind} {status} {at} {body:?}");
        for json in [payload, extras].into_iter().flatten() {
            one += &format!(" {}", without_ids(serde_json::from_str(&json).unwrap()));
        }
        one += &sent.map(|sent| format!(" sent {sent}")).unwrap_or_default();
        one += &error.map(|error| format!(" error {error:?}")).unwrap_or_default();
        lines.push(one);
    }
    let all = sql!(all(String, String, String, Text, Millis), read.conn(), REACTIONS, ws).unwrap();
    lines.extend(all.iter().map(|row| format!("reaction {row:?}")));
    let all = sql!(all(String, String, String, Text, Millis), read.conn(), EDITS, ws).unwrap();
    lines.extend(all.iter().map(|row| format!("edit {row:?}")));
    let all = sql!(all(String, String, Millis, Option<i64>), read.conn(), PARKED, ws).unwrap();
    lines.extend(all.iter().map(|row| format!("parked {row:?}")));
    lines.extend(sql!(scalars String, read.conn(), KEPT, ws).unwrap().iter().map(|what| format!("kept {what}")));
    let all = sql!(all(Text, String), read.conn(), TWINS, ws).unwrap();
    lines.extend(all.iter().map(|row| format!("twins {row:?}")));
    let all = sql!(all(Text, String), read.conn(), MEDIA, ws).unwrap();
    lines.extend(all.iter().map(|row| format!("media {row:?}")));
    lines.sort();
    lines
}

/// JSON in one line, with ids of ours taken out.
fn without_ids(mut json: Value) -> String {
    fn walk(value: &mut Value) {
        match value {
            Value::String(text) if Uuid::try_parse(text).is_ok() => *value = "#".into(),
            Value::Array(items) => items.iter_mut().for_each(walk),
            Value::Object(fields) => fields.values_mut().for_each(walk),
            _ => {}
        }
    }
    walk(&mut json);
    json.to_string()
}
