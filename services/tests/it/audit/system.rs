//! What strangers do outside of any workspace.

use super::pages;
use crate::{on_both, support::workspace};
use domain::audit::{Action, Filter};
use services::{Origin, audit, sql};

const DELETED: &str = "DELETE FROM audit_entries WHERE workspace_id = $1 AND position = 1";

on_both! {
    async fn is_counted_by_the_minute_in_a_chain_of_its_own(db) {
        let services = db.services();
        let owner = workspace(&services, "Kaveri").await;
        let before = pages(&owner, &Filter::default(), 100).await.len();
        let from = |address: &str| Origin { address: Some(address.parse().unwrap()), agent: None };
        for i in 0..100 {
            let network = if i % 4 == 0 { "203.0.113.9" } else { "2001:db8::1" };
            audit::system_event(&services, Action::WebhookRefused, &from(network), "wrong signature");
        }
        audit::system_event(&services, Action::SignInFailed, &from("2001:db8::2"), "asha@example.com");
        audit::flush(&services).await.unwrap();
        audit::flush(&services).await.unwrap();
        audit::seal(&services).await.unwrap();
        let entries = audit::system_entries(&services, 10).await.unwrap();
        let mut said: Vec<_> = entries
            .iter()
            .map(|entry| (entry.action.as_str(), entry.address.as_deref().unwrap(), entry.after.as_ref().unwrap().to_string()))
            .collect();
        said.sort();
        assert_eq!(
            said,
            [
                ("auth.sign_in_failed", "2001:db8::", r#"{"details":["asha@example.com"],"times":1}"#.to_owned()),
                ("webhook.refused", "2001:db8::", r#"{"details":["wrong signature"],"times":75}"#.to_owned()),
                ("webhook.refused", "203.0.113.9", r#"{"details":["wrong signature"],"times":25}"#.to_owned()),
            ]
        );
        assert_eq!(pages(&owner, &Filter::default(), 100).await.len(), before, "nothing of it in a workspace");
        let all = audit::verify(&services, None).await.unwrap();
        let own = all.iter().find(|report| report.slug.is_none()).unwrap();
        assert_eq!((own.position, own.entries, own.breaks.len()), (3, 3, 0));
        let mut tx = services.db().begin().await.unwrap();
        sql!(exec tx.conn(), DELETED, own.workspace.0).unwrap();
        tx.commit().await.unwrap();
        let all = audit::verify(&services, None).await.unwrap();
        assert_eq!(all.iter().filter(|report| !report.breaks.is_empty()).count(), 1);
    }
}
