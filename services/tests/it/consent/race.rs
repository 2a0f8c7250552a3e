//! A message that is queued while its customer says STOP.

use super::{CUSTOMER, one, opted_out, says, scene};
use crate::{meta::quiet, on_both};
use domain::{id::MessageId, message::Status, opt_out::What, time::SECOND};
use services::{clock::new_id, consent, conversations};

on_both! {
    async fn nothing_slips_through(db) {
        let scene = scene(&db).await;
        scene.hears("w0", -900, "Hello").await;
        let id = scene.row().await.id;
        let contact = scene.contact(CUSTOMER).await.id;
        for round in 1..13_i64 {
            // Each word is newer than the last one that was recorded.
            scene.services.clock().advance(10 * SECOND);
            let replies: Vec<_> = (0..4).map(|_| {
                let owner = scene.owner.clone();
                tokio::spawn(async move { conversations::reply(&owner, id, MessageId(new_id()), "Still there?").await })
            }).collect();
            if round % 2 == 0 {
                crate::meta::put(&scene.services, one(says(CUSTOMER, &format!("stop{round}"), 10 * round, "STOP"))).await;
            } else {
                consent::record(&scene.owner, contact, What::OptedOut, None).await.unwrap();
            }
            let mut queued = Vec::new();
            for reply in replies {
                match reply.await.unwrap() {
                    Ok(message) => queued.push(message.id),
                    error => assert!(opted_out(error)),
                }
            }
            quiet(&scene.services).await;
            assert!(scene.since().await.is_some());
            assert_eq!(scene.waiting(false).await, scene.waiting(true).await, "only confirmations wait");
            let thread = conversations::thread(&scene.owner, id).await.unwrap();
            for message in thread.messages.iter().filter(|message| queued.contains(&message.id)) {
                assert_eq!(message.status, Status::Cancelled);
            }
            consent::record(&scene.owner, contact, What::OptedIn, None).await.unwrap();
        }
    }
}
