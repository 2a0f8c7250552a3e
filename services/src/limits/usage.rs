use super::facts::Facts;
use crate::{Ctx, Result, db::Conn, sql};
use domain::{
    id::NumberId,
    limits::{NumberUsage, Usage},
    number::NumberBrief,
    permission::Permission,
    plan::Plan,
    time::{DAY, MINUTE, Millis},
};
use uuid::Uuid;

const PLAN: &str = "SELECT w.plan, CAST(COALESCE((SELECT SUM(l.used) FROM send_leases l
    WHERE l.workspace_id = w.id AND l.minute = $2), 0) AS BIGINT) FROM workspaces w WHERE w.id = $1";
// Customers are counted where they are admitted; those whose day is over go with the next ones, and by the hour. Counting all of
// them for each answer and each news would cost a walk through a hundred thousand rows.
const NUMBERS: &str =
    "SELECT n.id, n.name, n.display_number, n.created_at, n.messaging_tier, n.throughput, n.coexistence,
    n.waba_id, w.plan, w.warm_up, COALESCE(d.sent, 0) AS sent,
    COALESCE((SELECT contacts FROM portfolios p WHERE p.workspace_id = n.workspace_id AND p.waba_id = n.waba_id), 0)
    - (SELECT COUNT(*) FROM (SELECT 1 FROM portfolio_contacts c WHERE c.workspace_id = n.workspace_id
        AND c.waba_id = n.waba_id AND c.at <= $3 LIMIT 1000) AS over_now) AS customers
    FROM numbers n JOIN workspaces w ON w.id = n.workspace_id
    LEFT JOIN number_days d ON d.workspace_id = n.workspace_id AND d.number_id = n.id AND d.day = $2
    WHERE n.workspace_id = $1 AND n.state = 'active' ORDER BY n.created_at, n.id";

#[derive(sqlx::FromRow)]
struct Row {
    id: Uuid,
    name: String,
    display_number: String,
    created_at: Millis,
    messaging_tier: Option<String>,
    throughput: Option<i64>,
    coexistence: bool,
    waba_id: String,
    plan: String,
    warm_up: bool,
    sent: i64,
    customers: i64,
}

impl Row {
    fn into_usage(self, now: Millis) -> NumberUsage {
        let Self { plan, warm_up, created_at, throughput, coexistence, waba_id, .. } = self;
        let tier = self.messaging_tier.as_deref();
        let facts = Facts::new(&plan, warm_up, created_at, tier, throughput, coexistence, waba_id);
        NumberUsage {
            number: NumberBrief { id: NumberId(self.id), name: self.name, display_number: self.display_number },
            per_second: facts.per_second,
            today: count(self.sent),
            per_day: facts.per_day(now),
            customers: facts.customers(),
            customers_used: count(self.customers),
        }
    }
}

/// How far the limits of the workspace and of its connected numbers are used.
///
/// # Errors
/// `Forbidden` without the permission to send.
pub async fn usage(ctx: &Ctx) -> Result<Usage> {
    ctx.demand(Permission::MessagesSend)?;
    let mut read = ctx.read().await?;
    read_usage(read.conn(), ctx.ws(), ctx.now()).await
}

pub(super) async fn read_usage(mut conn: Conn<'_>, workspace: Uuid, now: Millis) -> Result<Usage> {
    let (minute, day) = (now.div_euclid(MINUTE), now.div_euclid(DAY));
    let (plan, used) = sql!(one(String, i64), conn.again(), PLAN, workspace, minute)?;
    let rows: Vec<Row> = sql!(all Row, conn, NUMBERS, workspace, day, now - DAY)?;
    let plan = Plan::parse(&plan).unwrap_or(Plan::Free);
    Ok(Usage {
        plan,
        per_minute: plan.per_minute(),
        this_minute: count(used),
        minute_ends: (minute + 1) * MINUTE,
        day_ends: (day + 1) * DAY,
        numbers: rows.into_iter().map(|row| row.into_usage(now)).collect(),
    })
}

fn count(n: i64) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}
