use super::{
    describe::{HEAD, describe, sniff},
    fetch,
    row::{MediaRecord, ROW, state},
    store::{Key, Object, Store, Writing},
    voice,
};
use crate::{Ctx, Error, Result, conversations, sql};
use bytes::Bytes;
use domain::{
    Error as Wrong,
    content::{MediaBrief, MediaState},
    id::{ConversationId, MediaId},
    media::{default_name, size},
    message::Kind,
    meta::{codes, send::Failure},
    outgoing::{UPLOAD_LIMIT, upload_kind},
    permission::Permission,
    text::file_name,
    time::{DAY, Millis},
    window::{self, Window},
};
use futures::{Stream, StreamExt, stream};
use reqwest::multipart::{Form, Part};
use secrecy::ExposeSecret;
use serde::Deserialize;
use sha2::{Digest, Sha256};
use std::{convert::Infallible, time::Duration};
use uuid::Uuid;

/// How long Meta keeps an upload, less a day.
const KEPT_AT_META: Millis = 29 * DAY;
/// For the largest file on a slow line.
const TIMEOUT: Duration = Duration::from_secs(600);

const INSERT: &str = "INSERT INTO media (workspace_id, id, number_id, author_id, conversation_id, state, name, voice, due_at, created_at)
    VALUES ($1, $2, $3, $4, $5, 'receiving', $6, $7, $8, $8) ON CONFLICT (id) DO NOTHING";
const KEPT: &str = "UPDATE media SET state = $3, stored = TRUE, mime = $4, size = $5, sha256 = $6, thumbnail = $7, meta_id = $8,
    meta_until = $9, width = $10, height = $11 WHERE workspace_id = $1 AND id = $2 AND state = 'receiving' AND removed_at IS NULL";
/// Also of one that is still being received: then what comes is removed.
const FORGET: &str =
    "UPDATE media SET removed_at = $3, stored = TRUE WHERE workspace_id = $1 AND id = $2 AND author_id = $4
    AND message_id IS NULL AND removed_at IS NULL";
const PHONE: &str = "SELECT phone_number_id FROM numbers WHERE workspace_id = $1 AND id = $2 AND state = 'active'";

const ANEW: &str = "UPDATE media SET meta_id = $3, meta_until = $4 WHERE workspace_id = $1 AND id = $2";

/// A file that a member wants to send.
#[derive(Clone, Debug)]
pub struct Upload {
    /// Made by whoever asks.
    pub id: MediaId,
    pub conversation: ConversationId,
    /// As the member calls it.
    pub name: Option<String>,
    /// It was recorded to be heard as a voice message.
    pub voice: bool,
}

/// A file that lies at Meta and waits for its message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Uploaded {
    /// As what it will be sent.
    pub kind: Kind,
    pub media: MediaBrief,
}

/// Takes a file in, checks it against Meta's limits, and hands it in at Meta, so that it can be sent. What is not sent within a
/// day is forgotten.
///
/// # Errors
/// `NotFound`, `Forbidden` without `messages.send`, `WindowClosed`, `ConversationClosed`; `Invalid` for what WhatsApp does not
/// take; `Upstream` when Meta does not take it or cannot be reached; `Conflict` when the id was used before for what failed, was
/// taken back, or is still coming in. Of what is here the first answer is given again.
pub async fn upload<E>(
    ctx: &Ctx,
    upload: Upload,
    bytes: impl Stream<Item = std::result::Result<Bytes, E>> + Send + Unpin,
) -> Result<Uploaded> {
    let number = {
        let mut read = ctx.read().await?;
        let row = conversations::find(ctx, read.conn(), upload.conversation).await?;
        ctx.demand_on(Permission::MessagesSend, row.assignee())?;
        if row.state != "open" {
            return Err(Wrong::ConversationClosed.into());
        }
        if window::at(row.window_expires_at, ctx.now()) == Window::Closed {
            return Err(Wrong::WindowClosed.into());
        }
        row.number_id
    };
    let name = upload.name.as_deref().and_then(file_name);
    let mut tx = ctx.begin().await?;
    let me = ctx.me().id.0;
    let new = sql!(exec tx.conn(), INSERT, ctx.ws(), upload.id.0, number, me, upload.conversation.0, name.as_deref(),
        upload.voice, ctx.now())?;
    tx.commit().await?;
    if new == 0 {
        return match uploaded(ctx, upload.id).await {
            Ok((conversation, first)) if conversation == upload.conversation => Ok(first),
            _ => Err(Error::Conflict("This file was not received whole. Try again.".to_owned())),
        };
    }
    let done = take(ctx, &upload, number, name.as_deref(), bytes).await;
    if done.is_err() {
        forget(ctx, upload.id).await?;
        // If it was taken back while it came in, the worker has been there already.
        let key = Key { workspace: ctx.workspace().id, media: upload.id };
        ctx.services().media_store().remove(key).await?;
    }
    done
}

