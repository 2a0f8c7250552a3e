//! What the browser asks of the server. Thin: each calls one use case.

use domain::{
    conversation::{Until, View},
    id::{ConversationId, MediaId, MemberId, MessageId, NoteId, SavedViewId},
    inbox::{Filter, Item, MessageView, Note, Outcome, Page, Row, SavedView, Stretch, Thread},
    outgoing::Outgoing,
    time::Millis,
    workspace::Slug,
};
use leptos::prelude::*;

use super::screenful::Screenful;
use crate::{error::Fault, json::Json};

/// The whole screen. `before` and `older` choose later pages of the list and the thread.
#[server(prefix = "/fn", endpoint = "inbox", input = Json, output = Json)]
pub async fn load_inbox(
    workspace: Slug,
    view: Option<View>,
    open: Option<ConversationId>,
    before: Option<(Millis, ConversationId)>,
    older: Option<(Millis, MessageId)>,
    #[server(default)] filter: Filter,
) -> Result<Screenful, Fault> {
    native::screenful(workspace, (view, filter), open, before, older).await
}

/// A conversation with its newest messages.
#[server(prefix = "/fn", endpoint = "thread", input = Json, output = Json)]
pub async fn load_thread(workspace: Slug, conversation: ConversationId) -> Result<Thread, Fault> {
    Ok(services::conversations::thread(&native::ctx(&workspace).await?, conversation).await?)
}

/// The rows of a view below one.
#[server(prefix = "/fn", endpoint = "list", input = Json, output = Json)]
pub async fn load_rows(
    workspace: Slug,
    view: View,
    before: (Millis, ConversationId),
    #[server(default)] filter: Filter,
) -> Result<Page<Row>, Fault> {
    let ctx = native::ctx(&workspace).await?;
    Ok(services::conversations::list_of(&ctx, view, &filter.checked()?, Some(before)).await?)
}

/// What stands above a message, oldest first.
#[server(prefix = "/fn", endpoint = "older", input = Json, output = Json)]
pub async fn load_older(
    workspace: Slug,
    conversation: ConversationId,
    before: (Millis, MessageId),
) -> Result<Stretch, Fault> {
    Ok(services::conversations::earlier(&native::ctx(&workspace).await?, conversation, before).await?)
}

/// What stands below a message, oldest first.
#[server(prefix = "/fn", endpoint = "newer", input = Json, output = Json)]
pub async fn load_newer(
    workspace: Slug,
    conversation: ConversationId,
    after: (Millis, MessageId),
) -> Result<Stretch, Fault> {
    Ok(services::conversations::later(&native::ctx(&workspace).await?, conversation, after).await?)
}

/// Queues a reply. Asking again with the same key changes nothing. `despite`: the member knows that the customer opted out.
#[server(prefix = "/fn", endpoint = "reply", input = Json, output = Json)]
pub async fn reply(
    workspace: Slug,
    conversation: ConversationId,
    key: MessageId,
    text: String,
    #[server(default)] despite: bool,
    #[server(default)] quotes: Option<MessageId>,
) -> Result<MessageView, Fault> {
    let ctx = native::ctx(&workspace).await?;
    Ok(services::conversations::send(&ctx, conversation, key, (&text, Outgoing::Text), quotes, despite).await?)
}

/// Queues more than words: a file, a place, contact cards, choices. Asking again with the same key changes nothing.
#[server(SendAny, prefix = "/fn", endpoint = "send", input = Json, output = Json)]
pub async fn send(
    workspace: Slug,
    conversation: ConversationId,
    key: MessageId,
    text: String,
    content: Outgoing,
    quotes: Option<MessageId>,
    despite: bool,
) -> Result<MessageView, Fault> {
    let ctx = native::ctx(&workspace).await?;
    Ok(services::conversations::send(&ctx, conversation, key, (&text, content), quotes, despite).await?)
}

/// Reacts to a message of the customer's; with nothing takes our reaction back. Asking again with the same key changes nothing.
#[server(prefix = "/fn", endpoint = "react", input = Json, output = Json)]
pub async fn react(workspace: Slug, message: MessageId, key: MessageId, emoji: String) -> Result<(), Fault> {
    let ctx = native::ctx(&workspace).await?;
    Ok(services::conversations::react(&ctx, message, key, &emoji, false).await.map(drop)?)
}

/// The member types an answer.
#[server(prefix = "/fn", endpoint = "types", input = Json, output = Json)]
pub async fn types(workspace: Slug, conversation: ConversationId) -> Result<(), Fault> {
    Ok(services::receipts::typing(&native::ctx(&workspace).await?, conversation).await?)
}

/// A customer's file that could not be fetched is asked for once more.
#[server(prefix = "/fn", endpoint = "media/again", input = Json, output = Json)]
pub async fn fetch_again(workspace: Slug, media: MediaId) -> Result<(), Fault> {
    Ok(services::media::again(&native::ctx(&workspace).await?, media).await?)
}

