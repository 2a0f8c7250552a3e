//! The few statements that serve all workspaces: routing, claiming, purging. They return no content of a workspace to anyone
//! outside of it, and are the only exception of the test that wants `workspace_id` in every statement.

use super::{Conn, dialect};
use crate::sql;
use domain::time::Millis;
use uuid::Uuid;

const ACTIVE_NUMBERS: &str =
    "SELECT id, workspace_id, phone_number_id, waba_id, display_number, name FROM numbers WHERE state = 'active'
    ORDER BY created_at DESC, id DESC";
const PURGE_EVENTS: &str = "DELETE FROM events WHERE (workspace_id, seq) IN
    (SELECT workspace_id, seq FROM events WHERE at < $1 LIMIT 1000)";
const PURGE_PARKED: &str = "DELETE FROM parked_statuses WHERE expires_at < $1";
const PURGE_BODIES: &str = "UPDATE deliveries SET body = NULL WHERE id IN
    (SELECT id FROM deliveries WHERE finished_at < $1 AND body IS NOT NULL AND state = 'done' LIMIT 1000)";
const PURGE_KEYS: &str = "DELETE FROM deliveries WHERE id IN
    (SELECT id FROM deliveries WHERE finished_at < $1 AND received_at < $1 AND state = 'done' LIMIT 1000)";
/// Numbers for which something is due, with what decides whether this process sends for them. Not `EXISTS`: for two of them
/// PostgreSQL would read the whole outbox.
const DUE_LANES: &str = "SELECT n.id, n.workspace_id, n.phone_number_id, n.state, n.token_locked_at, n.throughput,
    n.coexistence, w.plan, l.holder, l.lease_until, l.slowed_to, l.slowed_at,
    EXISTS (SELECT 1 FROM parks p WHERE p.number_id = n.id AND p.scope IN ('token', 'number')) AS parked
    FROM numbers n JOIN workspaces w ON w.id = n.workspace_id LEFT JOIN lanes l ON l.number_id = n.id
    WHERE (SELECT 1 FROM outbox o WHERE o.number_id = n.id AND o.bulk = FALSE AND o.due_at <= $1 AND o.lease_until <= $1
        ORDER BY o.due_at LIMIT 1) = 1
    OR (SELECT 1 FROM outbox o WHERE o.number_id = n.id AND o.bulk = TRUE AND o.due_at <= $1 AND o.lease_until <= $1
        ORDER BY o.due_at LIMIT 1) = 1";
/// Messages whose process is gone, and those whose answer did not come in time.
const OPEN_ENDS: &str =
    "SELECT o.workspace_id, o.message_id FROM outbox o WHERE o.lease_until > 0 AND o.lease_until <= $1
    UNION SELECT o.workspace_id, o.message_id FROM messages m JOIN outbox o ON o.message_id = m.id
    WHERE m.status = 'unconfirmed' AND m.next_try_at <= $1 AND o.due_at <= $1 LIMIT 200";
/// At the beginning of time: when they were claimed is not known any more.
const END_LEASES: &str = "UPDATE outbox SET lease_until = 1 WHERE lease_until > 0";
const END_LANES: &str = "UPDATE lanes SET lease_until = $1 WHERE lease_until > $1";
const LEAVE_LANES: &str = "UPDATE lanes SET lease_until = $2 WHERE holder = $1 AND lease_until > $2";
const ALERTS_TO_MAIL: &str =
    "SELECT workspace_id, id FROM alerts WHERE mail_due AND last_at > $1 ORDER BY last_at LIMIT $2";
const PURGE_ALERT_READS: &str = "DELETE FROM alert_reads WHERE alert_id IN
    (SELECT id FROM alerts WHERE last_at < $1 ORDER BY last_at, id LIMIT 1000)";
const PURGE_ALERTS: &str = "DELETE FROM alerts WHERE id IN
    (SELECT id FROM alerts WHERE last_at < $1 ORDER BY last_at, id LIMIT 1000)";
const DUE_SNOOZES: &str = "SELECT workspace_id, id FROM conversations WHERE snoozed_until <= $1
    ORDER BY workspace_id, id LIMIT $2";
const DELETED_LABELS: &str =
    "SELECT workspace_id, id FROM labels WHERE deleted_at IS NOT NULL ORDER BY deleted_at, id LIMIT 100";
const HANDOVERS: &str = "SELECT workspace_id, member_id FROM handovers ORDER BY created_at LIMIT 100";

const DUE_TEMPLATE_SYNCS: &str =
    "SELECT workspace_id, waba_id FROM template_syncs WHERE due_at <= $1 ORDER BY due_at, waba_id LIMIT $2";
const NOTICE_TEMPLATE_ACCOUNTS: &str = "INSERT INTO template_syncs (workspace_id, waba_id, due_at)
    SELECT DISTINCT workspace_id, waba_id, CAST($1 AS BIGINT) FROM numbers WHERE state = 'active'
    ON CONFLICT (workspace_id, waba_id) DO NOTHING";

