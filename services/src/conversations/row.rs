use domain::{
    contact::is_group,
    content::{Content, Extras},
    conversation::State,
    id::{LabelId, MemberId},
    inbox::{ContactBrief, MessageView, Preview, Row, TemplateLine},
    message::{Direction, Kind, Origin, Status, Times},
    number::NumberBrief,
};
use uuid::Uuid;

/// A row of the view `conversation_rows`.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct RowRecord {
    pub id: Uuid,
    pub number_id: Uuid,
    pub contact_id: Uuid,
    pub state: String,
    pub assignee_id: Option<Uuid>,
    pub last_message_at: i64,
    pub unread: i64,
    pub window_expires_at: Option<i64>,
    pub opted_out_at: Option<i64>,
    pub preview_direction: Option<String>,
    pub preview_kind: Option<String>,
    pub preview_status: Option<String>,
    pub preview_text: Option<String>,
    pub profile_name: String,
    pub wa_id: Option<String>,
    pub meta_user_id: Option<String>,
    pub username: Option<String>,
    pub labels: String,
    pub snoozed_until: Option<i64>,
    pub number_name: String,
    pub display_number: String,
}

impl RowRecord {
    pub fn assignee(&self) -> Option<MemberId> {
        self.assignee_id.map(Into::into)
    }
}

impl From<RowRecord> for Row {
    fn from(r: RowRecord) -> Self {
        Row {
            id: r.id.into(),
            contact: contact(
                r.contact_id,
                &r.profile_name,
                r.wa_id.as_deref(),
                r.meta_user_id.as_deref(),
                r.username.as_deref(),
            ),
            number: NumberBrief { id: r.number_id.into(), name: r.number_name, display_number: r.display_number },
            state: State::stored(&r.state, r.snoozed_until),
            assignee: r.assignee_id.map(Into::into),
            preview: preview(r.preview_direction, r.preview_kind, r.preview_status, r.preview_text),
            last_message_at: r.last_message_at,
            unread: r.unread,
            window_expires_at: r.window_expires_at,
            opted_out_at: r.opted_out_at,
            labels: labels(&r.labels),
            snoozed_until: r.snoozed_until,
            unanswered: false,
        }
    }
}

/// From the column.
pub(crate) fn labels(column: &str) -> Vec<LabelId> {
    if column == "[]" { Vec::new() } else { serde_json::from_str(column).unwrap_or_default() }
}

/// As the column holds them.
pub(crate) fn labels_column(labels: &[LabelId]) -> String {
    serde_json::to_string(labels).unwrap_or_else(|_| "[]".to_owned())
}

/// A contact as screens name it: what they call themselves, else the number, else Meta's id.
pub(crate) fn contact(
    id: Uuid,
    name: &str,
    wa_id: Option<&str>,
    meta_user_id: Option<&str>,
    username: Option<&str>,
) -> ContactBrief {
    let phone = wa_id.map(|digits| format!("+{digits}"));
    let name = [Some(name), phone.as_deref(), meta_user_id].into_iter().flatten().find(|name| !name.is_empty());
    let username = username.map(str::to_owned);
    let group = is_group(meta_user_id);
    ContactBrief { id: id.into(), name: name.unwrap_or("Customer").to_owned(), phone, username, group }
}

fn preview(
    direction: Option<String>,
    kind: Option<String>,
    status: Option<String>,
    text: Option<String>,
) -> Option<Preview> {
    Some(Preview {
        direction: Direction::parse(&direction?),
        kind: Kind::parse(&kind?),
        status: Status::parse(&status?),
        text: text?,
    })
}

/// A message as the thread shows it.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct MessageRecord {
    pub id: Uuid,
    pub conversation_id: Uuid,
    pub direction: String,
    pub kind: String,
    pub body: String,
    pub status: String,
    pub author_id: Option<Uuid>,
    pub error_text: Option<String>,
    pub at: i64,
    pub accepted_at: Option<i64>,
    pub sent_at: Option<i64>,
    pub delivered_at: Option<i64>,
    pub read_at: Option<i64>,
    pub failed_at: Option<i64>,
    pub tries: i64,
    pub next_try_at: Option<i64>,
    pub overtaken: bool,
    pub payload: Option<String>,
    pub extras: Option<String>,
    pub quoted_wamid: Option<String>,
    pub origin: String,
}

impl From<MessageRecord> for MessageView {
    fn from(m: MessageRecord) -> Self {
        let kind = Kind::parse(&m.kind);
        let (content, template) = shown(Content::parse(kind, m.payload.as_deref()));
        MessageView {
            id: m.id.into(),
            direction: Direction::parse(&m.direction),
            kind,
            text: m.body,
            at: m.at,
            status: Status::parse(&m.status),
            times: Times {
                accepted: m.accepted_at,
                sent: m.sent_at,
                delivered: m.delivered_at,
                read: m.read_at,
                failed: m.failed_at,
            },
            error: m.error_text,
            author: m.author_id.map(Into::into),
            tries: u32::try_from(m.tries).unwrap_or(0),
            next_try: m.next_try_at,
            overtaken: m.overtaken,
            template,
            content,
            extras: Extras::parse(m.extras.as_deref()),
            origin: Origin::parse(&m.origin),
        }
    }
}

/// What a message holds as screens get it: of a template the line that names it, not the values it was filled with.
pub(crate) fn shown(content: Content) -> (Content, Option<TemplateLine>) {
    match content {
        Content::Template(template) => (Content::None, Some(template.into())),
        other => (other, None),
    }
}
