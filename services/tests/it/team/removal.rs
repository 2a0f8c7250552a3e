//! What removing somebody does, at once and to what they leave.

use super::{Team, audited, customers, refused};
use crate::{on_both, support::member};
use domain::{
    audit::Action,
    conversation::View,
    inbox::{Event, Live},
    role::Role,
};
use futures::{Stream, StreamExt};
use services::{
    Ctx, Error, contacts, conversations,
    live::{Frame, subscribe},
    team::{assign_contacts, members, resume_handovers},
    workspaces,
};
use std::{pin::Pin, time::Duration};

type Frames = Pin<Box<dyn Stream<Item = Frame> + Send>>;

async fn follow(ctx: &Ctx) -> Frames {
    Box::pin(subscribe(ctx, None).await.unwrap())
}

/// What comes until the stream ends or `count` events are there; other members' changes of access are passed over.
async fn events(frames: &mut Frames, count: usize) -> Vec<Event> {
    let mut seen = Vec::new();
    while seen.len() < count {
        match tokio::time::timeout(Duration::from_secs(10), frames.next()).await.expect("an event in time") {
            Some(Frame::Event { seq, data }) => {
                let live = Live { seq, event: serde_json::from_str(&data).unwrap() };
                if !matches!(live.event, Event::Access { .. } | Event::Team) {
                    seen.push(live.event);
                }
            }
            Some(Frame::Resync | Frame::Present { .. }) => {}
            None => return seen,
        }
    }
    seen
}

async fn fetches_afresh(frames: &mut Frames) -> bool {
    let frame = tokio::time::timeout(Duration::from_secs(10), frames.next()).await.expect("a frame in time");
    matches!(frame, Some(Frame::Resync))
}

async fn ends(frames: &mut Frames) -> bool {
    loop {
        match tokio::time::timeout(Duration::from_secs(10), frames.next()).await {
            Ok(Some(_)) => {}
            Ok(None) => return true,
            Err(_) => return false,
        }
    }
}