/// Writes a note for colleagues. Asking again with the same key changes nothing.
#[server(WriteNote, prefix = "/fn", endpoint = "note", input = Json, output = Json)]
pub async fn write_note(
    workspace: Slug,
    conversation: ConversationId,
    key: NoteId,
    text: String,
    #[server(default)] mentions: Vec<MemberId>,
) -> Result<Note, Fault> {
    let ctx = native::ctx(&workspace).await?;
    Ok(services::conversations::note_for(&ctx, conversation, key, &text, &mentions).await?)
}

/// Changes a note of one's own.
#[server(prefix = "/fn", endpoint = "note/change", input = Json, output = Json)]
pub async fn change_note(workspace: Slug, note: NoteId, text: String, mentions: Vec<MemberId>) -> Result<Note, Fault> {
    Ok(services::conversations::change_note(&native::ctx(&workspace).await?, note, &text, &mentions).await?)
}

/// Removes a note of one's own.
#[server(prefix = "/fn", endpoint = "note/remove", input = Json, output = Json)]
pub async fn remove_note(workspace: Slug, note: NoteId) -> Result<(), Fault> {
    Ok(services::conversations::remove_note(&native::ctx(&workspace).await?, note).await?)
}

/// Sends the text of a message that did not arrive as a new message.
#[server(prefix = "/fn", endpoint = "send-again", input = Json, output = Json)]
pub async fn send_again(workspace: Slug, message: MessageId) -> Result<MessageView, Fault> {
    Ok(services::conversations::send_again(&native::ctx(&workspace).await?, message).await?)
}

#[server(prefix = "/fn", endpoint = "close", input = Json, output = Json)]
pub async fn close(workspace: Slug, conversation: ConversationId) -> Result<Row, Fault> {
    Ok(services::conversations::close(&native::ctx(&workspace).await?, conversation).await?)
}

#[server(prefix = "/fn", endpoint = "reopen", input = Json, output = Json)]
pub async fn reopen(workspace: Slug, conversation: ConversationId) -> Result<Row, Fault> {
    Ok(services::conversations::reopen(&native::ctx(&workspace).await?, conversation).await?)
}

/// To a member, or to nobody.
#[server(prefix = "/fn", endpoint = "assign", input = Json, output = Json)]
pub async fn assign(workspace: Slug, conversation: ConversationId, member: Option<MemberId>) -> Result<Row, Fault> {
    Ok(services::conversations::assign(&native::ctx(&workspace).await?, conversation, member).await?)
}

/// The member takes the one that has waited longest for somebody.
#[server(prefix = "/fn", endpoint = "take-next", input = Json, output = Json)]
pub async fn take_next(workspace: Slug) -> Result<Row, Fault> {
    Ok(services::conversations::take_next(&native::ctx(&workspace).await?).await?)
}

/// Out of sight until a time, or until the customer writes.
#[server(prefix = "/fn", endpoint = "snooze", input = Json, output = Json)]
pub async fn snooze(workspace: Slug, conversation: ConversationId, until: Until) -> Result<Row, Fault> {
    Ok(services::conversations::snooze(&native::ctx(&workspace).await?, conversation, until).await?)
}

/// A snoozed conversation comes back now.
#[server(prefix = "/fn", endpoint = "wake", input = Json, output = Json)]
pub async fn wake(workspace: Slug, conversation: ConversationId) -> Result<Row, Fault> {
    Ok(services::conversations::wake(&native::ctx(&workspace).await?, conversation).await?)
}

/// Somebody is to look at it again.
#[server(prefix = "/fn", endpoint = "mark-unread", input = Json, output = Json)]
pub async fn mark_unread(workspace: Slug, conversation: ConversationId) -> Result<Row, Fault> {
    Ok(services::conversations::mark_unread(&native::ctx(&workspace).await?, conversation).await?)
}

/// The member has the conversation before their eyes.
#[server(prefix = "/fn", endpoint = "mark-read", input = Json, output = Json)]
pub async fn mark_read(workspace: Slug, conversation: ConversationId) -> Result<Row, Fault> {
    Ok(services::conversations::mark_read(&native::ctx(&workspace).await?, conversation).await?)
}

/// Changes several conversations, each as if it were the only one; says what became of each.
#[server(prefix = "/fn", endpoint = "bulk", input = Json, output = Json)]
pub async fn bulk(workspace: Slug, items: Vec<Item>) -> Result<Vec<Outcome>, Fault> {
    Ok(services::conversations::bulk(&native::ctx(&workspace).await?, &items).await?)
}

/// Keeps a list for the member alone.
#[server(prefix = "/fn", endpoint = "views/save", input = Json, output = Json)]
pub async fn save_view(workspace: Slug, name: String, view: View, filter: Filter) -> Result<SavedView, Fault> {
    Ok(services::conversations::save_view(&native::ctx(&workspace).await?, &name, view, filter).await?)
}