/// Accounts whose list of templates is due, with their workspaces.
pub async fn due_template_syncs(conn: Conn<'_>, now: Millis, limit: i64) -> sqlx::Result<Vec<(Uuid, String)>> {
    sql!(all(Uuid, String), conn, DUE_TEMPLATE_SYNCS, now, limit)
}

/// Accounts of connected numbers whose list of templates was never asked for.
pub async fn notice_template_accounts(conn: Conn<'_>, now: Millis) -> sqlx::Result<u64> {
    sql!(exec conn, NOTICE_TEMPLATE_ACCOUNTS, now)
}

/// Conversations that are to come back now, by workspace and id.
pub async fn due_snoozes(conn: Conn<'_>, now: Millis, limit: i64) -> sqlx::Result<Vec<(Uuid, Uuid)>> {
    sql!(all(Uuid, Uuid), conn, DUE_SNOOZES, now, limit)
}

/// Labels that were deleted and may still be on conversations, with their workspaces.
pub async fn deleted_labels(conn: Conn<'_>) -> sqlx::Result<Vec<(Uuid, Uuid)>> {
    sql!(all(Uuid, Uuid), conn, DELETED_LABELS)
}

const UNFOLDED_NAMES: &str = "SELECT id, profile_name FROM contacts WHERE name_key IS NULL ORDER BY id LIMIT $1";
const FOLD_NAME: &str = "UPDATE contacts SET name_key = $3 WHERE id = $1 AND profile_name = $2 AND name_key IS NULL";
const GONE_FIELDS: &str =
    "SELECT workspace_id, id FROM contact_fields WHERE gone_at IS NOT NULL ORDER BY gone_at LIMIT 100";
/// One of those that no worker has.
const CLAIM_IMPORT: &str = "UPDATE imports SET lease_until = $2 WHERE id = (SELECT id FROM imports
        WHERE state = 'running' AND lease_until <= $1 ORDER BY lease_until, id LIMIT 1)
    AND state = 'running' AND lease_until <= $1
    RETURNING workspace_id, id, member_id";
const IMPORTER: &str = "SELECT m.user_id, w.slug FROM members m JOIN workspaces w ON w.id = m.workspace_id
    WHERE m.id = $1";
const END_OLD_DRAFTS: &str = "UPDATE imports SET state = 'cancelled', ended_at = $2
    WHERE state IN ('uploading', 'draft') AND created_at < $1";
const PURGE_CHUNKS: &str = "DELETE FROM import_chunks WHERE (import_id, nth) IN (SELECT c.import_id, c.nth
    FROM import_chunks c JOIN imports i ON i.id = c.import_id
    WHERE i.state NOT IN ('uploading', 'draft', 'running') LIMIT 16)";
const PURGE_REPORTS: &str = "DELETE FROM import_reports WHERE (import_id, nth) IN (SELECT r.import_id, r.nth
    FROM import_reports r JOIN imports i ON i.id = r.import_id WHERE i.ended_at < $1 LIMIT 64)";
const PURGE_IMPORTS: &str = "DELETE FROM imports WHERE id IN (SELECT i.id FROM imports i WHERE i.ended_at < $1
    AND NOT EXISTS (SELECT 1 FROM import_chunks c WHERE c.import_id = i.id)
    AND NOT EXISTS (SELECT 1 FROM import_reports r WHERE r.import_id = i.id) LIMIT 100)";

/// Contacts whose name cannot be searched yet.
pub async fn unfolded_names(conn: Conn<'_>, limit: i64) -> sqlx::Result<Vec<(Uuid, String)>> {
    sql!(all(Uuid, String), conn, UNFOLDED_NAMES, limit)
}

/// Makes a name searchable, unless it is another one by now.
pub async fn fold_name(conn: Conn<'_>, contact: Uuid, name: &str, key: &str) -> sqlx::Result<()> {
    sql!(exec conn, FOLD_NAME, contact, name, key).map(drop)
}

/// Custom fields whose values are to be erased, with their workspaces.
pub async fn gone_fields(conn: Conn<'_>) -> sqlx::Result<Vec<(Uuid, Uuid)>> {
    sql!(all(Uuid, Uuid), conn, GONE_FIELDS)
}

/// An import that waits for a worker, until `lease_until` this one's: workspace, import, the member who imports.
pub async fn claim_import(
    conn: Conn<'_>,
    now: Millis,
    lease_until: Millis,
) -> sqlx::Result<Option<(Uuid, Uuid, Uuid)>> {
    sql!(opt(Uuid, Uuid, Uuid), conn, CLAIM_IMPORT, now, lease_until)
}

/// Who a member is, and the slug of their workspace.
pub async fn importer(conn: Conn<'_>, member: Uuid) -> sqlx::Result<(Uuid, String)> {
    sql!(one(Uuid, String), conn, IMPORTER, member)
}

