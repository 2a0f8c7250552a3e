//! Custom fields: made, arranged, filled, removed; and the note.

use crate::support::{START, member, workspace};
use domain::{
    Error as Wrong,
    audit::{Action, Filter},
    contact::Edit,
    field::{FIELDS, Kind, Wish},
    id::FieldId,
    inbox::Event,
    role::Role,
};
use services::{
    Ctx, Error, audit,
    contacts::{self, fields},
    sql,
};

const EVENTS: &str = "SELECT body FROM events WHERE workspace_id = $1 ORDER BY seq";

fn wish(name: &str, kind: Kind, choices: &[&str]) -> Wish {
    Wish { name: name.to_owned(), kind, choices: choices.iter().map(|choice| (*choice).to_owned()).collect() }
}

fn set(field: FieldId, value: &str) -> Edit {
    Edit { fields: [(field, value.to_owned())].into(), ..Edit::default() }
}

async fn names(ctx: &Ctx) -> Vec<String> {
    fields::list(ctx).await.unwrap().into_iter().map(|field| field.name).collect()
}

async fn events(ctx: &Ctx) -> Vec<Event> {
    let mut read = ctx.services().db().read().await.unwrap();
    let all: Vec<String> = sql!(scalars String, read.conn(), EVENTS, ctx.workspace().id.0).unwrap();
    all.iter().map(|body| serde_json::from_str(body).unwrap()).collect()
}

