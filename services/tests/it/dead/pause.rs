//! A number that somebody lets rest.

use super::{entries, put, scene, until};
use crate::{
    meta::{WABA, Workers, body, change, entry, text, value},
    on_both,
    support::{member, number, workspace},
};
use domain::{
    audit::Action,
    conversation::View,
    id::{ConversationId, MessageId, NumberId},
    message::Status,
    role::Role,
};
use serde_json::json;
use services::{
    Ctx, Error,
    clock::new_id,
    conversations, queues,
    send::{self, PAUSED, Scope},
};

const OTHER: &str = "206540352242922";

async fn numbers(ctx: &Ctx) -> Vec<NumberId> {
    queues::status(ctx).await.unwrap().lanes.into_iter().map(|lane| lane.id).collect()
}

async fn last(ctx: &Ctx, id: ConversationId) -> Status {
    conversations::thread(ctx, id).await.unwrap().messages.pop().unwrap().status
}

fn not_found(result: Result<(), Error>) -> bool {
    matches!(result, Err(Error::Domain(domain::Error::NotFound)))
}

on_both! {
    async fn what_is_written_waits_until_it_is_resumed(db) {
        let scene = scene(&db).await;
        let (services, owner) = (&scene.services, &scene.owner);
        let rests = numbers(owner).await[0];
        number(services, &owner.workspace().slug, OTHER).await;
        let workers = Workers::start(services);
        let message = text("4915112345999", "wamid.other", "Hello from elsewhere");
        put(services, body(vec![entry(WABA, vec![change(value(OTHER, vec![message], vec![]))])])).await;
        until(services, "it came in", |s| s.messages.inbound == 2).await;
        let rows = conversations::inbox(owner, View::All, None).await.unwrap().rows;
        let goes_on = rows.iter().find(|row| row.number.id != rests).unwrap().id;

        send::pause(owner, rests).await.unwrap();
        send::pause(owner, rests).await.unwrap();
        assert_eq!(entries(owner, Action::NumberPaused).await, 1);
        assert_eq!(send::paused(owner).await.unwrap(), [rests]);
        let parks = send::parks(owner).await.unwrap();
        assert_eq!((parks.len(), parks[0].number, parks[0].scope, parks[0].what.as_str()), (1, rests, Scope::Number, PAUSED));
        assert!(parks[0].reason.contains(&owner.me().name), "{}", parks[0].reason);
        let lanes = queues::status(owner).await.unwrap().lanes;
        assert!(lanes.iter().all(|lane| lane.parked == (lane.id == rests)));

        conversations::reply(owner, scene.conversation, MessageId(new_id()), "Later").await.unwrap();
        conversations::reply(owner, goes_on, MessageId(new_id()), "Now").await.unwrap();
        until(services, "the other number has sent", |s| {
            services.clock().advance(100);
            services.wakes().wake_outbox();
            s.messages.outbound.accepted == 1
        })
        .await;
        assert_eq!((last(owner, goes_on).await, last(owner, scene.conversation).await), (Status::Accepted, Status::Queued));

        // That Meta restores the account does not lift what somebody wants.
        let restored = json!({"field": "account_update", "value": {"ban_info": {"waba_ban_state": "REINSTATE"}}});
        put(services, body(vec![entry(WABA, vec![restored])])).await;
        until(services, "it was read", |s| s.deliveries.pending == 0).await;
        assert_eq!(send::paused(owner).await.unwrap(), [rests]);

        send::resume_number(owner, rests).await.unwrap();
        send::resume_number(owner, rests).await.unwrap();
        assert_eq!(entries(owner, Action::NumberResumed).await, 1);
        assert!(send::parks(owner).await.unwrap().is_empty());
        until(services, "what waited has gone out", |s| {
            services.clock().advance(100);
            services.wakes().wake_outbox();
            s.messages.outbound.accepted == 2
        })
        .await;
        workers.finish().await;
    }

    async fn a_block_of_metas_and_a_pause_are_two_things(db) {
        let scene = scene(&db).await;
        let (services, owner) = (&scene.services, &scene.owner);
        let rests = numbers(owner).await[0];
        let workers = Workers::start(services);
        send::pause(owner, rests).await.unwrap();
        let disabled = json!({"field": "account_update", "value": {"ban_info": {"waba_ban_state": "DISABLE"}}});
        put(services, body(vec![entry(WABA, vec![disabled])])).await;
        until(services, "it was read", |s| s.deliveries.pending == 0).await;
        workers.finish().await;
        assert_eq!(send::parks(owner).await.unwrap().len(), 2);
        send::resume(owner, rests, Scope::Number, "").await.unwrap();
        assert_eq!(send::paused(owner).await.unwrap(), [rests]);
        send::resume_number(owner, rests).await.unwrap();
        assert!(send::parks(owner).await.unwrap().is_empty());
    }

    async fn who_may_pause(db) {
        let scene = scene(&db).await;
        let rests = numbers(&scene.owner).await[0];
        let (_, agent) = member(&scene.services, &scene.owner.workspace().slug, "Rohan", Role::Agent).await;
        let stranger = workspace(&scene.services, "Other").await;
        for refused in [send::pause(&agent, rests).await, send::resume_number(&agent, rests).await] {
            let manage = "operations.manage";
            assert!(matches!(refused, Err(Error::Domain(domain::Error::Forbidden { permission })) if permission == manage));
        }
        assert!(matches!(send::paused(&agent).await, Err(Error::Domain(domain::Error::Forbidden { .. }))));
        assert!(not_found(send::pause(&stranger, rests).await) && not_found(send::resume_number(&stranger, rests).await));
        send::pause(&scene.owner, rests).await.unwrap();
        assert!(send::paused(&stranger).await.unwrap().is_empty());
        assert!(not_found(send::pause(&scene.owner, NumberId(new_id())).await));
    }
}