/// Drafts that nobody came back to, up to `created`.
pub async fn end_old_drafts(conn: Conn<'_>, created: Millis, now: Millis) -> sqlx::Result<()> {
    sql!(exec conn, END_OLD_DRAFTS, created, now).map(drop)
}

/// Some pieces of files that nobody needs any more, and of reports of imports that ended before `ended`; how many.
pub async fn purge_imports(mut conn: Conn<'_>, ended: Millis) -> sqlx::Result<u64> {
    let mut gone = sql!(exec conn.again(), PURGE_CHUNKS)?;
    gone += sql!(exec conn.again(), PURGE_REPORTS, ended)?;
    gone += sql!(exec conn, PURGE_IMPORTS, ended)?;
    Ok(gone)
}

/// A connected number, whosever it is.
#[derive(sqlx::FromRow)]
pub struct ActiveNumber {
    pub id: Uuid,
    pub workspace_id: Uuid,
    pub phone_number_id: String,
    pub waba_id: String,
    pub display_number: String,
    pub name: String,
}

/// Every connected number of the installation.
pub async fn active_numbers(conn: Conn<'_>) -> sqlx::Result<Vec<ActiveNumber>> {
    sql!(all ActiveNumber, conn, ACTIVE_NUMBERS)
}

/// Removes a thousand events, and the parked statuses, that nobody can ask for any more; returns how many went.
pub async fn purge_expired(mut conn: Conn<'_>, events_before: Millis, now: Millis) -> sqlx::Result<u64> {
    Ok(sql!(exec conn.again(), PURGE_EVENTS, events_before)? + sql!(exec conn, PURGE_PARKED, now)?)
}

/// Removes a thousand raw bodies and, later, the keys by which a repeated body is recognised; returns how many went.
pub async fn purge_deliveries(mut conn: Conn<'_>, bodies_before: Millis, keys_before: Millis) -> sqlx::Result<u64> {
    Ok(sql!(exec conn.again(), PURGE_BODIES, bodies_before)? + sql!(exec conn, PURGE_KEYS, keys_before)?)
}

/// A number for which something is due.
#[derive(Debug, sqlx::FromRow)]
pub struct DueLane {
    pub id: Uuid,
    pub workspace_id: Uuid,
    pub phone_number_id: String,
    pub state: String,
    /// Since when its token does not open.
    pub token_locked_at: Option<Millis>,
    /// Messages per second, as Graph says.
    pub throughput: Option<i64>,
    pub coexistence: bool,
    pub plan: String,
    /// Who sends for it, and until when.
    pub holder: Option<String>,
    pub lease_until: Option<Millis>,
    pub slowed_to: Option<i64>,
    pub slowed_at: Option<Millis>,
    /// All of it stands still.
    pub parked: bool,
}

impl DueLane {
    /// Nothing leaves until somebody has acted. (Of a number that is not active everything is parked one by one.)
    pub fn stands(&self) -> bool {
        self.parked && self.state == "active"
    }
}

/// Numbers for which something is due.
pub async fn due_lanes(conn: Conn<'_>, now: Millis) -> sqlx::Result<Vec<DueLane>> {
    sql!(all DueLane, conn, DUE_LANES, now)
}

/// Messages that nobody waits for any more, as (workspace, message): their process is gone, or Meta never confirmed them.
pub async fn open_ends(conn: Conn<'_>, now: Millis) -> sqlx::Result<Vec<(Uuid, Uuid)>> {
    sql!(all(Uuid, Uuid), conn, OPEN_ENDS, now)
}

const COUNT_DELIVERIES: &str = "SELECT state, COUNT(*) FROM deliveries GROUP BY state";
const COUNT_MESSAGES: &str = "SELECT direction, status, COUNT(*) FROM messages GROUP BY direction, status";
const COUNT_OTHERS: &str = "SELECT (SELECT COUNT(*) FROM conversations), (SELECT COUNT(*) FROM contacts),
    (SELECT COUNT(*) FROM parked_statuses)";
const WAITING_DELIVERIES: &str = "SELECT COALESCE(waits_for, ''), COUNT(*) FROM deliveries WHERE state = 'waiting'
    GROUP BY waits_for ORDER BY COUNT(*) DESC, COALESCE(waits_for, '') LIMIT 20";
const DEAD_DELIVERIES: &str = "SELECT COALESCE(reason, ''), COUNT(*) FROM deliveries WHERE state = 'dead'
    GROUP BY reason ORDER BY COUNT(*) DESC, COALESCE(reason, '') LIMIT 20";
const OLDEST_PENDING: &str = "SELECT MIN(received_at), COUNT(*) FROM deliveries WHERE state = 'pending'";

/// Deliveries by state.
pub async fn count_deliveries(conn: Conn<'_>) -> sqlx::Result<Vec<(String, i64)>> {
    sql!(all(String, i64), conn, COUNT_DELIVERIES)
}

/// Messages by direction and status.
pub async fn count_messages(conn: Conn<'_>) -> sqlx::Result<Vec<(String, String, i64)>> {
    sql!(all(String, String, i64), conn, COUNT_MESSAGES)
}

