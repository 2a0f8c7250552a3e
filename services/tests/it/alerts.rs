//! Alerts: counted while nobody read them, read by each member for themselves, seen by whoever may.

use crate::support::{START, member, vault, workspace};
use domain::{
    alert::{Kind, NewAlert, Severity},
    audit::{Action, Filter},
    id::{AlertId, WorkspaceId},
    inbox::Event,
    role::{Role, RoleRef},
    time::{DAY, HOUR, MINUTE},
};
use futures::{Stream, StreamExt};
use services::{
    Ctx, Error, Services, alerts, audit,
    clock::{Clock, new_id},
    live::{self, Frame},
    mail::{Mailer, Sender, SmtpUrl},
    sql,
    team::members,
};

const MAILS: &str = "SELECT COUNT(*) FROM mails";
const ALERTS: &str = "SELECT COUNT(*) FROM alerts WHERE workspace_id = $1";
const READS: &str = "SELECT COUNT(*) FROM alert_reads WHERE workspace_id = $1";

fn alert(kind: Kind, key: &str) -> NewAlert {
    NewAlert {
        kind,
        severity: Severity::Medium,
        title: format!("Something about {key}"),
        body: "Look at it.".to_owned(),
        link: "tokens".to_owned(),
        key: key.to_owned(),
    }
}

async fn raise(services: &Services, workspace: WorkspaceId, alert: NewAlert) {
    let mut tx = services.db().begin().await.unwrap();
    alerts::raise(&mut tx, workspace, services.clock().now(), alert).await.unwrap();
    tx.commit().await.unwrap();
}

async fn titles(ctx: &Ctx) -> Vec<String> {
    alerts::list(ctx, None, 50).await.unwrap().items.into_iter().map(|alert| alert.title).collect()
}

/// Entries of the audit trail about alerts that were read.
async fn readings(ctx: &Ctx) -> usize {
    let filter = Filter { action: Some(Action::AlertRead), ..Filter::default() };
    audit::list(ctx, &filter, None, 50).await.unwrap().items.len()
}

async fn count(services: &Services, statement: &'static str, workspace: WorkspaceId) -> i64 {
    let mut read = services.db().read().await.unwrap();
    sql!(scalar i64, read.conn(), statement, workspace.0).unwrap()
}

async fn mails(services: &Services) -> i64 {
    let mut read = services.db().read().await.unwrap();
    sql!(scalar i64, read.conn(), MAILS).unwrap()
}

/// What somebody is told, in short.
async fn told(frames: &mut (impl Stream<Item = Frame> + Unpin), count: usize) -> Vec<String> {
    let mut all = Vec::new();
    while all.len() < count {
        let frame = tokio::time::timeout(std::time::Duration::from_secs(10), frames.next()).await.expect("in time");
        all.push(match frame.unwrap() {
            Frame::Resync => "resync".to_owned(),
            Frame::Present { .. } => "present".to_owned(),
            Frame::Event { data, .. } => match serde_json::from_str(&data).unwrap() {
                Event::Alert { about } => format!("alert {}", about.as_str()),
                event => event.name().to_owned(),
            },
        });
    }
    all
}

