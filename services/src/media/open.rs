use super::{
    row::{MediaRecord, ROW},
    store::{Object, StoreError},
};
use crate::{Ctx, Result, conversations, sql};
use bytes::Bytes;
use domain::{
    Error as Wrong,
    id::{ConversationId, MediaId},
    media::{default_name, shown},
    permission::Permission,
};
use futures::stream::BoxStream;
use std::ops::Range;
use uuid::Uuid;

const CONVERSATION: &str = "SELECT conversation_id FROM messages WHERE workspace_id = $1 AND id = $2";

/// What of a file is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    Whole,
    /// A small JPEG of a large picture; of others the whole.
    Thumbnail,
}

/// A file that somebody may have.
pub struct Opened {
    pub mime: String,
    /// Bytes of the whole; of a thumbnail not known before it is read.
    pub size: Option<u64>,
    /// Names the content: the same for the same bytes.
    pub tag: String,
    /// As its sender calls it.
    pub name: String,
    /// Whether a browser may show it within a page.
    pub inline: bool,
    services: crate::Services,
    key: super::store::Key,
    object: Object,
}

/// Opens a file for a member who may see its conversation, or who uploaded it and has not sent it yet.
///
/// # Errors
/// `NotFound` alike for what does not exist, is somebody else's, or is not to be seen; `Forbidden` without `messages.view`;
/// `Gone`, in words, for a file that is not here.
pub async fn open(ctx: &Ctx, id: MediaId, part: Part) -> Result<Opened> {
    let mut read = ctx.read().await?;
    let record: Option<MediaRecord> = sql!(opt MediaRecord, read.conn(), ROW, ctx.ws(), id.0)?;
    ctx.demand(Permission::MessagesView)?;
    let record = record.ok_or(Wrong::NotFound)?;
    match record.message_id {
        Some(message) => {
            let conversation: Option<Uuid> = sql!(scalar_opt Uuid, read.conn(), CONVERSATION, ctx.ws(), message)?;
            let conversation = ConversationId(conversation.ok_or(Wrong::NotFound)?);
            let row = conversations::find(ctx, read.conn(), conversation).await?;
            ctx.demand_on(Permission::MessagesView, row.assignee())?;
        }
        None if record.author_id == Some(ctx.me().id.0) => {}
        None => return Err(Wrong::NotFound.into()),
    }
    if !record.is_kept() {
        return Err(crate::Error::Gone("This file is not here.".to_owned()));
    }
    let small = part == Part::Thumbnail && record.thumbnail;
    let mime = record.mime.clone().unwrap_or_else(|| "application/octet-stream".to_owned());
    let name = record.name.clone().unwrap_or_else(|| default_name(&mime).to_owned());
    let tag = record.sha256.clone().unwrap_or_default();
    Ok(Opened {
        inline: shown(&mime).is_some(),
        size: if small { None } else { record.size.and_then(|bytes| u64::try_from(bytes).ok()) },
        tag: if small { format!("{tag}-small") } else { tag },
        mime: if small { "image/jpeg".to_owned() } else { mime },
        name,
        key: record.key(),
        services: ctx.services().clone(),
        object: if small { Object::Thumbnail } else { Object::Whole },
    })
}

impl Opened {
    /// Its bytes, or a part of them, as they are taken.
    ///
    /// # Errors
    /// `Gone` when the store has lost it.
    pub async fn bytes(&self, range: Option<Range<u64>>) -> Result<BoxStream<'static, Result<Bytes, StoreError>>> {
        let found = self.services.media_store().stream(self.key, self.object, range).await?;
        found.ok_or_else(|| {
            tracing::error!(media = %self.key.media, "a file is not in the store");
            crate::Error::Gone("This file was lost from the store of files.".to_owned())
        })
    }
}
