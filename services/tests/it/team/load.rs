//! How busy everybody is.

use super::{Team, customers, refused};
use crate::on_both;
use domain::{
    conversation::Until,
    inbox::presence::{Doing, GONE_AFTER},
    team::Load,
    time::{HOUR, MINUTE},
};
use services::{Ctx, clock::new_id, conversations, live::be_present, members, team::load};

async fn of(asks: &Ctx, member: &Ctx) -> Option<Load> {
    load(asks).await.unwrap().into_iter().find(|load| load.member == member.me().id)
}

on_both! {
    async fn what_is_open_and_awake_counts(db) {
        let services = db.services();
        let team = Team::new(&services).await;
        let rows = customers(&services, &team.owner, 4).await;
        for row in &rows {
            conversations::assign(&team.owner, row.id, Some(team.agent.me().id)).await.unwrap();
        }
        conversations::close(&team.owner, rows[0].id).await.unwrap();
        conversations::snooze(&team.owner, rows[1].id, Until::At(services.clock().now() + HOUR)).await.unwrap();
        let open = async |member: &Ctx| of(&team.owner, member).await.map(|load| load.open);
        assert_eq!((open(&team.agent).await, open(&team.manager).await), (Some(2), Some(0)));
        assert_eq!(open(&team.stranger).await, None);
        assert_eq!(load(&team.owner).await.unwrap().len(), 4);
        assert_eq!(refused(load(&team.viewer).await), "conversations.assign");
    }

    async fn who_is_here_is_so_for_a_while(db) {
        let services = db.services();
        let team = Team::new(&services).await;
        let rows = customers(&services, &team.owner, 1).await;
        let here = async |member: &Ctx| of(&team.owner, member).await.unwrap().here;
        assert!(!here(&team.agent).await && !here(&team.manager).await);
        members::seen(&team.agent).await.unwrap();
        be_present(&team.manager, rows[0].id, new_id(), Doing::Looking).await.unwrap();
        assert!(here(&team.agent).await && here(&team.manager).await && !here(&team.viewer).await);
        services.clock().advance(GONE_AFTER + 1);
        assert!(here(&team.agent).await && !here(&team.manager).await);
        services.clock().advance(5 * MINUTE);
        assert!(!here(&team.agent).await);
    }
}