#[server(prefix = "/fn", endpoint = "views/forget", input = Json, output = Json)]
pub async fn forget_view(workspace: Slug, saved: SavedViewId) -> Result<(), Fault> {
    Ok(services::conversations::forget_view(&native::ctx(&workspace).await?, saved).await?)
}

#[cfg(feature = "ssr")]
pub use native::register;

#[cfg(feature = "ssr")]
mod native {
    use domain::workspace::MemberBrief;
    use http::request::Parts;
    use leptos::server_fn::axum::register_explicit;
    use services::{Error, Services, consent, conversations, members, notices, numbers, vault, workspaces};

    use super::*;
    pub use crate::frame::server::native::ctx;
    use crate::{flash::Flash, shell::config};

    /// By name: see [`crate::register_server_functions`].
    pub fn register() {
        register_explicit::<LoadInbox>();
        register_explicit::<LoadThread>();
        register_explicit::<LoadRows>();
        register_explicit::<LoadOlder>();
        register_explicit::<LoadNewer>();
        register_explicit::<Reply>();
        register_explicit::<React>();
        register_explicit::<Types>();
        register_explicit::<FetchAgain>();
        register_explicit::<WriteNote>();
        register_explicit::<ChangeNote>();
        register_explicit::<RemoveNote>();
        register_explicit::<SendAgain>();
        register_explicit::<Close>();
        register_explicit::<Reopen>();
        register_explicit::<Assign>();
        register_explicit::<TakeNext>();
        register_explicit::<Snooze>();
        register_explicit::<Wake>();
        register_explicit::<MarkUnread>();
        register_explicit::<MarkRead>();
        register_explicit::<Bulk>();
        register_explicit::<SaveView>();
        register_explicit::<ForgetView>();
        crate::inbox::templates::server::register();
        crate::inbox::search::server::register();
        crate::inbox::start::server::register();
        crate::inbox::setup::server::register();
        crate::inbox::presence::server::register();
        crate::inbox::assign::server::register();
        crate::inbox::attempts::register();
        crate::inbox::parked::native::register();
    }

    pub async fn screenful(
        workspace: Slug,
        (view, filter): (Option<View>, Filter),
        open: Option<ConversationId>,
        before: Option<(Millis, ConversationId)>,
        older: Option<(Millis, MessageId)>,
    ) -> Result<Screenful, Fault> {
        let filter = filter.checked()?;
        let services = use_context::<Services>().ok_or_else(|| Error::Internal("no services".to_owned()))?;
        let config = config();
        let flash = with_context::<Parts, _>(|parts| parts.extensions.get::<Flash>().cloned()).flatten();
        let Flash { error, text, .. } = flash.unwrap_or_default();
        let ctx = ctx(&workspace).await?;
        members::seen(&ctx).await?;
        let me: MemberBrief = ctx.me().clone();
        let access = *ctx.access();
        let view = view.filter(|view| View::offered(&access).contains(view)).unwrap_or_else(|| View::home(&access));
        let (mut inbox, missing) = match conversations::inbox_of(&ctx, view, filter.clone(), open).await {
            Err(Error::Domain(domain::Error::NotFound)) if open.is_some() => {
                (conversations::inbox_of(&ctx, view, filter.clone(), None).await?, true)
            }
            answer => (answer?, false),
        };
        if let Some(before) = before {
            let page = conversations::list_of(&ctx, view, &filter, Some(before)).await?;
            (inbox.rows, inbox.more) = (page.items, page.more);
        }
        if let (Some(older), Some(thread)) = (older, inbox.thread.as_mut()) {
            let Stretch { messages, notes } = conversations::earlier(&ctx, thread.row.id, older).await?;
            (thread.messages, thread.more, thread.notes) = (messages.items, messages.more, notes);
            thread.newer = true;
        }
        let steps = workspaces::setup(&ctx).await?;
        Ok(Screenful {
            inbox,
            workspace: ctx.workspace().clone(),
            workspaces: workspaces::of_user(&services, ctx.user()).await?,
            members: members::list(&ctx).await?,
            numbers: numbers::list(&ctx).await?,
            saved: conversations::saved_views(&ctx).await?,
            now: ctx.now(),
            form_key: MessageId(uuid::Uuid::now_v7()),
            me,
            access,
            missing,
            error,
            text,
            theme: config.theme,
            demo: config.demo.is_some(),
            setup: steps.is_some(),
            steps,
            opt_out: consent::scope(&ctx).await?,
            waiting: notices::waiting(&ctx).await?,
            locked: vault::locked(&ctx).await?.into_iter().map(|number| number.name).collect(),
            parks: super::super::parked::native::parks(&ctx).await?,
        })
    }
}
