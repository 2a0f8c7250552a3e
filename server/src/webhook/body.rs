use axum::body::{Body, HttpBody};
use bytes::{Bytes, BytesMut};
use http_body_util::BodyExt;

use super::{Limits, in_flight::Share};

/// Why a body was not read to its end.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum NotRead {
    /// Above the limit for one.
    TooLarge,
    /// Above the limit for all.
    Busy,
    /// Did not arrive in time.
    Slow,
    /// The other side went away or broke the protocol.
    Broken,
}

/// The whole body. What it needs is taken from `share` as it grows, never on the word of a header.
pub(super) async fn read(body: Body, limits: &Limits, share: &mut Share<'_>) -> Result<Bytes, NotRead> {
    tokio::time::timeout(limits.body_within, collect(body, limits.body, share)).await.unwrap_or(Err(NotRead::Slow))
}

async fn collect(mut body: Body, limit: usize, share: &mut Share<'_>) -> Result<Bytes, NotRead> {
    let Some(first) = data(&mut body, limit, share).await? else { return Ok(Bytes::new()) };
    // Nearly every delivery comes in one piece, which is passed on without a copy.
    if body.is_end_stream() {
        return Ok(first);
    }
    let Some(second) = data(&mut body, limit - first.len(), share).await? else { return Ok(first) };
    let mut all = BytesMut::with_capacity((first.len() + second.len()) * 2);
    all.extend_from_slice(&first);
    all.extend_from_slice(&second);
    drop((first, second));
    while let Some(more) = data(&mut body, limit - all.len(), share).await? {
        all.extend_from_slice(&more);
    }
    Ok(all.freeze())
}

/// The next piece; trailers are passed over.
async fn data(body: &mut Body, left: usize, share: &mut Share<'_>) -> Result<Option<Bytes>, NotRead> {
    while let Some(frame) = body.frame().await {
        let Ok(piece) = frame.map_err(|_| NotRead::Broken)?.into_data() else { continue };
        if piece.len() > left {
            return Err(NotRead::TooLarge);
        }
        if !share.grow(piece.len()) {
            return Err(NotRead::Busy);
        }
        return Ok(Some(piece));
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use std::{convert::Infallible, time::Duration};

    use futures::stream::{self, StreamExt};

    use super::{super::in_flight::InFlight, *};

    fn limits(body: usize) -> Limits {
        Limits { body, in_flight: 100, body_within: Duration::from_secs(10) }
    }

    fn pieces(pieces: &'static [&'static str]) -> Body {
        Body::from_stream(stream::iter(pieces).map(|piece| Ok::<_, Infallible>(Bytes::from_static(piece.as_bytes()))))
    }

    #[tokio::test]
    async fn pieces_are_joined_up_to_the_limit() {
        let all = InFlight::new(100);
        for (body, limit, expected) in [
            (Body::empty(), 3, Ok("")),
            (Body::from("abc"), 3, Ok("abc")),
            (Body::from("abcd"), 3, Err(NotRead::TooLarge)),
            (pieces(&["a", "b", "c", "d"]), 4, Ok("abcd")),
            (pieces(&["a", "b", "c", "d"]), 3, Err(NotRead::TooLarge)),
            (pieces(&["ab", "cd"]), 3, Err(NotRead::TooLarge)),
        ] {
            let read = read(body, &limits(limit), &mut all.share()).await;
            assert_eq!(
                read.as_deref().map_err(|e| format!("{e:?}")),
                expected.map(str::as_bytes).map_err(|e| format!("{e:?}"))
            );
        }
    }

    #[tokio::test]
    async fn what_all_hold_together_is_bounded() {
        let all = InFlight::new(5);
        let mut other = all.share();
        assert!(other.grow(3));
        assert_eq!(read(pieces(&["a", "b", "c"]), &limits(100), &mut all.share()).await, Err(NotRead::Busy));
        drop(other);
        assert!(read(pieces(&["a", "b", "c"]), &limits(100), &mut all.share()).await.is_ok());
    }

    #[tokio::test]
    async fn a_body_that_does_not_arrive_is_given_up() {
        let all = InFlight::new(100);
        let never =
            Body::from_stream(stream::iter([Ok::<_, Infallible>(Bytes::from_static(b"a"))]).chain(stream::pending()));
        let limits = Limits { body_within: Duration::from_millis(10), ..limits(100) };
        assert_eq!(read(never, &limits, &mut all.share()).await, Err(NotRead::Slow));
        assert!(all.share().grow(100), "nothing stays held");
    }
}
