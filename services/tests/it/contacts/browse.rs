//! The list: looked through by name and by number, both ways, as far as a member sees.

use crate::{
    meta::PHONE,
    support::{member, number, workspace},
};
use domain::{
    contact::{Contact, Search},
    id::{ContactId, LabelId, MemberId, NumberId},
    label::Colour,
    opt_out::What,
    role::Role,
};
use futures::TryStreamExt;
use services::{
    Ctx, Error,
    clock::new_id,
    consent,
    contacts::{self, Slice, Turn, browse},
    labels, sql, team,
};

const OLD: &str = "UPDATE contacts SET name_key = NULL WHERE workspace_id = $1";

const CONVERSATION: &str = "INSERT INTO conversations (workspace_id, id, number_id, contact_id, state, assignee_id,
    last_message_at, unread, created_at, labels) VALUES ($1, $2, $3, $4, 'open', $5, $6, 0, $6, $7)";

async fn conversation(
    owner: &Ctx,
    (contact, number): (ContactId, NumberId),
    labels: &[LabelId],
    at: i64,
    whose: Option<MemberId>,
) {
    let mut tx = owner.services().db().begin().await.unwrap();
    let (whose, labels) = (whose.map(|member| member.0), serde_json::to_string(labels).unwrap());
    let ws = owner.workspace().id.0;
    sql!(exec tx.conn(), CONVERSATION, ws, new_id(), number.0, contact.0, whose, at, &labels).unwrap();
    tx.commit().await.unwrap();
}

fn search(text: &str) -> Search {
    Search { text: text.to_owned(), ..Search::default() }
}

fn names(slice: &Slice) -> Vec<&str> {
    slice.items.iter().map(|contact| contact.name.as_str()).collect()
}

/// Every page from the first to the last, and back again: the same pages.
async fn walked(ctx: &Ctx, search: &Search, limit: usize) -> Vec<String> {
    let mut pages = vec![browse(ctx, search, Turn::First, limit).await.unwrap()];
    assert!(!pages[0].before);
    while pages.last().unwrap().after {
        let last = pages.last().unwrap().items.last().unwrap().id;
        let page = browse(ctx, search, Turn::After(last), limit).await.unwrap();
        assert!(page.before && !page.items.is_empty());
        pages.push(page);
    }
    for pair in pages.windows(2) {
        let back = browse(ctx, search, Turn::Before(pair[1].items[0].id), limit).await.unwrap();
        assert_eq!(names(&back), names(&pair[0]));
        assert!(back.after);
        assert_eq!(back.before, pair[0].before);
    }
    pages.iter().flat_map(|page| &page.items).map(|contact| contact.name.clone()).collect()
}

