//! What the list of contacts asks of the server. Thin: each calls one use case.

use domain::{
    contact::Contact,
    id::{ContactId, MemberId},
    inbox::Page,
    workspace::{MemberBrief, Slug},
};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use crate::{error::Fault, frame::Frame, json::Json};

/// What the page shows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContactsView {
    pub frame: Frame,
    pub page: Page<Contact>,
    pub members: Vec<MemberBrief>,
}

#[server(prefix = "/fn", endpoint = "contacts", input = Json, output = Json)]
pub async fn load_contacts(workspace: Slug, before: Option<ContactId>) -> Result<ContactsView, Fault> {
    use crate::frame::server::native;
    let ctx = native::ctx(&workspace).await?;
    Ok(ContactsView {
        page: services::contacts::list(&ctx, before, PAGE).await?,
        members: services::members::list(&ctx).await?,
        frame: native::frame(&ctx).await?,
    })
}

/// Contacts behind the last one that is shown.
#[server(prefix = "/fn", endpoint = "contacts/more", input = Json, output = Json)]
pub async fn more_contacts(workspace: Slug, before: ContactId) -> Result<Page<Contact>, Fault> {
    let ctx = crate::frame::server::native::ctx(&workspace).await?;
    Ok(services::contacts::list(&ctx, Some(before), PAGE).await?)
}

/// To a member or to nobody, with those of their open conversations that the member may hand over.
#[server(prefix = "/fn", endpoint = "contacts/assign", input = Json, output = Json)]
pub async fn assign_contacts(workspace: Slug, contacts: Vec<ContactId>, to: Option<MemberId>) -> Result<(), Fault> {
    let ctx = crate::frame::server::native::ctx(&workspace).await?;
    Ok(services::team::assign_contacts(&ctx, &contacts, to).await?)
}

/// Contacts that are fetched at once.
#[cfg(feature = "ssr")]
const PAGE: usize = 50;

/// By name: see [`crate::register_server_functions`].
#[cfg(feature = "ssr")]
pub fn register() {
    use leptos::server_fn::axum::register_explicit;
    register_explicit::<LoadContacts>();
    register_explicit::<MoreContacts>();
    register_explicit::<AssignContacts>();
}
