//! The list: looked through by name and by number, both ways, as far as a member sees.

use crate::support::{member, workspace};
use domain::{
    contact::{Contact, Search},
    opt_out::What,
    role::Role,
};
use futures::TryStreamExt;
use services::{
    Ctx, Error, consent,
    contacts::{self, Slice, Turn, browse},
    sql,
};

const OLD: &str = "UPDATE contacts SET name_key = NULL WHERE workspace_id = $1";

fn search(text: &str) -> Search {
    Search { text: text.to_owned(), opted_out: false }
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
        let out = |text: &str| Search { text: text.to_owned(), opted_out: true };
        assert_eq!(walked(&owner, &out(""), 2).await, ["Name 4", "Name 2", "Name 0"]);
        assert_eq!(walked(&owner, &out("name"), 2).await, ["Name 0", "Name 2", "Name 4"]);
        assert_eq!(walked(&owner, &out("91984555010"), 1).await, ["Name 0", "Name 2", "Name 4"]);
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
}
