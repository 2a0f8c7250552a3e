//! What is wrong with an installation, and what to do about it.

mod files;
mod meta;
mod outside;

pub use outside::Outside;

use crate::{
    Error, Result, Services,
    db::{Db, system},
    sql,
    vault::{self, Kind, LoadError, Owner},
};
use domain::{
    id::WorkspaceId,
    time::{DAY, HOUR, MINUTE, Millis, SECOND},
};
use serde::{Deserialize, Serialize};

const PING: &str = "SELECT 1";

/// Both engines keep sqlx' own table.
const MIGRATIONS: &str = "SELECT COUNT(*) FROM _sqlx_migrations WHERE success";

/// Deliveries that wait longer than this for their turn mean that no worker takes them.
const LATE: Millis = MINUTE;

const REFUSED: &str = "SELECT value FROM settings WHERE key = 'webhook_refused'";

const NOTE_REFUSED: &str = "INSERT INTO settings (key, value) VALUES ('webhook_refused', $1)
    ON CONFLICT (key) DO UPDATE SET value = $1";

/// Refusals that lie back longer than this are history.
const RECENT: Millis = DAY;

/// Webhook deliveries that were refused, by what was the matter with their signature.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refused {
    pub missing: u64,
    pub wrong: u64,
}

/// As it is kept.
#[derive(Serialize, Deserialize)]
struct RefusedSince {
    #[serde(flatten)]
    count: Refused,
    since: Millis,
    last: Millis,
}

/// A number that hears nothing for so long is rare.
const QUIET: Millis = 3 * DAY;

/// How a check went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    Ok,
    /// Works, and somebody should look.
    Warn,
    /// Does not work.
    Bad,
}

/// One line of the report.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Check {
    pub name: String,
    pub state: State,
    pub text: String,
    /// What to do about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fix: Option<String>,
}

impl Check {
    fn new(name: &str, state: State, text: impl Into<String>) -> Self {
        Self { name: name.to_owned(), state, text: text.into(), fix: None }
    }

    fn ok(name: &str, text: impl Into<String>) -> Self {
        Self::new(name, State::Ok, text)
    }

    fn fix(self, fix: impl Into<String>) -> Self {
        Self { fix: Some(fix.into()), ..self }
    }
}

/// Looks at what stands around the database: clocks, disk, the store of files, the address that Meta calls, and what Meta says of
/// tokens, numbers and subscriptions. Asks over the network and changes nothing there, but for a probe in the store that goes again.
/// For a database that answers.
pub async fn around(services: &Services, outside: &Outside) -> Vec<Check> {
    let mut checks = outside::disk(services);
    checks.extend(files::store(services).await);
    checks.extend(outside::database_clock(services).await);
    checks.extend(outside::callback(services, outside).await);
    let (reachable, told) = outside::graph(services).await;
    checks.extend(told);
    if reachable {
        checks.extend(or_bad("meta", meta::checks(services, outside).await));
    }
    checks
}

/// Looks at everything in the database; a check that cannot be made is a bad one.
pub async fn report(services: &Services) -> Vec<Check> {
    let first = database(services).await;
    let reachable = first.state != State::Bad;
    let mut checks = vec![first];
    if reachable {
        checks.extend(or_bad("numbers", numbers(services).await));
        checks.extend(or_bad("vault", vault(services).await));
        checks.extend(or_bad("deliveries", deliveries(services).await));
        checks.extend(or_bad("refused deliveries", refused(services).await));
        checks.extend(or_bad("last delivery", last(services).await));
    }
    checks
}

/// Adds to the refused deliveries that [`report`] tells of. Two processes that do so in the same moment may count as one: it is a
/// hint, not a ledger.
///
/// # Errors
/// When the database cannot be written.
pub async fn note_refused(services: &Services, new: Refused) -> Result<()> {
    let now = services.clock().now();
    let mut tx = services.db().begin().await?;
    let known = recent(sql!(scalar_opt String, tx.conn(), REFUSED)?, now);
    let (before, since) = known.map_or((Refused::default(), now), |known| (known.count, known.since));
    let count =
        Refused { missing: before.missing.saturating_add(new.missing), wrong: before.wrong.saturating_add(new.wrong) };
    let value = serde_json::to_string(&RefusedSince { count, since, last: now })
        .map_err(|e| Error::Internal(format!("counts of refused deliveries: {e}")))?;
    sql!(exec tx.conn(), NOTE_REFUSED, value.as_str())?;
    Ok(tx.commit().await?)
}

