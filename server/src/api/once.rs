//! `Idempotency-Key`: a POST that is sent twice is done once, and answered twice.

use std::{panic::resume_unwind, pin::pin, time::Duration};

use axum::{
    body::{Body, to_bytes},
    extract::Request,
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use services::{
    Actor, Ctx,
    idempotency::{self, Begun, Ticket},
};
use sha2::{Digest, Sha256};
use tracing::Instrument;
use uuid::Uuid;

use super::{
    caller::Caller,
    problem::{self, Problem},
};

pub const KEY: &str = "idempotency-key";
pub const REPLAYED: &str = "idempotency-replayed";
/// Characters of a key.
const LIMIT: usize = 255;
/// The layer around all routes takes no larger body.
const BODY: usize = 256 << 10;

/// The key is renewed so often while its request is worked on: some tries before it lapses.
const RENEW: Duration = Duration::from_millis(idempotency::CUT_OFF.unsigned_abs() / 4);

/// What is kept of an answer that holds a secret: the same without it. A secret is shown once and stored nowhere.
#[derive(Clone)]
pub struct Kept(pub Bytes);

/// An id made of the caller and the key: the same whenever the same request comes.
#[derive(Clone, Copy)]
pub struct KeyId(pub Uuid);

pub async fn once(request: Request, next: Next) -> Response {
    // A file is not held in memory to be compared: it has a key of its own.
    let file = request.uri().path() == super::media::PATH;
    if request.method() != Method::POST || !request.headers().contains_key(KEY) || file {
        return next.run(request).await;
    }
    // It is finished even when nobody waits for the answer any more: who asks again must find it.
    let work = tokio::spawn(keyed(request, next).in_current_span());
    match work.await {
        Ok(Ok(response)) => response,
        Ok(Err(problem)) => problem.into_response(),
        Err(broken) if broken.is_panic() => resume_unwind(broken.into_panic()),
        Err(_) => Problem::of_status(StatusCode::SERVICE_UNAVAILABLE).into_response(),
    }
}

async fn keyed(request: Request, next: Next) -> Result<Response, Problem> {
    let key = key(request.headers())?.to_owned();
    let Caller(ctx) = request.extensions().get::<Caller>().cloned().ok_or_else(Problem::signed_out)?;
    let (mut parts, body) = request.into_parts();
    let too_large = |_| Problem::of_status(StatusCode::PAYLOAD_TOO_LARGE);
    let body = to_bytes(body, BODY).await.map_err(too_large)?;
    let asked = parts.uri.path_and_query().map_or("", |asked| asked.as_str());
    let digest = Sha256::new().chain_update(asked).chain_update([0]).chain_update(&body).finalize();
    match idempotency::begin(&ctx, &key, &digest.into()).await? {
        Begun::New(ticket) => {
            parts.extensions.insert(KeyId(key_id(&ctx, &key)));
            let work = next.run(Request::from_parts(parts, Body::from(body)));
            let mut lock = Lock { ctx: ctx.clone(), ticket };
            let response = held(work, RENEW, &mut lock).await;
            let Some(response) = response else { return Err(in_progress()) };
            Ok(keep(&ctx, lock.ticket, response).await)
        }
        Begun::Done { status, body } => Ok(again(status, body)),
        Begun::Running => Err(in_progress()),
        Begun::Other => Err(Problem::new(
            problem::KEY_REUSED,
            "Use a new key for a new request, and after what you may do has changed.",
        )),
    }
}

pub fn in_progress() -> Problem {
    Problem::new(problem::IN_PROGRESS, "The first request with this key has no answer yet. Ask again.")
}

/// What is renewed while something is worked on.
trait Renew {
    /// Whether it is held still.
    fn renew(&mut self) -> impl Future<Output = bool> + Send;
}

/// The key of a request that is being worked on.
struct Lock {
    ctx: Ctx,
    ticket: Ticket,
}

impl Renew for Lock {
    async fn renew(&mut self) -> bool {
        self.ticket.renew(&self.ctx).await.unwrap_or_else(|error| {
            tracing::warn!(%error, "the key of a request could not be renewed; trying again");
            true
        })
    }
}

/// The work, with its key renewed every so often, as long as it takes. `None` when the key was lost: the work is dropped, and
/// with it a transaction that it has open.
async fn held<T>(work: impl Future<Output = T>, every: Duration, lock: &mut impl Renew) -> Option<T> {
    let mut work = pin!(work);
    loop {
        match tokio::time::timeout(every, &mut work).await {
            Ok(done) => return Some(done),
            Err(_) if lock.renew().await => {}
            Err(_) => return None,
        }
    }
}

/// Keeps what was done. What was refused changed nothing: the key is free again.
async fn keep(ctx: &Ctx, ticket: Ticket, response: Response) -> Response {
    let status = response.status();
    let (parts, body) = response.into_parts();
    let done = match to_bytes(body, usize::MAX).await {
        Ok(body) if status.is_success() => {
            let kept = parts.extensions.get::<Kept>().map_or(&body, |Kept(kept)| kept);
            (ticket.answered(ctx, status.as_u16(), kept).await, body)
        }
        Ok(body) => (ticket.failed(ctx).await, body),
        Err(error) => {
            tracing::error!(%error, "an answer broke off");
            return Problem::of_status(StatusCode::INTERNAL_SERVER_ERROR).into_response();
        }
    };
    if let (Err(error), _) = &done {
        tracing::error!(%error, "what was answered could not be kept");
    }
    Response::from_parts(parts, Body::from(done.1))
}

fn again(status: u16, body: Vec<u8>) -> Response {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::OK);
    let replayed = (HeaderName::from_static(REPLAYED), HeaderValue::from_static("true"));
    if body.is_empty() {
        return (status, [replayed]).into_response();
    }
    let json = (header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    (status, [replayed, json], body).into_response()
}

/// An id made of the caller, the key of a request, if it has one, and what it is for.
pub fn key_of(ctx: &Ctx, headers: &HeaderMap, what: &str) -> Result<Option<Uuid>, Problem> {
    if !headers.contains_key(KEY) {
        return Ok(None);
    }
    Ok(Some(key_id(ctx, &format!("{what} {}", key(headers)?))))
}

fn key(headers: &HeaderMap) -> Result<&str, Problem> {
    let mut all = headers.get_all(KEY).iter();
    let one = all.next().filter(|_| all.next().is_none()).and_then(|key| key.to_str().ok());
    one.filter(|key| (1..=LIMIT).contains(&key.len()) && key.bytes().all(|b| b.is_ascii_graphic())).ok_or_else(|| {
        Problem::new(problem::MALFORMED, format!("Idempotency-Key: expected one, of 1 to {LIMIT} visible characters"))
    })
}

fn key_id(ctx: &Ctx, key: &str) -> Uuid {
    let caller = match ctx.actor() {
        Actor::Token { token, .. } => token.0,
        Actor::Member(_) | Actor::System => ctx.me().id.0,
    };
    let digest = Sha256::new().chain_update(b"api").chain_update(caller.as_bytes()).chain_update(key).finalize();
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest[..16]);
    uuid::Builder::from_random_bytes(bytes).into_uuid()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOON: Duration = Duration::from_millis(1);

    /// Lets the work end when it was renewed three times; was lost where there is no work.
    struct Counted {
        renewed: usize,
        done: Option<tokio::sync::oneshot::Sender<&'static str>>,
    }

    impl Renew for Counted {
        async fn renew(&mut self) -> bool {
            self.renewed += 1;
            match self.renewed {
                3 => self.done.take().is_some_and(|done| done.send("done").is_ok()),
                _ => self.done.is_some(),
            }
        }
    }

    #[tokio::test]
    async fn a_key_is_renewed_as_long_as_the_work_takes() {
        let (done, work) = tokio::sync::oneshot::channel();
        let mut lock = Counted { renewed: 0, done: Some(done) };
        assert_eq!(held(work, SOON, &mut lock).await, Some(Ok("done")));
        assert_eq!(lock.renewed, 3);
    }

    #[tokio::test]
    async fn work_whose_key_was_lost_is_given_up() {
        let mut lock = Counted { renewed: 0, done: None };
        assert_eq!(held(std::future::pending::<()>(), SOON, &mut lock).await, None);
    }

    #[test]
    fn keys() {
        let with = |values: &[&str]| {
            let all = values.iter().map(|value| (HeaderName::from_static(KEY), HeaderValue::from_str(value).unwrap()));
            let mut headers = HeaderMap::new();
            all.for_each(|(name, value)| {
                headers.append(name, value);
            });
            key(&headers).map(str::to_owned)
        };
        assert_eq!(with(&["\"8e03978e\""]).unwrap(), "\"8e03978e\"");
        assert!(with(&[&"k".repeat(LIMIT)]).is_ok());
        for wrong in [&[""][..], &["a b"], &["a", "b"], &[&"k".repeat(LIMIT + 1)]] {
            assert!(with(wrong).is_err(), "{wrong:?}");
        }
    }
}
