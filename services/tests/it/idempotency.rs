//! A request that comes twice is done once.

use crate::support::{member, workspace};
use domain::{
    permission::Permissions,
    role::{Role, RoleRef},
    time::MINUTE,
};
use services::{
    Ctx,
    idempotency::{self, Begun, CUT_OFF, KEPT, Ticket},
    team, tokens,
};

const ONE: [u8; 32] = [1; 32];
const TWO: [u8; 32] = [2; 32];

async fn begin(ctx: &Ctx, key: &str, request: &[u8; 32]) -> Begun {
    idempotency::begin(ctx, key, request).await.unwrap()
}

async fn new(ctx: &Ctx, key: &str, request: &[u8; 32]) -> Ticket {
    match begin(ctx, key, request).await {
        Begun::New(ticket) => ticket,
        other => panic!("{key} is not new: {other:?}"),
    }
}

crate::on_both! {
    async fn the_first_answer_is_given_again(db) {
        let services = db.services();
        let owner = workspace(&services, "One").await;
        let ticket = new(&owner, "a", &ONE).await;
        assert_eq!(begin(&owner, "a", &ONE).await, Begun::Running);
        assert_eq!(begin(&owner, "a", &TWO).await, Begun::Other);
        ticket.answered(&owner, 201, b"{\"id\":1}").await.unwrap();
        assert_eq!(begin(&owner, "a", &ONE).await, Begun::Done { status: 201, body: b"{\"id\":1}".to_vec() });
        assert_eq!(begin(&owner, "a", &TWO).await, Begun::Other);
    }

    async fn what_was_refused_frees_the_key(db) {
        let services = db.services();
        let owner = workspace(&services, "One").await;
        new(&owner, "a", &ONE).await.failed(&owner).await.unwrap();
        new(&owner, "a", &TWO).await;
    }

    async fn a_request_that_was_cut_off_can_be_made_again_but_no_other(db) {
        let services = db.services();
        let owner = workspace(&services, "One").await;
        let first = new(&owner, "a", &ONE).await;
        services.clock().advance(MINUTE);
        assert_eq!(begin(&owner, "a", &TWO).await, Begun::Other);
        let second = new(&owner, "a", &ONE).await;
        // The first comes late: the answer is the second's to give.
        first.answered(&owner, 200, b"late").await.unwrap();
        second.answered(&owner, 201, b"now").await.unwrap();
        assert_eq!(begin(&owner, "a", &ONE).await, Begun::Done { status: 201, body: b"now".to_vec() });
    }

    async fn a_key_lives_as_long_as_the_work_that_renews_it(db) {
        let services = db.services();
        let owner = workspace(&services, "One").await;
        let mut first = new(&owner, "a", &ONE).await;
        for _ in 0..5 {
            services.clock().advance(CUT_OFF - 1);
            assert!(first.renew(&owner).await.unwrap());
            assert_eq!(begin(&owner, "a", &ONE).await, Begun::Running);
        }
        // Not renewed in time, and somebody else has it: it stays theirs.
        services.clock().advance(CUT_OFF);
        let second = new(&owner, "a", &ONE).await;
        assert!(!first.renew(&owner).await.unwrap());
        second.answered(&owner, 201, b"now").await.unwrap();
        assert_eq!(begin(&owner, "a", &ONE).await, Begun::Done { status: 201, body: b"now".to_vec() });
    }

    async fn whoever_may_do_less_now_is_not_given_the_answer_again(db) {
        let services = db.services();
        let owner = workspace(&services, "One").await;
        let (_, manager) = member(&services, &owner.workspace().slug, "Mara", Role::Manager).await;
        new(&manager, "a", &ONE).await.answered(&manager, 201, b"secret").await.unwrap();
        assert!(matches!(begin(&manager.again().await.unwrap(), "a", &ONE).await, Begun::Done { .. }));
        team::members::set_role(&owner, manager.me().id, RoleRef::BuiltIn(Role::Agent)).await.unwrap();
        assert_eq!(begin(&manager.again().await.unwrap(), "a", &ONE).await, Begun::Other);
        // A role of the workspace's own that lost a permission.
        let own = team::roles::create(&owner, "Own", "", RoleRef::BuiltIn(Role::Manager)).await.unwrap();
        team::members::set_role(&owner, manager.me().id, RoleRef::Custom(own.id)).await.unwrap();
        let before = manager.again().await.unwrap();
        new(&before, "b", &ONE).await.answered(&before, 201, b"secret").await.unwrap();
        team::roles::save(&owner, own.id, "Own", "", Permissions::NONE).await.unwrap();
        assert_eq!(begin(&manager.again().await.unwrap(), "b", &ONE).await, Begun::Other);
    }

    async fn keys_are_kept_for_a_day_and_each_callers_own(db) {
        let services = db.services();
        let owner = workspace(&services, "One").await;
        let (_, colleague) = member(&services, &owner.workspace().slug, "Mara", Role::Manager).await;
        new(&owner, "a", &ONE).await.answered(&owner, 200, b"1").await.unwrap();
        new(&colleague, "a", &TWO).await;
        services.clock().advance(KEPT - 1);
        assert_eq!(begin(&owner, "a", &TWO).await, Begun::Other);
        services.clock().advance(1);
        new(&owner, "a", &TWO).await;
        services.clock().advance(KEPT + 1);
        tokens::purge(&services).await.unwrap();
        new(&owner, "a", &ONE).await;
    }

    async fn of_many_at_once_one_is_let_in(db) {
        let services = db.services();
        let owner = workspace(&services, "One").await;
        let all = (0..8).map(|_| {
            let owner = owner.clone();
            tokio::spawn(async move { idempotency::begin(&owner, "a", &ONE).await.unwrap() })
        });
        let mut let_in = 0;
        for one in all.collect::<Vec<_>>() {
            match one.await.unwrap() {
                Begun::New(_) => let_in += 1,
                Begun::Running => {}
                other => panic!("{other:?}"),
            }
        }
        assert_eq!(let_in, 1);
    }
}