fn recent(value: Option<String>, now: Millis) -> Option<RefusedSince> {
    let known: RefusedSince = serde_json::from_str(&value?).ok()?;
    (now - known.last < RECENT).then_some(known)
}

async fn refused(services: &Services) -> Result<Vec<Check>> {
    let now = services.clock().now();
    let mut read = services.db().read().await?;
    let known = recent(sql!(scalar_opt String, read.conn(), REFUSED)?, now);
    let Some(RefusedSince { count, since, last }) = known else {
        return Ok(vec![Check::ok("refused deliveries", "none in the last 24 hours")]);
    };
    let text = format!(
        "{} with a wrong signature and {} without one in the last {}, the last one {} ago",
        count.wrong,
        count.missing,
        age_text(now - since),
        age_text(now - last)
    );
    let fix = "If they are Meta's, META_APP_SECRET is not the secret on the app dashboard: compare them, restart, and Meta \
               delivers again. Else strangers knocked, and were turned away.";
    Ok(vec![Check::new("refused deliveries", State::Warn, text).fix(fix)])
}

fn or_bad(name: &str, result: Result<Vec<Check>>) -> Vec<Check> {
    result.unwrap_or_else(|e| vec![Check::new(name, State::Bad, format!("cannot be checked: {e}"))])
}

async fn database(services: &Services) -> Check {
    let engine = match services.db() {
        Db::Sqlite(_) => "SQLite",
        Db::Postgres(_) => "PostgreSQL",
    };
    let asked = async {
        let mut read = services.db().read().await?;
        // A plain 1 is 32 bits wide on PostgreSQL and 64 on SQLite; only that it answers counts.
        sql!(exec read.conn(), PING)?;
        let mut journal = services.db().read_journal().await?;
        sql!(exec journal.conn(), PING)?;
        sql!(scalar i64, read.conn(), MIGRATIONS)
    };
    match asked.await {
        Ok(migrations) => Check::ok("database", format!("{engine}, reachable, {migrations} migration(s) applied")),
        Err(e) => Check::new("database", State::Bad, format!("{engine} does not answer: {e}"))
            .fix("Check DATABASE_URL, and that the server runs and the disk is not full."),
    }
}

async fn numbers(services: &Services) -> Result<Vec<Check>> {
    let numbers = {
        let mut read = services.db().read().await?;
        system::numbers_health(read.conn()).await?
    };
    if numbers.is_empty() {
        let fix = "Connect one with `parlance connect-number`.";
        return Ok(vec![Check::new("numbers", State::Warn, "no number is connected").fix(fix)]);
    }
    let mut checks = vec![Check::ok("numbers", format!("{} connected", numbers.len()))];
    for number in numbers {
        let name = format!("number {}", number.phone_number_id);
        let again = "Run `parlance connect-number` for it again with a token that works.";
        let place = (WorkspaceId(number.workspace_id), number.id);
        checks.push(match vault::opens(services, place.0, Kind::AccessToken, place.1).await {
            Ok(()) => match number.token_problem {
                None => Check::ok(&name, format!("{}, its access token opens", number.display_number)),
                Some(problem) => Check::new(&name, State::Bad, format!("Meta refuses its token: {problem}")).fix(again),
            },
            Err(LoadError::Missing) => Check::new(&name, State::Bad, "no access token is stored").fix(again),
            Err(LoadError::Open(e)) => Check::new(&name, State::Bad, format!("its access token does not open: {e}"))
                .fix(format!("{KEY_AGAIN} Or: {again}")),
            Err(LoadError::Database(e)) => return Err(e.into()),
        });
    }
    Ok(checks)
}

/// What opens what does not open.
const KEY_AGAIN: &str =
    "Set TOKEN_MASTER_KEY, or TOKEN_MASTER_KEYS_OLD, to the key that it was sealed under, and restart.";

