//! `/api/v1/conversations`

use axum::Json;
use domain::{
    conversation::{State, View},
    id::{ConversationId, LabelId, MemberId},
    inbox::{ContactBrief, Eyes, Filter, Preview, Row, Sort, Whose},
    number::NumberBrief,
};
use serde::{Deserialize, Serialize};
use services::{Ctx, conversations};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::{
    caller::Caller,
    contacts::Assignment,
    messages::{MessageDirection, MessageKind, MessageStatus},
    page::{self, List, Slice},
    problem::{self, Problem},
    read::{Body, Id, Query},
};

/// In cursors.
const LIST: &str = "conversation";

/// The thread with one contact on one business number.
#[derive(Serialize, ToSchema)]
pub struct Conversation {
    id: Uuid,
    contact: ConversationContact,
    number: ConversationNumber,
    state: ConversationState,
    /// The member whose it is.
    assignee: Option<Uuid>,
    /// Unix time in milliseconds.
    last_message_at: i64,
    /// The customer's messages that nobody has read yet.
    unread: i64,
    /// Until when free-form messages are allowed; `null` before the customer's first message.
    window_expires_at: Option<i64>,
    /// The ids of its labels, in the order in which they were put on.
    labels: Vec<Uuid>,
    /// The last message; `null` when there is none or the caller may not read it.
    preview: Option<ConversationPreview>,
}

#[derive(Serialize, ToSchema)]
struct ConversationContact {
    id: Uuid,
    name: String,
    /// `+` and digits.
    phone: Option<String>,
}

#[derive(Serialize, ToSchema)]
struct ConversationNumber {
    id: Uuid,
    name: String,
    /// As people write it.
    display_number: String,
}

#[derive(Serialize, ToSchema)]
struct ConversationPreview {
    direction: MessageDirection,
    kind: MessageKind,
    status: MessageStatus,
    /// The beginning of the text.
    text: String,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum ConversationState {
    Open,
    /// Open, and out of sight until a time or until the customer writes.
    Snoozed,
    Closed,
}

impl Conversation {
    /// Without the words of a message that the caller may not read.
    fn of(ctx: &Ctx, row: Row) -> Self {
        let row = Eyes::of(ctx.access(), ctx.me().id).veil(row);
        let ContactBrief { id: contact, name, phone, .. } = row.contact;
        let NumberBrief { id: number, name: number_name, display_number } = row.number;
        Self {
            id: row.id.0,
            contact: ConversationContact { id: contact.0, name, phone },
            number: ConversationNumber { id: number.0, name: number_name, display_number },
            state: match row.state {
                State::Open => ConversationState::Open,
                State::Snoozed => ConversationState::Snoozed,
                State::Closed => ConversationState::Closed,
            },
            assignee: row.assignee.map(|member| member.0),
            last_message_at: row.last_message_at,
            unread: row.unread,
            window_expires_at: row.window_expires_at,
            labels: row.labels.into_iter().map(|label| label.0).collect(),
            preview: row.preview.map(|Preview { direction, kind, status, text }| ConversationPreview {
                direction: direction.into(),
                kind: kind.into(),
                status: status.into(),
                text,
            }),
        }
    }
}

/// Which conversations are wanted.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Wanted {
    /// `all` that are open, `mine`, those of nobody (`unassigned`), those that are out of sight for
    /// now (`snoozed`), or `closed` ones.
    #[param(inline, default = "all")]
    view: Option<ConversationView>,
    /// Those with one of these labels: up to 5 ids, with commas between them.
    #[param(max_length = 184)]
    label: Option<String>,
    /// Those with this business number.
    number: Option<Uuid>,
    /// Those of this member, or of nobody (`none`).
    #[param(max_length = 36)]
    assignee: Option<String>,
    /// Those alone with something that nobody has read.
    unread: Option<bool>,
    /// Those alone whose customer-service window is open and ends within two hours.
    closing: Option<bool>,
    /// Those whose last message was not before this moment. Unix time in milliseconds.
    since: Option<i64>,
    /// Those whose last message was before this moment. Unix time in milliseconds.
    until: Option<i64>,
    /// The order: the `newest` first, the `oldest` first, or `waiting`: those alone in which the customer wrote last, the longest
    /// ago first.
    #[param(inline, default = "newest")]
    sort: Option<ConversationSort>,
}

#[derive(Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum ConversationSort {
    Newest,
    Oldest,
    Waiting,
}

impl Wanted {
    /// # Errors
    /// When a label or an assignee is no id, or there are too many labels.
    fn filter(&self) -> Result<Filter, Problem> {
        let wrong = |field: &str| Problem::new(problem::MALFORMED, format!("{field}: expected an id"));
        let labels = self.label.iter().flat_map(|ids| ids.split(','));
        let labels: Vec<LabelId> = labels.map(str::parse).collect::<Result<_, _>>().map_err(|_| wrong("label"))?;
        let assignee = self.assignee.as_deref().map(|whose| Whose::parse(whose).ok_or_else(|| wrong("assignee")));
        let filter = Filter {
            labels,
            number: self.number.map(Into::into),
            assignee: assignee.transpose()?,
            unread: self.unread.unwrap_or_default(),
            closing: self.closing.unwrap_or_default(),
            since: self.since,
            until: self.until,
            sort: match self.sort {
                None | Some(ConversationSort::Newest) => Sort::Newest,
                Some(ConversationSort::Oldest) => Sort::Oldest,
                Some(ConversationSort::Waiting) => Sort::Waiting,
            },
        };
        Ok(filter.checked().map_err(services::Error::from)?)
    }
}