/// Removes an upload that was not sent. Doing it twice, or to what is not there, changes nothing.
///
/// # Errors
/// When the database fails.
pub async fn forget(ctx: &Ctx, id: MediaId) -> Result<()> {
    let mut tx = ctx.begin().await?;
    sql!(exec tx.conn(), FORGET, ctx.ws(), id.0, ctx.now(), ctx.me().id.0)?;
    Ok(tx.commit().await?)
}

/// What became of an upload that somebody asks for by its id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Known {
    /// There is none.
    Nothing,
    Coming,
    /// It failed, or was taken back.
    Gone,
    /// It lies at Meta, and was sent or waits to be.
    Here,
}

/// What is known of an upload of the member's.
///
/// # Errors
/// When the database fails.
pub async fn known(ctx: &Ctx, id: MediaId) -> Result<Known> {
    let found: Option<MediaRecord> = {
        let mut read = ctx.read().await?;
        sql!(opt MediaRecord, read.conn(), ROW, ctx.ws(), id.0)?
    };
    let Some(file) = found else { return Ok(Known::Nothing) };
    if file.author_id != Some(ctx.me().id.0) || file.removed_at.is_some() {
        return Ok(Known::Gone);
    }
    Ok(match file.as_content() {
        Some(_) if file.is_kept() => Known::Here,
        _ => Known::Coming,
    })
}

/// The upload that came before with this id, when what comes now is the same once more: the conversation, how it is meant, and each
/// byte. `None` for anything else.
///
/// # Errors
/// `Invalid` for what breaks off, is too large, or is no recording.
pub async fn repeated<E>(
    ctx: &Ctx,
    upload: &Upload,
    bytes: impl Stream<Item = std::result::Result<Bytes, E>> + Send + Unpin,
) -> Result<Option<Uploaded>> {
    let came = match upload.voice {
        true => gauged(stream::iter([Ok::<_, Infallible>(recorded(bytes).await?)])).await?,
        false => gauged(bytes).await?,
    };
    let mut read = ctx.read().await?;
    let found: Option<MediaRecord> = sql!(opt MediaRecord, read.conn(), ROW, ctx.ws(), upload.id.0)?;
    let same = |file: &MediaRecord| {
        file.author_id == Some(ctx.me().id.0)
            && file.conversation_id == Some(upload.conversation.0)
            && file.voice == upload.voice
            && file.sha256.as_ref() == Some(&came.sha256)
    };
    let Some(file) = found.filter(same) else { return Ok(None) };
    Ok(file.as_content().map(|(kind, _)| Uploaded { kind, media: file.brief() }))
}

/// A member's upload that was not sent yet, and for which conversation it is.
///
/// # Errors
/// `NotFound` for what is not there, is somebody else's, was sent already, or lies at Meta no more.
pub async fn uploaded(ctx: &Ctx, id: MediaId) -> Result<(ConversationId, Uploaded)> {
    let mut read = ctx.read().await?;
    let found: Option<MediaRecord> = sql!(opt MediaRecord, read.conn(), ROW, ctx.ws(), id.0)?;
    let mine = |file: &MediaRecord| {
        let at_meta = file.meta_until.is_some_and(|until| until > ctx.now());
        file.author_id == Some(ctx.me().id.0) && file.message_id.is_none() && file.is_kept() && at_meta
    };
    let file = found.filter(mine).ok_or(Wrong::NotFound)?;
    let (kind, _) = file.as_content().ok_or(Wrong::NotFound)?;
    let conversation = file.conversation_id.ok_or(Wrong::NotFound)?;
    Ok((ConversationId(conversation), Uploaded { kind, media: file.brief() }))
}

