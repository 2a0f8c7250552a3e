//! A check whose result is kept, and told when it is bad.

use super::{Entry, head, record_as, system::INSTALLATION, verify::verify_workspace};
use crate::{
    Actor, Origin, Result, Services, alerts,
    db::system::{self, Audited},
};
use domain::{
    alert::{Kind, NewAlert, Severity},
    audit::Action,
    id::WorkspaceId,
};

/// Checks one chain, notes what was found, and raises the alarm when it is news; `false` when it is broken so
/// that nothing of it may go.
pub(super) async fn check(services: &Services, chain: Audited) -> Result<bool> {
    let workspace = WorkspaceId(chain.workspace_id);
    let report = verify_workspace(services, workspace, chain.slug).await?;
    let (now, problem) = (services.clock().now(), report.problem());
    let mut tx = services.db().begin().await?;
    head::checked(tx.conn(), workspace, now, report.position, problem.as_deref()).await?;
    if let Some(problem) = problem.as_deref().filter(|found| chain.problem.as_deref() != Some(found)) {
        let entry = Entry::new(Action::AuditBroken).about(problem);
        record_as(services, &mut tx, workspace, Actor::System, &Origin::default(), now, entry).await?;
        // The installation has no members who could read it.
        if workspace != INSTALLATION {
            alerts::raise(&mut tx, workspace, now, alert(problem)).await?;
        }
    }
    tx.commit().await?;
    match problem {
        Some(problem) => tracing::error!(%workspace, problem, "the audit chain is broken"),
        None => tracing::info!(
            %workspace, position = report.position, entries = report.entries, "the audit chain holds"
        ),
    }
    Ok(report.is_whole())
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
    let chains = {
        let mut read = services.db().read().await?;
        system::audited_workspaces(read.conn()).await?
    };
    if let Some(chain) = chains.into_iter().find(|chain| chain.workspace_id == workspace.0) {
        check(services, chain).await?;
    }
    Ok(())
}
