//! Custom fields of contacts: what there are, and who may change them. Values are edited with the contact.

mod arrange;
mod change;
mod create;
mod remove;
mod sweep;

pub use arrange::arrange;
pub use change::change;
pub use create::create;
pub use remove::remove;
pub use sweep::sweep;

use crate::{
    Ctx, Error, Result,
    db::{Conn, Tx, dialect},
    sql,
};
use domain::{
    field::{Field, Kind, Values},
    permission::Permission,
};
use uuid::Uuid;

const ALL: &str = "SELECT id, name, kind, choices FROM contact_fields
    WHERE workspace_id = $1 AND gone_at IS NULL ORDER BY place, id";

#[derive(sqlx::FromRow)]
struct Record {
    id: Uuid,
    name: String,
    kind: String,
    choices: String,
}

impl From<Record> for Field {
    fn from(r: Record) -> Self {
        let choices = serde_json::from_str(&r.choices).unwrap_or_default();
        Field { id: r.id.into(), name: r.name, kind: Kind::parse(&r.kind).unwrap_or_default(), choices }
    }
}

/// The workspace's fields, in its order.
///
/// # Errors
/// `Forbidden` without `contacts.read`.
pub async fn list(ctx: &Ctx) -> Result<Vec<Field>> {
    ctx.demand(Permission::ContactsRead)?;
    let mut read = ctx.read().await?;
    all(read.conn(), ctx.ws()).await
}

pub(crate) async fn all(conn: Conn<'_>, workspace: Uuid) -> Result<Vec<Field>> {
    let found: Vec<Record> = sql!(all Record, conn, ALL, workspace)?;
    Ok(found.into_iter().map(Field::from).collect())
}

/// From the column of a contact.
pub(crate) fn parse(column: &str) -> Values {
    if column == "{}" { Values::new() } else { serde_json::from_str(column).unwrap_or_default() }
}

/// For the column of a contact.
pub(crate) fn stored(values: &Values) -> String {
    serde_json::to_string(values).unwrap_or_else(|_| "{}".to_owned())
}

/// A transaction of somebody who may change the fields of everybody's contacts, with the fields there are. Others wait.
async fn desk(ctx: &Ctx) -> Result<(Tx, Vec<Field>)> {
    ctx.demand_all(Permission::WorkspaceSettings)?;
    let mut tx = ctx.begin().await?;
    if let Tx::Postgres(tx) = &mut tx {
        dialect::postgres::lock_workspace(tx, ctx.ws()).await?;
    }
    let known = all(tx.conn(), ctx.ws()).await?;
    Ok((tx, known))
}

fn taken() -> Error {
    Error::Conflict("There is a field with this name already.".to_owned())
}