/// How many conversations, contacts and parked statuses there are.
pub async fn count_others(conn: Conn<'_>) -> sqlx::Result<(i64, i64, i64)> {
    sql!(one(i64, i64, i64), conn, COUNT_OTHERS)
}

/// What deliveries wait for, most first.
pub async fn waiting_deliveries(conn: Conn<'_>) -> sqlx::Result<Vec<(String, i64)>> {
    sql!(all(String, i64), conn, WAITING_DELIVERIES)
}

/// Why deliveries were given up, most first.
pub async fn dead_deliveries(conn: Conn<'_>) -> sqlx::Result<Vec<(String, i64)>> {
    sql!(all(String, i64), conn, DEAD_DELIVERIES)
}

const LAST_DELIVERY: &str = "SELECT received_at FROM deliveries ORDER BY id DESC LIMIT 1";

/// When the last delivery came.
pub async fn last_delivery(conn: Conn<'_>) -> sqlx::Result<Option<Millis>> {
    sql!(scalar_opt Millis, conn, LAST_DELIVERY)
}

/// When the oldest delivery that waits for its turn came, and how many there are.
pub async fn oldest_pending(conn: Conn<'_>) -> sqlx::Result<(Option<Millis>, i64)> {
    sql!(one(Option<Millis>, i64), conn, OLDEST_PENDING)
}

/// Whether a delivery that came until then has not been read yet. One that failed once does not count: those of a batch that
/// fails are tried one by one, so it fails by itself, and most probably will for the quarter of an hour until it is given up.
/// As long nothing that Meta refused would go again, of any number.
pub async fn unread_since(conn: Conn<'_>, until: Millis) -> sqlx::Result<bool> {
    match conn {
        Conn::Sqlite(c) => dialect::sqlite_deliveries::unread_since(c, until).await,
        Conn::Postgres(c) => dialect::postgres_deliveries::unread_since(c, until).await,
    }
}

const NUMBERS_HEALTH: &str =
    "SELECT id, workspace_id, phone_number_id, waba_id, display_number, token_problem FROM numbers
    WHERE state = 'active' ORDER BY created_at, id";

/// A connected number and what is wrong with its token.
#[derive(sqlx::FromRow)]
pub struct NumberHealth {
    pub id: Uuid,
    pub workspace_id: Uuid,
    pub phone_number_id: String,
    pub waba_id: String,
    pub display_number: String,
    pub token_problem: Option<String>,
}

/// Every connected number, for `doctor`.
pub async fn numbers_health(conn: Conn<'_>) -> sqlx::Result<Vec<NumberHealth>> {
    sql!(all NumberHealth, conn, NUMBERS_HEALTH)
}

/// Ends every lease. Only where no other process can hold one: on SQLite at start, and after a restore.
pub async fn end_leases(mut conn: Conn<'_>, now: Millis) -> sqlx::Result<()> {
    sql!(exec conn.again(), END_LEASES)?;
    sql!(exec conn, END_LANES, now).map(drop)
}

/// Leaves the numbers that `holder` sent for to other processes.
pub async fn leave_lanes(conn: Conn<'_>, holder: &str, now: Millis) -> sqlx::Result<()> {
    sql!(exec conn, LEAVE_LANES, holder, now).map(drop)
}

/// Members who were removed and whose conversations still have to move, as (workspace, member).
pub async fn handovers(conn: Conn<'_>) -> sqlx::Result<Vec<(Uuid, Uuid)>> {
    sql!(all(Uuid, Uuid), conn, HANDOVERS)
}

const INVITATION_BY_HASH: &str = "SELECT workspace_id, id FROM invitations WHERE token_hash = $1";
const PURGE_INVITATIONS: &str = "DELETE FROM invitations WHERE closed_at < $1 OR expires_at < $1";

/// The invitation whose link has this digest, as (workspace, invitation); also one that was used.
pub async fn invitation_by_hash(conn: Conn<'_>, hash: &[u8; 32]) -> sqlx::Result<Option<(Uuid, Uuid)>> {
    sql!(opt(Uuid, Uuid), conn, INVITATION_BY_HASH, hash.as_slice())
}

/// Removes invitations that were closed, or ran out, before; returns how many went.
pub async fn purge_invitations(conn: Conn<'_>, before: Millis) -> sqlx::Result<u64> {
    sql!(exec conn, PURGE_INVITATIONS, before)
}

const TOKEN_BY_HASH: &str =
    "SELECT t.id, m.user_id, w.slug, t.name, t.permissions, t.any_address, t.expires_at, t.ended_at,
    t.last_used_at, t.last_address
    FROM api_tokens t JOIN members m ON m.id = t.member_id JOIN workspaces w ON w.id = t.workspace_id
    WHERE t.hash = $1";
