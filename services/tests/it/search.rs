//! Search finds what the member may see, however it is written, and nothing else.

use crate::{
    meta::{PHONE, WABA, Workers, body, change, entry, message_body, put, quiet, text, value},
    on_both,
    support::{eventually, member, number, until_so, workspace},
};
use domain::{
    conversation::View,
    id::ConversationId,
    inbox::MessageView,
    permission::Permissions,
    role::Role,
    search::{Hit, Person},
    time::MINUTE,
};
use serde_json::json;
use services::{Ctx, Error, Services, conversations, db::system, search, sql};

const FROM: &str = "4915112345678";

/// Waits until all that was written is in the index.
async fn indexed(services: &Services) {
    until_so("indexed", async || {
        search::index_batch(services).await.unwrap();
        let mut read = services.db().read().await.unwrap();
        !system::search_waits(read.conn()).await.unwrap()
    })
    .await;
}

async fn receive(services: &Services, from: &str, wamid: &str, words: &str) {
    put(services, message_body(text(from, wamid, words))).await;
}

async fn all_in(services: &Services) {
    quiet(services).await;
    indexed(services).await;
}

fn only_ingest(services: &Services) -> Workers {
    Workers::only(services, services::jobs::Which { ingest: true, outbox: false })
}

/// What is marked in the messages that are found.
async fn found(ctx: &Ctx, question: &str) -> Vec<String> {
    let hits = search::start(ctx, question).await.unwrap().messages.items;
    hits.iter().map(|hit| marks(&hit.snippet)).collect()
}

fn marks(snippet: &domain::search::Snippet) -> String {
    let marked: Vec<String> = snippet.pieces().into_iter().filter(|(_, hit)| *hit).map(|(text, _)| text).collect();
    marked.join("|")
}

async fn people(ctx: &Ctx, question: &str) -> Vec<String> {
    let people = search::start(ctx, question).await.unwrap().people.items;
    people.into_iter().map(|person| person.name.text).collect()
}

async fn only(ctx: &Ctx) -> ConversationId {
    conversations::inbox(ctx, View::All, None).await.unwrap().rows[0].id
}

