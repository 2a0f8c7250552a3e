use super::{Entry, chain::Row};
use crate::{Actor, Ctx, Origin, Result, Services, clock::new_id, db::Tx, sql, vault::Kind};
use domain::{id::WorkspaceId, text::storable, time::Millis};
use secrecy::SecretString;

/// Without a position: the sealer gives it, so that writers of a workspace do not wait for each other.
const INSERT: &str = "INSERT INTO audit_entries (workspace_id, at, id, actor_kind, member_id, token_id, action,
    resource_kind, resource_id, was, became, about, address, agent, proof)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)";

/// Characters that are kept of what a browser calls itself.
const AGENT_LIMIT: usize = 300;
/// Version of the proof's content.
pub(crate) const PROOF: i64 = 1;

/// Writes down what a member does, in the transaction of the change itself: both are there or neither.
///
/// # Errors
/// When the database fails; then the change must not be committed.
pub async fn record(tx: &mut Tx, ctx: &Ctx, entry: Entry) -> Result<()> {
    record_as(&ctx.services, tx, ctx.workspace().id, ctx.actor(), ctx.origin(), ctx.now(), entry).await
}

/// Writes down what somebody does of whom there is no [`Ctx`].
///
/// # Errors
/// When the database fails; then the change must not be committed.
pub(crate) async fn record_as(
    services: &Services,
    tx: &mut Tx,
    workspace: WorkspaceId,
    actor: Actor,
    origin: &Origin,
    now: Millis,
    entry: Entry,
) -> Result<()> {
    let row = row(actor, origin, now, entry);
    // A database that somebody else can write to holds no key: what they add cannot have this.
    let proof = SecretString::from(row.digest_as_written(workspace));
    let proof = services.vault().seal(workspace, Kind::AuditEntry, PROOF, &proof);
    sql!(
        exec tx.conn(),
        INSERT,
        workspace.0,
        row.at,
        row.id,
        row.actor_kind.as_str(),
        row.member_id,
        row.token_id,
        row.action.as_str(),
        row.resource_kind.as_deref(),
        row.resource_id,
        row.was.as_deref(),
        row.became.as_deref(),
        row.about.as_deref(),
        row.address.as_deref(),
        row.agent.as_deref(),
        proof.as_slice()
    )?;
    Ok(())
}

fn row(actor: Actor, origin: &Origin, now: Millis, entry: Entry) -> Row {
    let (actor, member_id, token_id) = match actor {
        Actor::Member(member) => ("member", Some(member.0), None),
        Actor::Token { token, member } => ("token", Some(member.0), Some(token.0)),
        Actor::System => ("system", None, None),
    };
    let (resource_kind, resource_id) = entry.on.unzip();
    let [was, became] = [entry.before, entry.after].map(|json| json.map(|json| json.to_string()));
    Row {
        at: now,
        id: new_id(),
        actor_kind: actor.to_owned(),
        member_id,
        token_id,
        action: entry.action.to_string(),
        resource_kind: resource_kind.map(str::to_owned),
        resource_id,
        was,
        became,
        about: entry.about.as_deref().map(storable),
        address: origin.address.map(|address| address.to_canonical().to_string()),
        agent: origin.agent.as_deref().map(|agent| storable(agent).chars().take(AGENT_LIMIT).collect()),
        unproven: false,
        position: None,
        salt: None,
        mac: None,
        erased_at: None,
        personal_digest: None,
        erasure: None,
        proof: None,
    }
}
