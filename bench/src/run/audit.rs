//! What the audit trail costs: a change with its entry beside the same change without.

use std::time::Instant;

use anyhow::{Context, Result};
use domain::{audit::Action, id::UserId};
use serde::Serialize;
use serde_json::json;
use services::{
    Ctx, Services,
    audit::{self, Entry},
    clock::new_id,
    sql,
};
use uuid::Uuid;

use super::{ByEngine, Plan};
use crate::{figures, world::World};

/// Changes of one batch.
const BATCH: u32 = 25;

// What closing and reopening a conversation does.
const CONTACT: &str = "INSERT INTO contacts (workspace_id, id, wa_id, profile_name, created_at, updated_at)
    VALUES ($1, $2, '4915112345678', 'Camila Souza', $3, $3)";
const CONVERSATION: &str = "INSERT INTO conversations
    (workspace_id, id, number_id, contact_id, state, last_message_at, unread, created_at)
    SELECT $1, $2, n.id, $3, 'open', $4, 0, $4 FROM numbers n WHERE n.workspace_id = $1 LIMIT 1";
const CHANGE: &str = "UPDATE conversations SET unread = $3 WHERE workspace_id = $1 AND id = $2";
const ROW: &str = "SELECT unread FROM conversation_rows WHERE workspace_id = $1 AND id = $2";
const NEXT: &str =
    "UPDATE workspace_counters SET event_seq = event_seq + 1 WHERE workspace_id = $1 RETURNING event_seq";
const EVENT: &str = "INSERT INTO events (workspace_id, seq, conversation_id, body, at) VALUES ($1, $2, $3, $4, $5)";

const USER: &str = "SELECT m.user_id FROM members m JOIN workspaces w ON w.id = m.workspace_id
    WHERE w.slug = $1 LIMIT 1";
#[derive(Serialize)]
struct Line {
    bench: &'static str,
    engine: &'static str,
    plain_us: f64,
    audited_us: f64,
    ratio: f64,
    /// With the time that sealing the batch takes afterwards.
    ratio_sealed: f64,
}

struct Round {
    plain: f64,
    audited: f64,
    ratio: f64,
    ratio_sealed: f64,
}

pub(super) async fn run(plan: &Plan) -> Result<()> {
    let mut all = ByEngine::new();
    for (nth, engine) in plan.turns() {
        let world = World::new(&plan.target, engine, 1).await?;
        let services = world.services().await?;
        let ctx = owner(&services, &world).await?;
        let round = writes(&ctx, plan.scale.audit_batches).await?;
        services.close().await;
        world.end().await?;
        eprintln!(
            "audit {} {nth}: plain {:.0} us, audited {:.0} us, ratio {:.3}, with sealing {:.3}",
            engine.name(),
            round.plain,
            round.audited,
            round.ratio,
            round.ratio_sealed
        );
        all.push(engine, round);
    }
    for engine in plan.target.engines() {
        figures::print(&Line {
            bench: "audit",
            engine: engine.name(),
            plain_us: all.median(engine, |round| round.plain, 0),
            audited_us: all.median(engine, |round| round.audited, 0),
            ratio: all.median(engine, |round| round.ratio, 3),
            ratio_sealed: all.median(engine, |round| round.ratio_sealed, 3),
        })?;
    }
    Ok(())
}

async fn owner(services: &Services, world: &World) -> Result<Ctx> {
    let office = world.offices.first().context("no workspace")?;
    let mut read = services.db().read().await?;
    let user = sql!(scalar Uuid, read.conn(), USER, office.slug.as_str())?;
    drop(read);
    Ok(services.ctx(UserId(user), &office.slug).await?)
}

/// Batches of changes without and with entries take turns; each pair gives a ratio, and the medians count.
async fn writes(ctx: &Ctx, batches: u32) -> Result<Round> {
    let (ws, conversation, contact) = (ctx.workspace().id.0, new_id(), new_id());
    let mut tx = ctx.services().db().begin().await?;
    sql!(exec tx.conn(), CONTACT, ws, contact, ctx.now())?;
    sql!(exec tx.conn(), CONVERSATION, ws, conversation, contact, ctx.now())?;
    tx.commit().await?;
    let each = |start: Instant| start.elapsed().as_secs_f64() * 1e6 / f64::from(BATCH);
    let mut pairs = Vec::new();
    for nth in 0..=batches {
        let start = Instant::now();
        batch(ctx, conversation, false).await?;
        let without = each(start);
        let start = Instant::now();
        batch(ctx, conversation, true).await?;
        let with = each(start);
        audit::seal(ctx.services()).await?;
        // The first warms up.
        if nth > 0 {
            pairs.push((without, with, each(start)));
        }
    }
    let median = |of: fn(&(f64, f64, f64)) -> f64| figures::median(pairs.iter().map(of));
    Ok(Round {
        plain: median(|pair| pair.0),
        audited: median(|pair| pair.1),
        ratio: median(|pair| pair.1 / pair.0),
        ratio_sealed: median(|pair| pair.2 / pair.0),
    })
}

async fn batch(ctx: &Ctx, conversation: Uuid, is_audited: bool) -> Result<()> {
    let ws = ctx.workspace().id.0;
    for i in 0..i64::from(BATCH) {
        let mut tx = ctx.services().db().begin().await?;
        sql!(scalar i64, tx.conn(), ROW, ws, conversation)?;
        sql!(exec tx.conn(), CHANGE, ws, conversation, i)?;
        sql!(scalar i64, tx.conn(), ROW, ws, conversation)?;
        if is_audited {
            let entry = Entry::new(Action::ConversationClosed)
                .on("conversation", conversation)
                .change(json!({ "unread": i - 1 }), json!({ "unread": i }));
            audit::record(&mut tx, ctx, entry).await?;
        }
        let seq = sql!(scalar i64, tx.conn(), NEXT, ws)?;
        sql!(exec tx.conn(), EVENT, ws, seq, conversation, EVENT_BODY, ctx.now())?;
        tx.commit().await?;
    }
    Ok(())
}

/// As long as the event of a changed conversation is.
const EVENT_BODY: &str = r#"{"conversation":{"row":{"id":"0198f6a1-0000-7000-8000-000000000000","contact":{"id":
"0198f6a1-0000-7000-8000-000000000001","name":"Camila Souza","phone":"+4915112345678"},"state":"open","assignee":null,
"last_message_at":1800000000000,"unread":1,"window_expires_at":1800086400000,"preview":{"direction":"in","kind":"text",
"status":"received","text":"Is the throw still available in blue?"}},"was":{"state":"open","assignee":null}}}"#;
