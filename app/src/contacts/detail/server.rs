//! What the page of a contact, and the panel beside a conversation, ask of the server.

use domain::{
    contact::{Contact, Edit, Outline},
    field::Field,
    id::{ContactId, ConversationId},
    inbox::{Page, Row},
    label::Label,
    opt_out::Consent,
    time::Millis,
    workspace::{MemberBrief, Slug},
};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use crate::{error::Fault, frame::Frame, json::Json};

/// What is known of a contact.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct About {
    /// Another one than was asked for, where that one was merged into it.
    pub contact: Contact,
    pub outline: Outline,
    /// Those that stand on their conversations.
    pub labels: Vec<Label>,
    /// The custom fields there are.
    pub fields: Vec<Field>,
    /// Open and closed, the newest first.
    pub conversations: Page<Row>,
    /// Whom it may be the same as.
    pub twins: Vec<Contact>,
}

/// What the page shows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContactView {
    pub frame: Frame,
    pub about: About,
    /// The newest lines of the history.
    pub consent: Page<Consent>,
    pub members: Vec<MemberBrief>,
}

#[server(prefix = "/fn", endpoint = "contact", input = Json, output = Json)]
pub async fn load_contact(workspace: Slug, contact: ContactId) -> Result<ContactView, Fault> {
    use crate::frame::server::native;
    let ctx = native::ctx(&workspace).await?;
    let about = about(&ctx, contact).await?;
    let consent = services::consent::history(&ctx, about.contact.id, None, LINES).await?;
    let members = services::members::list(&ctx).await?;
    Ok(ContactView { about, consent, members, frame: native::frame(&ctx).await? })
}

/// The same without what stands around it.
#[server(prefix = "/fn", endpoint = "contact/about", input = Json, output = Json)]
pub async fn about_contact(workspace: Slug, contact: ContactId) -> Result<About, Fault> {
    let ctx = crate::frame::server::native::ctx(&workspace).await?;
    about(&ctx, contact).await
}

/// Changes name, custom fields and note.
#[server(prefix = "/fn", endpoint = "contact/edit", input = Json, output = Json)]
pub async fn edit_contact(workspace: Slug, contact: ContactId, edit: Edit) -> Result<Contact, Fault> {
    let ctx = crate::frame::server::native::ctx(&workspace).await?;
    Ok(services::contacts::edit(&ctx, contact, edit).await?)
}

/// Conversations with a contact behind the last one that is shown.
#[server(prefix = "/fn", endpoint = "contact/past", input = Json, output = Json)]
pub async fn past_conversations(
    workspace: Slug,
    contact: ContactId,
    before: (Millis, ConversationId),
) -> Result<Page<Row>, Fault> {
    let ctx = crate::frame::server::native::ctx(&workspace).await?;
    Ok(services::conversations::past(&ctx, contact, Some(before), PAST).await?)
}

#[cfg(feature = "ssr")]
async fn about(ctx: &services::Ctx, id: ContactId) -> Result<About, Fault> {
    use services::contacts::{fields, follow, outlines, twins_of};
    let contact = follow(ctx, id).await?;
    let id = contact.id;
    let outline = outlines(ctx, &[id]).await?.remove(&id).unwrap_or_default();
    let labels = crate::contacts::server::labels(ctx).await?;
    Ok(About {
        labels: labels.into_iter().filter(|label| outline.labels.contains(&label.id)).collect(),
        outline,
        fields: fields::list(ctx).await?,
        conversations: services::conversations::past(ctx, id, None, PAST).await?,
        twins: twins_of(ctx, id).await?,
        contact,
    })
}

/// Conversations at a time.
#[cfg(feature = "ssr")]
const PAST: usize = 10;
/// Lines of the consent history.
#[cfg(feature = "ssr")]
const LINES: usize = 20;

#[cfg(feature = "ssr")]
pub(in crate::contacts) fn register() {
    use leptos::server_fn::axum::register_explicit;
    register_explicit::<LoadContact>();
    register_explicit::<AboutContact>();
    register_explicit::<EditContact>();
    register_explicit::<PastConversations>();
}