crate::on_both! {
    async fn names_and_numbers_are_found(db) {
        let services = db.services();
        let owner = workspace(&services, "One").await;
        let other = workspace(&services, "Two").await;
        let (_, agent) = member(&services, &owner.workspace().slug, "Anil", Role::Agent).await;
        let people = [("919845550101", "Élodie"), ("919845550102", "elif"), ("34600000001", "Meera"), ("919900000001", "ELENA"),
            ("9999", "Nines"), ("15550100199", "نور"), ("15550100198", "%")];
        for (phone, name) in people {
            let phone = if phone == "9999" { "+9999999".to_owned() } else { format!("+{phone}") };
            contacts::create(&owner, &phone, Some(name)).await.unwrap();
        }
        contacts::create(&agent, "+919845550109", Some("Elton")).await.unwrap();
        assert_eq!(walked(&owner, &search(""), 3).await, ["Elton", "%", "نور", "Nines", "ELENA", "Meera", "elif", "Élodie"]);
        assert_eq!(walked(&owner, &search("el"), 2).await, ["ELENA", "elif", "Élodie", "Elton"]);
        assert_eq!(walked(&owner, &search(" ÉLO"), 2).await, ["Élodie"]);
        assert_eq!(walked(&owner, &search("نو"), 2).await, ["نور"]);
        assert_eq!(walked(&owner, &search("%"), 2).await, ["%"]);
        assert_eq!(walked(&owner, &search("+91 98"), 1).await, ["Élodie", "elif", "Elton"]);
        assert_eq!(walked(&owner, &search("99"), 2).await, ["Nines"]);
        assert_eq!(walked(&owner, &search("x"), 2).await, [] as [String; 0]);
        assert_eq!(walked(&agent, &search(""), 2).await, ["Elton"]);
        assert_eq!(walked(&agent, &search("el"), 2).await, ["Elton"]);
        assert_eq!(walked(&agent, &search("9198"), 2).await, ["Elton"]);
        assert_eq!(walked(&other, &search(""), 2).await, [] as [String; 0]);
    }

    async fn who_opted_out_is_found(db) {
        let services = db.services();
        let owner = workspace(&services, "One").await;
        for n in 0..6 {
            let contact = contacts::create(&owner, &format!("+91984555010{n}"), Some(&format!("Name {n}"))).await.unwrap();
            if n % 2 == 0 {
                consent::record(&owner, contact.id, What::OptedOut, None).await.unwrap();
            }
        }
        let out = |text: &str| Search { text: text.to_owned(), opted_out: true, label: None };
        assert_eq!(walked(&owner, &out(""), 2).await, ["Name 4", "Name 2", "Name 0"]);
        assert_eq!(walked(&owner, &out("name"), 2).await, ["Name 0", "Name 2", "Name 4"]);
        assert_eq!(walked(&owner, &out("91984555010"), 1).await, ["Name 0", "Name 2", "Name 4"]);
    }

    /// Labels stand on conversations: a member finds contacts by those, and is shown those, that are theirs to see.
    async fn who_has_a_label_is_found_and_what_is_known_comes_with_them(db) {
        let services = db.services();
        let owner = workspace(&services, "One").await;
        let stranger = workspace(&services, "Two").await;
        let slug = owner.workspace().slug.clone();
        let first = number(&services, &slug, PHONE).await;
        let second = number(&services, &slug, "100200300").await;
        let (_, agent) = member(&services, &slug, "Anil", Role::Agent).await;
        let vip = labels::create(&owner, "VIP", Colour::Lime).await.unwrap().id;
        let rare = labels::create(&owner, "Rare", Colour::Blue).await.unwrap().id;
        let mut all = Vec::new();
        for n in 0..7 {
            let name = format!("Name {n}");
            all.push(contacts::create(&owner, &format!("+91984555010{n}"), Some(&name)).await.unwrap().id);
        }
        team::assign_contacts(&owner, &all[..3], Some(agent.me().id)).await.unwrap();
        // The newest has nothing; the third has two, of which one is a colleague's.
        for (n, contact) in (0..).zip(&all[..6]) {
            let column = if n == 1 { vec![vip, rare] } else { vec![vip] };
            conversation(&owner, (*contact, first), &column, 1_000 + n, (n < 4).then_some(agent.me().id)).await;
        }
        conversation(&owner, (all[2], second), &[vip, rare], 5_000, Some(owner.me().id)).await;
        consent::record(&owner, all[0], What::OptedIn, None).await.unwrap();
        consent::record(&owner, all[2], What::OptedOut, None).await.unwrap();
        consent::record(&owner, all[3], What::OptedIn, None).await.unwrap();
        consent::record(&owner, all[3], What::OptedOut, None).await.unwrap();

        let with = |text: &str, label| Search { label: Some(label), ..search(text) };
        assert_eq!(walked(&owner, &with("", vip), 2).await, ["Name 5", "Name 4", "Name 3", "Name 2", "Name 1", "Name 0"]);
        assert_eq!(walked(&owner, &with("", rare), 1).await, ["Name 2", "Name 1"]);
        assert_eq!(walked(&owner, &with("name", rare), 1).await, ["Name 1", "Name 2"]);
        assert_eq!(walked(&owner, &with("+91984555010", rare), 1).await, ["Name 1", "Name 2"]);
        assert_eq!(walked(&owner, &with("name 2", vip), 2).await, ["Name 2"]);
        assert_eq!(walked(&owner, &Search { opted_out: true, ..with("", vip) }, 1).await, ["Name 3", "Name 2"]);
        assert_eq!(walked(&owner, &with("", new_id().into()), 1).await, [] as [String; 0]);
        assert_eq!(walked(&agent, &with("", vip), 2).await, ["Name 2", "Name 1", "Name 0"]);
        assert_eq!(walked(&agent, &with("", rare), 2).await, ["Name 1"], "the other one is on a colleague's conversation");
        assert_eq!(walked(&agent, &with("name", rare), 2).await, ["Name 1"]);
        assert_eq!(walked(&stranger, &with("", vip), 2).await, [] as [String; 0]);
        let (_, found) = contacts::export(&owner, with("", rare)).await.unwrap();
        let found: Vec<Contact> = found.try_collect().await.unwrap();
        assert_eq!(found.len(), 2);

        let known = contacts::outlines(&owner, &all).await.unwrap();
        let one = &known[&all[2]];
        assert_eq!((&one.labels[..], one.last_message_at, one.opted_in_at), (&[vip, rare][..], Some(5_000), None));
        assert!(known[&all[0]].opted_in_at.is_some() && known[&all[3]].opted_in_at.is_some());
        assert!(!known.contains_key(&all[6]));
        let own = contacts::outlines(&agent, &all[..3]).await.unwrap();
        assert_eq!((&own[&all[2]].labels[..], own[&all[2]].last_message_at), (&[vip][..], Some(1_002)));
        assert!(contacts::outlines(&stranger, &all).await.unwrap().is_empty());
        assert!(contacts::outlines(&owner, &[]).await.unwrap().is_empty());
    }

    async fn names_of_before_become_searchable(db) {
        let services = db.services();
        let owner = workspace(&services, "One").await;
        contacts::create(&owner, "+919845550101", Some("Élodie")).await.unwrap();
        let mut tx = services.db().begin().await.unwrap();
        sql!(exec tx.conn(), OLD, owner.workspace().id.0).unwrap();
        tx.commit().await.unwrap();
        assert!(walked(&owner, &search("elo"), 2).await.is_empty());
        contacts::fold_names(&services).await.unwrap();
        assert_eq!(walked(&owner, &search("elo"), 2).await, ["Élodie"]);
    }

    async fn an_export_holds_what_is_looked_for(db) {
        let services = db.services();
        let owner = workspace(&services, "One").await;
        let (_, agent) = member(&services, &owner.workspace().slug, "Anil", Role::Agent).await;
        for n in 0..7 {
            contacts::create(&owner, &format!("+91984555010{n}"), Some(if n < 3 { "Asha" } else { "Meera" })).await.unwrap();
        }
        for (text, count) in [("", 7), ("asha", 3), ("+91 98455 50105", 1)] {
            let (_, contacts) = contacts::export(&owner, search(text)).await.unwrap();
            let all: Vec<Contact> = contacts.try_collect().await.unwrap();
            assert_eq!(all.len(), count, "{text}");
        }
        assert!(matches!(contacts::export(&agent, search("")).await.map(|_| ()),
            Err(Error::Domain(domain::Error::Forbidden { permission })) if permission == "contacts.export"));
    }

    async fn an_export_of_chosen_ones_holds_them_alone(db) {
        let services = db.services();
        let owner = workspace(&services, "One").await;
        let stranger = workspace(&services, "Two").await;
        let (_, agent) = member(&services, &owner.workspace().slug, "Anil", Role::Agent).await;
        let mut ids = Vec::new();
        for n in 0..3 {
            ids.push(contacts::create(&owner, &format!("+91984555010{n}"), None).await.unwrap().id);
        }
        let foreign = contacts::create(&stranger, "+919845550109", None).await.unwrap().id;
        let (_, found) = contacts::export_chosen(&owner, &[ids[2], foreign, new_id().into(), ids[0]]).await.unwrap();
        assert_eq!(found.iter().map(|contact| contact.id).collect::<Vec<_>>(), [ids[2], ids[0]]);
        for wrong in [Vec::new(), vec![ids[0]; 501]] {
            let refused = contacts::export_chosen(&owner, &wrong).await;
            assert!(matches!(refused, Err(Error::Domain(domain::Error::Invalid { .. }))));
        }
        let own = contacts::create(&agent, "+919845550108", None).await.unwrap().id;
        assert!(matches!(contacts::export_chosen(&agent, &[own]).await,
            Err(Error::Domain(domain::Error::Forbidden { permission })) if permission == "contacts.export"));
    }
}
