use crate::{db::Conn, sql};
use domain::{
    content::MediaState,
    id::{MediaId, WorkspaceId},
    meta::webhook::MetaMedia,
    time::Millis,
};
use uuid::Uuid;

const WANT: &str = "INSERT INTO media
    (workspace_id, id, number_id, message_id, state, meta_id, claimed_mime, claimed_sha256, name, due_at, created_at)
    VALUES ($1, $2, $3, $4, 'wanted', $5, $6, $7, $8, $9, $9)";
const REMOVE: &str =
    "UPDATE media SET removed_at = $3 WHERE workspace_id = $1 AND message_id = $2 AND removed_at IS NULL";
pub(super) const ROW: &str = "SELECT * FROM media WHERE workspace_id = $1 AND id = $2";

/// A file as it is stored.
#[derive(Clone, Debug, sqlx::FromRow)]
pub(crate) struct MediaRecord {
    pub id: Uuid,
    pub workspace_id: Uuid,
    pub number_id: Uuid,
    pub message_id: Option<Uuid>,
    pub author_id: Option<Uuid>,
    pub state: String,
    pub meta_id: Option<String>,
    pub claimed_mime: Option<String>,
    pub name: Option<String>,
    pub mime: Option<String>,
    pub size: Option<i64>,
    pub sha256: Option<String>,
    pub thumbnail: bool,
    pub stored: bool,
    pub tries: i64,
    pub created_at: Millis,
    pub removed_at: Option<Millis>,
}

impl MediaRecord {
    pub fn key(&self) -> super::store::Key {
        super::store::Key { workspace: WorkspaceId(self.workspace_id), media: MediaId(self.id) }
    }

    /// Whether its bytes may be given out.
    pub fn is_kept(&self) -> bool {
        self.state == state(MediaState::Kept) && self.stored && self.removed_at.is_none()
    }
}

/// As stored.
pub(super) const fn state(state: MediaState) -> &'static str {
    match state {
        MediaState::Wanted => "wanted",
        MediaState::Receiving => "receiving",
        MediaState::Kept => "kept",
        MediaState::Gone => "gone",
        MediaState::Refused => "refused",
        MediaState::Failed => "failed",
    }
}

/// A customer's file that is to be fetched.
pub(crate) struct Wanted<'a> {
    pub id: MediaId,
    pub number: Uuid,
    pub message: Uuid,
    pub meta: &'a MetaMedia,
    pub name: Option<&'a str>,
}

/// Notes files in the transaction that stores their messages; the worker finds them.
pub(crate) async fn want(mut conn: Conn<'_>, workspace: Uuid, files: &[Wanted<'_>], now: Millis) -> sqlx::Result<()> {
    for Wanted { id, number, message, meta, name } in files {
        sql!(exec conn.again(), WANT, workspace, id.0, *number, *message, &meta.id, meta.mime.as_deref(),
            meta.sha256.as_deref(), *name, now)?;
    }
    Ok(())
}

/// The customer took the message back: nobody sees its file any more, and the worker removes its bytes.
pub(crate) async fn remove(conn: Conn<'_>, workspace: Uuid, message: Uuid, now: Millis) -> sqlx::Result<()> {
    sql!(exec conn, REMOVE, workspace, message, now)?;
    Ok(())
}