const PURGE_TOKEN_MINUTES: &str = "DELETE FROM api_token_uses WHERE minute < $1";
const PURGE_TOKEN_HOURS: &str = "DELETE FROM api_token_hours WHERE hour < $1";
const PURGE_REQUESTS: &str = "DELETE FROM api_requests WHERE started_at < $1";

/// A token of the REST API, whosever it is.
#[derive(sqlx::FromRow)]
pub struct KnownToken {
    pub id: Uuid,
    pub user_id: Uuid,
    pub slug: String,
    pub name: String,
    pub permissions: String,
    pub any_address: bool,
    pub expires_at: Option<Millis>,
    pub ended_at: Option<Millis>,
    pub last_used_at: Option<Millis>,
    pub last_address: Option<String>,
}

/// The token with this digest.
pub async fn token_by_hash(conn: Conn<'_>, hash: &[u8; 32]) -> sqlx::Result<Option<KnownToken>> {
    sql!(opt KnownToken, conn, TOKEN_BY_HASH, hash.as_slice())
}

/// Removes what the watch over tokens needs no more, and answers that nobody can ask for again.
pub async fn purge_api(mut conn: Conn<'_>, minute: i64, hour: i64, requests_before: Millis) -> sqlx::Result<u64> {
    let uses = sql!(exec conn.again(), PURGE_TOKEN_MINUTES, minute)?;
    let hours = sql!(exec conn.again(), PURGE_TOKEN_HOURS, hour)?;
    Ok(uses + hours + sql!(exec conn, PURGE_REQUESTS, requests_before)?)
}

/// Alerts whose mails are still to be written, with their workspaces; the oldest first.
pub async fn alerts_to_mail(conn: Conn<'_>, after: Millis, limit: i64) -> sqlx::Result<Vec<(Uuid, Uuid)>> {
    sql!(all(Uuid, Uuid), conn, ALERTS_TO_MAIL, after, limit)
}

/// Removes a thousand alerts that last happened long ago, and who read them; returns how many went.
pub async fn purge_alerts(mut conn: Conn<'_>, before: Millis) -> sqlx::Result<u64> {
    sql!(exec conn.again(), PURGE_ALERT_READS, before)?;
    sql!(exec conn, PURGE_ALERTS, before)
}

const UNSEALED_WORKSPACES: &str = "SELECT workspace_id FROM audit_entries WHERE position IS NULL
    UNION SELECT workspace_id FROM audit_unbegun";
/// A chain that lost its end, its key or its entries is still one.
const AUDITED_WORKSPACES: &str = "SELECT c.workspace_id, w.slug FROM
    (SELECT id AS workspace_id FROM workspaces UNION SELECT workspace_id FROM audit_heads UNION
        SELECT workspace_id FROM secrets WHERE kind = 'audit_key') c
    LEFT JOIN workspaces w ON w.id = c.workspace_id
    WHERE c.workspace_id <> $1 ORDER BY CASE WHEN w.slug IS NULL THEN 1 ELSE 0 END, w.slug, c.workspace_id";

/// Workspaces with audit entries that are not in their chain yet, or whose chain is still to begin; zeros stand for the
/// installation itself.
pub async fn unsealed_workspaces(conn: Conn<'_>) -> sqlx::Result<Vec<Uuid>> {
    sql!(scalars Uuid, conn, UNSEALED_WORKSPACES)
}

/// A workspace and its audit chain; without a name it is gone, or the installation itself.
#[derive(sqlx::FromRow)]
pub struct Audited {
    pub workspace_id: Uuid,
    pub slug: Option<String>,
}

/// Every audit chain there is or ought to be, the installation's own at the end.
pub async fn audited_workspaces(conn: Conn<'_>, installation: Uuid) -> sqlx::Result<Vec<Audited>> {
    let mut all = sql!(all Audited, conn, AUDITED_WORKSPACES, installation)?;
    all.push(Audited { workspace_id: installation, slug: None });
    Ok(all)
}

const SEALED_SECRETS: &str = "SELECT id, workspace_id, kind, subject_id, version, sealed FROM secrets WHERE id > $1
    ORDER BY id LIMIT $2";
const REPLACE_SEALED: &str = "UPDATE secrets SET sealed = $2 WHERE id = $1 AND sealed = $3";
const UNSEALED_PROOFS: &str = "SELECT id, workspace_id, at, proof FROM audit_entries
    WHERE position IS NULL AND proof IS NOT NULL AND id > $1 ORDER BY id LIMIT $2";
const NUMBERS_TO_UNLOCK: &str = "SELECT workspace_id, id FROM numbers
    WHERE state = 'active' AND (token_locked_at IS NOT NULL OR $1) ORDER BY created_at, id";
const TOKENS_BEFORE: &str = "SELECT n.workspace_id, n.id, n.phone_number_id, n.name, s.created_at, s.expires_at,
    s.renew_refused FROM secrets s
    JOIN numbers n ON n.workspace_id = s.workspace_id AND n.id = s.subject_id AND n.state = 'active'
    WHERE s.kind = 'access_token' AND (s.created_at < $1 OR (s.expires_at <> 0 AND s.expires_at < $2))
    ORDER BY s.created_at, s.id";
