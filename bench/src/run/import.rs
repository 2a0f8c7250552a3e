//! How fast a long file of contacts comes in, and how much memory it takes: on its way to the server, while it is
//! checked and written, and its report on the way out.

use std::{fmt::Write, time::Duration, time::Instant};

use anyhow::{Context, Result, ensure};
use reqwest::{Client, RequestBuilder};
use serde::Serialize;
use serde_json::{Value, json};
use tokio::time::sleep;

use super::{ByEngine, Plan};
use crate::{
    figures,
    parlance::Parlance,
    world::{OWNER, World},
};

/// How often memory is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(50);
/// How often it is asked how far the import is.
const ASK_EVERY: Duration = Duration::from_millis(250);

#[derive(Serialize)]
struct Line {
    bench: &'static str,
    engine: &'static str,
    lines: i64,
    file_mib: f64,
    upload_seconds: f64,
    check_seconds: f64,
    /// Lines that are written.
    per_second: u64,
    report_seconds: f64,
    idle_mib: f64,
    /// The most that was seen from the first byte of the file to the last one of the report.
    peak_mib: f64,
}

struct Outcome {
    file: f64,
    upload: f64,
    check: f64,
    per_second: f64,
    report: f64,
    idle: f64,
    peak: f64,
}

pub(super) async fn run(plan: &Plan) -> Result<()> {
    let mut all = ByEngine::new();
    let lines = plan.scale.import_lines;
    let file = file(lines)?;
    for (round, engine) in plan.turns() {
        let world = World::new(&plan.target, engine, 1).await?;
        let server = world.start(true).await?;
        let outcome = import(&world, &server, &file, lines).await?;
        eprintln!(
            "import {} {round}: {:.0} MiB up in {:.1} s, checked in {:.1} s, written at {:.0} lines/s, report in \
             {:.1} s, memory {:.1} MiB before and at most {:.1} MiB",
            engine.name(),
            outcome.file,
            outcome.upload,
            outcome.check,
            outcome.per_second,
            outcome.report,
            outcome.idle,
            outcome.peak
        );
        server.stop().await?;
        world.end().await?;
        all.push(engine, outcome);
    }
    for engine in plan.target.engines() {
        figures::print(&Line {
            bench: "import",
            engine: engine.name(),
            lines,
            file_mib: all.median(engine, |outcome| outcome.file, 1),
            upload_seconds: all.median(engine, |outcome| outcome.upload, 1),
            check_seconds: all.median(engine, |outcome| outcome.check, 1),
            per_second: figures::whole(all.median(engine, |outcome| outcome.per_second, 0)),
            report_seconds: all.median(engine, |outcome| outcome.report, 1),
            idle_mib: all.median(engine, |outcome| outcome.idle, 1),
            peak_mib: all.median(engine, |outcome| outcome.peak, 1),
        })?;
    }
    Ok(())
}

fn file(lines: i64) -> Result<Vec<u8>> {
    let mut file = "name,phone,note\n".to_owned();
    for nth in 0..lines {
        writeln!(file, "Customer {nth},+9198{nth:08},\"Came in by the fair, stand {}\"", nth % 97)?;
    }
    Ok(file.into_bytes())
}

/// As a browser does it, with an eye on the server's memory all the time.
async fn import(world: &World, server: &Parlance, file: &[u8], lines: i64) -> Result<Outcome> {
    let idle = server.resident_mib()?;
    let person = Person { client: Client::builder().no_proxy().build()?, cookie: world.sign_in(OWNER).await?, world };
    let mut peak = idle;
    let done = person.whole(file, lines);
    tokio::pin!(done);
    let [upload, check, written, report] = loop {
        tokio::select! {
            done = &mut done => break done?,
            () = sleep(LOOK_EVERY) => peak = peak.max(server.resident_mib()?),
        }
    };
    let mib = f64::from(1 << 20);
    Ok(Outcome { file: file.len() as f64 / mib, upload, check, per_second: lines as f64 / written, report, idle, peak })
}

/// Who imports.
struct Person<'a> {
    client: Client,
    cookie: String,
    world: &'a World,
}

impl Person<'_> {
    /// The seconds that it takes until the file is up, checked, written, and its report is down.
    async fn whole(&self, file: &[u8], lines: i64) -> Result<[f64; 4]> {
        let slug = &self.world.offices[0].slug;
        let begun = Instant::now();
        let made = self.post(&format!("/w/{slug}/contacts/imports?name=list.csv")).body(file.to_vec());
        let id = answer(made).await?["id"].as_str().context("the import has no id")?.to_owned();
        let upload = begun.elapsed().as_secs_f64();

        let plan = json!({ "targets": ["name", "phone", "note"] });
        let (begun, mut from, mut checked) = (Instant::now(), Value::Null, 0);
        loop {
            let stretch = self
                .ask("import/check", json!({ "workspace": slug, "import": id, "plan": plan, "from": from }))
                .await?;
            ensure!(stretch["refused"] == 0, "lines are refused: {stretch}");
            checked += stretch["lines"].as_i64().unwrap_or_default();
            from = stretch["next"].clone();
            if from.is_null() {
                break;
            }
        }
        ensure!(checked == lines, "{checked} of {lines} lines are checked");
        let check = begun.elapsed().as_secs_f64();

        let begun = Instant::now();
        self.ask("import/start", json!({ "workspace": slug, "import": id, "plan": plan })).await?;
        let after = loop {
            let now = self.ask("import/progress", json!({ "workspace": slug, "import": id })).await?;
            if now["state"] != "running" {
                break now;
            }
            sleep(ASK_EVERY).await;
        };
        let written = begun.elapsed().as_secs_f64();
        ensure!(after["state"] == "done" && after["counts"]["added"] == lines, "it ended so: {after}");

        let begun = Instant::now();
        let url = format!("http://{}/w/{slug}/contacts/imports/{id}/report.csv", self.world.addr);
        let mut report = self.client.get(url).header("cookie", &self.cookie).send().await?;
        ensure!(report.status() == 200, "the report answers {}", report.status());
        let mut reported = 0;
        while let Some(chunk) = report.chunk().await.context("the report broke off")? {
            reported += i64::try_from(chunk.iter().filter(|byte| **byte == b'\n').count())?;
        }
        ensure!(reported == lines + 1, "{reported} lines in the report of {lines}");
        Ok([upload, check, written, begun.elapsed().as_secs_f64()])
    }

    fn post(&self, path: &str) -> RequestBuilder {
        let url = format!("http://{}{path}", self.world.addr);
        self.client.post(url).header("cookie", &self.cookie).header("sec-fetch-site", "same-origin")
    }

    async fn ask(&self, function: &str, body: Value) -> Result<Value> {
        answer(self.post(&format!("/fn/{function}")).json(&body)).await
    }
}

async fn answer(request: RequestBuilder) -> Result<Value> {
    let response = request.send().await?;
    let (status, text) = (response.status(), response.text().await?);
    ensure!(status.is_success(), "{status}: {text}");
    Ok(serde_json::from_str(&text)?)
}
