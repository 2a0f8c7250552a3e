use super::{count, from};
use crate::support::{PASSWORD, workspace};
use domain::{
    audit::Action,
    id::UserId,
    time::{DAY, MINUTE},
};
use futures::StreamExt;
use services::{
    Error, Services,
    accounts::{self, ADDRESS_KEY, AGENT_KEY, SessionStore, USER_KEY, handle_of},
    live::{self, Frame},
};
use std::sync::Arc;
use tower_sessions_core::{Session, SessionStore as _, session::Id};

async fn begin(services: &Services, user: UserId, agent: &str) -> Id {
    let session = Session::new(None, Arc::new(SessionStore::new(services)), None);
    session.insert(USER_KEY, user).await.unwrap();
    session.insert(AGENT_KEY, agent).await.unwrap();
    session.insert(ADDRESS_KEY, "203.0.113.7").await.unwrap();
    session.save().await.unwrap();
    session.id().unwrap()
}

async fn agents(services: &Services, user: UserId) -> Vec<String> {
    accounts::devices(services, user).await.unwrap().into_iter().map(|device| device.agent).collect()
}

crate::on_both! {
    async fn everybody_sees_and_ends_their_own(db) {
        let services = db.services();
        let ctx = workspace(&services, "Kaveri Home").await;
        let other = workspace(&services, "Another").await;
        let phone = begin(&services, ctx.user(), "phone").await;
        services.clock().advance(MINUTE);
        let desk = begin(&services, ctx.user(), "desk").await;
        let theirs = begin(&services, other.user(), "theirs").await;
        assert_eq!(agents(&services, ctx.user()).await, ["desk", "phone"]);
        let [first, _] = &accounts::devices(&services, ctx.user()).await.unwrap()[..] else { panic!() };
        assert_eq!((first.handle.as_str(), first.address.as_str()), (handle_of(&desk).as_str(), "203.0.113.7"));

        for handle in [handle_of(&theirs), handle_of(&Id(7)), "no handle".to_owned(), String::new()] {
            let ended = accounts::end_session(&services, ctx.user(), &handle, &from(1)).await;
            assert!(matches!(ended, Err(Error::Domain(domain::Error::NotFound))), "{handle}");
        }
        accounts::end_session(&services, ctx.user(), &handle_of(&phone), &from(1)).await.unwrap();
        assert!(SessionStore::new(&services).load(&phone).await.unwrap().is_none());
        assert_eq!(agents(&services, ctx.user()).await, ["desk"]);
        assert_eq!(agents(&services, other.user()).await, ["theirs"]);
        assert_eq!(count(&db, &ctx, Action::SessionEnded).await, 1);

        accounts::sign_out(&services, ctx.user(), &handle_of(&desk), &from(1)).await.unwrap();
        accounts::sign_out(&services, ctx.user(), &handle_of(&desk), &from(1)).await.unwrap();
        assert_eq!(count(&db, &ctx, Action::SignedOut).await, 1);
        assert!(agents(&services, ctx.user()).await.is_empty());
    }

    async fn everywhere_else_is_not_here(db) {
        let services = db.services();
        let ctx = workspace(&services, "Kaveri Home").await;
        let here = begin(&services, ctx.user(), "here").await;
        for agent in ["a", "b"] {
            begin(&services, ctx.user(), agent).await;
        }
        assert_eq!(accounts::end_other_sessions(&services, ctx.user(), here, &from(1)).await.unwrap(), 2);
        assert_eq!(agents(&services, ctx.user()).await, ["here"]);
        assert_eq!(accounts::end_other_sessions(&services, ctx.user(), here, &from(1)).await.unwrap(), 0);
        assert_eq!(count(&db, &ctx, Action::SessionEnded).await, 1);
        // One that has run out is no session.
        services.clock().advance(15 * DAY);
        assert!(agents(&services, ctx.user()).await.is_empty());
    }

    /// The edge then asks whether the session still stands.
    async fn open_streams_are_told(db) {
        let services = db.services();
        let ctx = workspace(&services, "Kaveri Home").await;
        let phone = begin(&services, ctx.user(), "phone").await;
        let mut frames = Box::pin(live::subscribe(&ctx, None).await.unwrap());
        accounts::end_session(&services, ctx.user(), &handle_of(&phone), &from(1)).await.unwrap();
        assert!(matches!(frames.next().await, Some(Frame::Resync)));
        accounts::revoke_all(&services, ctx.user(), None).await.unwrap();
        assert!(matches!(frames.next().await, Some(Frame::Resync)));
        accounts::change_password(&services, ctx.user(), (PASSWORD, "a new password"), None, &from(1)).await.unwrap();
        assert!(matches!(frames.next().await, Some(Frame::Resync)));
        assert_eq!(count(&db, &ctx, Action::PasswordChanged).await, 1);
    }

    async fn a_sign_in_is_written_down(db) {
        let services = db.services();
        let ctx = workspace(&services, "Kaveri Home").await;
        accounts::note_signed_in(&services, ctx.user(), &from(1)).await.unwrap();
        assert_eq!(count(&db, &ctx, Action::SignedIn).await, 1);
    }
}
