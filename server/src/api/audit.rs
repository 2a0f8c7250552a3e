//! `/api/v1/admin/audit`

use std::net::IpAddr;

use axum::Json;
use domain::audit::{Cursor, EntryView, Filter};
use domain::id::AuditId;
use serde::{Deserialize, Serialize};
use services::audit;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::{
    caller::Caller,
    page::{self, List, Slice},
    problem::Problem,
    read::Query,
};

/// In cursors.
const LIST: &str = "audit";

/// Something that somebody did.
#[derive(Serialize, ToSchema)]
pub struct AuditEntry {
    id: Uuid,
    /// Unix time in milliseconds.
    at: i64,
    /// Its place in the chain; `null` in the second before it is sealed.
    position: Option<i64>,
    actor: AuditActor,
    /// `member.role_changed`
    action: String,
    /// What it was done to.
    resource: Option<AuditResource>,
    /// What was there, as JSON.
    #[schema(value_type = Object, nullable)]
    before: Option<serde_json::Value>,
    /// What is there since, as JSON.
    #[schema(value_type = Object, nullable)]
    after: Option<serde_json::Value>,
    about: Option<String>,
    address: Option<String>,
    /// What the browser or program calls itself.
    agent: Option<String>,
    /// When its personal data was erased.
    erased_at: Option<i64>,
    /// Its link in the chain, as hex: covers the entry and all before it.
    mac: Option<String>,
}

/// Who did it.
#[derive(Serialize, ToSchema)]
struct AuditActor {
    /// Also when a token acted for them; `null` for Parlance itself.
    member: Option<Uuid>,
    token: Option<Uuid>,
    name: String,
    token_name: Option<String>,
}

#[derive(Serialize, ToSchema)]
struct AuditResource {
    /// `contact`, `member`, `conversation` …
    kind: String,
    id: Uuid,
    /// What it is called now, where that is known.
    name: Option<String>,
}

impl From<EntryView> for AuditEntry {
    fn from(entry: EntryView) -> Self {
        let (actor, resource) = (entry.actor, entry.resource);
        Self {
            id: entry.id.0,
            at: entry.at,
            position: entry.position,
            actor: AuditActor {
                member: actor.member.map(|id| id.0),
                token: actor.token.map(|id| id.0),
                name: actor.name,
                token_name: actor.token_name,
            },
            action: entry.action,
            resource: resource.map(|of| AuditResource { kind: of.kind, id: of.id, name: of.name }),
            before: entry.before,
            after: entry.after,
            about: entry.about,
            address: entry.address,
            agent: entry.agent,
            erased_at: entry.erased_at,
            mac: entry.mac,
        }
    }
}

/// Which entries are wanted; what is not set does not narrow.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Wanted {
    /// `system`, `member:<id>` or `token:<id>`.
    actor: Option<String>,
    /// `member.role_changed`
    action: Option<String>,
    /// The part of an action before the dot.
    group: Option<String>,
    /// `contact`, `member`, `conversation` …
    resource_kind: Option<String>,
    /// The id of what it was done to.
    resource: Option<Uuid>,
    /// Not before this moment, Unix time in milliseconds.
    from: Option<i64>,
    /// Before this moment, Unix time in milliseconds.
    to: Option<i64>,
    /// A part of what the entry says, in either case.
    text: Option<String>,
    /// The IP address that it came from.
    address: Option<String>,
}

impl Wanted {
    fn filter(self) -> Result<Filter, domain::Error> {
        Ok(Filter {
            actor: self.actor.map(|actor| actor.parse()).transpose()?,
            action: self.action.map(|action| action.parse()).transpose()?,
            group: self.group.map(|group| group.parse()).transpose()?,
            resource_kind: self.resource_kind,
            resource: self.resource,
            from: self.from,
            to: self.to,
            text: self.text,
            address: self.address.map(|address| ip(&address)).transpose()?,
        })
    }
}

fn ip(text: &str) -> Result<IpAddr, domain::Error> {
    text.parse().map_err(|_| domain::Error::invalid("address", "expected an IP address like 203.0.113.7"))
}

/// Entries of the audit trail
///
/// The newest first. Needs `audit.view`.
#[utoipa::path(
    get, path = "/api/v1/admin/audit", tag = "Audit", operation_id = "listAuditEntries", params(Wanted, Slice),
    responses((status = 200, description = "A page of entries", body = List<AuditEntry>)),
)]
pub async fn list(
    Caller(ctx): Caller,
    Query(wanted): Query<Wanted>,
    Query(slice): Query<Slice>,
) -> Result<Json<List<AuditEntry>>, Problem> {
    let (limit, before) = (slice.limit()?, slice.before::<AuditId>(LIST)?);
    let before = before.map(|(at, id)| Cursor { at, id });
    let found = audit::list(&ctx, &wanted.filter()?, before, limit).await?;
    Ok(Json(page::list(LIST, found, limit, EntryView::cursor, AuditEntry::from)))
}
