//! `/api/v1/contacts`

use axum::{Json, http::StatusCode};
use domain::{
    contact::{self, Contact, Edit},
    field::Field,
    id::{ContactId, FieldId, MemberId},
};
use serde::{Deserialize, Serialize};
use services::{contacts, team};
use std::collections::BTreeMap;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::{
    caller::Caller,
    page::{self, List, Slice},
    problem::Problem,
    read::{Body, Id, Query},
};

/// In cursors.
const LIST: &str = "contact";

/// A customer of the workspace.
#[derive(Serialize, ToSchema)]
#[schema(as = Contact)]
pub struct Shown {
    id: Uuid,
    /// What a colleague named them, else their profile name. May be empty.
    name: String,
    /// `+` and digits; `null` for customers known by a business-scoped user id alone.
    phone: Option<String>,
    /// Meta's business-scoped user id.
    user_id: Option<String>,
    /// What WhatsApp calls them, without `@`. May change hands.
    username: Option<String>,
    /// The member who looks after them.
    assignee: Option<Uuid>,
    /// Since when they do not want to hear from the business. Unix time in milliseconds.
    opted_out_at: Option<i64>,
    /// Custom fields that have a value, by the field's id: see `GET /api/v1/contact-fields`.
    fields: BTreeMap<Uuid, String>,
    /// What colleagues should know; may be empty.
    note: String,
    /// Unix time in milliseconds.
    created_at: i64,
    /// Unix time in milliseconds.
    updated_at: i64,
}

impl From<Contact> for Shown {
    fn from(contact: Contact) -> Self {
        Self {
            id: contact.id.0,
            name: contact.name,
            phone: contact.phone,
            user_id: contact.user_id,
            username: contact.username,
            assignee: contact.assignee.map(|member| member.0),
            opted_out_at: contact.opted_out_at,
            fields: contact.fields.into_iter().map(|(field, value)| (field.0, value)).collect(),
            note: contact.note,
            created_at: contact.created_at,
            updated_at: contact.updated_at,
        }
    }
}

/// A custom field of the workspace's contacts.
#[derive(Serialize, ToSchema)]
#[schema(as = ContactField)]
pub struct ShownField {
    id: Uuid,
    name: String,
    /// `text`, `number`, `date`, `yes_no` or `choice`.
    kind: String,
    /// Of a choice alone.
    choices: Vec<String>,
}

impl From<Field> for ShownField {
    fn from(field: Field) -> Self {
        let Field { id, name, kind, choices } = field;
        Self { id: id.0, name, kind: kind.as_str().to_owned(), choices }
    }
}

/// The custom fields of a workspace, in its order.
#[derive(Serialize, ToSchema)]
#[schema(as = ContactFields)]
pub struct Fields {
    items: Vec<ShownField>,
}

/// A new contact.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewContact {
    /// International: `+`, then 7 to 15 digits, with spaces, hyphens, dots and brackets between them.
    #[schema(example = "+919845550117", max_length = 40)]
    phone: String,
    /// 1 to 128 characters. Without one, the name is taken that they give themselves when they first write.
    #[schema(max_length = 128)]
    name: Option<String>,
}

/// What is to be different of a contact; what is left out stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ContactChange {
    /// 1 to 128 characters. What they call themselves does not replace it any more.
    #[schema(min_length = 1, max_length = 128)]
    name: Option<String>,
    /// Values of custom fields by the field's id; an empty one takes the value away. A number such as `2140.50`, a day such as
    /// `2026-11-20`, `yes` or `no`, one of the choices.
    #[serde(default)]
    fields: BTreeMap<Uuid, String>,
    /// At most 2,000 characters; an empty one takes the note away.
    #[schema(max_length = 2000)]
    note: Option<String>,
}

/// The other one of the two.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Merge {
    /// The contact that goes: what it has is the first one's from then on.
    contact: Uuid,
}

/// Who is to look after it.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Assignment {
    /// The id of a member who may answer customers; `null` for nobody.
    #[serde(deserialize_with = "Option::deserialize")]
    #[schema(required)]
    pub member: Option<Uuid>,
}

/// Which contacts are wanted.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Wanted {
    /// Only the one with this phone number.
    #[param(max_length = 40)]
    phone: Option<String>,
}

