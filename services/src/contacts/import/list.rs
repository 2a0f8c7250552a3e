use crate::{Ctx, Result, db::Conn, sql};
use domain::{
    id::ImportId,
    import::{Counts, Import, Plan, State},
    permission::Permission,
    time::Millis,
};
use uuid::Uuid;

/// Imports that are shown.
const SHOWN: i64 = 20;

const ONE: &str = "SELECT * FROM imports WHERE workspace_id = $1 AND id = $2";
const RECENT: &str = "SELECT * FROM imports WHERE workspace_id = $1 AND state <> 'uploading' ORDER BY id DESC LIMIT $2";

#[derive(Clone, sqlx::FromRow)]
pub(super) struct Record {
    pub id: Uuid,
    pub member_id: Uuid,
    pub file_name: String,
    pub size: i64,
    pub state: String,
    pub delimiter: String,
    pub header: String,
    pub plan: String,
    pub at_byte: i64,
    pub at_line: i64,
    pub pieces: i64,
    pub added: i64,
    pub updated: i64,
    pub unchanged: i64,
    pub skipped: i64,
    pub refused: i64,
    pub problem: Option<String>,
    pub created_at: Millis,
    pub started_at: Option<Millis>,
    pub ended_at: Option<Millis>,
}

impl Record {
    pub fn plan(&self) -> Plan {
        serde_json::from_str(&self.plan).unwrap_or_default()
    }

    pub fn delimiter(&self) -> char {
        self.delimiter.chars().next().unwrap_or(',')
    }

    pub fn counts(&self) -> Counts {
        Counts {
            added: self.added,
            updated: self.updated,
            unchanged: self.unchanged,
            skipped: self.skipped,
            refused: self.refused,
        }
    }
}

impl From<Record> for Import {
    fn from(r: Record) -> Self {
        Import {
            id: r.id.into(),
            by: r.member_id.into(),
            state: State::parse(&r.state),
            delimiter: r.delimiter(),
            header: serde_json::from_str(&r.header).unwrap_or_default(),
            plan: r.plan(),
            counts: r.counts(),
            file_name: r.file_name,
            size: r.size,
            done: r.at_byte,
            problem: r.problem,
            created_at: r.created_at,
            started_at: r.started_at,
            ended_at: r.ended_at,
        }
    }
}

/// The newest imports of the workspace.
///
/// # Errors
/// `Forbidden` without `contacts.import`.
pub async fn list(ctx: &Ctx) -> Result<Vec<Import>> {
    ctx.demand_all(Permission::ContactsImport)?;
    let mut read = ctx.read().await?;
    let found: Vec<Record> = sql!(all Record, read.conn(), RECENT, ctx.ws(), SHOWN)?;
    Ok(found.into_iter().map(Import::from).collect())
}

/// How far one is.
///
/// # Errors
/// `Forbidden` without `contacts.import`; `NotFound`.
pub async fn get(ctx: &Ctx, id: ImportId) -> Result<Import> {
    ctx.demand_all(Permission::ContactsImport)?;
    let mut read = ctx.read().await?;
    Ok(record(read.conn(), ctx.ws(), id).await?.into())
}

pub(super) async fn record(conn: Conn<'_>, ws: Uuid, id: ImportId) -> Result<Record> {
    let found: Option<Record> = sql!(opt Record, conn, ONE, ws, id.0)?;
    Ok(found.ok_or(domain::Error::NotFound)?)
}
