//! Labels: what a workspace calls conversations, who puts them on, and that a deleted one is nowhere.

use crate::{
    meta::{PHONE, Workers, message_body, put, quiet, text},
    on_both,
    support::{member, number, workspace},
};
use domain::{
    Error as Wrong,
    conversation::View,
    id::{ConversationId, LabelId},
    inbox::{Change, Event, Filter, InboxView, Item, Live, Sort, Whose, apply},
    label::{Colour, LIMIT, ON_ONE},
    quick::Draft,
    role::Role,
    time::{HOUR, MINUTE},
};
use services::{Ctx, Error, Services, clock::new_id, conversations, labels, quick, sql};

async fn receive(services: &Services, who: u32, nth: u32) {
    put(services, message_body(text(&format!("491510000{who:04}"), &format!("wamid.{who}.{nth}"), "Hello"))).await;
}

/// The conversation with a customer, whatever became of it.
async fn with(owner: &Ctx, who: u32) -> ConversationId {
    let phone = format!("+491510000{who:04}");
    for view in [View::All, View::Snoozed, View::Closed] {
        let rows = conversations::list(owner, view, None).await.unwrap().items;
        if let Some(row) = rows.into_iter().find(|row| row.contact.phone.as_deref() == Some(&phone)) {
            return row.id;
        }
    }
    panic!("nobody wrote as {who}")
}

/// Ids of a whole list, a page at a time.
async fn all(ctx: &Ctx, view: View, filter: &Filter) -> Vec<ConversationId> {
    let (mut found, mut before) = (Vec::new(), None);
    loop {
        let page = conversations::list_of(ctx, view, filter, before).await.unwrap();
        before = page.items.last().map(domain::inbox::Row::sort_key);
        found.extend(page.items.iter().map(|row| row.id));
        if !page.more {
            return found;
        }
    }
}

async fn replay(ctx: &Ctx, view: &mut InboxView) {
    let mut read = ctx.services().db().read().await.unwrap();
    let text = "SELECT body FROM events WHERE workspace_id = $1 ORDER BY seq";
    let bodies = sql!(scalars String, read.conn(), text, ctx.workspace().id.0).unwrap();
    for (seq, body) in (1..).zip(bodies) {
        apply(view, &Live { seq, event: serde_json::from_str::<Event>(&body).unwrap() });
    }
}