/// Meta's id of a file that is sent once more: the one that it has, while Meta keeps it; else, or where that one is no good, a new
/// one, for which what is in the store is handed in once more. `None` where it is not there any more.
pub(crate) async fn to_send_again(ctx: &Ctx, id: MediaId, no_good: bool) -> Result<Option<String>> {
    let file: Option<MediaRecord> = {
        let mut read = ctx.read().await?;
        sql!(opt MediaRecord, read.conn(), ROW, ctx.ws(), id.0)?
    };
    let Some(file) = file else { return Ok(None) };
    if !no_good && file.meta_until.is_some_and(|until| until > ctx.now()) {
        return Ok(file.meta_id);
    }
    let (true, Some(mime), Some(bytes)) = (file.is_kept(), file.mime.as_deref(), file.size) else { return Ok(None) };
    let size = u64::try_from(bytes).unwrap_or_default();
    let name = file.name.as_deref().unwrap_or_else(|| default_name(mime));
    let meta = hand_in(ctx, file.number_id, file.key(), (mime, size, name)).await?;
    let mut tx = ctx.begin().await?;
    sql!(exec tx.conn(), ANEW, ctx.ws(), id.0, &meta, ctx.now() + KEPT_AT_META)?;
    tx.commit().await?;
    Ok(Some(meta))
}

async fn take<E>(
    ctx: &Ctx,
    upload: &Upload,
    number: Uuid,
    name: Option<&str>,
    bytes: impl Stream<Item = std::result::Result<Bytes, E>> + Send + Unpin,
) -> Result<Uploaded> {
    let store = ctx.services().media_store();
    let key = Key { workspace: ctx.workspace().id, media: upload.id };
    let received = match upload.voice {
        true => receive(store, key, stream::iter([Ok::<_, Infallible>(recorded(bytes).await?)])).await?,
        false => receive(store, key, bytes).await?,
    };
    let Received { head, size, sha256 } = received;
    let mime = sniff(&head);
    let kind = upload_kind(mime, size, upload.voice)?;
    let name = name.unwrap_or_else(|| default_name(mime));
    let meta = hand_in(ctx, number, key, (mime, size, name)).await?;
    let media = describe(store, key, mime, size).await;
    let mut tx = ctx.begin().await?;
    let bytes = i64::try_from(size).unwrap_or(i64::MAX);
    let kept = sql!(exec tx.conn(), KEPT, ctx.ws(), upload.id.0, state(MediaState::Kept), mime, bytes, &sha256,
        media.thumbnail, &meta, ctx.now() + KEPT_AT_META, media.width.map(i64::from), media.height.map(i64::from))?;
    tx.commit().await?;
    if kept == 0 {
        return Err(Error::Gone("This file was taken back.".to_owned()));
    }
    Ok(Uploaded { kind, media })
}

struct Received {
    head: Vec<u8>,
    size: u64,
    sha256: String,
}

/// Why nothing came.
enum Broken {
    /// The browser went away.
    Off,
    TooLarge,
}

impl From<Broken> for Error {
    fn from(broken: Broken) -> Self {
        let why = match broken {
            Broken::Off => "it did not arrive whole; choose it again".to_owned(),
            Broken::TooLarge => format!("WhatsApp takes at most {}", size(UPLOAD_LIMIT)),
        };
        Wrong::invalid("file", why).into()
    }
}

/// What is learned of a file while it passes.
#[derive(Default)]
struct Gauge {
    head: Vec<u8>,
    total: u64,
    hash: Sha256,
}

impl Gauge {
    fn pass<E>(&mut self, piece: std::result::Result<Bytes, E>) -> std::result::Result<Bytes, Broken> {
        let piece = piece.map_err(|_| Broken::Off)?;
        self.total += piece.len() as u64;
        if self.total > UPLOAD_LIMIT {
            return Err(Broken::TooLarge);
        }
        let missing = HEAD.saturating_sub(self.head.len()).min(piece.len());
        self.head.extend_from_slice(piece.get(..missing).unwrap_or_default());
        self.hash.update(&piece);
        Ok(piece)
    }

    fn done(self) -> Received {
        Received { head: self.head, size: self.total, sha256: hex::encode(self.hash.finalize()) }
    }
}