crate::on_both! {
    async fn open_pages_are_told_of_what_they_may_see(db) {
        let services = db.services();
        let owner = workspace(&services, "Kaveri").await;
        let (_, agent) = member(&services, &owner.workspace().slug, "Rohan", Role::Agent).await;
        let ws = owner.workspace().id;
        let mut owners = Box::pin(live::subscribe(&owner, None).await.unwrap());
        let mut agents = Box::pin(live::subscribe(&agent, None).await.unwrap());
        let mut tx = services.db().begin().await.unwrap();
        let now = services.clock().now();
        alerts::raise(&mut tx, ws, now, alert(Kind::QualityDropped, "a")).await.unwrap();
        tx.commit().await.unwrap();
        // Two processes tell it once.
        let (one, other) = tokio::join!(alerts::tell_due(&services), alerts::tell_due(&services));
        one.and(other).unwrap();
        raise(&services, ws, alert(Kind::QualityDropped, "a")).await;
        raise(&services, ws, alert(Kind::TokenMisused, "b")).await;
        alerts::tell_due(&services).await.unwrap();
        alerts::tell_due(&services).await.unwrap();
        members::set_role(&owner, agent.me().id, RoleRef::BuiltIn(Role::Viewer)).await.unwrap();
        assert_eq!(told(&mut owners, 4).await, ["alert quality_dropped", "alert quality_dropped", "alert token_misused", "team"]);
        assert_eq!(told(&mut agents, 1).await, ["resync"], "an agent is told of no alert");
    }

    async fn the_same_is_counted_until_somebody_has_read_it(db) {
        let services = db.services();
        let owner = workspace(&services, "One").await;
        let ws = owner.workspace().id;
        raise(&services, ws, alert(Kind::TokenUnusual, "a")).await;
        services.clock().advance(MINUTE);
        raise(&services, ws, NewAlert { title: "Once more".into(), ..alert(Kind::TokenUnusual, "a") }).await;
        raise(&services, ws, alert(Kind::TokenUnusual, "b")).await;
        assert_eq!(alerts::unread(&owner).await.unwrap(), 2);
        let page = alerts::list(&owner, None, 50).await.unwrap();
        let seen = page.items.iter().find(|alert| alert.title == "Once more").unwrap();
        assert_eq!((seen.times, seen.first_at, seen.last_at, seen.unread), (2, START, START + MINUTE, true));

        alerts::mark_read(&owner, seen.id).await.unwrap();
        alerts::mark_read(&owner, seen.id).await.unwrap();
        assert_eq!(alerts::unread(&owner).await.unwrap(), 1);
        assert_eq!(readings(&owner).await, 1);
        // What was read is over: the same again is news.
        services.clock().advance(MINUTE);
        raise(&services, ws, alert(Kind::TokenUnusual, "a")).await;
        assert_eq!(alerts::unread(&owner).await.unwrap(), 2);
        let page = alerts::list(&owner, None, 50).await.unwrap();
        assert_eq!(page.items.iter().map(|alert| alert.times).collect::<Vec<_>>(), [1, 1, 2]);
        assert_eq!(page.items.iter().filter(|alert| alert.unread).count(), 2);
    }

    async fn each_member_reads_for_themselves(db) {
        let services = db.services();
        let owner = workspace(&services, "One").await;
        let ws = owner.workspace().id;
        let (_, manager) = member(&services, &owner.workspace().slug, "Lucia", Role::Manager).await;
        for key in ["a", "b", "c"] {
            raise(&services, ws, alert(Kind::DeadLetters, key)).await;
        }
        alerts::mark_all_read(&owner).await.unwrap();
        alerts::mark_all_read(&owner).await.unwrap();
        assert_eq!(readings(&owner).await, 1);
        assert_eq!(alerts::unread(&owner).await.unwrap(), 0);
        assert_eq!(alerts::unread(&manager).await.unwrap(), 3);
        assert!(alerts::list(&manager, None, 50).await.unwrap().items.iter().all(|alert| alert.unread));
        alerts::mark_all_read(&manager).await.unwrap();
        assert_eq!(alerts::unread(&manager).await.unwrap(), 0);
        // Whoever comes later finds what was, and no unread heap of it.
        services.clock().advance(HOUR);
        let (_, late) = member(&services, &owner.workspace().slug, "Tomasz", Role::Manager).await;
        assert_eq!(alerts::unread(&late).await.unwrap(), 0);
        assert_eq!(titles(&late).await.len(), 3);
        assert!(alerts::list(&late, None, 50).await.unwrap().items.iter().all(|alert| !alert.unread));
    }

    async fn however_many_there_are_they_are_read_piece_by_piece(db) {
        let services = db.services();
        let owner = workspace(&services, "One").await;
        let ws = owner.workspace().id;
        let mut tx = services.db().begin().await.unwrap();
        for nth in 0..250 {
            alerts::raise(&mut tx, ws, START, alert(Kind::DeadLetters, &nth.to_string())).await.unwrap();
        }
        tx.commit().await.unwrap();
        assert_eq!(alerts::unread(&owner).await.unwrap(), 250);
        alerts::mark_all_read(&owner).await.unwrap();
        assert_eq!(alerts::unread(&owner).await.unwrap(), 0);
        assert_eq!((readings(&owner).await, count(&services, READS, ws).await), (3, 250));
        // To whoever came later they are no news: nothing is written for them.
        services.clock().advance(HOUR);
        let (_, late) = member(&services, &owner.workspace().slug, "Tomasz", Role::Manager).await;
        alerts::mark_all_read(&late).await.unwrap();
        assert_eq!(count(&services, READS, ws).await, 250);
    }

    async fn only_who_holds_the_permission_of_its_kind_sees_it(db) {
        let services = db.services();
        let owner = workspace(&services, "One").await;
        let slug = owner.workspace().slug.clone();
        for kind in Kind::all() {
            raise(&services, owner.workspace().id, alert(kind, kind.as_str())).await;
        }
        for role in [Role::Owner, Role::Manager, Role::Agent, Role::Viewer] {
            let (_, ctx) = member(&services, &slug, role.as_str(), role).await;
            let expected: Vec<_> = Kind::all().filter(|kind| ctx.access().allows(kind.permission())).collect();
            let mut found: Vec<_> = alerts::list(&ctx, None, 50).await.unwrap().items;
            found.sort_by_key(|alert| alert.kind as usize);
            assert_eq!(found.iter().map(|alert| alert.kind).collect::<Vec<_>>(), expected, "{role}");
            assert_eq!(alerts::unread(&ctx).await.unwrap(), i64::try_from(expected.len()).unwrap(), "{role}");
            let hidden = alerts::list(&owner, None, 50).await.unwrap().items;
            for alert in hidden.iter().filter(|alert| !expected.contains(&alert.kind)) {
                let answer = alerts::mark_read(&ctx, alert.id).await;
                assert!(matches!(answer, Err(Error::Domain(domain::Error::NotFound))), "{role} {alert:?}");
            }
            alerts::mark_all_read(&ctx).await.unwrap();
        }
        // Nobody read for the owner.
        assert_eq!(alerts::unread(&owner).await.unwrap(), i64::try_from(Kind::all().count()).unwrap());
    }

    async fn another_workspace_has_nothing_to_do_with_it(db) {
        let services = db.services();
        let one = workspace(&services, "One").await;
        let two = workspace(&services, "Two").await;
        raise(&services, one.workspace().id, alert(Kind::DeadLetters, "same")).await;
        raise(&services, two.workspace().id, alert(Kind::DeadLetters, "same")).await;
        let theirs = alerts::list(&one, None, 50).await.unwrap().items[0].id;
        for id in [theirs, AlertId(new_id())] {
            let answer = alerts::mark_read(&two, id).await;
            assert!(matches!(answer, Err(Error::Domain(domain::Error::NotFound))), "{answer:?}");
        }
        alerts::mark_all_read(&two).await.unwrap();
        assert_eq!(alerts::unread(&one).await.unwrap(), 1);
        assert_eq!(alerts::unread(&two).await.unwrap(), 0);
        raise(&services, one.workspace().id, alert(Kind::DeadLetters, "same")).await;
        assert_eq!(alerts::list(&one, None, 50).await.unwrap().items[0].times, 2);
        assert_eq!(alerts::list(&two, None, 50).await.unwrap().items[0].times, 1);
    }

    async fn it_goes_with_its_transaction(db) {
        let services = db.services();
        let owner = workspace(&services, "One").await;
        let mut tx = services.db().begin().await.unwrap();
        alerts::raise(&mut tx, owner.workspace().id, START, alert(Kind::AuditBroken, "a")).await.unwrap();
        drop(tx);
        assert_eq!(alerts::unread(&owner).await.unwrap(), 0);
        assert_eq!(titles(&owner).await, Vec::<String>::new());
    }

    async fn many_at_once_are_one(db) {
        let services = db.services();
        let owner = workspace(&services, "One").await;
        let ws = owner.workspace().id;
        let tasks: Vec<_> = (0..16)
            .map(|_| {
                let services = services.clone();
                tokio::spawn(async move { raise(&services, ws, alert(Kind::AuditBroken, "a")).await })
            })
            .collect();
        for task in tasks {
            task.await.unwrap();
        }
        let page = alerts::list(&owner, None, 50).await.unwrap();
        assert_eq!(page.items.iter().map(|alert| alert.times).collect::<Vec<_>>(), [16]);
    }

    async fn pages_hold_each_once(db) {
        let services = db.services();
        let owner = workspace(&services, "One").await;
        for nth in 0..7 {
            raise(&services, owner.workspace().id, alert(Kind::DeadLetters, &format!("{nth}"))).await;
            // Some of one moment, some not.
            services.clock().advance(i64::from(nth % 2) * MINUTE);
        }
        let mut found = Vec::new();
        let mut before = None;
        loop {
            let page = alerts::list(&owner, before, 3).await.unwrap();
            before = page.items.last().map(domain::alert::AlertView::place);
            found.extend(page.items);
            if !page.more {
                break;
            }
        }
        let all = alerts::list(&owner, None, 50).await.unwrap().items;
        assert_eq!((found.len(), &found), (7, &all));
        assert!(found.is_sorted_by(|a, b| (a.last_at, a.id) > (b.last_at, b.id)));
    }

    async fn what_is_too_long_or_cannot_be_stored_is_cut(db) {
        let services = db.services();
        let owner = workspace(&services, "One").await;
        let long = NewAlert {
            title: "\0é".repeat(NewAlert::TITLE_LIMIT),
            body: "é".repeat(NewAlert::BODY_LIMIT + 1),
            ..alert(Kind::DeadLetters, "a")
        };
        raise(&services, owner.workspace().id, long).await;
        let stored = alerts::list(&owner, None, 1).await.unwrap().items.remove(0);
        assert_eq!(stored.body, "é".repeat(NewAlert::BODY_LIMIT));
        assert_eq!(stored.title.chars().count(), NewAlert::TITLE_LIMIT);
        assert!(!stored.title.contains('\0'));
    }

    async fn what_cannot_wait_is_mailed_once_to_those_who_may_see_it(db) {
        let mailer = Mailer::new(
            &SmtpUrl::parse("smtp://127.0.0.1:9").unwrap(),
            &Sender::parse("parlance@example.com").unwrap(),
            "https://chat.example.com",
        );
        let services = db.services_mailing(Clock::fixed(START), vault(), Some(mailer.unwrap()));
        let owner = workspace(&services, "One").await;
        let slug = owner.workspace().slug.clone();
        for (name, role) in [("lucia", Role::Manager), ("rohan", Role::Agent), ("vera", Role::Viewer)] {
            member(&services, &slug, name, role).await;
        }
        let high = |kind, key| NewAlert { severity: Severity::High, ..alert(kind, key) };
        raise(&services, owner.workspace().id, alert(Kind::AuditBroken, "can wait")).await;
        alerts::mail_due(&services).await.unwrap();
        assert_eq!(mails(&services).await, 0);
        // Owner and manager.
        raise(&services, owner.workspace().id, high(Kind::AuditBroken, "a")).await;
        alerts::mail_due(&services).await.unwrap();
        alerts::mail_due(&services).await.unwrap();
        assert_eq!(mails(&services).await, 2);
        // Counted, not mailed again.
        raise(&services, owner.workspace().id, high(Kind::AuditBroken, "a")).await;
        alerts::mail_due(&services).await.unwrap();
        assert_eq!(mails(&services).await, 2);
        // It has become worse. The owner alone may see this kind.
        raise(&services, owner.workspace().id, alert(Kind::TokenMisused, "b")).await;
        raise(&services, owner.workspace().id, high(Kind::TokenMisused, "b")).await;
        alerts::mail_due(&services).await.unwrap();
        assert_eq!(mails(&services).await, 3);
        // Old news is not mailed.
        raise(&services, owner.workspace().id, high(Kind::AuditBroken, "c")).await;
        services.clock().advance(2 * DAY);
        alerts::mail_due(&services).await.unwrap();
        assert_eq!(mails(&services).await, 3);
    }

    async fn without_a_mail_server_nothing_is_mailed(db) {
        let services = db.services();
        let owner = workspace(&services, "One").await;
        let high = NewAlert { severity: Severity::High, ..alert(Kind::AuditBroken, "a") };
        raise(&services, owner.workspace().id, high).await;
        alerts::mail_due(&services).await.unwrap();
        assert_eq!(mails(&services).await, 0);
        assert_eq!(alerts::unread(&owner).await.unwrap(), 1);
    }

    async fn after_ninety_days_they_are_forgotten(db) {
        let services = db.services();
        let owner = workspace(&services, "One").await;
        let ws = owner.workspace().id;
        raise(&services, ws, alert(Kind::DeadLetters, "old")).await;
        raise(&services, ws, alert(Kind::DeadLetters, "came again")).await;
        services.clock().advance(DAY);
        raise(&services, ws, alert(Kind::DeadLetters, "came again")).await;
        alerts::mark_all_read(&owner).await.unwrap();
        services.clock().advance(89 * DAY + MINUTE);
        alerts::purge(&services).await.unwrap();
        assert_eq!(titles(&owner).await, ["Something about came again"]);
        assert_eq!((count(&services, ALERTS, ws).await, count(&services, READS, ws).await), (1, 1));
        services.clock().advance(DAY);
        alerts::purge(&services).await.unwrap();
        assert_eq!((count(&services, ALERTS, ws).await, count(&services, READS, ws).await), (0, 0));
    }
}