on_both! {
    async fn a_label_is_put_on_changed_and_deleted_everywhere(db) {
        let services = db.services();
        let owner = workspace(&services, "Kaveri").await;
        let slug = owner.workspace().slug.clone();
        number(&services, &slug, PHONE).await;
        let (_, rohan) = member(&services, &slug, "Rohan", Role::Agent).await;
        let (_, lucia) = member(&services, &slug, "Lucia", Role::Agent).await;
        let (_, viewer) = member(&services, &slug, "Vera", Role::Viewer).await;
        let stranger = workspace(&services, "Other").await;
        let _workers = Workers::only(&services, services::jobs::Which { ingest: true, outbox: false });
        for who in 0..3 {
            receive(&services, who, 0).await;
        }
        quiet(&services).await;
        let vip = labels::create(&owner, " VIP \n", Colour::Lime).await.unwrap();
        let shipping = labels::create(&owner, "Shipping", Colour::Blue).await.unwrap();
        assert_eq!(vip.name, "VIP");
        assert!(matches!(labels::create(&owner, "vip", Colour::Red).await, Err(Error::Conflict(_))));
        assert!(matches!(labels::create(&rohan, "Mine", Colour::Red).await, Err(Error::Domain(Wrong::Forbidden { .. }))));
        let (first, second) = (with(&owner, 0).await, with(&owner, 1).await);
        conversations::assign(&owner, first, Some(rohan.me().id)).await.unwrap();
        let mut seen = conversations::inbox(&owner, View::All, Some(first)).await.unwrap();
        let mut own = conversations::inbox(&rohan, View::Mine, Some(first)).await.unwrap();

        // Twice is once; each may on what is theirs.
        let row = conversations::label(&rohan, first, vip.id, true).await.unwrap();
        assert_eq!(conversations::label(&rohan, first, vip.id, true).await.unwrap(), row);
        assert_eq!(row.labels, [vip.id]);
        assert_eq!(conversations::set_labels(&owner, second, &[shipping.id, vip.id, vip.id]).await.unwrap().labels, [shipping.id, vip.id]);
        assert!(matches!(conversations::label(&lucia, first, vip.id, true).await, Err(Error::Domain(Wrong::NotFound))));
        assert!(matches!(conversations::label(&stranger, first, vip.id, true).await, Err(Error::Domain(Wrong::NotFound))));
        assert!(matches!(conversations::label(&viewer, first, vip.id, false).await, Err(Error::Domain(Wrong::Forbidden { .. }))));
        let foreign = labels::create(&stranger, "VIP", Colour::Lime).await.unwrap();
        for wrong in [foreign.id, LabelId(new_id())] {
            assert!(matches!(conversations::label(&owner, first, wrong, true).await, Err(Error::Domain(Wrong::Invalid { .. }))));
        }
        assert!(matches!(labels::change(&stranger, vip.id, "Mine", Colour::Red).await, Err(Error::Domain(Wrong::NotFound))));
        assert!(matches!(labels::delete(&stranger, vip.id).await, Err(Error::Domain(Wrong::NotFound))));
        assert!(matches!(labels::change(&owner, vip.id, "shipping", Colour::Red).await, Err(Error::Conflict(_))));
        let changed = labels::change(&owner, vip.id, "Very important", Colour::Red).await.unwrap();
        assert_eq!(labels::list(&viewer).await.unwrap(), [shipping.clone(), changed]);
        let listed: Vec<i64> = labels::listed(&owner).await.unwrap().into_iter().map(|one| one.conversations).collect();
        assert_eq!(listed, [1, 2]);

        // Gone at once from what there is, then from each conversation; its name is free again.
        labels::delete(&owner, vip.id).await.unwrap();
        assert!(matches!(labels::delete(&owner, vip.id).await, Err(Error::Domain(Wrong::NotFound))));
        assert_eq!(labels::list(&owner).await.unwrap(), std::slice::from_ref(&shipping));
        // One that is being deleted is no reason to refuse another change.
        assert_eq!(conversations::label(&owner, first, shipping.id, true).await.unwrap().labels, [shipping.id]);
        labels::take_off(&services).await.unwrap();
        labels::take_off(&services).await.unwrap();
        for id in [first, second] {
            assert_eq!(conversations::get(&owner, id).await.unwrap().labels, [shipping.id]);
        }
        labels::create(&owner, "Very important", Colour::Red).await.unwrap();

        // Whoever watched saw all of it.
        replay(&owner, &mut seen).await;
        assert_eq!(seen, conversations::inbox(&owner, View::All, Some(first)).await.unwrap());
        replay(&owner, &mut own).await;
        let fresh = conversations::inbox(&rohan, View::Mine, Some(first)).await.unwrap();
        assert_eq!((own.labels, own.rows), (fresh.labels, fresh.rows));
        let mut read = db.db.read().await.unwrap();
        let trail = sql!(scalars String, read.conn(), "SELECT action FROM audit_entries WHERE workspace_id = $1 AND action LIKE '%label%' ORDER BY at, id", owner.workspace().id.0).unwrap();
        assert_eq!(trail.len(), 8, "{trail:?}");
    }

    async fn a_label_leaves_many_conversations_in_batches(db) {
        let services = db.services();
        let owner = workspace(&services, "Kaveri").await;
        number(&services, &owner.workspace().slug, PHONE).await;
        let _workers = Workers::only(&services, services::jobs::Which { ingest: true, outbox: false });
        for who in 0..130 {
            receive(&services, who, 0).await;
        }
        quiet(&services).await;
        let vip = labels::create(&owner, "VIP", Colour::Lime).await.unwrap();
        let ids = all(&owner, View::All, &Filter::default()).await;
        for id in &ids {
            conversations::label(&owner, *id, vip.id, true).await.unwrap();
        }
        let labelled = Filter { labels: vec![vip.id], ..Filter::default() };
        assert_eq!(all(&owner, View::All, &labelled).await, ids);
        labels::delete(&owner, vip.id).await.unwrap();
        labels::take_off(&services).await.unwrap();
        assert_eq!(all(&owner, View::All, &labelled).await, []);
        let mut read = db.db.read().await.unwrap();
        let left = sql!(scalar i64, read.conn(), "SELECT CAST(COUNT(*) AS BIGINT) FROM conversations WHERE labels <> '[]'").unwrap();
        assert_eq!((left, sql!(scalar i64, read.conn(), "SELECT CAST(COUNT(*) AS BIGINT) FROM labels").unwrap()), (0, 0));
    }

    async fn there_are_only_so_many(db) {
        let services = db.services();
        let owner = workspace(&services, "Kaveri").await;
        number(&services, &owner.workspace().slug, PHONE).await;
        let _workers = Workers::only(&services, services::jobs::Which { ingest: true, outbox: false });
        receive(&services, 0, 0).await;
        quiet(&services).await;
        let mut ids = Vec::new();
        for nth in 0..LIMIT {
            ids.push(labels::create(&owner, &format!("L{nth}"), Colour::Grey).await.unwrap().id);
        }
        assert!(matches!(labels::create(&owner, "one more", Colour::Grey).await, Err(Error::Conflict(_))));
        let id = with(&owner, 0).await;
        conversations::set_labels(&owner, id, &ids[..ON_ONE]).await.unwrap();
        assert!(matches!(conversations::label(&owner, id, ids[ON_ONE], true).await, Err(Error::Domain(Wrong::Invalid { .. }))));
        assert_eq!(conversations::get(&owner, id).await.unwrap().labels.len(), ON_ONE);
    }

    async fn lists_are_narrowed_sorted_and_paged(db) {
        let services = db.services();
        let owner = workspace(&services, "Kaveri").await;
        let slug = owner.workspace().slug.clone();
        let number = number(&services, &slug, PHONE).await;
        let (_, rohan) = member(&services, &slug, "Rohan", Role::Agent).await;
        let _workers = Workers::only(&services, services::jobs::Which { ingest: true, outbox: false });
        let vip = labels::create(&owner, "VIP", Colour::Lime).await.unwrap();
        let cod = labels::create(&owner, "COD", Colour::Pink).await.unwrap();
        let start = services.clock().now();
        for who in 0..120 {
            receive(&services, who, 0).await;
            quiet(&services).await;
            services.clock().advance(MINUTE);
        }
        let everybody = all(&owner, View::All, &Filter::default()).await;
        assert_eq!(everybody.len(), 120);
        for (nth, id) in everybody.iter().enumerate() {
            if nth % 2 == 0 {
                conversations::label(&owner, *id, if nth % 4 == 0 { vip.id } else { cod.id }, true).await.unwrap();
            }
            if nth % 3 == 0 {
                conversations::assign(&owner, *id, Some(rohan.me().id)).await.unwrap();
            }
            if nth % 5 == 0 {
                conversations::mark_read(&owner, *id).await.unwrap();
            }
            if nth % 7 == 0 {
                conversations::close(&owner, *id).await.unwrap();
            }
            if nth % 11 == 1 && nth % 7 != 0 {
                conversations::snooze(&owner, *id, domain::conversation::Until::Customer).await.unwrap();
            }
            if nth % 13 == 0 {
                // Refused where it is closed: then they have not answered.
                let _ = conversations::reply(&owner, *id, new_id().into(), "Yes").await;
            }
        }
        services.clock().advance(22 * HOUR);
        let whose = [None, Some(Whose::Nobody), Some(Whose::Member(rohan.me().id)), Some(Whose::Member(owner.me().id))];
        let mut looked_at = 0;
        for ctx in [&owner, &rohan] {
            for view in View::ALL {
                // What the plain list holds, and then what each filter makes of it.
                let mut rows = Vec::new();
                let mut before = None;
                loop {
                    let page = conversations::list(ctx, view, before).await.unwrap();
                    before = page.items.last().map(domain::inbox::Row::sort_key);
                    rows.extend(page.items);
                    if !page.more {
                        break;
                    }
                }
                for sort in Sort::ALL {
                    let plain = Filter { sort, ..Filter::default() };
                    let filters = [
                        plain.clone(),
                        Filter { labels: vec![vip.id], ..plain.clone() },
                        Filter { labels: vec![vip.id, cod.id], unread: true, ..plain.clone() },
                        Filter { number: Some(number), closing: true, ..plain.clone() },
                        Filter { number: Some(domain::id::NumberId(new_id())), ..plain.clone() },
                        Filter { since: Some(start + 30 * MINUTE), until: Some(start + 90 * MINUTE), ..plain.clone() },
                    ];
                    let assigned = whose.into_iter().map(|assignee| Filter { assignee, unread: assignee.is_none(), ..plain.clone() });
                    for filter in filters.into_iter().chain(assigned) {
                        let now = services.clock().now();
                        let mut wanted: Vec<_> = rows.iter().filter(|row| filter.takes(row, now)).collect();
                        wanted.sort_by(|a, b| sort.compare(a.sort_key(), b.sort_key()));
                        let wanted: Vec<_> = wanted.into_iter().map(|row| row.id).collect();
                        looked_at += wanted.len();
                        assert_eq!(all(ctx, view, &filter).await, wanted, "{view:?} {filter:?}");
                    }
                }
            }
        }
        assert!(looked_at > 1_000, "{looked_at}");
    }

    async fn views_are_kept_by_each_for_themselves(db) {
        let services = db.services();
        let owner = workspace(&services, "Kaveri").await;
        let (_, rohan) = member(&services, &owner.workspace().slug, "Rohan", Role::Agent).await;
        let filter = Filter { unread: true, sort: Sort::Oldest, ..Filter::default() };
        let kept = conversations::save_view(&owner, " Late \n ones", View::Unassigned, filter.clone()).await.unwrap();
        assert_eq!((kept.name.as_str(), &kept.filter), ("Late ones", &filter));
        assert_eq!(conversations::saved_views(&owner).await.unwrap(), std::slice::from_ref(&kept));
        assert_eq!(conversations::saved_views(&rohan).await.unwrap(), []);
        // Somebody else's is not forgotten.
        conversations::forget_view(&rohan, kept.id).await.unwrap();
        assert_eq!(conversations::saved_views(&owner).await.unwrap().len(), 1);
        conversations::forget_view(&owner, kept.id).await.unwrap();
        assert_eq!(conversations::saved_views(&owner).await.unwrap(), []);
        assert!(matches!(conversations::save_view(&owner, " ", View::All, Filter::default()).await, Err(Error::Domain(Wrong::Invalid { .. }))));
        for nth in 0..domain::inbox::SavedView::LIMIT {
            conversations::save_view(&owner, &format!("View {nth}"), View::All, Filter::default()).await.unwrap();
        }
        assert!(matches!(conversations::save_view(&owner, "More", View::All, Filter::default()).await, Err(Error::Conflict(_))));
    }

    async fn of_many_each_is_judged_alone_and_taken_back(db) {
        let services = db.services();
        let owner = workspace(&services, "Kaveri").await;
        let slug = owner.workspace().slug.clone();
        number(&services, &slug, PHONE).await;
        let (_, rohan) = member(&services, &slug, "Rohan", Role::Agent).await;
        let (_, viewer) = member(&services, &slug, "Vera", Role::Viewer).await;
        let _workers = Workers::only(&services, services::jobs::Which { ingest: true, outbox: false });
        for who in 0..4 {
            receive(&services, who, 0).await;
        }
        quiet(&services).await;
        let vip = labels::create(&owner, "VIP", Colour::Lime).await.unwrap();
        let ids = all(&owner, View::All, &Filter::default()).await;
        for id in &ids[..2] {
            conversations::assign(&owner, *id, Some(rohan.me().id)).await.unwrap();
        }
        let each = |change: Change| ids.iter().map(|id| Item { conversation: *id, change }).collect::<Vec<_>>();
        let outcomes = conversations::bulk(&rohan, &each(Change::Close)).await.unwrap();
        assert_eq!(outcomes.iter().map(|one| one.row.is_some()).collect::<Vec<_>>(), [true, true, false, false]);
        let said = domain::inbox::failures("closed", &outcomes).unwrap();
        assert_eq!(said, format!("2 of 4 could not be closed: {}", Wrong::NotFound));
        let outcomes = conversations::bulk(&viewer, &each(Change::Read)).await.unwrap();
        assert!(outcomes.iter().all(|one| one.why_not.as_ref().is_some_and(|why| why.contains("messages.send"))), "{outcomes:?}");

        // What was done is taken back, and no more than that.
        for change in [
            Change::Assign { to: Some(owner.me().id) },
            Change::Close,
            Change::Label { label: vip.id, on: true },
            Change::Read,
        ] {
            let before = conversations::list(&owner, View::All, None).await.unwrap().items;
            let closed = conversations::list(&owner, View::Closed, None).await.unwrap().items;
            let rows: Vec<_> = before.iter().chain(&closed).cloned().collect();
            let undo: Vec<Item> = rows.iter().filter_map(|row| Some(Item { conversation: row.id, change: change.inverse(row)? })).collect();
            let outcomes = conversations::bulk(&owner, &each(change)).await.unwrap();
            assert!(outcomes.iter().all(|one| one.row.is_some()), "{change:?} {outcomes:?}");
            let outcomes = conversations::bulk(&owner, &undo).await.unwrap();
            assert!(outcomes.iter().all(|one| one.row.is_some()), "{change:?} {outcomes:?}");
            let facts = |rows: Vec<domain::inbox::Row>| rows.into_iter().map(|row| (row.id, row.assignee, row.labels, row.state)).collect::<Vec<_>>();
            assert_eq!(facts(conversations::list(&owner, View::All, None).await.unwrap().items), facts(before), "{change:?}");
        }
        let many = vec![Item { conversation: ids[0], change: Change::Read }; 101];
        assert!(matches!(conversations::bulk(&owner, &many).await, Err(Error::Domain(Wrong::Invalid { .. }))));
    }

    async fn quick_replies_are_kept_by_shortcut(db) {
        let services = db.services();
        let owner = workspace(&services, "Kaveri").await;
        let slug = owner.workspace().slug.clone();
        let (_, rohan) = member(&services, &slug, "Rohan", Role::Agent).await;
        let (_, viewer) = member(&services, &slug, "Vera", Role::Viewer).await;
        let stranger = workspace(&services, "Other").await;
        let draft = |shortcut: &str, body: &str| Draft { shortcut: shortcut.to_owned(), title: "Greeting".to_owned(), body: body.to_owned() };
        let hello = quick::create(&owner, &draft("/Hello", "Hi {{contact.first_name}}")).await.unwrap();
        assert_eq!(hello.shortcut, "hello");
        assert!(matches!(quick::create(&owner, &draft("hello", "Hi")).await, Err(Error::Conflict(_))));
        assert!(matches!(quick::create(&owner, &draft("x", "{{nobody}}")).await, Err(Error::Domain(Wrong::Invalid { .. }))));
        assert!(matches!(quick::create(&rohan, &draft("x", "Hi")).await, Err(Error::Domain(Wrong::Forbidden { .. }))));
        assert_eq!(quick::list(&rohan).await.unwrap(), std::slice::from_ref(&hello));
        assert!(matches!(quick::list(&viewer).await, Err(Error::Domain(Wrong::Forbidden { .. }))));
        assert_eq!(quick::list(&stranger).await.unwrap(), []);
        assert!(matches!(quick::save(&stranger, hello.id, &draft("a", "b")).await, Err(Error::Domain(Wrong::NotFound))));
        assert!(matches!(quick::delete(&stranger, hello.id).await, Err(Error::Domain(Wrong::NotFound))));
        quick::create(&owner, &draft("bye", "Bye")).await.unwrap();
        assert!(matches!(quick::save(&owner, hello.id, &draft("bye", "Hi")).await, Err(Error::Conflict(_))));
        let saved = quick::save(&owner, hello.id, &draft("hi", "Hi there")).await.unwrap();
        assert_eq!(quick::managed(&owner).await.unwrap()[1], saved);
        quick::delete(&owner, hello.id).await.unwrap();
        assert_eq!(quick::managed(&owner).await.unwrap().len(), 1);
        let mut read = db.db.read().await.unwrap();
        let trail = sql!(scalar i64, read.conn(), "SELECT CAST(COUNT(*) AS BIGINT) FROM audit_entries WHERE workspace_id = $1 AND action LIKE '%quick_reply%'", owner.workspace().id.0).unwrap();
        assert_eq!(trail, 4);
    }
}