async fn receive<E>(
    store: &Store,
    key: Key,
    bytes: impl Stream<Item = std::result::Result<Bytes, E>> + Send + Unpin,
) -> Result<Received> {
    let mut gauge = Gauge::default();
    match store.write(key, bytes.map(|piece| gauge.pass(piece))).await {
        Ok(()) => Ok(gauge.done()),
        Err(Writing::Source(broken)) => Err(broken.into()),
        Err(Writing::Store(error)) => Err(error.into()),
    }
}

/// What is not kept.
async fn gauged<E>(mut bytes: impl Stream<Item = std::result::Result<Bytes, E>> + Send + Unpin) -> Result<Received> {
    let mut gauge = Gauge::default();
    while let Some(piece) = bytes.next().await {
        gauge.pass(piece)?;
    }
    Ok(gauge.done())
}

/// A voice message, as WhatsApp takes it, of what a browser recorded: so little that it is put into its container in memory.
async fn recorded<E>(bytes: impl Stream<Item = std::result::Result<Bytes, E>> + Send + Unpin) -> Result<Bytes> {
    let mut bytes = bytes;
    let mut all = Vec::new();
    while let Some(piece) = bytes.next().await {
        let piece = piece.map_err(|_| Wrong::invalid("file", "it did not arrive whole; send it again"))?;
        if (all.len() + piece.len()) as u64 > voice::LIMIT {
            let most = format!("WhatsApp takes at most {}; record a shorter one", size(voice::LIMIT));
            return Err(Wrong::invalid("file", most).into());
        }
        all.extend_from_slice(&piece);
    }
    let note = tokio::task::spawn_blocking(move || voice::note(&all)).await;
    let note = note.map_err(|error| Error::Internal(format!("a recording: {error}")))?;
    note.map_err(|unfit| Wrong::invalid("file", unfit.words()).into())
}

/// Meta's id of an upload.
#[derive(Deserialize)]
struct HandedIn {
    id: String,
}

/// `POST /{phone-number-id}/media`.
async fn hand_in(ctx: &Ctx, number: Uuid, key: Key, (mime, size, name): (&str, u64, &str)) -> Result<String> {
    let services = ctx.services();
    let upstream = |why: &str| Error::Upstream(why.to_owned());
    let phone = {
        let mut read = ctx.read().await?;
        sql!(scalar_opt String, read.conn(), PHONE, ctx.ws(), number)?
    };
    let phone = phone.ok_or_else(|| upstream("The business number is not connected, so the file cannot be sent."))?;
    let token = fetch::token(services, ctx.ws(), number).await;
    let token = token.map_err(|_| upstream("The number's access token does not open, so the file cannot be sent."))?;
    let lost = || Error::Internal("an upload is not in the store any more".to_owned());
    let bytes = services.media_store().stream(key, Object::Whole, None).await?.ok_or_else(lost)?;
    // Recordings have to say how they are made.
    let mime = if mime == "audio/ogg" { "audio/ogg; codecs=opus" } else { mime };
    let part = Part::stream_with_length(reqwest::Body::wrap_stream(bytes), size).file_name(ascii(name)).mime_str(mime);
    let part = part.map_err(|error| Error::Internal(format!("a media type: {error}")))?;
    let form = Form::new().text("messaging_product", "whatsapp").text("type", mime.to_owned()).part("file", part);
    let request = services.graph().client().post(services.graph().url(&[&phone, "media"]));
    let sent = request.bearer_auth(token.expose_secret()).timeout(TIMEOUT).multipart(form).send().await;
    let response =
        sent.map_err(|_| upstream("WhatsApp could not be reached, so the file was not handed in. Try again."))?;
    let status = response.status();
    let body = response.bytes().await.map_err(|_| upstream("WhatsApp's answer was lost. Try again."))?;
    if status.is_success() {
        let answer = serde_json::from_slice::<HandedIn>(&body);
        return answer.map(|answer| answer.id).map_err(|_| upstream("WhatsApp's answer was unreadable. Try again."));
    }
    let error = serde_json::from_slice::<Failure>(&body).map(|failure| failure.error).unwrap_or_default();
    let why = codes::explain(error.code, Some(&error.message));
    tracing::warn!(media = %key.media, code = error.code, status = status.as_u16(), "Meta does not take a file");
    Err(Error::Upstream(format!("WhatsApp did not take the file. {why}")))
}

/// The name within the form; customers see the one in the message.
fn ascii(name: &str) -> String {
    name.chars().map(|c| if c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_') { c } else { '_' }).collect()
}
