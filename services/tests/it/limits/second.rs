//! The second of a number, for programs.

use super::{limited, scene, send, token, trusted};
use crate::on_both;
use domain::{limits::Limit, plan::Plan, time::SECOND};

on_both! {
    async fn no_second_holds_more_than_the_rate(db) {
        let scene = scene(&db, Plan::Starter, 4).await;
        trusted(&db).await;
        let id = token(&scene.owner).await;
        let other = scene.other_process(&db).await.limited_to(id, scene.owner.permissions());
        let here = scene.owner.clone().limited_to(id, scene.owner.permissions());
        let mut left = Vec::new();
        for nth in 0..120_usize {
            let ctx = if nth % 2 == 0 { &here } else { &other };
            match send(ctx, scene.conversations[nth % 4]).await {
                Ok(_) => left.push(scene.clock.now()),
                error => {
                    let refused = limited(error);
                    assert_eq!((refused.which, refused.limit, refused.remaining), (Limit::Second, 10, 0));
                    assert!(refused.reset_at > scene.clock.now() && refused.wait <= SECOND);
                }
            }
            scene.clock.advance(37);
        }
        for end in &left {
            let within = left.iter().filter(|at| **at <= *end && **at > end - SECOND).count();
            assert!(within <= 10, "{within}");
        }
        // 120 steps of 37 ms touch five seconds, the last one not whole.
        assert!((45..=50).contains(&left.len()), "{}", left.len());
    }

    async fn people_are_paced_and_not_refused(db) {
        let scene = scene(&db, Plan::Free, 4).await;
        trusted(&db).await;
        assert_eq!(scene.send_all(20).await, (20, None));
    }

    /// Whoever said that they wait is queued instead, for the lane to pace; and takes nothing away from those who did not.
    async fn who_waits_is_paced_and_not_refused(db) {
        let scene = scene(&db, Plan::Free, 4).await;
        trusted(&db).await;
        let id = token(&scene.owner).await;
        let program = scene.owner.clone().limited_to(id, scene.owner.permissions());
        let waiting = program.clone().waiting();
        for nth in 0..20 {
            send(&waiting, scene.conversations[nth % 4]).await.unwrap();
        }
        assert_eq!(scene.queued().await, 20);
        send(&program, scene.conversations[0]).await.unwrap();
        assert_eq!(limited(send(&program, scene.conversations[0]).await).which, Limit::Second);
    }
}
