use crate::{db::Conn, sql};
use domain::{
    content::{Content, File, MediaBrief, MediaState},
    id::{MediaId, WorkspaceId},
    message::Kind,
    meta::webhook::MetaMedia,
    outgoing::upload_kind,
    time::Millis,
};
use uuid::Uuid;

const WANT: &str = "INSERT INTO media
    (workspace_id, id, number_id, message_id, state, meta_id, claimed_mime, claimed_sha256, name, due_at, created_at)
    VALUES ($1, $2, $3, $4, 'wanted', $5, $6, $7, $8, $9, $9)";
const REMOVE: &str =
    "UPDATE media SET removed_at = $3 WHERE workspace_id = $1 AND message_id = $2 AND removed_at IS NULL";
/// Whose it is, and that it can be sent still.
const UNSENT: &str =
    "SELECT * FROM media WHERE workspace_id = $1 AND id = $2 AND author_id = $3 AND conversation_id = $4
    AND message_id IS NULL AND removed_at IS NULL AND state = 'kept' AND meta_until > $5";
const GIVE: &str = "UPDATE media SET message_id = $3
    WHERE workspace_id = $1 AND id = $2 AND message_id IS NULL AND removed_at IS NULL";
pub(super) const ROW: &str = "SELECT * FROM media WHERE workspace_id = $1 AND id = $2";

/// A file as it is stored.
#[derive(Clone, Debug, sqlx::FromRow)]
pub(crate) struct MediaRecord {
    pub id: Uuid,
    pub workspace_id: Uuid,
    pub number_id: Uuid,
    pub message_id: Option<Uuid>,
    pub author_id: Option<Uuid>,
    pub conversation_id: Option<Uuid>,
    pub state: String,
    pub meta_id: Option<String>,
    pub meta_until: Option<Millis>,
    pub claimed_mime: Option<String>,
    pub name: Option<String>,
    pub mime: Option<String>,
    pub size: Option<i64>,
    pub sha256: Option<String>,
    pub thumbnail: bool,
    pub width: Option<i64>,
    pub height: Option<i64>,
    pub voice: bool,
    pub stored: bool,
    pub tries: i64,
    pub created_at: Millis,
    pub removed_at: Option<Millis>,
}

impl MediaRecord {
    pub(super) fn key(&self) -> super::store::Key {
        super::store::Key { workspace: WorkspaceId(self.workspace_id), media: MediaId(self.id) }
    }

    /// As a message sends it.
    pub fn as_content(&self) -> Option<(Kind, Content)> {
        let (mime, size) = (self.mime.as_deref()?, u64::try_from(self.size?).ok()?);
        let kind = upload_kind(mime, size, self.voice).ok()?;
        let file = File {
            media: Some(MediaId(self.id)),
            name: self.name.clone(),
            voice: self.voice,
            meta: Some(self.meta_id.clone()?),
            animated: false,
        };
        Some((kind, Content::Media(file)))
    }

    /// For whoever draws it.
    pub fn brief(&self) -> MediaBrief {
        MediaBrief {
            state: MediaState::Kept,
            size: self.size.and_then(|bytes| u64::try_from(bytes).ok()),
            width: self.width.and_then(|pixels| u32::try_from(pixels).ok()),
            height: self.height.and_then(|pixels| u32::try_from(pixels).ok()),
            thumbnail: self.thumbnail,
            ..MediaBrief::wanted(MediaId(self.id), self.mime.clone())
        }
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

/// An upload of a member's for a conversation; `None` when it is not there, is somebody else's, was sent already, or lies at Meta no
/// more.
pub(crate) async fn unsent(
    conn: Conn<'_>,
    workspace: Uuid,
    id: MediaId,
    (author, conversation): (Uuid, Uuid),
    now: Millis,
) -> sqlx::Result<Option<MediaRecord>> {
    sql!(opt MediaRecord, conn, UNSENT, workspace, id.0, author, conversation, now)
}

/// Gives an upload to its message; false when somebody was faster.
pub(crate) async fn give(conn: Conn<'_>, workspace: Uuid, id: MediaId, message: Uuid) -> sqlx::Result<bool> {
    Ok(sql!(exec conn, GIVE, workspace, id.0, message)? == 1)
}