on_both! {
    async fn messages_in_every_script(db) {
        let services = db.services();
        let owner = workspace(&services, "Kaveri").await;
        number(&services, &owner.workspace().slug, PHONE).await;
        let _workers = only_ingest(&services);
        let texts = [
            "João não está em São Paulo", "मेरा ऑर्डर कहाँ है?", "أين طلبي؟ شكراً جزيلاً", "東京の株式会社です", "대한민국 서울",
            "party time 🎉🎊🎈 now", "Discount of 100%_\"sure\"*(yes) AND NOT a OR b", "Call 0171 5550199",
        ];
        for (nth, words) in texts.iter().enumerate() {
            receive(&services, FROM, &format!("wamid.{nth}"), words).await;
        }
        all_in(&services).await;
        for (question, marked) in [
            ("joao", "João"), ("NÃO", "não"), ("sao paulo", "São|Paulo"), ("ऑर्डर", "ऑर्डर"), ("طلبي", "طلبي"), ("شكرا", "شكراً"),
            ("株式会", "株式会"), ("한민국", "한민국"), ("🎉🎊🎈", "🎉🎊🎈"), ("100%", "100%"), ("%_\"sure", "%_\"sure"),
            ("\"sure\"*(yes)", "\"sure\"*(yes)"), ("5550199", "5550199"), ("not disc", "Disc|NOT"),
        ] {
            assert_eq!(found(&owner, question).await, [marked], "{question}");
        }
        for nothing in ["100_", "jo%o", "sure yes never", "\"not here\"", "ab*", "*", "%", "NEAR(a b)", "text:joao", "東京", "---", "'''"] {
            assert_eq!(found(&owner, nothing).await, Vec::<String>::new(), "{nothing}");
        }
        let short = search::start(&owner, "東京").await.unwrap();
        assert!(short.short && !search::start(&owner, "株式会").await.unwrap().short);
        for empty in ["", "  ", "\u{200b}"] {
            assert_eq!(search::start(&owner, empty).await.unwrap(), domain::search::Results::default());
        }
    }

    async fn people_by_name_username_and_digits(db) {
        let services = db.services();
        let owner = workspace(&services, "Kaveri").await;
        number(&services, &owner.workspace().slug, PHONE).await;
        let _workers = only_ingest(&services);
        for (nth, (from, name)) in [("919845550117", "Meera Krishnan"), ("5511987654321", "João Araújo"), ("201001234567", "محمد علي")].into_iter().enumerate() {
            let mut whole = value(PHONE, vec![text(from, &format!("wamid.{nth}"), "Hello")], vec![]);
            whole["contacts"] = json!([{"wa_id": from, "profile": {"name": name}}]);
            put(&services, body(vec![entry(WABA, vec![change(whole)])])).await;
            // Customers who came at the same moment have no order.
            all_in(&services).await;
            services.clock().advance(MINUTE);
        }
        let mut tx = db.db.begin().await.unwrap();
        sql!(exec tx.conn(), "UPDATE contacts SET username = 'meera.shop' WHERE wa_id = '919845550117'").unwrap();
        tx.commit().await.unwrap();
        all_in(&services).await;
        for (question, names) in [
            ("mee", vec!["Meera Krishnan"]), ("krishna", vec!["Meera Krishnan"]), ("m", vec!["Meera Krishnan"]),
            ("joa", vec!["João Araújo"]), ("araujo joao", vec!["João Araújo"]), ("محمد", vec!["محمد علي"]),
            ("50117", vec!["Meera Krishnan"]), ("+91 98455", vec!["Meera Krishnan"]), ("55", vec!["João Araújo"]),
            ("9876-54321", vec!["João Araújo"]), ("@meera", vec!["Meera Krishnan"]), (".shop", vec!["Meera Krishnan"]),
            ("345", vec!["محمد علي"]), ("kri", vec!["Meera Krishnan"]), ("k", vec![]), ("rishnan x", vec![]), ("%", vec![]),
            ("98", vec![]), ("123", vec!["محمد علي"]),
        ] {
            assert_eq!(people(&owner, question).await, names, "{question}");
        }
        let person = search::start(&owner, "98455").await.unwrap().people.items.remove(0);
        assert_eq!(person.phone.map(|phone| (marks(&phone), phone.text)), Some(("98455".to_owned(), "+919845550117".to_owned())));
        // A new name takes the place of the old one.
        let mut tx = db.db.begin().await.unwrap();
        sql!(exec tx.conn(), "UPDATE contacts SET profile_name = 'Asha' WHERE wa_id = '919845550117'").unwrap();
        tx.commit().await.unwrap();
        // Even before it is indexed the old one is not shown.
        assert_eq!(people(&owner, "krishnan").await, Vec::<String>::new());
        all_in(&services).await;
        assert_eq!((people(&owner, "asha").await, people(&owner, "krishnan").await), (vec!["Asha".to_owned()], vec![]));
    }

    async fn everybody_finds_what_is_theirs_to_see(db) {
        let services = db.services();
        let owner = workspace(&services, "Kaveri").await;
        let other = workspace(&services, "Ganga").await;
        let slug = owner.workspace().slug.clone();
        number(&services, &slug, PHONE).await;
        let (asha, asha_ctx) = member(&services, &slug, "Asha", Role::Agent).await;
        let (_, rohan_ctx) = member(&services, &slug, "Rohan", Role::Agent).await;
        let _workers = only_ingest(&services);
        receive(&services, FROM, "wamid.1", "The kettle arrived").await;
        all_in(&services).await;
        let id = only(&owner).await;
        conversations::assign(&owner, id, Some(asha.member.id)).await.unwrap();
        for (ctx, count) in [(&owner, 1), (&asha_ctx, 1), (&rohan_ctx, 0), (&other, 0)] {
            for question in ["kettle", "the arrived"] {
                assert_eq!(search::messages(ctx, question, None).await.unwrap().items.len(), count, "{question}");
            }
            for question in ["Customer", "4915", "12345678", "cu", "49"] {
                assert_eq!(search::people(ctx, question, None).await.unwrap().items.len(), count, "{question}");
            }
        }
        // Handed over: at once, whatever the index says.
        conversations::assign(&owner, id, None).await.unwrap();
        let unassigned = services.ctx(asha.user, &slug).await.unwrap().access().unassigned;
        assert_eq!(search::messages(&asha_ctx, "kettle", None).await.unwrap().items.len(), usize::from(unassigned));
        let token = services::clock::new_id();
        let permissions = Permissions::parse(["conversations.view"]).unwrap();
        let narrow = owner.clone().limited_to(token.into(), permissions);
        assert!(matches!(search::messages(&narrow, "kettle", None).await, Err(Error::Domain(domain::Error::Forbidden { .. }))));
        let both = search::start(&narrow, "Customer kettle").await.unwrap();
        assert_eq!((both.people.items.len(), both.messages.items.len()), (0, 0));
        assert_eq!(search::start(&narrow, "customer").await.unwrap().people.items.len(), 1);
    }

    async fn edits_and_revocations_change_what_is_found(db) {
        let services = db.services();
        let owner = workspace(&services, "Kaveri").await;
        number(&services, &owner.workspace().slug, PHONE).await;
        let _workers = only_ingest(&services);
        receive(&services, FROM, "wamid.1", "The kettle arrived").await;
        receive(&services, FROM, "wamid.2", "And a teapot").await;
        all_in(&services).await;
        let mark = |wamid: &str, ago: i64, kind: &str, what: serde_json::Value| {
            message_body(json!({"from": FROM, "id": wamid, "timestamp": crate::meta::stamp(ago), "type": kind, kind: what}))
        };
        let words = json!({"type": "text", "text": {"body": "The samovar arrived"}});
        put(&services, mark("e1", 8, "edit", json!({"original_message_id": "wamid.1", "message": words}))).await;
        put(&services, mark("v1", 7, "revoke", json!({"original_message_id": "wamid.2"}))).await;
        // What was taken back is not shown, indexed or not.
        quiet(&services).await;
        assert_eq!((found(&owner, "kettle").await, found(&owner, "teapot").await), (vec![], vec![]));
        indexed(&services).await;
        assert_eq!((found(&owner, "kettle").await, found(&owner, "teapot").await), (vec![], vec![]));
        assert_eq!(found(&owner, "samovar").await, ["samovar"]);
        let mut read = db.db.read().await.unwrap();
        let entries = sql!(scalar i64, read.conn(), "SELECT CAST(COUNT(*) AS BIGINT) FROM search_messages").unwrap();
        assert_eq!(entries, 1);
    }

    async fn pages_follow_each_other_without_gaps(db) {
        let services = db.services();
        let owner = workspace(&services, "Kaveri").await;
        let slug = owner.workspace().slug.clone();
        number(&services, &slug, PHONE).await;
        let (asha, asha_ctx) = member(&services, &slug, "Asha", Role::Agent).await;
        let _workers = only_ingest(&services);
        // Many of the same second, and many customers: what is common, for the engines' way with what is common.
        for nth in 0..40 {
            let messages = (0..40).map(|of| text(&format!("49151{nth:08}"), &format!("wamid.{nth}.{of}"), &format!("kettle number {nth} and {of}"))).collect();
            put(&services, body(vec![entry(WABA, vec![change(value(PHONE, messages, vec![]))])])).await;
        }
        all_in(&services).await;
        let rows = conversations::list(&owner, View::All, None).await.unwrap().items;
        let mine = rows[7].id;
        conversations::assign(&owner, mine, Some(asha.member.id)).await.unwrap();
        for (ctx, question, count) in [(&owner, "kettle", 1_600), (&owner, "number 17", 79), (&asha_ctx, "kettle", 40), (&owner, "kettle number 39", 79)] {
            if ctx.me().role == Role::Agent && ctx.access().unassigned {
                continue;
            }
            let mut hits: Vec<Hit> = Vec::new();
            let mut next = None;
            loop {
                let page = search::messages(ctx, question, next).await.unwrap();
                assert!(page.items.len() <= 25);
                hits.extend(page.items);
                next = page.next;
                if next.is_none() {
                    break;
                }
            }
            assert!(hits.is_sorted_by_key(|hit| std::cmp::Reverse(hit.at)));
            let mut ids: Vec<_> = hits.iter().map(|hit| hit.message).collect();
            ids.sort_unstable();
            ids.dedup();
            assert_eq!((ids.len(), hits.len()), (count, count), "{question}");
        }
        for question in ["Customer", "49151", "cu", "49"] {
            let mut all: Vec<Person> = Vec::new();
            let mut next = None;
            loop {
                let page = search::people(&owner, question, next).await.unwrap();
                all.extend(page.items);
                next = page.next;
                if next.is_none() {
                    break;
                }
            }
            let mut ids: Vec<_> = all.iter().map(|person| person.contact.id).collect();
            ids.sort_unstable();
            ids.dedup();
            assert_eq!((ids.len(), all.len()), (40, 40), "{question}");
        }
    }

    /// The worker alone does it, soon, and with a clock that stands where it likes.
    async fn what_comes_is_found_soon(db) {
        let services = db.services();
        let owner = workspace(&services, "Kaveri").await;
        number(&services, &owner.workspace().slug, PHONE).await;
        let _workers = only_ingest(&services);
        services.clock().advance(20 * 60 * MINUTE);
        let begun = std::time::Instant::now();
        receive(&services, FROM, "wamid.1", "The kettle arrived").await;
        let lag = eventually(async || match found(&owner, "kettle").await.len() {
            1 => Ok(begun.elapsed()),
            _ => Err("the kettle is not found".to_owned()),
        })
        .await;
        // Two seconds where nothing else runs; a machine under all tests gets more.
        assert!(lag < std::time::Duration::from_secs(10), "{lag:?}");
        // Ours too.
        let id = only(&owner).await;
        conversations::reply(&owner, id, services::clock::new_id().into(), "Enjoy your samovar").await.unwrap();
        eventually(async || match found(&owner, "samovar").await.len() {
            1 => Ok(()),
            _ => Err("the samovar is not found".to_owned()),
        })
        .await;
    }

    /// A message far up is shown with what stands around it, and from there the thread goes on in both directions.
    async fn the_thread_turns_to_what_was_found(db) {
        let services = db.services();
        let owner = workspace(&services, "Kaveri").await;
        let slug = owner.workspace().slug.clone();
        number(&services, &slug, PHONE).await;
        let (_, rohan) = member(&services, &slug, "Rohan", Role::Agent).await;
        let _workers = only_ingest(&services);
        let one = |nth: i64| {
            let mut one = text(FROM, &format!("wamid.{nth}"), &format!("number-{nth}."));
            one["timestamp"] = json!(crate::meta::stamp(5_000 - nth));
            one
        };
        let flood = body(vec![entry(WABA, vec![change(value(PHONE, (0..200).map(one).collect(), vec![]))])]);
        put(&services, flood).await;
        quiet(&services).await;
        let id = only(&owner).await;
        indexed(&services).await;
        let numbers = |messages: &[MessageView]| -> Vec<usize> {
            let number = |text: &str| text.trim_start_matches("number-").trim_end_matches('.').parse().unwrap();
            messages.iter().map(|message| number(&message.text)).collect()
        };
        let hit = search::messages(&owner, "number-70.", None).await.unwrap().items.remove(0);
        let here = conversations::around(&owner, id, hit.message).await.unwrap();
        assert_eq!((numbers(&here.messages), here.more, here.newer), ((60..=120).collect(), true, true));
        // Upwards to the first and downwards to the last, nothing left out and nothing twice.
        let mut shown = here.messages.clone();
        loop {
            let above = conversations::earlier(&owner, id, shown[0].sort_key()).await.unwrap();
            shown.splice(..0, above.messages.items);
            if !above.messages.more {
                break;
            }
        }
        loop {
            let below = conversations::later(&owner, id, shown[shown.len() - 1].sort_key()).await.unwrap();
            shown.extend(below.messages.items);
            if !below.messages.more {
                break;
            }
        }
        assert_eq!(numbers(&shown), (0..200).collect::<Vec<_>>());
        // At both ends of the thread there is nothing more to say.
        let first = conversations::around(&owner, id, shown[3].id).await.unwrap();
        assert_eq!((numbers(&first.messages), first.more, first.newer), ((0..=53).collect(), false, true));
        let last = conversations::around(&owner, id, shown[190].id).await.unwrap();
        assert_eq!((numbers(&last.messages), last.more, last.newer), ((180..200).collect(), true, false));
        let end = conversations::later(&owner, id, shown[199].sort_key()).await.unwrap();
        assert!(end.messages.items.is_empty() && !end.messages.more);

        let nobodys = conversations::around(&owner, id, services::clock::new_id().into()).await;
        assert!(matches!(nobodys, Err(Error::Domain(domain::Error::NotFound))), "{nobodys:?}");
        conversations::assign(&owner, id, Some(owner.me().id)).await.unwrap();
        for theirs in [
            conversations::around(&rohan, id, hit.message).await.map(drop),
            conversations::later(&rohan, id, shown[0].sort_key()).await.map(drop),
        ] {
            assert!(matches!(theirs, Err(Error::Domain(domain::Error::NotFound))), "{theirs:?}");
        }
    }

    /// More of one millisecond than it has places is an order of its own, not a failure.
    async fn a_flood_of_one_moment_has_places(db) {
        let services = db.services();
        let owner = workspace(&services, "Kaveri").await;
        number(&services, &owner.workspace().slug, PHONE).await;
        let _workers = only_ingest(&services);
        receive(&services, FROM, "wamid.1", "kettle one").await;
        all_in(&services).await;
        // As if the millisecond were full.
        let last = (crate::support::START - 10_000) * 65_536 + 65_535;
        let mut tx = db.db.begin().await.unwrap();
        let ws = owner.workspace().id.0;
        let new = services::clock::new_id();
        match tx.conn() {
            services::db::Conn::Sqlite(c) => drop(sqlx::query("INSERT INTO search_messages (place, workspace_id, message_id) VALUES ($1, $2, $3)").bind(last).bind(ws).bind(new).execute(c).await.unwrap()),
            services::db::Conn::Postgres(c) => drop(sqlx::query("INSERT INTO search_messages (place, workspace_id, message_id, grams) VALUES ($1, $2, $3, '{}')").bind(last).bind(ws).bind(new).execute(c).await.unwrap()),
        }
        tx.commit().await.unwrap();
        receive(&services, FROM, "wamid.2", "kettle two").await;
        receive(&services, FROM, "wamid.3", "kettle three").await;
        all_in(&services).await;
        assert_eq!(search::messages(&owner, "kettle", None).await.unwrap().items.len(), 3);
    }
}
