//! How much memory a long audit trail takes on its way out, and how fast it goes.

use std::time::Instant;

use anyhow::{Context, Result, ensure};
use serde::Serialize;
use services::{clock::Clock, db::Conn, sql};
use uuid::Uuid;

use super::{ByEngine, Plan};
use crate::{
    figures,
    parlance::Parlance,
    world::{OWNER, World},
};

/// Memory is looked at whenever so many bytes have come.
const LOOK_EVERY: usize = 4 << 20;

const FIND: &str = "SELECT id FROM workspaces WHERE slug = $1";
/// A millisecond apart, up to now, the oldest first: so they lie one behind the other.
const FILL_SQLITE: &str = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < $2)
    INSERT INTO audit_entries (workspace_id, at, id, actor_kind, action, resource_kind, resource_id, was, became, about,
    address, agent) SELECT $1, $3 - $2 + i - 1, randomblob(16), 'system', 'contact.updated', 'contact', randomblob(16),
    '{\"name\":\"Before ' || i || '\"}', '{\"name\":\"After ' || i || '\"}', 'Entry ' || i, '203.0.113.7', 'bench' FROM n";
const FILL_POSTGRES: &str = "INSERT INTO audit_entries (workspace_id, at, id, actor_kind, action, resource_kind, resource_id,
    was, became, about, address, agent) SELECT $1::uuid, $3::bigint - $2::bigint + i - 1, gen_random_uuid(), 'system', 'contact.updated',
    'contact', gen_random_uuid(), '{\"name\":\"Before ' || i || '\"}', '{\"name\":\"After ' || i || '\"}', 'Entry ' || i,
    '203.0.113.7', 'bench' FROM generate_series(1::bigint, $2::bigint) i";

#[derive(Serialize)]
struct Line {
    bench: &'static str,
    engine: &'static str,
    entries: i64,
    per_second: u64,
    file_mib: f64,
    idle_mib: f64,
    /// The most that was seen while the file was on its way.
    peak_mib: f64,
}

struct Outcome {
    per_second: f64,
    file: f64,
    idle: f64,
    peak: f64,
}

pub(super) async fn run(plan: &Plan) -> Result<()> {
    let mut all = ByEngine::new();
    let entries = plan.scale.export_entries;
    for (round, engine) in plan.turns() {
        let world = World::new(&plan.target, engine, 1).await?;
        fill(&world, entries).await?;
        // Nothing but the export is at work: the sealer would find a million entries to seal.
        let server = world.start(false).await?;
        for format in ["csv", "jsonl"] {
            let outcome = export(&world, &server, format, entries).await?;
            let Outcome { per_second, file, idle, peak } = outcome;
            eprintln!(
                "export {} {round}: {format} of {file:.0} MiB at {per_second:.0}/s, memory {idle:.1} MiB before and at \
                 most {peak:.1} MiB",
                engine.name()
            );
            all.push(engine, outcome);
        }
        server.stop().await?;
        world.end().await?;
    }
    for engine in plan.target.engines() {
        figures::print(&Line {
            bench: "export",
            engine: engine.name(),
            entries,
            per_second: figures::whole(all.median(engine, |outcome| outcome.per_second, 0)),
            file_mib: all.median(engine, |outcome| outcome.file, 1),
            idle_mib: all.median(engine, |outcome| outcome.idle, 1),
            peak_mib: all.median(engine, |outcome| outcome.peak, 1),
        })?;
    }
    Ok(())
}

async fn fill(world: &World, entries: i64) -> Result<()> {
    let mut probe = world.database.probe().await?;
    let slug = world.offices[0].slug.as_str();
    let workspace: Uuid = sql!(scalar Uuid, probe.conn(), FIND, slug)?;
    let now = Clock::system().now();
    let filled = match probe.conn() {
        Conn::Sqlite(conn) => {
            let fill = sqlx::query(FILL_SQLITE).bind(workspace).bind(entries).bind(now);
            fill.execute(conn).await?.rows_affected()
        }
        Conn::Postgres(conn) => {
            let fill = sqlx::query(FILL_POSTGRES).bind(workspace).bind(entries).bind(now);
            fill.execute(conn).await?.rows_affected()
        }
    };
    ensure!(i64::try_from(filled)? == entries, "{filled} entries instead of {entries}");
    probe.close().await
}

/// Reads the file as a browser does, and looks at the server's memory meanwhile.
async fn export(world: &World, server: &Parlance, format: &str, entries: i64) -> Result<Outcome> {
    let cookie = world.sign_in(OWNER).await?;
    let client = reqwest::Client::builder().no_proxy().build()?;
    let url = format!("http://{}/w/{}/audit/export.{format}?kind=contact", world.addr, world.offices[0].slug);
    let idle = server.resident_mib()?;
    let begun = Instant::now();
    let mut response = client.get(&url).header("cookie", cookie).send().await?;
    ensure!(response.status() == 200, "an export answers {}", response.status());
    let (mut bytes, mut lines, mut looked, mut peak) = (0_usize, 0_i64, 0_usize, idle);
    while let Some(chunk) = response.chunk().await.context("the export broke off")? {
        bytes += chunk.len();
        lines += i64::try_from(chunk.iter().filter(|byte| **byte == b'\n').count())?;
        if bytes - looked >= LOOK_EVERY {
            looked = bytes;
            peak = peak.max(server.resident_mib()?);
        }
    }
    let seconds = begun.elapsed().as_secs_f64();
    let heads = i64::from(format == "csv");
    ensure!(lines == entries + heads, "{lines} lines for {entries} entries");
    let mib = f64::from(1 << 20);
    Ok(Outcome { per_second: entries as f64 / seconds, file: bytes as f64 / mib, idle, peak })
}