crate::on_both! {
    async fn a_workspace_makes_its_own(db) {
        let services = db.services();
        let owner = workspace(&services, "One").await;
        let other = workspace(&services, "Two").await;
        let (_, agent) = member(&services, &owner.workspace().slug, "Anil", Role::Agent).await;
        let city = fields::create(&owner, &wish("City", Kind::Choice, &["Kochi", "Pune"])).await.unwrap();
        let order = fields::create(&owner, &wish("Last order", Kind::Date, &[])).await.unwrap();
        let room = fields::create(&owner, &wish("Room", Kind::Text, &[])).await.unwrap();
        assert!(matches!(fields::create(&owner, &wish(" CITY", Kind::Text, &[])).await, Err(Error::Conflict(_))));
        assert!(matches!(fields::create(&agent, &wish("Mine", Kind::Text, &[])).await,
            Err(Error::Domain(Wrong::Forbidden { permission })) if permission == "workspace.settings"));
        assert_eq!(names(&owner).await, ["City", "Last order", "Room"]);
        assert_eq!(names(&agent).await, names(&owner).await);
        assert_eq!(names(&other).await, [] as [String; 0]);

        fields::arrange(&owner, &[room.id, city.id]).await.unwrap();
        assert_eq!(names(&owner).await, ["Room", "City", "Last order"]);
        let renamed = fields::change(&owner, city.id, &wish("Town", Kind::Choice, &["Kochi"])).await.unwrap();
        assert_eq!((renamed.name.as_str(), renamed.choices.len()), ("Town", 1));
        assert!(fields::change(&owner, order.id, &wish("Room", Kind::Date, &[])).await.is_err(), "the name is taken");
        assert!(fields::change(&owner, order.id, &wish("Last order", Kind::Text, &[])).await.is_err(), "it keeps its kind");
        for ctx in [&other, &owner] {
            let id = if ctx.workspace().id == owner.workspace().id { FieldId(uuid::Uuid::nil()) } else { city.id };
            assert!(matches!(fields::remove(ctx, id).await, Err(Error::Domain(Wrong::NotFound))));
        }
        fields::remove(&owner, order.id).await.unwrap();
        assert_eq!(names(&owner).await, ["Room", "Town"]);
        fields::create(&owner, &wish("Last order", Kind::Number, &[])).await.unwrap();

        let filter = Filter { action: Some(Action::ContactFieldsChanged), ..Filter::default() };
        assert_eq!(audit::list(&owner, &filter, None, 50).await.unwrap().items.len(), 7);
    }

    async fn there_are_not_too_many(db) {
        let services = db.services();
        let owner = workspace(&services, "One").await;
        for nth in 0..FIELDS {
            fields::create(&owner, &wish(&format!("Field {nth}"), Kind::Text, &[])).await.unwrap();
        }
        assert!(matches!(fields::create(&owner, &wish("More", Kind::Text, &[])).await, Err(Error::Conflict(_))));
    }

    async fn values_and_notes_are_kept_and_told(db) {
        let services = db.services();
        let owner = workspace(&services, "One").await;
        let (_, agent) = member(&services, &owner.workspace().slug, "Anil", Role::Agent).await;
        let (_, viewer) = member(&services, &owner.workspace().slug, "Vera", Role::Viewer).await;
        let city = fields::create(&owner, &wish("City", Kind::Choice, &["Kochi", "Pune"])).await.unwrap();
        let spent = fields::create(&owner, &wish("Spent", Kind::Number, &[])).await.unwrap();
        let meera = contacts::create(&owner, "+919845550117", Some("Meera")).await.unwrap();

        let edit = Edit { note: Some(" Rings twice\0 ".to_owned()), ..set(city.id, " pune ") };
        let after = contacts::edit(&owner, meera.id, edit).await.unwrap();
        assert_eq!((after.fields[&city.id].as_str(), after.note.as_str(), after.name.as_str()), ("Pune", "Rings twice", "Meera"));
        let after = contacts::edit(&owner, meera.id, set(spent.id, "012.50")).await.unwrap();
        assert_eq!(contacts::get(&owner, meera.id).await.unwrap(), after);
        assert_eq!(after.fields.len(), 2);
        let after = contacts::edit(&owner, meera.id, set(city.id, "  ")).await.unwrap();
        assert_eq!(after.fields.values().collect::<Vec<_>>(), ["12.50"]);
        for wrong in [set(city.id, "Lima"), set(spent.id, "much"), set(FieldId(uuid::Uuid::nil()), "x"),
            Edit { note: Some("x".repeat(2_001)), ..Edit::default() }] {
            assert!(matches!(contacts::edit(&owner, meera.id, wrong).await, Err(Error::Domain(Wrong::Invalid { .. }))));
        }
        assert!(matches!(contacts::edit(&agent, meera.id, set(city.id, "Pune")).await, Err(Error::Domain(Wrong::NotFound))));
        assert!(matches!(contacts::edit(&viewer, meera.id, set(city.id, "Pune")).await,
            Err(Error::Domain(Wrong::Forbidden { permission })) if permission == "contacts.update"));

        let told: Vec<Event> = events(&owner).await;
        assert_eq!(told, vec![Event::Contact { contact: meera.id, assignee: None }; 3]);
        let filter = Filter { resource: Some(meera.id.0), ..Filter::default() };
        let trail = audit::list(&owner, &filter, None, 50).await.unwrap().items;
        assert_eq!(trail.len(), 4);
        let first = &trail[2];
        assert_eq!(first.after.as_ref().unwrap()["City"], "Pune");
        assert!(!first.after.as_ref().unwrap().to_string().contains("Rings"), "a note's words are not in the trail");
        assert_eq!(first.at, START);
    }

    async fn values_of_a_removed_field_are_erased(db) {
        let services = db.services();
        let owner = workspace(&services, "One").await;
        let city = fields::create(&owner, &wish("City", Kind::Text, &[])).await.unwrap();
        let room = fields::create(&owner, &wish("Room", Kind::Text, &[])).await.unwrap();
        let mut people = Vec::new();
        for n in 0..5 {
            let contact = contacts::create(&owner, &format!("+91984555010{n}"), None).await.unwrap();
            contacts::edit(&owner, contact.id, set(city.id, "Kochi")).await.unwrap();
            people.push(contacts::edit(&owner, contact.id, set(room.id, "Veranda")).await.unwrap());
        }
        fields::remove(&owner, city.id).await.unwrap();
        fields::sweep(&services).await.unwrap();
        for contact in people {
            let after = contacts::get(&owner, contact.id).await.unwrap();
            assert_eq!(after.fields.keys().collect::<Vec<_>>(), [&room.id]);
        }
        fields::sweep(&services).await.unwrap();
    }
}
