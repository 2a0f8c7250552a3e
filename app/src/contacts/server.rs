//! What the list of contacts asks of the server. Thin: each calls one use case.

use std::collections::BTreeMap;

use domain::{
    contact::{Contact, Outline},
    field::Field,
    id::{ContactId, MemberId},
    label::Label,
    workspace::{MemberBrief, Slug},
};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use super::Asked;
use crate::{error::Fault, frame::Frame, json::Json};

/// What the page shows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContactsView {
    pub frame: Frame,
    pub asked: Asked,
    /// One page of them.
    pub contacts: Vec<Contact>,
    /// What else is shown of them; of whom nothing is known nothing is here.
    pub outlines: BTreeMap<ContactId, Outline>,
    /// The labels there are.
    pub labels: Vec<Label>,
    /// The custom fields there are; the first has a column.
    pub fields: Vec<Field>,
    /// Whether there are others in front of it, and behind it.
    pub before: bool,
    pub after: bool,
    pub members: Vec<MemberBrief>,
    /// Pairs that may be one person each.
    pub twins: Vec<(Contact, Contact)>,
}

#[server(prefix = "/fn", endpoint = "contacts", input = Json, output = Json)]
pub async fn load_contacts(workspace: Slug, asked: Asked) -> Result<ContactsView, Fault> {
    use crate::frame::server::native;
    use services::contacts::{Turn, browse, fields, open_twins, outlines};
    let ctx = native::ctx(&workspace).await?;
    let turn = match (asked.after.parse(), asked.before.parse()) {
        (Ok(last), _) => Turn::After(last),
        (_, Ok(first)) => Turn::Before(first),
        _ => Turn::First,
    };
    let slice = browse(&ctx, &asked.search(), turn, PAGE).await?;
    let mut contacts = slice.items;
    // Nobody reads them here.
    contacts.iter_mut().for_each(|contact| contact.note.clear());
    let ids: Vec<ContactId> = contacts.iter().map(|contact| contact.id).collect();
    Ok(ContactsView {
        contacts,
        outlines: outlines(&ctx, &ids).await?,
        labels: labels(&ctx).await?,
        fields: fields::list(&ctx).await?,
        before: slice.before,
        after: slice.after,
        members: services::members::list(&ctx).await?,
        twins: open_twins(&ctx, TWINS).await?,
        frame: native::frame(&ctx).await?,
        asked,
    })
}

/// To a member or to nobody, with those of their open conversations that the member may hand over.
#[server(prefix = "/fn", endpoint = "contacts/assign", input = Json, output = Json)]
pub async fn assign_contacts(workspace: Slug, contacts: Vec<ContactId>, to: Option<MemberId>) -> Result<(), Fault> {
    let ctx = crate::frame::server::native::ctx(&workspace).await?;
    Ok(services::team::assign_contacts(&ctx, &contacts, to).await?)
}

/// Adds a customer by phone number.
#[server(prefix = "/fn", endpoint = "contacts/create", input = Json, output = Json)]
pub async fn create_contact(workspace: Slug, phone: String, name: String) -> Result<ContactId, Fault> {
    let ctx = crate::frame::server::native::ctx(&workspace).await?;
    let name = Some(name.trim()).filter(|name| !name.is_empty());
    Ok(services::contacts::create(&ctx, &phone, name).await?.id)
}

/// Makes one contact of two; the first one stays.
#[server(prefix = "/fn", endpoint = "contacts/merge", input = Json, output = Json)]
pub async fn merge_contacts(workspace: Slug, kept: ContactId, gone: ContactId) -> Result<Contact, Fault> {
    let ctx = crate::frame::server::native::ctx(&workspace).await?;
    Ok(services::contacts::merge(&ctx, kept, gone).await?)
}

/// Says that two contacts are two people.
#[server(prefix = "/fn", endpoint = "contacts/keep-apart", input = Json, output = Json)]
pub async fn keep_apart(workspace: Slug, one: ContactId, other: ContactId) -> Result<(), Fault> {
    let ctx = crate::frame::server::native::ctx(&workspace).await?;
    Ok(services::contacts::keep_apart(&ctx, one, other).await?)
}

/// The labels there are; for who sees no conversation none.
#[cfg(feature = "ssr")]
pub(super) async fn labels(ctx: &services::Ctx) -> Result<Vec<Label>, Fault> {
    let sees = ctx.access().allows(domain::permission::Permission::ConversationsView);
    Ok(if sees { services::labels::list(ctx).await? } else { Vec::new() })
}

/// Contacts of a page.
#[cfg(feature = "ssr")]
const PAGE: usize = 50;
/// Pairs that are shown above it.
#[cfg(feature = "ssr")]
const TWINS: usize = 5;

#[cfg(feature = "ssr")]
pub(super) fn register() {
    use leptos::server_fn::axum::register_explicit;
    register_explicit::<LoadContacts>();
    register_explicit::<AssignContacts>();
    register_explicit::<CreateContact>();
    register_explicit::<MergeContacts>();
    register_explicit::<KeepApart>();
}
