use crate::{Result, db::Conn, sql};
use domain::template::{Category, Content, Status, Template};
use uuid::Uuid;

const ONE: &str =
    "SELECT t.* FROM templates t JOIN numbers n ON n.workspace_id = t.workspace_id AND n.waba_id = t.waba_id
    WHERE t.workspace_id = $1 AND t.id = $2 AND n.id = $3";

const BY_NAME: &str = "SELECT t.* FROM templates t
    JOIN numbers n ON n.workspace_id = t.workspace_id AND n.waba_id = t.waba_id
    WHERE t.workspace_id = $1 AND n.id = $2 AND t.name = $3 AND t.language = $4";

/// A row of `templates`.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub(crate) struct Record {
    pub id: Uuid,
    pub waba_id: String,
    pub meta_id: String,
    pub name: String,
    pub language: String,
    pub category: String,
    pub status: String,
    pub components: String,
    pub synced_at: i64,
}

impl From<Record> for Template {
    fn from(record: Record) -> Self {
        // Written by ourselves from JSON; were it ever unreadable, the template would say that it cannot be sent.
        let components = serde_json::from_str(&record.components).unwrap_or_default();
        Template {
            id: record.id.into(),
            content: Content::read(&components),
            category: Category::parse(&record.category),
            status: Status::parse(&record.status),
            name: record.name,
            language: record.language,
            synced_at: record.synced_at,
        }
    }
}

/// A template that a number could send, whatever its state.
pub(crate) async fn find(conn: Conn<'_>, workspace: Uuid, template: Uuid, number: Uuid) -> Result<Template> {
    let found = sql!(opt Record, conn, ONE, workspace, template, number)?;
    Ok(found.ok_or_else(|| domain::Error::invalid("template", "this number has no such template"))?.into())
}

/// The same by its name and language.
pub(crate) async fn by_name(
    conn: Conn<'_>,
    workspace: Uuid,
    number: Uuid,
    name: &str,
    language: &str,
) -> Result<Template> {
    let found = sql!(opt Record, conn, BY_NAME, workspace, number, name, language)?;
    Ok(found.ok_or_else(|| domain::Error::invalid(name, "this template does not exist at Meta any more"))?.into())
}
