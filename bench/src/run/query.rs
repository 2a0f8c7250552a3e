//! Looking things up in a large workspace: the list, a thread, the search, each as a Manager and as an Agent. Straight through the
//! use cases, with the permissions that these people have.

use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use domain::{
    conversation::View,
    id::ConversationId,
    inbox::{MessageView, Row},
};
use serde::Serialize;
use services::{Ctx, conversations, search};

use super::Plan;
use crate::{
    data::{Asked, Data, MANAGER, agent},
    engine::Engine,
    figures,
};

/// Pages of the list before the one that is far down.
const FAR: usize = 50;
/// Long threads whose pages are turned.
const THREADS: usize = 50;

#[derive(Serialize)]
struct Line {
    bench: &'static str,
    engine: &'static str,
    #[serde(rename = "as")]
    who: &'static str,
    what: &'static str,
    p50_ms: f64,
    p99_ms: f64,
    samples: usize,
}

pub(super) async fn run(plan: &Plan) -> Result<()> {
    for engine in plan.target.engines() {
        let data = Data::open(&plan.target, engine, plan.size, &plan.home).await?;
        for (who, email) in [("manager", MANAGER.to_owned()), ("agent", agent(0))] {
            let ctx = data.member(&email).await?;
            Round { ctx: &ctx, who, engine, samples: plan.scale.queries }.run(&data.asked).await?;
        }
        data.close().await;
    }
    Ok(())
}

/// One person's questions.
struct Round<'a> {
    ctx: &'a Ctx,
    who: &'static str,
    engine: Engine,
    samples: usize,
}

impl Round<'_> {
    async fn run(&self, asked: &Asked) -> Result<()> {
        let ctx = self.ctx;
        let mut rows: Vec<Row> = Vec::new();
        let mut below = None;
        for _ in 1..FAR {
            let page = conversations::list(ctx, View::All, below).await?;
            rows.extend(page.items);
            below = rows.last().map(Row::sort_key);
            if !page.more {
                break;
            }
        }
        ensure!(!rows.is_empty(), "{} sees no open conversation", self.who);
        let mut long: Vec<(ConversationId, MessageView)> = Vec::new();
        for row in &rows {
            let thread = conversations::thread(ctx, row.id).await?;
            if let Some(first) = thread.messages.into_iter().next().filter(|_| thread.more) {
                long.push((row.id, first));
            }
            if long.len() == THREADS {
                break;
            }
        }
        let pick = |nth: usize| rows[nth.wrapping_mul(7_919) % rows.len()].id;

        self.time("inbox", async |_| conversations::inbox(ctx, View::All, None).await.map(drop)).await?;
        self.time("list_first", async |_| conversations::list(ctx, View::All, None).await.map(drop)).await?;
        self.time("list_page_50", async |_| conversations::list(ctx, View::All, below).await.map(drop)).await?;
        self.time("thread_open", async |nth| conversations::thread(ctx, pick(nth)).await.map(drop)).await?;
        if !long.is_empty() {
            let page = async |nth: usize| {
                let (id, first) = &long[nth % long.len()];
                conversations::earlier(ctx, *id, first.sort_key()).await.map(drop)
            };
            self.time("thread_page", page).await?;
        }
        for (what, questions) in [
            ("search_name", &asked.names),
            ("search_digits", &asked.digits),
            ("search_rare", &asked.rare),
            ("search_medium", &asked.medium),
            ("search_common", &asked.common),
        ] {
            let ask = async |nth: usize| search::start(ctx, &questions[nth % questions.len()]).await.map(drop);
            self.time(what, ask).await?;
        }
        // As people ask: two of five for a name, one for digits, two for words.
        let mixed = async |nth: usize| {
            let of = match nth % 15 {
                0 | 1 | 3 | 5 | 7 | 9 => &asked.names,
                2 | 6 | 11 => &asked.digits,
                4 | 10 => &asked.rare,
                8 | 13 => &asked.medium,
                _ => &asked.common,
            };
            search::start(ctx, &of[nth % of.len()]).await.map(drop)
        };
        self.time("search", mixed).await
    }

    /// Once each to warm up, then in turn.
    async fn time(&self, what: &'static str, mut ask: impl AsyncFnMut(usize) -> services::Result<()>) -> Result<()> {
        ask(0).await?;
        let mut times = Vec::with_capacity(self.samples);
        for nth in 0..self.samples {
            let begun = Instant::now();
            ask(nth).await?;
            times.push(figures::micros(begun.elapsed().max(Duration::from_micros(1))));
        }
        times.sort_unstable();
        let of = |share| figures::round(figures::percentile(&times, share), 2);
        figures::print(&Line {
            bench: "query",
            engine: self.engine.name(),
            who: self.who,
            what,
            p50_ms: of(0.5),
            p99_ms: of(0.99),
            samples: times.len(),
        })
    }
}