const TOKENS_TO_RENEW: &str =
    "SELECT s.workspace_id, s.id, s.subject_id AS number_id, s.created_at, s.expires_at, s.renew_at
    FROM secrets s
    JOIN numbers n ON n.workspace_id = s.workspace_id AND n.id = s.subject_id AND n.state = 'active'
    WHERE s.kind = 'access_token' AND s.renew_at <= $1 ORDER BY s.renew_at, s.id LIMIT $2";
const PURGE_SECRET_ACCESS: &str =
    "DELETE FROM secret_access WHERE (workspace_id, kind, subject_id, purpose, minute, outcome) IN
    (SELECT workspace_id, kind, subject_id, purpose, minute, outcome FROM secret_access WHERE minute < $1 LIMIT 1000)";

/// A secret as it is stored, whosever it is.
#[derive(sqlx::FromRow)]
pub struct SealedSecret {
    pub id: Uuid,
    pub workspace_id: Uuid,
    pub kind: String,
    pub subject_id: Uuid,
    pub version: i64,
    pub sealed: Vec<u8>,
}

/// Stored secrets in the order of their ids.
pub async fn sealed_secrets(conn: Conn<'_>, after: Uuid, limit: i64) -> sqlx::Result<Vec<SealedSecret>> {
    sql!(all SealedSecret, conn, SEALED_SECRETS, after, limit)
}

/// What proves an audit entry that is not in its chain yet.
#[derive(sqlx::FromRow)]
pub struct UnsealedProof {
    pub id: Uuid,
    pub workspace_id: Uuid,
    pub at: Millis,
    pub proof: Vec<u8>,
}

/// Proofs that somebody needs still, in the order of the entries' ids.
pub async fn unsealed_proofs(conn: Conn<'_>, after: Uuid, limit: i64) -> sqlx::Result<Vec<UnsealedProof>> {
    sql!(all UnsealedProof, conn, UNSEALED_PROOFS, after, limit)
}

/// Replaces a sealed value where it still stands; returns how many rows that was.
pub async fn replace_sealed(conn: Conn<'_>, id: Uuid, new: &[u8], old: &[u8]) -> sqlx::Result<u64> {
    sql!(exec conn, REPLACE_SEALED, id, new, old)
}

/// Connected numbers whose token did not open, or all, as (workspace, number).
pub async fn numbers_to_unlock(conn: Conn<'_>, all: bool) -> sqlx::Result<Vec<(Uuid, Uuid)>> {
    sql!(all(Uuid, Uuid), conn, NUMBERS_TO_UNLOCK, all)
}

/// A connected number and since when its token has been in use.
#[derive(sqlx::FromRow)]
pub struct TokenAge {
    pub workspace_id: Uuid,
    pub id: Uuid,
    pub phone_number_id: String,
    pub name: String,
    pub created_at: Millis,
    /// 0 for ever.
    pub expires_at: Option<Millis>,
    /// What Meta said when it would not renew it.
    pub renew_refused: Option<String>,
}

/// Tokens of connected numbers that were stored before, or end before.
pub async fn tokens_before(conn: Conn<'_>, stored: Millis, ends: Millis) -> sqlx::Result<Vec<TokenAge>> {
    sql!(all TokenAge, conn, TOKENS_BEFORE, stored, ends)
}

/// The token of a connected number about which Meta is to be asked.
#[derive(Default, sqlx::FromRow)]
pub struct ToRenew {
    pub workspace_id: Uuid,
    pub id: Uuid,
    pub number_id: Uuid,
    pub created_at: Millis,
    pub expires_at: Option<Millis>,
    pub renew_at: Millis,
}

/// Those that are due.
pub async fn tokens_to_renew(conn: Conn<'_>, now: Millis, limit: i64) -> sqlx::Result<Vec<ToRenew>> {
    sql!(all ToRenew, conn, TOKENS_TO_RENEW, now, limit)
}

const ALERTS_TO_TELL: &str = "SELECT workspace_id, id FROM alerts WHERE NOT told ORDER BY last_at, id LIMIT $1";

/// Alerts that open pages have not been told of.
pub async fn alerts_to_tell(conn: Conn<'_>, limit: i64) -> sqlx::Result<Vec<(Uuid, Uuid)>> {
    sql!(all(Uuid, Uuid), conn, ALERTS_TO_TELL, limit)
}

/// Forgets a thousand old openings of secrets; returns how many went.
pub async fn purge_secret_access(conn: Conn<'_>, before: Millis) -> sqlx::Result<u64> {
    sql!(exec conn, PURGE_SECRET_ACCESS, before)
}

const PURGE_LEASES: &str = "DELETE FROM send_leases WHERE (workspace_id, minute, holder) IN
    (SELECT workspace_id, minute, holder FROM send_leases WHERE minute < $1 LIMIT 1000)";
