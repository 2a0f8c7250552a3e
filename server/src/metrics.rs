//! Metrics for Prometheus, on a listener of their own: whoever watches over the installation need not reach its pages.
//!
//! Labels are queues and ids of business numbers, never names; at most a thousand numbers are told apart.

use std::{net::SocketAddr, time::Duration};

use axum::{
    Router,
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use prometheus_client::{
    encoding::text::encode,
    metrics::{counter::Counter, family::Family, gauge::Gauge},
    registry::Registry,
};
use secrecy::{ExposeSecret, SecretString};
use services::{
    Services,
    queues::{self, Beside, Depth, Installation, Queue},
};
use subtle::ConstantTimeEq;
use tokio::{net::TcpListener, time::timeout};
use tokio_util::sync::CancellationToken;

use crate::failure::Failure;

const MEDIA_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";
/// A scrape that takes longer is given up by most of those who ask.
const PATIENCE: Duration = Duration::from_secs(5);

/// Where metrics are told, and to whom.
#[derive(Debug, Clone)]
pub struct Metrics {
    pub addr: SocketAddr,
    /// Asked for as a bearer where it is set; without one the address is on loopback.
    pub token: Option<SecretString>,
}

/// Tells metrics until `stopping`.
///
/// # Errors
/// When the address cannot be listened on.
pub(crate) async fn serve(wanted: Metrics, services: Services, stopping: CancellationToken) -> Result<(), Failure> {
    let Metrics { addr, token } = wanted;
    let listener = TcpListener::bind(addr)
        .await
        .map_err(|error| Failure::failed(format!("METRICS_ADDR: cannot listen on {addr}: {error}")))?;
    tracing::info!(%addr, "metrics are told at /metrics");
    tokio::spawn(async move {
        let served = axum::serve(listener, router(services, token)).with_graceful_shutdown(stopping.cancelled_owned());
        if let Err(error) = served.await {
            tracing::error!(%error, "metrics are not told any more");
        }
    });
    Ok(())
}

/// `/metrics`.
pub fn router(services: Services, token: Option<SecretString>) -> Router {
    Router::new().route("/metrics", get(tell)).with_state((services, token))
}

async fn tell(State((services, token)): State<(Services, Option<SecretString>)>, headers: HeaderMap) -> Response {
    if token.is_some_and(|token| !bears(&headers, &token)) {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    let text = match timeout(PATIENCE, queues::installation(&services)).await {
        Ok(Ok(found)) => text(&found),
        Ok(Err(error)) => {
            tracing::warn!(%error, "metrics cannot be read");
            return StatusCode::SERVICE_UNAVAILABLE.into_response();
        }
        Err(_) => return StatusCode::SERVICE_UNAVAILABLE.into_response(),
    };
    match text {
        Ok(text) => ([(header::CONTENT_TYPE, MEDIA_TYPE)], text).into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

fn bears(headers: &HeaderMap, token: &SecretString) -> bool {
    let given = headers.get(header::AUTHORIZATION).and_then(|value| value.as_bytes().strip_prefix(b"Bearer "));
    given.is_some_and(|given| given.ct_eq(token.expose_secret().as_bytes()).into())
}

type Labels = Vec<(&'static str, String)>;

/// Made anew each time: what has gone is not told any more.
fn text(found: &Installation) -> Result<String, std::fmt::Error> {
    let mut registry = Registry::with_prefix("parlance");
    let depth = Family::<Labels, Gauge>::default();
    let in_flight = Family::<Labels, Gauge>::default();
    let oldest = Family::<Labels, Gauge>::default();
    let dead = Family::<Labels, Gauge>::default();
    let done = Family::<Labels, Counter>::default();
    let failed = Family::<Labels, Counter>::default();
    registry.register("queue_depth", "What is not done, by all processes", depth.clone());
    registry.register(
        "queue_in_flight",
        "What is in a worker's hands; ingest, receipts, templates, search: of this process",
        in_flight.clone(),
    );
    registry.register("queue_oldest_age_seconds", "For how long the oldest has been waiting", oldest.clone());
    registry.register("dead_letters", "What was given up and nobody has retried or discarded", dead.clone());
    registry.register("queue_done", "What this process has done", done.clone());
    registry.register("queue_failed", "Tries of this process that failed", failed.clone());

    let add = |labels: Labels, one: Depth| {
        depth.get_or_create(&labels).set(one.depth);
        in_flight.get_or_create(&labels).set(one.in_flight);
        oldest.get_or_create(&labels).set(one.oldest.map_or(0, |since| (found.at - since).max(0) / 1_000));
    };
    add(queue("ingest"), found.ingest);
    add(queue("mail"), found.mails);
    let Beside { media, pushes, receipts, templates, search } = found.beside;
    add(queue("media"), media);
    add(queue("push"), pushes);
    add(queue("receipts"), receipts);
    add(queue("templates"), templates);
    add(queue("search"), search);
    for lane in &found.lanes {
        let one = Depth { depth: lane.depth, in_flight: lane.in_flight, oldest: lane.oldest, ..Depth::default() };
        add(number(lane.id.to_string()), one);
    }
    dead.get_or_create(&vec![("kind", "delivery".to_owned())]).set(found.dead.0);
    dead.get_or_create(&vec![("kind", "send".to_owned())]).set(found.dead.1);
    for (of, totals) in &found.flows {
        let labels = match of {
            Queue::Ingest => queue("ingest"),
            Queue::Mail => queue("mail"),
            Queue::Media => queue("media"),
            Queue::Pushes => queue("push"),
            Queue::Receipts => queue("receipts"),
            Queue::Templates => queue("templates"),
            Queue::Search => queue("search"),
            Queue::Lane(id) => number(id.to_string()),
            Queue::OtherLanes => number("other".to_owned()),
        };
        done.get_or_create(&labels).inc_by(totals.all.done);
        failed.get_or_create(&labels).inc_by(totals.all.failed);
    }
    let mut text = String::new();
    encode(&mut text, &registry)?;
    Ok(text)
}

fn queue(name: &str) -> Labels {
    vec![("queue", name.to_owned()), ("number", String::new())]
}

fn number(id: String) -> Labels {
    vec![("queue", "outbox".to_owned()), ("number", id)]
}

#[cfg(test)]
mod tests {
    use super::*;
    use services::queues::{Flow, LaneDepth, Totals};
    use uuid::Uuid;

    #[test]
    fn the_text_is_what_prometheus_reads() {
        let id = Uuid::from_u128(7);
        let totals = Totals { all: Flow { done: 5, failed: 2 }, ..Totals::default() };
        let found = Installation {
            at: 10_000,
            ingest: Depth { depth: 3, in_flight: 1, oldest: Some(4_000), ..Depth::default() },
            lanes: vec![LaneDepth { id, depth: 9, in_flight: 2, oldest: Some(9_500) }],
            mails: Depth::default(),
            beside: Beside { media: Depth { depth: 2, oldest: Some(3_000), ..Depth::default() }, ..Beside::default() },
            dead: (1, 4),
            flows: vec![(Queue::Lane(id), totals), (Queue::OtherLanes, totals), (Queue::Search, totals)],
        };
        let text = text(&found).unwrap();
        for line in [
            "# TYPE parlance_queue_depth gauge".to_owned(),
            r#"parlance_queue_depth{queue="ingest",number=""} 3"#.to_owned(),
            r#"parlance_queue_oldest_age_seconds{queue="ingest",number=""} 6"#.to_owned(),
            format!(r#"parlance_queue_in_flight{{queue="outbox",number="{id}"}} 2"#),
            format!(r#"parlance_queue_done_total{{queue="outbox",number="{id}"}} 5"#),
            r#"parlance_queue_failed_total{queue="outbox",number="other"} 2"#.to_owned(),
            r#"parlance_queue_depth{queue="media",number=""} 2"#.to_owned(),
            r#"parlance_queue_oldest_age_seconds{queue="media",number=""} 7"#.to_owned(),
            r#"parlance_queue_depth{queue="push",number=""} 0"#.to_owned(),
            r#"parlance_queue_done_total{queue="search",number=""} 5"#.to_owned(),
            r#"parlance_dead_letters{kind="send"} 4"#.to_owned(),
        ] {
            assert!(text.lines().any(|there| there == line), "{line} is not in\n{text}");
        }
        assert!(text.ends_with("# EOF\n"));
    }

    #[test]
    fn a_bearer_is_asked_for() {
        let token = SecretString::from("0123456789abcdef");
        let with = |value: &str| HeaderMap::from_iter([(header::AUTHORIZATION, value.parse().unwrap())]);
        assert!(bears(&with("Bearer 0123456789abcdef"), &token));
        for wrong in ["Bearer 0123456789abcde", "0123456789abcdef", "Bearer ", "bearer 0123456789abcdef"] {
            assert!(!bears(&with(wrong), &token), "{wrong}");
        }
        assert!(!bears(&HeaderMap::new(), &token));
    }
}
