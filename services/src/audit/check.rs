//! A check whose result is kept, and told when it is bad.

use super::{
    Entry,
    chain::{Checked, Key},
    head, key, record_as,
    system::INSTALLATION,
    verify::{Report, verify_with},
};
use crate::{
    Actor, Origin, Result, Services, alerts,
    db::system::{self, Audited},
};
use domain::{
    alert::{Kind, NewAlert, Severity},
    audit::Action,
    id::WorkspaceId,
};

/// What is known of the last check: what the database says where it is signed, else what this process did itself.
pub(super) async fn last(services: &Services, workspace: WorkspaceId, key: Option<&Key>) -> Result<Option<Checked>> {
    if let Some(key) = key {
        let mut read = services.db().read().await?;
        if let Some(Some(check)) = head::last_check(read.conn(), key, workspace).await? {
            return Ok(Some(check));
        }
        // What was changed or removed is looked at again.
        return Ok(None);
    }
    Ok(services.chain_ends().last_check(workspace))
}

/// Checks one chain, notes what was found, and raises the alarm when it is news.
pub(super) async fn check(services: &Services, chain: Audited, key: Option<&Key>) -> Result<Report> {
    let workspace = WorkspaceId(chain.workspace_id);
    // Whoever emptied what is stored of the last check must not raise the same alarm again and again.
    let before = match last(services, workspace, key).await? {
        Some(check) => Some(check),
        None => services.chain_ends().last_check(workspace),
    };
    let report = verify_with(services, workspace, chain.slug, key).await?;
    let check = Checked { at: services.clock().now(), position: report.position, problem: report.problem() };
    let mut tx = services.db().begin().await?;
    if let Some(key) = key {
        head::checked(tx.conn(), key, workspace, &check).await?;
    }
    let known = before.and_then(|check| check.problem);
    if let Some(problem) = check.problem.as_deref().filter(|found| known.as_deref() != Some(found)) {
        let entry = Entry::new(Action::AuditBroken).about(problem);
        record_as(services, &mut tx, workspace, Actor::System, &Origin::default(), check.at, entry).await?;
        // The installation has no members who could read it, and neither has a workspace that is gone.
        if workspace != INSTALLATION && report.slug.is_some() {
            alerts::raise(&mut tx, workspace, check.at, alert(problem)).await?;
        }
    }
    tx.commit().await?;
    match &check.problem {
        Some(problem) => tracing::error!(%workspace, problem, "the audit chain is broken"),
        None => tracing::info!(
            %workspace, position = report.position, entries = report.entries, "the audit chain holds"
        ),
    }
    services.chain_ends().note_check(workspace, check);
    Ok(report)
}

fn alert(problem: &str) -> NewAlert {
    NewAlert {
        kind: Kind::AuditBroken,
        severity: Severity::High,
        title: "The audit trail does not verify".to_owned(),
        body: format!(
            "Somebody with access to the database may have changed it: {problem}. `parlance audit verify` says more. \
             Nothing is purged until the chain holds again."
        ),
        link: "audit".to_owned(),
        key: "audit".to_owned(),
    }
}

/// The same for one workspace out of turn.
pub(super) async fn check_now(services: &Services, workspace: WorkspaceId) -> Result<()> {
    let chains = chains(services).await?;
    if let Some(chain) = chains.into_iter().find(|chain| chain.workspace_id == workspace.0) {
        let key = key::load(services, workspace).await?;
        check(services, chain, key.as_ref()).await?;
    }
    Ok(())
}

/// Every chain there is or ought to be.
pub(super) async fn chains(services: &Services) -> Result<Vec<Audited>> {
    let mut read = services.db().read().await?;
    Ok(system::audited_workspaces(read.conn(), INSTALLATION.0).await?)
}