const PURGE_MINUTES: &str = "DELETE FROM send_minutes WHERE (workspace_id, minute) IN
    (SELECT workspace_id, minute FROM send_minutes WHERE minute < $1 LIMIT 1000)";
const PURGE_DAYS: &str = "DELETE FROM number_days WHERE (number_id, day) IN
    (SELECT number_id, day FROM number_days WHERE day < $1 LIMIT 1000)";
const PURGE_INSTANTS: &str = "DELETE FROM number_instants WHERE (number_id, at) IN
    (SELECT number_id, at FROM number_instants WHERE at < $1 LIMIT 1000)";
const NUMBERS_TO_ASK: &str = "SELECT workspace_id, id, phone_number_id FROM numbers
    WHERE state = 'active' AND (asked_at IS NULL OR asked_at < $1) ORDER BY created_at, id LIMIT 100";

/// Forgets some thousand counts of minutes, days and seconds that are over; returns how many went.
pub async fn purge_limits(mut conn: Conn<'_>, minute: i64, day: i64, at: Millis) -> sqlx::Result<u64> {
    let mut gone = sql!(exec conn.again(), PURGE_LEASES, minute)?;
    gone += sql!(exec conn.again(), PURGE_MINUTES, minute)?;
    gone += sql!(exec conn.again(), PURGE_DAYS, day)?;
    gone += sql!(exec conn, PURGE_INSTANTS, at)?;
    Ok(gone)
}

const OLD_PORTFOLIOS: &str = "SELECT p.workspace_id, p.waba_id FROM portfolios p WHERE EXISTS (SELECT 1
    FROM portfolio_contacts c WHERE c.workspace_id = p.workspace_id AND c.waba_id = p.waba_id AND c.at <= $1)
    ORDER BY p.workspace_id, p.waba_id LIMIT 1000";

/// Portfolios, as (workspace, account), with customers who were last written to until then.
pub async fn portfolios_with_old(conn: Conn<'_>, until: Millis) -> sqlx::Result<Vec<(Uuid, String)>> {
    sql!(all(Uuid, String), conn, OLD_PORTFOLIOS, until)
}

/// Connected numbers of which Graph was not asked since, as (workspace, number, Meta's id of it).
pub async fn numbers_to_ask(conn: Conn<'_>, since: Millis) -> sqlx::Result<Vec<(Uuid, Uuid, String)>> {
    sql!(all(Uuid, Uuid, String), conn, NUMBERS_TO_ASK, since)
}

const DEAD_LETTERS_OF: &str = "SELECT COUNT(*) FROM dead_letters WHERE delivery_id = $1";
const PURGE_DEAD_DELIVERIES: &str = "DELETE FROM deliveries WHERE id IN
    (SELECT id FROM deliveries WHERE finished_at < $1 AND state = 'dead' LIMIT 1000)";
const PURGE_DEAD_LETTERS: &str = "DELETE FROM dead_letters WHERE id IN
    (SELECT id FROM dead_letters WHERE died_at < $1 ORDER BY died_at LIMIT 1000)";
const PURGE_DELIVERY_TRIES: &str = "DELETE FROM delivery_tries WHERE (workspace_id, delivery_id, nth) IN
    (SELECT workspace_id, delivery_id, nth FROM delivery_tries WHERE at < $1 ORDER BY at LIMIT 1000)";

/// How many workspaces still have a dead delivery before them.
pub async fn dead_letters_of(conn: Conn<'_>, delivery: i64) -> sqlx::Result<i64> {
    sql!(scalar i64, conn, DEAD_LETTERS_OF, delivery)
}

/// Removes a thousand deliveries that died before; returns how many went.
pub async fn purge_dead_deliveries(conn: Conn<'_>, before: Millis) -> sqlx::Result<u64> {
    sql!(exec conn, PURGE_DEAD_DELIVERIES, before)
}

/// Removes a thousand dead letters, and what was noted of tries, from before; returns how many went.
pub async fn purge_dead_letters(mut conn: Conn<'_>, before: Millis) -> sqlx::Result<u64> {
    Ok(sql!(exec conn.again(), PURGE_DEAD_LETTERS, before)? + sql!(exec conn, PURGE_DELIVERY_TRIES, before)?)
}

const LANE_DEPTHS: &str = "SELECT number_id, COUNT(*), COALESCE(SUM(CASE WHEN lease_until > $1 THEN 1 ELSE 0 END), 0),
    MIN(queued_at) FROM outbox GROUP BY number_id ORDER BY COUNT(*) DESC, number_id LIMIT 1000";
const COUNT_DEAD_DELIVERIES: &str = "SELECT COUNT(*) FROM deliveries WHERE state = 'dead' AND finished_at IS NOT NULL";
const COUNT_DEAD_MESSAGES: &str = "SELECT COUNT(*) FROM messages WHERE status = 'dead'";

