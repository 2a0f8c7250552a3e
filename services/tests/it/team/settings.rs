//! What a workspace sets for itself.

use super::{Team, audited, customers, refused};
use crate::on_both;
use domain::{audit::Action, conversation::View, team::Settings};
use services::{conversations, team::settings};

on_both! {
    async fn agents_see_what_is_nobodys_where_it_is_set_so(db) {
        let services = db.services();
        let team = Team::new(&services).await;
        customers(&services, &team.owner, 1).await;
        let unassigned = async || {
            let agent = team.agent.again().await.unwrap();
            conversations::inbox(&agent, View::Unassigned, None).await.map(|view| view.rows.len()).unwrap_or_default()
        };
        assert_eq!(unassigned().await, 0);
        let before = settings::get(&team.owner).await.unwrap();
        let after = Settings { agents_see_unassigned: true, audit_days: 365, read_receipts: false, ..before.clone() };
        assert_eq!(settings::save(&team.manager, after.clone()).await.unwrap(), after);
        assert_eq!(settings::get(&team.owner).await.unwrap(), after);
        assert_eq!(unassigned().await, 1);
        settings::save(&team.owner, before).await.unwrap();
        assert_eq!(unassigned().await, 0);
        assert_eq!(audited(&team.owner, Action::SettingsChanged).await, 2);
    }

    async fn who_may_not_change_them_does_not_read_them(db) {
        let services = db.services();
        let team = Team::new(&services).await;
        let now = settings::get(&team.owner).await.unwrap();
        for ctx in [&team.agent, &team.viewer] {
            assert_eq!(refused(settings::get(ctx).await), "workspace.settings");
            assert_eq!(refused(settings::save(ctx, now.clone()).await), "workspace.settings");
        }
        for (wrong, field) in [
            (Settings { name: "  ".into(), ..now.clone() }, "invalid workspace"),
            (Settings { audit_days: 6, ..now.clone() }, "invalid audit_days"),
            (Settings { audit_days: 3_651, ..now.clone() }, "invalid audit_days"),
        ] {
            assert_eq!(refused(settings::save(&team.owner, wrong).await), field);
        }
        assert_eq!(settings::get(&team.owner).await.unwrap(), now);
    }
}
