use crate::{Actor, Ctx, Result, db::Conn, sql};
use domain::{
    plan::{self, Plan, Tier},
    time::Millis,
};
use uuid::Uuid;

const FACTS: &str = "SELECT w.plan, w.warm_up, n.created_at, n.messaging_tier, n.throughput, n.coexistence, n.waba_id
    FROM numbers n JOIN workspaces w ON w.id = n.workspace_id WHERE n.workspace_id = $1 AND n.id = $2";

/// What a caller wants when a limit is used up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum When {
    /// To be told so.
    Refuse,
    /// The message to wait until there is room: the next minute, or tomorrow.
    Wait,
    /// As `Wait`, in a transaction that holds many conversations: nothing is asked of another connection.
    Among,
}

/// Who wants to send, as far as the limits are concerned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Want {
    pub when: When,
    /// A program, through an API token: its single messages are held to the number's second. What people write, and what
    /// Parlance writes by itself, is paced by the number's lane.
    pub program: bool,
}

impl Want {
    /// A person or a program, as they asked.
    pub fn of(ctx: &Ctx) -> Self {
        let when = if ctx.waits() { When::Wait } else { When::Refuse };
        Self { when, program: matches!(ctx.actor(), Actor::Token { .. }) }
    }

    /// Parlance itself: nobody is there who could be told, and the transaction holds many conversations.
    pub const fn own() -> Self {
        Self { when: When::Among, program: false }
    }
}

/// What decides how much a number may send.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Facts {
    pub plan: Plan,
    warm_up: bool,
    created_at: Millis,
    tier: Option<Tier>,
    pub per_second: u32,
    pub waba: String,
}

type Row = (String, bool, Millis, Option<String>, Option<i64>, bool, String);

impl Facts {
    /// # Errors
    /// `NotFound` for a number that is not the workspace's.
    pub async fn read(conn: Conn<'_>, workspace: Uuid, number: Uuid) -> Result<Self> {
        let row: Option<Row> =
            sql!(opt(String, bool, Millis, Option<String>, Option<i64>, bool, String), conn, FACTS, workspace, number)?;
        let (plan, warm_up, created_at, tier, throughput, coexistence, waba) = row.ok_or(domain::Error::NotFound)?;
        Ok(Self::new(&plan, warm_up, created_at, tier.as_deref(), throughput, coexistence, waba))
    }

    pub fn new(
        plan: &str,
        warm_up: bool,
        created_at: Millis,
        tier: Option<&str>,
        throughput: Option<i64>,
        coexistence: bool,
        waba: String,
    ) -> Self {
        // The column takes no other words.
        let plan = Plan::parse(plan).unwrap_or(Plan::Free);
        let throughput = throughput.and_then(|per_second| u32::try_from(per_second).ok());
        let per_second = plan::per_second(plan, throughput, coexistence);
        Self { plan, warm_up, created_at, tier: tier.and_then(Tier::parse), per_second, waba }
    }

    /// Messages of a UTC day, for a moment of it.
    pub fn per_day(&self, at: Millis) -> Option<u32> {
        if self.warm_up { plan::warm_up(at - self.created_at, self.tier) } else { None }
    }

    /// Different customers outside of a window in 24 hours. A number of which Graph has said nothing is taken for a new one.
    pub fn customers(&self) -> Option<u32> {
        self.tier.unwrap_or(Tier::T250).customers()
    }
}
