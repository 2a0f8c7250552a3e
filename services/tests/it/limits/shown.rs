//! What screens are told.

use super::{limited, number_of, scene, token, trusted};
use crate::{
    on_both,
    support::{PASSWORD, member},
};
use domain::{
    Error as Wrong,
    inbox::Event,
    permission::{Permission as P, Permissions},
    plan::Plan,
    role::Role,
    time::{MINUTE, SECOND},
};
use futures::{FutureExt, StreamExt};
use services::{
    Ctx, Error, limits,
    live::{Frame, subscribe},
};

const TOLD: &str = "SELECT COUNT(*) FROM events WHERE body LIKE '{\"limits\":%'";

/// What comes within a moment, of limits alone.
async fn heard(frames: &mut (impl futures::Stream<Item = Frame> + Unpin)) -> Vec<Event> {
    let mut all = Vec::new();
    let wait = std::time::Duration::from_millis(500);
    while let Ok(Some(frame)) = tokio::time::timeout(wait, frames.next()).await {
        if let Frame::Event { data, .. } = frame {
            let event: Event = serde_json::from_str(&data).unwrap();
            all.extend(Some(event).filter(|event| matches!(event, Event::Limits { .. })));
        }
    }
    all
}

/// May look and not send.
fn onlooker(ctx: &Ctx, token: domain::id::TokenId) -> Ctx {
    let only = Permissions::parse(["conversations.view", "messages.view"]).unwrap();
    ctx.clone().limited_to(token, only)
}

on_both! {
    async fn once_a_second_to_whoever_may_send(db) {
        let scene = scene(&db, Plan::Starter, 4).await;
        let (_, agent) = member(&scene.services, &scene.owner.workspace().slug, "Rohan", Role::Agent).await;
        let watching = onlooker(&scene.owner, token(&scene.owner).await);
        // The workspace has just got its plan: that is told first.
        limits::tell(&scene.services).await.unwrap();
        scene.clock.advance(SECOND);
        let mut agents = Box::pin(subscribe(&agent, None).await.unwrap());
        let mut onlookers = Box::pin(subscribe(&watching, None).await.unwrap());
        for nth in 0..3 {
            scene.send(nth).await.unwrap();
            limits::tell(&scene.services).await.unwrap();
        }
        let told = heard(&mut agents).await;
        let [Event::Limits { usage }] = told.as_slice() else { panic!("{told:?}") };
        assert_eq!((usage.plan, usage.per_minute, usage.this_minute), (Plan::Starter, 300, 1));
        assert_eq!((usage.numbers[0].today, usage.numbers[0].per_second), (1, 10));
        assert_eq!(usage.minute_ends, (scene.clock.now() / MINUTE + 1) * MINUTE);
        // The rest is told a second later, by whichever process, and then no more.
        scene.clock.advance(SECOND);
        limits::tell(&scene.services).await.unwrap();
        scene.clock.advance(SECOND);
        limits::tell(&scene.services).await.unwrap();
        let told = heard(&mut agents).await;
        let [Event::Limits { usage }] = told.as_slice() else { panic!("{told:?}") };
        assert_eq!(usage.this_minute, 3);
        assert_eq!(*usage, limits::usage(&agent).await.unwrap());
        assert_eq!(heard(&mut onlookers).await, []);
        assert_eq!(number_of(&db, TOLD).await, 1, "each replaces the one before it");
        let refused = limits::usage(&watching).await;
        assert!(matches!(refused, Err(Error::Domain(Wrong::Forbidden { permission })) if permission == P::MessagesSend.to_string()));
    }

    async fn a_refusal_says_what_to_do(db) {
        let scene = scene(&db, Plan::Free, 4).await;
        assert!(scene.send_all(100).await.1.is_none());
        let text = limited(scene.send(0).await).to_string();
        assert!(text.contains("a day") && text.contains("00:00 UTC"), "{text}");
        trusted(&db).await;
        let text = limited(scene.send(0).await).to_string();
        assert!(text.contains("Free") && text.contains("next minute"), "{text}");
        assert!(scene.send(0).now_or_never().is_none_or(|sent| sent.is_err()));
    }

    async fn new_workspaces_get_the_configured_plan(db) {
        let services = db.services();
        services.give_new_workspaces(Plan::Pro);
        let slug = services::accounts::create_owner(&services, "Kaveri", "o@kaveri.example", PASSWORD).await.unwrap();
        assert_eq!(limits::plan_of(&services, &slug).await.unwrap(), Plan::Pro);
        limits::set_plan(&services, &slug, Plan::Free).await.unwrap();
        assert_eq!(limits::plan_of(&services, &slug).await.unwrap(), Plan::Free);
        let entries = number_of(&db, "SELECT COUNT(*) FROM audit_entries WHERE action = 'billing.plan_changed'").await;
        assert_eq!(entries, 1);
        let nowhere = "nowhere".parse().unwrap();
        let unknown = limits::set_plan(&services, &nowhere, Plan::Free).await;
        assert!(matches!(unknown, Err(Error::Domain(Wrong::NotFound))));
    }
}
