use super::release;
use crate::{
    Actor, Error, Origin, Result, Services,
    audit::{self, Entry},
    clock::new_id,
    db::Conn,
    live, send, sql, templates,
    vault::{self, Kind, Place},
    workspaces,
};
use domain::{
    audit::Action,
    id::{NumberId, WorkspaceId},
    number::parse_meta_id,
    time::Millis,
    workspace::Slug,
};
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};
use uuid::Uuid;

/// The number as this workspace knew it before, the active row first.
const KNOWN: &str = "SELECT id FROM numbers WHERE workspace_id = $1 AND phone_number_id = $2
    ORDER BY CASE state WHEN 'active' THEN 0 ELSE 1 END, created_at DESC LIMIT 1";

const RECONNECT: &str = "UPDATE numbers SET waba_id = $3, display_number = $4, name = COALESCE(CAST($5 AS TEXT), name),
    state = 'active', token_problem = NULL, token_locked_at = NULL WHERE workspace_id = $1 AND id = $2";

const INSERT: &str = "INSERT INTO numbers
        (workspace_id, id, phone_number_id, waba_id, display_number, name, state, token_problem, created_at)
    VALUES ($1, $2, $3, $4, $5, $6, 'active', NULL, $7)
    ON CONFLICT (phone_number_id) WHERE state = 'active' DO NOTHING";

/// Meta's tokens have some 200 characters; nobody's has more than this.
pub(crate) const TOKEN_LIMIT: usize = 2_048;

/// A business number to connect.
pub struct Connect {
    /// Meta's id of the number.
    pub phone_number_id: String,
    /// Meta's id of the WhatsApp Business account that the number belongs to.
    pub waba_id: String,
    /// As people write it: `+91 80 5550 0142`.
    pub display_number: String,
    /// The access token. Kept in the vault only.
    pub token: SecretString,
    /// What the workspace calls it; else the display number, or on reconnecting the name it had.
    pub name: Option<String>,
}

/// Connects a number to a workspace, or gives a connected one a new token, and lets in the deliveries that waited for it.
///
/// # Errors
/// `Invalid` names the field; `Conflict` when another workspace holds the number.
pub async fn connect(services: &Services, workspace: &Slug, number: Connect) -> Result<NumberId> {
    let number = checked(&number)?;
    let now = services.clock().now();
    let mut tx = services.db().begin().await?;
    let workspace = workspaces::by_slug(tx.conn(), workspace).await?;
    let (id, known) = write(services, tx.conn(), workspace, &number, now).await?;
    let action = if known { Action::NumberReconnected } else { Action::NumberConnected };
    let what =
        json!({ "number": number.display_number, "name": number.name, "phone_number_id": number.phone_number_id });
    let entry = Entry::new(action).on("number", id.0).change(Value::Null, what);
    audit::record_as(services, &mut tx, workspace, Actor::System, &Origin::default(), now, entry).await?;
    templates::want(tx.conn(), workspace.0, &number.waba_id, now).await?;
    let seq = live::setup_changed(&mut tx, workspace.0, now).await?;
    tx.commit().await?;
    services.bus().publish(workspace.0, seq);
    send::queued(services);
    // Only after the commit: whoever is let in must find the number. What is missed here, `release_stranded` finds.
    release::release(services, &number.phone_number_id, &number.waba_id).await?;
    Ok(id)
}

/// The same in the caller's transaction, where nothing waits for the number yet.
pub(crate) async fn connect_in(
    services: &Services,
    conn: Conn<'_>,
    workspace: WorkspaceId,
    number: &Connect,
    now: Millis,
) -> Result<NumberId> {
    write(services, conn, workspace, &checked(number)?, now).await.map(|(id, _)| id)
}

/// Also whether the workspace had the number before.
async fn write(
    services: &Services,
    mut conn: Conn<'_>,
    workspace: WorkspaceId,
    number: &Connect,
    now: Millis,
) -> Result<(NumberId, bool)> {
    let (id, known) = upsert(conn.again(), workspace, number, now).await?;
    send::connected(conn.again(), workspace.0, id.0).await?;
    let place = Place { workspace, kind: Kind::AccessToken, subject: id.0 };
    vault::store(services, conn, place, &number.token, now).await?;
    Ok((id, known))
}

/// Writes the row; from here on the transaction holds its lock.
async fn upsert(mut conn: Conn<'_>, workspace: WorkspaceId, number: &Connect, now: Millis) -> Result<(NumberId, bool)> {
    let (phone, waba, display) =
        (number.phone_number_id.as_str(), number.waba_id.as_str(), number.display_number.as_str());
    let name = number.name.as_deref();
    if let Some(id) = sql!(scalar_opt Uuid, conn.again(), KNOWN, workspace.0, phone)? {
        sql!(exec conn, RECONNECT, workspace.0, id, waba, display, name).map_err(taken)?;
        return Ok((NumberId(id), true));
    }
    let id = new_id();
    let name = name.unwrap_or(display);
    match sql!(exec conn, INSERT, workspace.0, id, phone, waba, display, name, now)? {
        0 => Err(held_elsewhere()),
        _ => Ok((NumberId(id), false)),
    }
}

fn taken(e: sqlx::Error) -> Error {
    match e.as_database_error() {
        Some(db) if db.is_unique_violation() => held_elsewhere(),
        _ => e.into(),
    }
}

fn held_elsewhere() -> Error {
    Error::Conflict(
        "This number is connected to another workspace. Disconnect it there first: one workspace at a time holds a number."
            .to_owned(),
    )
}

fn checked(number: &Connect) -> Result<Connect, domain::Error> {
    let text = |text: &str| domain::text::storable(text).split_whitespace().collect::<Vec<_>>().join(" ");
    let display_number = text(&number.display_number);
    let plain = display_number.chars().all(|c| c.is_ascii_digit() || "+ -().".contains(c));
    if !plain || display_number.len() > 32 || domain::text::digits(&display_number).is_none() {
        return Err(domain::Error::invalid("display number", "expected a phone number like +91 80 5550 0142"));
    }
    let name = number.name.as_deref().map(text).filter(|name| !name.is_empty());
    if name.as_ref().is_some_and(|name| name.chars().count() > 80) {
        return Err(domain::Error::invalid("name", "use at most 80 characters for the name"));
    }
    let token = number.token.expose_secret().trim();
    if token.is_empty() || token.len() > TOKEN_LIMIT || !token.bytes().all(|b| b.is_ascii_graphic()) {
        return Err(domain::Error::invalid("token", "expected an access token in one line, without spaces"));
    }
    Ok(Connect {
        phone_number_id: parse_meta_id("phone number id", &number.phone_number_id)?,
        waba_id: parse_meta_id("WABA id", &number.waba_id)?,
        token: SecretString::from(token),
        display_number,
        name,
    })
}