/// Contacts that the caller sees
///
/// The newest first. Needs `contacts.read`.
#[utoipa::path(
    get, path = "/api/v1/contacts", tag = "Contacts", operation_id = "listContacts", params(Wanted, Slice),
    responses((status = 200, description = "A page of contacts", body = List<Shown>)),
)]
pub async fn list(
    Caller(ctx): Caller,
    Query(wanted): Query<Wanted>,
    Query(slice): Query<Slice>,
) -> Result<Json<List<Shown>>, Problem> {
    let (limit, after) = (slice.limit()?, slice.after::<ContactId>(LIST)?);
    if let Some(phone) = wanted.phone {
        let found = contacts::by_phone(&ctx, &contact::phone(&phone)?).await?;
        let found = found.filter(|contact| after.is_none_or(|after| contact.id < after));
        return Ok(Json(List { items: found.into_iter().map(Shown::from).collect(), next_cursor: None }));
    }
    let found = contacts::list(&ctx, after, limit).await?;
    Ok(Json(page::list(LIST, found, limit, |contact| contact.id, Shown::from)))
}

/// One contact
///
/// Needs `contacts.read`.
#[utoipa::path(
    get, path = "/api/v1/contacts/{id}", tag = "Contacts", operation_id = "getContact",
    params(("id" = Uuid, Path, description = "Of the contact")),
    responses((status = 200, description = "The contact", body = Shown)),
)]
pub async fn get(Caller(ctx): Caller, Id(id): Id) -> Result<Json<Shown>, Problem> {
    Ok(Json(contacts::get(&ctx, ContactId(id)).await?.into()))
}

/// Add a contact
///
/// Needs `contacts.create`. Whoever sees own contacts only looks after the new one.
#[utoipa::path(
    post, path = "/api/v1/contacts", tag = "Contacts", operation_id = "createContact", request_body = NewContact,
    responses((status = 201, description = "The new contact", body = Shown)),
)]
pub async fn create(Caller(ctx): Caller, Body(new): Body<NewContact>) -> Result<(StatusCode, Json<Shown>), Problem> {
    let made = contacts::create(&ctx, &new.phone, new.name.as_deref()).await?;
    Ok((StatusCode::CREATED, Json(made.into())))
}

/// Change a contact
///
/// Its name, custom fields and note. Needs `contacts.update`.
#[utoipa::path(
    patch, path = "/api/v1/contacts/{id}", tag = "Contacts", operation_id = "updateContact",
    params(("id" = Uuid, Path, description = "Of the contact")), request_body = ContactChange,
    responses((status = 200, description = "The contact as it is now", body = Shown)),
)]
pub async fn update(
    Caller(ctx): Caller,
    Id(id): Id,
    Body(change): Body<ContactChange>,
) -> Result<Json<Shown>, Problem> {
    let fields = change.fields.into_iter().map(|(field, value)| (FieldId(field), value)).collect();
    let edit = Edit { name: change.name, fields, note: change.note };
    Ok(Json(contacts::edit(&ctx, ContactId(id), edit).await?.into()))
}

/// Merge another contact into this one
///
/// Where both have something, this one's stands; whoever of them opted out, the one contact has. Conversations and the consent
/// history of the other go on here. Needs `contacts.update` for both.
#[utoipa::path(
    post, path = "/api/v1/contacts/{id}/merge", tag = "Contacts", operation_id = "mergeContacts",
    params(("id" = Uuid, Path, description = "Of the contact that stays")), request_body = Merge,
    responses((status = 200, description = "The one contact", body = Shown)),
)]
pub async fn merge(Caller(ctx): Caller, Id(id): Id, Body(other): Body<Merge>) -> Result<Json<Shown>, Problem> {
    Ok(Json(contacts::merge(&ctx, ContactId(id), ContactId(other.contact)).await?.into()))
}

/// Custom fields of contacts
///
/// In the order of the workspace. Needs `contacts.read`.
#[utoipa::path(
    get, path = "/api/v1/contact-fields", tag = "Contacts", operation_id = "listContactFields",
    responses((status = 200, description = "All of them", body = Fields)),
)]
pub async fn fields(Caller(ctx): Caller) -> Result<Json<Fields>, Problem> {
    let items = contacts::fields::list(&ctx).await?.into_iter().map(ShownField::from).collect();
    Ok(Json(Fields { items }))
}

/// Give a contact to a member
///
/// With those of its open conversations that the caller may hand over. Needs `contacts.update` and `conversations.assign`.
#[utoipa::path(
    put, path = "/api/v1/contacts/{id}/assignee", tag = "Contacts", operation_id = "assignContact",
    params(("id" = Uuid, Path, description = "Of the contact")), request_body = Assignment,
    responses((status = 204, description = "It is theirs")),
)]
pub async fn assign(
    Caller(ctx): Caller,
    Id(id): Id,
    Body(assignment): Body<Assignment>,
) -> Result<StatusCode, Problem> {
    team::assign_contacts(&ctx, &[ContactId(id)], assignment.member.map(MemberId)).await?;
    Ok(StatusCode::NO_CONTENT)
}