#[derive(Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum ConversationView {
    All,
    Mine,
    Unassigned,
    Snoozed,
    Closed,
}

impl From<ConversationView> for View {
    fn from(view: ConversationView) -> Self {
        match view {
            ConversationView::All => View::All,
            ConversationView::Mine => View::Mine,
            ConversationView::Unassigned => View::Unassigned,
            ConversationView::Snoozed => View::Snoozed,
            ConversationView::Closed => View::Closed,
        }
    }
}

/// Conversations that the caller sees
///
/// Those with the latest messages first, unless another order is asked for; all that is asked for has to hold. Needs `conversations.view`.
#[utoipa::path(
    get, path = "/api/v1/conversations", tag = "Conversations", operation_id = "listConversations",
    params(Wanted, Slice),
    responses((status = 200, description = "A page of conversations", body = List<Conversation>)),
)]
pub async fn list(
    Caller(ctx): Caller,
    Query(wanted): Query<Wanted>,
    Query(slice): Query<Slice>,
) -> Result<Json<List<Conversation>>, Problem> {
    let (limit, before) = (slice.limit()?, slice.before::<ConversationId>(LIST)?);
    let view = wanted.view.map_or(View::All, View::from);
    let found = conversations::list_of(&ctx, view, &wanted.filter()?, before).await?;
    let place = |row: &Row| format!("{}.{}", row.last_message_at, row.id);
    Ok(Json(page::list(LIST, found, limit, place, |row| Conversation::of(&ctx, row))))
}

/// One conversation
///
/// Needs `conversations.view`.
#[utoipa::path(
    get, path = "/api/v1/conversations/{id}", tag = "Conversations", operation_id = "getConversation",
    params(("id" = Uuid, Path, description = "Of the conversation")),
    responses((status = 200, description = "The conversation", body = Conversation)),
)]
pub async fn get(Caller(ctx): Caller, Id(id): Id) -> Result<Json<Conversation>, Problem> {
    let row = conversations::get(&ctx, ConversationId(id)).await?;
    Ok(Json(Conversation::of(&ctx, row)))
}

/// Give a conversation to a member
///
/// With it the contact's next ones. Needs `conversations.assign`; whoever sees own ones only may hand over own ones.
#[utoipa::path(
    put, path = "/api/v1/conversations/{id}/assignee", tag = "Conversations", operation_id = "assignConversation",
    params(("id" = Uuid, Path, description = "Of the conversation")), request_body = Assignment,
    responses((status = 200, description = "The conversation as it is now", body = Conversation)),
)]
pub async fn assign(
    Caller(ctx): Caller,
    Id(id): Id,
    Body(assignment): Body<Assignment>,
) -> Result<Json<Conversation>, Problem> {
    let row = conversations::assign(&ctx, ConversationId(id), assignment.member.map(MemberId)).await?;
    Ok(Json(Conversation::of(&ctx, row)))
}

/// The labels that a conversation is to have.
#[derive(Deserialize, ToSchema)]
pub struct Labelling {
    /// Ids of labels of the workspace.
    #[schema(max_items = 20)]
    labels: Vec<Uuid>,
}

/// Set the labels of a conversation
///
/// It has exactly these afterwards. Needs `conversations.label`.
#[utoipa::path(
    put, path = "/api/v1/conversations/{id}/labels", tag = "Conversations", operation_id = "labelConversation",
    params(("id" = Uuid, Path, description = "Of the conversation")), request_body = Labelling,
    responses((status = 200, description = "The conversation as it is now", body = Conversation)),
)]
pub async fn label(
    Caller(ctx): Caller,
    Id(id): Id,
    Body(labelling): Body<Labelling>,
) -> Result<Json<Conversation>, Problem> {
    let labels: Vec<LabelId> = labelling.labels.into_iter().map(LabelId).collect();
    let row = conversations::set_labels(&ctx, ConversationId(id), &labels).await?;
    Ok(Json(Conversation::of(&ctx, row)))
}

/// Close a conversation
///
/// The customer's next message opens a new one. Needs `conversations.close`.
#[utoipa::path(
    post, path = "/api/v1/conversations/{id}/close", tag = "Conversations", operation_id = "closeConversation",
    params(("id" = Uuid, Path, description = "Of the conversation")),
    responses((status = 200, description = "The conversation as it is now", body = Conversation)),
)]
pub async fn close(Caller(ctx): Caller, Id(id): Id) -> Result<Json<Conversation>, Problem> {
    let row = conversations::close(&ctx, ConversationId(id)).await?;
    Ok(Json(Conversation::of(&ctx, row)))
}

/// Reopen a conversation
///
/// Needs `conversations.close`.
#[utoipa::path(
    post, path = "/api/v1/conversations/{id}/reopen", tag = "Conversations", operation_id = "reopenConversation",
    params(("id" = Uuid, Path, description = "Of the conversation")),
    responses((status = 200, description = "The conversation as it is now", body = Conversation)),
)]
pub async fn reopen(Caller(ctx): Caller, Id(id): Id) -> Result<Json<Conversation>, Problem> {
    let row = conversations::reopen(&ctx, ConversationId(id)).await?;
    Ok(Json(Conversation::of(&ctx, row)))
}
