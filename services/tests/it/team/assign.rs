//! Who looks after whom.

use super::{Team, audited, customers, refused};
use crate::{
    on_both,
    support::{member, workspace},
};
use domain::{audit::Action, conversation::View, id::ContactId, role::Role, team::ASSIGN_LIMIT};
use services::{
    clock::new_id,
    contacts, conversations,
    team::{assign_contacts, settings},
};

on_both! {
    async fn conversations_follow_their_contact(db) {
        let services = db.services();
        let team = Team::new(&services).await;
        let rows = customers(&services, &team.owner, 2).await;
        let rohan = team.agent.me().id;
        let both: Vec<ContactId> = rows.iter().map(|row| row.contact.id).collect();
        assign_contacts(&team.owner, &both, Some(rohan)).await.unwrap();
        let mine = conversations::inbox(&team.agent, View::Mine, None).await.unwrap().rows;
        assert_eq!(mine.len(), 2);
        assert_eq!(contacts::list(&team.agent, None, 10).await.unwrap().items.len(), 2);
        assert_eq!(audited(&team.owner, Action::ContactAssigned).await, 2);
        // The same once more is no change.
        assign_contacts(&team.owner, &both, Some(rohan)).await.unwrap();
        assert_eq!(audited(&team.owner, Action::ContactAssigned).await, 2);
        assign_contacts(&team.owner, &both[..1], None).await.unwrap();
        assert_eq!(conversations::inbox(&team.agent, View::Mine, None).await.unwrap().rows.len(), 1);
    }

    async fn own_ones_can_be_handed_over_by_an_agent_and_no_others(db) {
        let services = db.services();
        let team = Team::new(&services).await;
        let rows = customers(&services, &team.owner, 2).await;
        let (mine, other) = (rows[0].contact.id, rows[1].contact.id);
        let (rohan, manager) = (team.agent.me().id, team.manager.me().id);
        assign_contacts(&team.owner, &[mine], Some(rohan)).await.unwrap();
        // One that is not theirs to see spoils the whole: nothing has changed.
        assert_eq!(refused(assign_contacts(&team.agent, &[mine, other], Some(manager)).await), "not found");
        assert_eq!(contacts::get(&team.owner, mine).await.unwrap().assignee, Some(rohan));
        assign_contacts(&team.agent, &[mine], Some(manager)).await.unwrap();
        assert_eq!(refused(assign_contacts(&team.agent, &[mine], Some(rohan)).await), "not found");
        assert_eq!(refused(assign_contacts(&team.viewer, &[mine], None).await), "contacts.update");
        // Where the workspace lets them, agents take what is nobody's.
        let before = settings::get(&team.owner).await.unwrap();
        let open = domain::team::Settings { agents_see_unassigned: true, ..before };
        settings::save(&team.owner, open).await.unwrap();
        let agent = team.agent.again().await.unwrap();
        assign_contacts(&agent, &[other], Some(rohan)).await.unwrap();
        assert_eq!(contacts::get(&agent, other).await.unwrap().assignee, Some(rohan));
    }

    async fn foreign_ones_are_as_unknown_ones(db) {
        let services = db.services();
        let team = Team::new(&services).await;
        let rows = customers(&services, &team.owner, 1).await;
        let contact = rows[0].contact.id;
        for (ctx, id) in [(&team.stranger, contact), (&team.owner, ContactId(new_id())), (&team.agent, contact)] {
            assert_eq!(refused(assign_contacts(ctx, &[id], None).await), "not found");
        }
        for member in [team.stranger.me().id, team.viewer.me().id] {
            assert_eq!(refused(assign_contacts(&team.owner, &[contact], Some(member)).await), "invalid member");
        }
    }

    async fn a_thousand_at_once(db) {
        let services = db.services();
        let owner = workspace(&services, "Kaveri").await;
        let (rohan, agent) = member(&services, &owner.workspace().slug, "Rohan", Role::Agent).await;
        let mut ids = Vec::new();
        for nth in 0..ASSIGN_LIMIT {
            let phone = format!("+4915{nth:08}");
            ids.push(contacts::create(&owner, &phone, None).await.unwrap().id);
        }
        assign_contacts(&owner, &ids, Some(rohan.member.id)).await.unwrap();
        for id in [ids[0], ids[ASSIGN_LIMIT / 2], ids[ASSIGN_LIMIT - 1]] {
            assert_eq!(contacts::get(&agent, id).await.unwrap().assignee, Some(rohan.member.id));
        }
        ids.push(ContactId(new_id()));
        assert_eq!(refused(assign_contacts(&owner, &ids, None).await), "invalid contacts");
    }
}
