//! `GET /w/{slug}/events`: what happens in a workspace, as it happens, for one member's screen.

use std::{convert::Infallible, pin::Pin, time::Duration};

use axum::{
    Extension, Router,
    extract::{Path, RawQuery, State},
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode},
    response::{
        IntoResponse, Response,
        sse::{Event, KeepAlive, Sse},
    },
    routing::get,
};
use domain::{id::UserId, workspace::Slug};
use futures::{Stream, StreamExt, stream};
use services::{
    Error,
    accounts::SignedIn,
    live::{self, Frame},
};
use tokio::time::{Interval, MissedTickBehavior, interval};
use tower_sessions::Session;

use crate::{sessions, web::Web};

const KEEP_ALIVE: Duration = Duration::from_secs(15);
/// How long somebody who was signed out or removed may still see what happens.
const RECHECK: Duration = Duration::from_secs(20);

pub fn router() -> Router<Web> {
    Router::new().route("/w/{slug}/events", get(events))
}

/// `?after=`: the last event that the page was drawn with; a reconnecting browser says Last-Event-ID instead. What is no number
/// is none.
fn after(query: Option<&str>) -> Option<i64> {
    let query = query.unwrap_or_default().as_bytes();
    url::form_urlencoded::parse(query).find(|(name, _)| name == "after").and_then(|(_, seq)| seq.parse().ok())
}

async fn events(
    State(web): State<Web>,
    Path(slug): Path<String>,
    RawQuery(query): RawQuery,
    signed_in: Option<Extension<SignedIn>>,
    session: Session,
    headers: HeaderMap,
) -> Response {
    // 204 and 401 alike end an EventSource for good; the page then asks its server functions, which say what is wrong.
    let Some(Extension(SignedIn { user, .. })) = signed_in else { return StatusCode::UNAUTHORIZED.into_response() };
    let Ok(slug) = slug.parse::<Slug>() else { return StatusCode::NOT_FOUND.into_response() };
    let ctx = match web.services().ctx(user, &slug).await {
        Ok(ctx) => ctx,
        Err(Error::Domain(domain::Error::SecondFactor)) => return StatusCode::FORBIDDEN.into_response(),
        Err(Error::Domain(_)) => return StatusCode::NOT_FOUND.into_response(),
        Err(error) => {
            tracing::error!(%error, "opening a live stream");
            return StatusCode::SERVICE_UNAVAILABLE.into_response();
        }
    };
    let last = headers.get("last-event-id").and_then(|id| id.to_str().ok()?.parse().ok());
    let frames: Frames = match live::subscribe(&ctx, last.or_else(|| after(query.as_deref()))).await {
        Ok(frames) => Box::pin(frames),
        Err(error) => {
            tracing::error!(%error, "following a workspace");
            return StatusCode::SERVICE_UNAVAILABLE.into_response();
        }
    };
    let mut check = interval(RECHECK);
    check.set_missed_tick_behavior(MissedTickBehavior::Delay);
    // The first tick comes at once, and all was checked just now.
    check.reset();
    let stopping = web.stopping().clone();
    let follow = Follow { frames, check, web, session, user, slug, over: false };
    let stream = stream::unfold(follow, Follow::next).take_until(stopping.cancelled_owned());
    let mut response = Sse::new(stream).keep_alive(KeepAlive::new().interval(KEEP_ALIVE)).into_response();
    // Reverse proxies that collect answers before passing them on are asked not to.
    response.headers_mut().insert(HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no"));
    response
}

type Frames = Pin<Box<dyn Stream<Item = Frame> + Send>>;

/// One open stream.
struct Follow {
    frames: Frames,
    check: Interval,
    web: Web,
    session: Session,
    user: UserId,
    slug: Slug,
    over: bool,
}

impl Follow {
    async fn next(mut self) -> Option<(Result<Event, Infallible>, Self)> {
        if self.over {
            return None;
        }
        let frame = loop {
            tokio::select! {
                frame = self.frames.next() => match frame {
                    // Also told when somebody was signed out somewhere: it may have been here.
                    Some(Frame::Resync) if !self.may_go_on().await => break None,
                    frame => break frame,
                },
                _ = self.check.tick() => if !self.may_go_on().await { break None },
            }
        };
        // Before the stream ends, the page is told to ask: the answer says that there is nothing for it any more.
        self.over = frame.is_none();
        Some((Ok(event(frame.unwrap_or(Frame::Resync))), self))
    }

    /// Signed out, or removed while nobody could be told: the stream ends.
    async fn may_go_on(&mut self) -> bool {
        sessions::still_belongs_to(&self.session, self.user).await
            && self.web.services().ctx(self.user, &self.slug).await.is_ok()
    }
}

fn event(frame: Frame) -> Event {
    match frame {
        Frame::Event { seq, data } => Event::default().event("live").id(seq.to_string()).data(data),
        // Without an id: whoever comes back does so behind the last event.
        Frame::Present { data } => Event::default().event("presence").data(data),
        Frame::Resync => Event::default().event("resync").data("afresh"),
    }
}