/// The other secrets, and tokens that have served long enough.
async fn vault(services: &Services) -> Result<Vec<Check>> {
    let (all, unreadable) = vault::unreadable(services).await?;
    let status = vault::status(services).await?;
    let mut checks = Vec::new();
    for secret in unreadable.iter().filter(|secret| secret.kind != Kind::AccessToken) {
        let of = match secret.owner {
            _ if secret.kind == Kind::Mail => format!("mail {}", secret.subject),
            _ if secret.kind == Kind::PushKey => "the installation".to_owned(),
            _ if secret.kind == Kind::PushSubscription => format!("browser {}", secret.subject),
            Owner::User(user) => format!("user {user}"),
            Owner::Workspace(workspace) => format!("workspace {workspace}"),
        };
        let text = format!("the {} of {of} does not open: {}", secret.kind.label(), secret.why);
        checks.push(Check::new("vault", State::Bad, text).fix(KEY_AGAIN));
    }
    if unreadable.is_empty() {
        checks.push(Check::ok("vault", format!("{all} secret(s) open; key {} seals", services.vault().key_id())));
    }
    if status.to_rotate > 0 {
        let text = format!("{} of {all} secret(s) are not sealed under the key that seals now", status.to_rotate);
        checks.push(Check::new("vault", State::Warn, text).fix("Run `parlance vault rotate`."));
    }
    let now = services.clock().now();
    for token in vault::stale_tokens(services).await? {
        let text = format!("its access token {}", token.words(now));
        let fix = "Make a new one in Meta's business settings and run `parlance connect-number` for it again.";
        checks.push(Check::new(&format!("number {}", token.phone_number_id), State::Warn, text).fix(fix));
    }
    Ok(checks)
}

async fn deliveries(services: &Services) -> Result<Vec<Check>> {
    let mut journal = services.db().read_journal().await?;
    let mut checks = Vec::new();
    let (oldest, pending) = system::oldest_pending(journal.conn()).await?;
    let age = oldest.map_or(0, |oldest| services.clock().now() - oldest);
    checks.push(match age {
        _ if pending == 0 => Check::ok("deliveries", "none waits for its turn"),
        age if age < LATE => Check::ok("deliveries", format!("{pending} pending, the oldest for {}", age_text(age))),
        age => Check::new("deliveries", State::Warn, format!("{pending} pending, the oldest for {}", age_text(age)))
            .fix("Start a process with START_WEBHOOK_WORKER=true, and look into its log."),
    });
    for (waits_for, count) in system::waiting_deliveries(journal.conn()).await? {
        let phone = waits_for.strip_prefix("phone:").unwrap_or(&waits_for);
        let text = format!("{count} wait for the number {phone}, which nobody has connected");
        let fix = format!("Run `parlance connect-number --phone-number-id {phone} …`; they are processed then.");
        checks.push(Check::new("waiting deliveries", State::Warn, text).fix(fix));
    }
    for (reason, count) in system::dead_deliveries(journal.conn()).await? {
        let reason = domain::text::preview(&reason, 200);
        let text = format!("{count} given up: {}", if reason.is_empty() { "no reason was noted" } else { &reason });
        checks.push(Check::new("dead deliveries", State::Bad, text));
    }
    Ok(checks)
}

/// Without numbers nothing is to come.
async fn last(services: &Services) -> Result<Vec<Check>> {
    let numbers = {
        let mut read = services.db().read().await?;
        system::numbers_health(read.conn()).await?.len()
    };
    if numbers == 0 {
        return Ok(Vec::new());
    }
    let mut journal = services.db().read_journal().await?;
    let last = system::last_delivery(journal.conn()).await?;
    let fix = "If customers wrote since: check the webhook on Meta's app dashboard, and that the app is subscribed to the \
               account.";
    Ok(vec![match last.map(|at| services.clock().now() - at) {
        None => Check::new("last delivery", State::Warn, "Meta has delivered nothing yet").fix(fix),
        Some(age) if age > QUIET => Check::new("last delivery", State::Warn, format!("{} ago", age_text(age))).fix(fix),
        Some(age) => Check::ok("last delivery", format!("{} ago", age_text(age))),
    }])
}

fn age_text(age: Millis) -> String {
    match age.max(0) {
        ms if ms < 2 * MINUTE => format!("{} s", ms / SECOND),
        ms if ms < 2 * HOUR => format!("{} min", ms / MINUTE),
        ms => format!("{} h", ms / HOUR),
    }
}
