//! The generator: prepared requests over kept-alive connections, from one thread of its own.

use std::{
    cell::Cell,
    net::SocketAddr,
    rc::Rc,
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};
use tokio::task::{JoinSet, LocalSet};

use crate::{figures, http::Conn, meta::Requests};

/// What is sent, where, and how.
#[derive(Clone)]
pub struct Load {
    pub addr: SocketAddr,
    pub requests: Arc<Requests>,
    pub connections: usize,
    pub pace: Pace,
}

#[derive(Clone, Copy)]
pub enum Pace {
    /// Each connection sends as soon as it has its answer, until all are sent or this time is over.
    Flood(Duration),
    /// So many a second, whatever the answers do; latency counts from the planned moment.
    Every(Duration),
}

/// One request that was answered with 200.
#[derive(Clone, Copy)]
pub struct Sample {
    pub nth: usize,
    /// When its first byte was written.
    pub start: Instant,
    pub micros: u32,
}

/// A finished load.
pub struct Done {
    pub samples: Vec<Sample>,
    pub seconds: f64,
    /// Processor time that the generator itself used; zero where the system does not tell.
    pub cpu: Duration,
}

impl Done {
    pub fn per_second(&self) -> f64 {
        self.samples.len() as f64 / self.seconds
    }

    /// Latencies in microseconds, the shortest first.
    pub fn sorted(&self) -> Vec<u32> {
        let mut micros: Vec<u32> = self.samples.iter().map(|sample| sample.micros).collect();
        micros.sort_unstable();
        micros
    }
}

impl Load {
    /// Runs it on a thread of its own: no other work of this process delays a sample.
    ///
    /// # Errors
    /// When a connection breaks or an answer is not 200.
    pub async fn run(self) -> Result<Done> {
        tokio::task::spawn_blocking(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
            LocalSet::new().block_on(&runtime, self.drive())
        })
        .await
        .context("the generator broke down")?
    }

    async fn drive(self) -> Result<Done> {
        let mut connections = Vec::with_capacity(self.connections);
        for _ in 0..self.connections {
            connections.push(Conn::open(self.addr).await?);
        }
        let next = Rc::new(Cell::new(0));
        let cpu = cpu();
        let start = Instant::now();
        let mut running = JoinSet::new();
        for conn in connections {
            let (load, next) = (self.clone(), next.clone());
            running.spawn_local(async move { load.one(conn, &next, start).await });
        }
        let mut samples = Vec::with_capacity(self.requests.len());
        while let Some(part) = running.join_next().await {
            samples.extend(part??);
        }
        Ok(Done { samples, seconds: start.elapsed().as_secs_f64(), cpu: self::cpu().saturating_sub(cpu) })
    }

    async fn one(&self, mut conn: Conn, next: &Cell<usize>, start: Instant) -> Result<Vec<Sample>> {
        let mut samples = Vec::with_capacity(self.requests.len() / self.connections * 2);
        loop {
            let nth = next.get();
            if nth >= self.requests.len() {
                return Ok(samples);
            }
            next.set(nth + 1);
            let planned = match self.pace {
                Pace::Flood(limit) if start.elapsed() >= limit => return Ok(samples),
                Pace::Flood(_) => None,
                Pace::Every(step) => {
                    let planned = start + step * u32::try_from(nth)?;
                    tokio::time::sleep_until(planned.into()).await;
                    Some(planned)
                }
            };
            let sent = Instant::now();
            let status = conn.send(self.requests.get(nth)).await.context("a delivery got no answer")?.status;
            if status != 200 {
                bail!("a delivery was answered with {status}");
            }
            let micros = figures::micros(planned.unwrap_or(sent).elapsed());
            samples.push(Sample { nth, start: sent, micros });
        }
    }
}

/// Processor time of this thread so far.
fn cpu() -> Duration {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    Duration::from_nanos(text.split_whitespace().next().and_then(|nanos| nanos.parse().ok()).unwrap_or_default())
}