on_both! {
    async fn access_ends_at_once_and_comes_back_when_wanted(db) {
        let services = db.services();
        let team = Team::new(&services).await;
        let slug = team.owner.workspace().slug.clone();
        let (rohan, user) = (team.agent.me().id, team.agent.user());
        let mut open = follow(&team.agent).await;
        members::remove(&team.owner, rohan, None).await.unwrap();
        assert!(ends(&mut open).await, "the open stream ends");
        assert!(matches!(services.ctx(user, &slug).await, Err(Error::Domain(domain::Error::NotFound))));
        assert!(workspaces::of_user(&services, user).await.unwrap().is_empty());
        assert_eq!(refused(members::remove(&team.owner, rohan, None).await), "conflict");
        assert_eq!(refused(members::set_role(&team.owner, rohan, Role::Viewer.into()).await), "conflict");

        members::reactivate(&team.owner, rohan).await.unwrap();
        assert_eq!(services.ctx(user, &slug).await.unwrap().me().role, Role::Agent);
        assert_eq!(workspaces::of_user(&services, user).await.unwrap().len(), 1);
        assert_eq!(refused(members::reactivate(&team.owner, rohan).await), "conflict");
        assert_eq!((audited(&team.owner, Action::MemberRemoved).await, audited(&team.owner, Action::MemberRestored).await), (1, 1));
    }

    async fn what_they_leave_goes_to_a_colleague(db) {
        let services = db.services();
        let team = Team::new(&services).await;
        let rows = customers(&services, &team.owner, 3).await;
        let (lucia, lucia_ctx) = member(&services, &team.owner.workspace().slug, "Lucia", Role::Agent).await;
        let rohan = team.agent.me().id;
        for row in &rows {
            conversations::assign(&team.owner, row.id, Some(rohan)).await.unwrap();
        }
        conversations::close(&team.owner, rows[0].id).await.unwrap();
        let mut theirs = follow(&lucia_ctx).await;
        // To somebody who may not answer customers, nothing can be handed over, and nobody was removed.
        assert_eq!(refused(members::remove(&team.owner, rohan, Some(team.viewer.me().id)).await), "invalid member");
        assert_eq!(refused(members::remove(&team.owner, rohan, Some(rohan)).await), "invalid member");
        assert!(team.agent.again().await.is_ok());

        members::remove(&team.owner, rohan, Some(lucia.member.id)).await.unwrap();
        let gained = events(&mut theirs, 2).await;
        assert!(gained.iter().all(|event| matches!(event, Event::Gained { .. })), "{gained:?}");
        let mine = conversations::inbox(&lucia_ctx, View::Mine, None).await.unwrap().rows;
        assert_eq!(mine.len(), 2);
        assert!(mine.iter().all(|row| row.assignee == Some(lucia.member.id)));
        // What was closed stays with whoever closed it.
        let closed = conversations::inbox(&team.owner, View::Closed, None).await.unwrap().rows;
        assert_eq!(closed[0].assignee, Some(rohan));
        assert_eq!(audited(&team.owner, Action::MemberHandedOver).await, 1);
    }

    async fn what_they_leave_can_be_nobodys(db) {
        let services = db.services();
        let team = Team::new(&services).await;
        let rows = customers(&services, &team.owner, 1).await;
        assign_contacts(&team.owner, &[rows[0].contact.id], Some(team.agent.me().id)).await.unwrap();
        members::remove(&team.owner, team.agent.me().id, None).await.unwrap();
        let unassigned = conversations::inbox(&team.owner, View::Unassigned, None).await.unwrap().rows;
        assert_eq!(unassigned.len(), 1);
        let contact = contacts::get(&team.owner, rows[0].contact.id).await.unwrap();
        assert_eq!(contact.assignee, None);
        // Nothing is left to do.
        resume_handovers(&services).await.unwrap();
        assert_eq!(audited(&team.owner, Action::MemberHandedOver).await, 1);
    }

    /// More than fits into one step, and a process that dies in between: the next one goes on.
    async fn many_are_handed_over_in_steps_and_to_the_end(db) {
        let services = db.services();
        let team = Team::new(&services).await;
        let rows = customers(&services, &team.owner, 150).await;
        assert!(rows.len() >= 50);
        let rohan = team.agent.me().id;
        let mut before = None;
        loop {
            let page = contacts::list(&team.owner, before, 100).await.unwrap();
            let ids: Vec<_> = page.items.iter().map(|contact| contact.id).collect();
            assign_contacts(&team.owner, &ids, Some(rohan)).await.unwrap();
            before = ids.last().copied();
            if !page.more { break; }
        }
        members::remove(&team.owner, rohan, Some(team.manager.me().id)).await.unwrap();
        let listed = members::list(&team.owner).await.unwrap();
        let held = |id| listed.iter().find(|m| m.id == id).map(|m| (m.contacts, m.conversations)).unwrap();
        assert_eq!(held(rohan), (0, 0));
        assert_eq!(held(team.manager.me().id), (150, 150));
        assert_eq!(audited(&team.owner, Action::MemberHandedOver).await, 2);
    }

    /// A role change widens and narrows an open stream without a new request.
    async fn streams_follow_a_role_change(db) {
        let services = db.services();
        let team = Team::new(&services).await;
        let rows = customers(&services, &team.owner, 2).await;
        let (rohan, other) = (team.agent.me().id, team.manager.me().id);
        conversations::assign(&team.owner, rows[0].id, Some(rohan)).await.unwrap();
        let mut open = follow(&team.agent).await;
        members::set_role(&team.owner, rohan, Role::Manager.into()).await.unwrap();
        assert!(fetches_afresh(&mut open).await);
        conversations::assign(&team.owner, rows[1].id, Some(other)).await.unwrap();
        let told = events(&mut open, 1).await;
        assert!(matches!(&told[..], [Event::Conversation { row, .. }] if row.id == rows[1].id), "{told:?}");
        members::set_role(&team.owner, rohan, Role::Agent.into()).await.unwrap();
        assert!(fetches_afresh(&mut open).await);
        conversations::close(&team.owner, rows[1].id).await.unwrap();
        conversations::close(&team.owner, rows[0].id).await.unwrap();
        let told = events(&mut open, 1).await;
        assert_eq!(told[0].conversation(), Some(rows[0].id), "a colleague's conversation is none of theirs again");
    }
}
