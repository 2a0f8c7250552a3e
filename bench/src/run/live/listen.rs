//! Live streams, read as a browser reads them; what came is looked at afterwards.

use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail, ensure};
use domain::{id::MemberId, inbox::Event};
use tokio::{
    task::JoinHandle,
    time::{sleep, timeout},
};

use super::staff::Staff;
use crate::world::World;

/// A stream that is being read.
pub struct Ear {
    name: String,
    own: Option<MemberId>,
    heard: Arc<Heard>,
    reading: JoinHandle<Result<()>>,
}

#[derive(Default)]
struct Heard {
    frames: Mutex<Vec<(Instant, String)>>,
    count: AtomicUsize,
}

/// All that one listener heard.
pub struct Record {
    pub name: String,
    pub own: Option<MemberId>,
    /// When, and what, in the order of arrival.
    pub events: Vec<(Instant, Event)>,
}

/// Signs everybody in and opens their streams.
pub async fn all(world: &World, staff: &Staff) -> Result<Vec<Ear>> {
    let client = reqwest::Client::builder().no_proxy().build()?;
    let url = format!("http://{}/w/{}/events", world.addr, world.offices[0].slug);
    let mut ears = Vec::new();
    for listener in &staff.0 {
        let cookie = world.sign_in(&listener.email).await?;
        let response = client.get(&url).header("cookie", cookie).header("accept", "text/event-stream").send().await?;
        ensure!(response.status() == 200, "{} gets {} for a live stream", listener.email, response.status());
        let heard = Arc::new(Heard::default());
        let reading = tokio::spawn(read(response, heard.clone()));
        ears.push(Ear { name: listener.email.clone(), own: listener.own, heard, reading });
    }
    Ok(ears)
}

async fn read(mut response: reqwest::Response, heard: Arc<Heard>) -> Result<()> {
    let mut rest = Vec::new();
    while let Some(chunk) = response.chunk().await? {
        let now = Instant::now();
        rest.extend_from_slice(&chunk);
        while let Some(end) = rest.windows(2).position(|two| two == b"\n\n") {
            let frame: Vec<u8> = rest.drain(..end + 2).collect();
            let frame = String::from_utf8(frame).context("a frame that is no text")?;
            heard.frames.lock().unwrap_or_else(PoisonError::into_inner).push((now, frame));
            heard.count.fetch_add(1, Ordering::Relaxed);
        }
    }
    bail!("the stream ended")
}

/// Waits until so many events have arrived in all; what is missing then is found later.
pub async fn until(ears: &[Ear], expected: usize, patience: Duration) {
    let enough = async {
        while ears.iter().map(|ear| ear.heard.count.load(Ordering::Relaxed)).sum::<usize>() < expected {
            sleep(Duration::from_millis(20)).await;
        }
    };
    let _ = timeout(patience, enough).await;
}

impl Ear {
    /// Stops listening.
    ///
    /// # Errors
    /// When the stream ended by itself, or brought something else than events.
    pub fn end(self) -> Result<Record> {
        let Self { name, own, heard, reading } = self;
        ensure!(!reading.is_finished(), "the stream of {name} ended");
        reading.abort();
        let frames = std::mem::take(&mut *heard.frames.lock().unwrap_or_else(PoisonError::into_inner));
        let mut events = Vec::with_capacity(frames.len());
        let mut last = 0;
        for (at, frame) in frames {
            let field = |name: &str| {
                let mut lines = frame.lines().filter_map(|line| line.split_once(':'));
                lines.find(|(key, _)| *key == name).map(|(_, value)| value.strip_prefix(' ').unwrap_or(value))
            };
            match field("event") {
                Some("live") => {}
                // A comment keeps the connection open.
                None if frame.starts_with(':') => continue,
                other => bail!("{name} got {other:?} instead of an event"),
            }
            let id: i64 = field("id").and_then(|id| id.parse().ok()).context("an event without a number")?;
            ensure!(id > last, "{name} got event {id} after {last}");
            last = id;
            let data = field("data").context("an event without data")?;
            events.push((at, serde_json::from_str(data).with_context(|| format!("event {id} of {name}"))?));
        }
        Ok(Record { name, own, events })
    }
}