/// The longest thousand outboxes as (number, messages, in hand, since when the oldest waits).
pub async fn lane_depths(conn: Conn<'_>, now: Millis) -> sqlx::Result<Vec<(Uuid, i64, i64, Option<Millis>)>> {
    sql!(all(Uuid, i64, i64, Option<Millis>), conn, LANE_DEPTHS, now)
}

/// Deliveries that were given up.
pub async fn count_dead_deliveries(conn: Conn<'_>) -> sqlx::Result<i64> {
    sql!(scalar i64, conn, COUNT_DEAD_DELIVERIES)
}

/// Messages that were given up.
pub async fn count_dead_messages(conn: Conn<'_>) -> sqlx::Result<i64> {
    sql!(scalar i64, conn, COUNT_DEAD_MESSAGES)
}

const WORKSPACES: &str = "SELECT id FROM workspaces ORDER BY id";
const NAMED_DELIVERY: &str = "SELECT MAX(named.id) FROM (SELECT MAX(delivery_id) AS id FROM dead_letters
    UNION ALL SELECT MAX(delivery_id) FROM delivery_tries) AS named";
const DEAD_DELIVERY_IDS: &str =
    "SELECT id FROM deliveries WHERE state = 'dead' AND body IS NOT NULL AND id > $1 ORDER BY id LIMIT $2";
const REVIVE_DELIVERY: &str = "UPDATE deliveries SET state = 'pending', attempts = 0, due_at = $2, reason = NULL,
    finished_at = NULL WHERE id = $1 AND state = 'dead'";

const WAITING_MESSAGES: &str =
    "SELECT message_id FROM outbox WHERE workspace_id = $1 AND message_id > $2 ORDER BY message_id LIMIT $3";

/// What of a workspace has a place in the outbox, by id. Reads all of it: for a restore.
pub async fn waiting_messages(conn: Conn<'_>, workspace: Uuid, after: Uuid, limit: i64) -> sqlx::Result<Vec<Uuid>> {
    sql!(scalars Uuid, conn, WAITING_MESSAGES, workspace, after, limit)
}

/// Every workspace.
pub async fn workspaces(conn: Conn<'_>) -> sqlx::Result<Vec<Uuid>> {
    sql!(scalars Uuid, conn, WORKSPACES)
}

/// The highest delivery that a dead letter, or a note of a failed try, names.
pub async fn named_delivery(conn: Conn<'_>) -> sqlx::Result<Option<i64>> {
    sql!(scalar Option<i64>, conn, NAMED_DELIVERY)
}

/// Deliveries that were given up and are kept, by id.
pub async fn dead_delivery_ids(conn: Conn<'_>, after: i64, limit: i64) -> sqlx::Result<Vec<i64>> {
    sql!(scalars i64, conn, DEAD_DELIVERY_IDS, after, limit)
}

/// Gives a delivery that was given up all its tries again.
pub async fn revive_delivery(conn: Conn<'_>, id: i64, now: Millis) -> sqlx::Result<()> {
    sql!(exec conn, REVIVE_DELIVERY, id, now).map(drop)
}

const SEARCH_WAITS: &str = "SELECT CAST(COUNT(*) AS BIGINT) FROM (SELECT id FROM search_queue LIMIT 1) q";
const SEARCH_QUEUE: &str = "SELECT q.id, q.workspace_id, q.what, q.item_id, m.at, m.kind, m.body,
    c.profile_name, c.username, c.wa_id, c.created_at, COALESCE(dm.place, dc.place) AS place
    FROM (SELECT id, workspace_id, what, item_id FROM search_queue ORDER BY id LIMIT $1) q
    LEFT JOIN messages m ON q.what = 'message' AND m.id = q.item_id
    LEFT JOIN contacts c ON q.what = 'contact' AND c.id = q.item_id
    LEFT JOIN search_messages dm ON q.what = 'message' AND dm.message_id = q.item_id
    LEFT JOIN search_contacts dc ON q.what = 'contact' AND dc.contact_id = q.item_id
    ORDER BY q.id";

/// What is to be indexed, as it is now; without a body and a name it is gone.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Unindexed {
    pub id: i64,
    pub workspace_id: Uuid,
    pub what: String,
    pub item_id: Uuid,
    /// Of a message.
    pub at: Option<Millis>,
    pub kind: Option<String>,
    pub body: Option<String>,
    /// Of a contact.
    pub profile_name: Option<String>,
    pub username: Option<String>,
    pub wa_id: Option<String>,
    pub created_at: Option<Millis>,
    /// Where it stands in the index, if it does.
    pub place: Option<i64>,
}

/// Whether anything is to be indexed.
pub async fn search_waits(conn: Conn<'_>) -> sqlx::Result<bool> {
    Ok(sql!(scalar i64, conn, SEARCH_WAITS)? > 0)
}

/// What was noted first for the index of the search.
pub async fn search_queue(conn: Conn<'_>, limit: i64) -> sqlx::Result<Vec<Unindexed>> {
    sql!(all Unindexed, conn, SEARCH_QUEUE, limit)
}
