use super::*;
use crate::{id::MessageId, message::Direction};
use serde_json::{Value, json};
use uuid::Uuid;

fn place() -> Place {
    let mut place = Place::at(37.442_214_965_82, -122.161_659_240_72).unwrap();
    place.name = Some("Philz Coffee".to_owned());
    place
}

/// Every content with its kind, as it is stored, and how the list says it.
fn all() -> Vec<(Kind, Content, Value, &'static str)> {
    let file = |name: &str, voice| File { name: (!name.is_empty()).then(|| name.to_owned()), voice, ..File::default() };
    let tapped = Tapped {
        title: "Track my order".to_owned(),
        description: None,
        payload: Some("track".to_owned()),
        from: TappedFrom::ButtonReply,
    };
    let card = |name: &str| Card { name: name.to_owned(), ..Card::default() };
    let item = OrderItem {
        product: "p1".to_owned(),
        quantity: "2".to_owned(),
        price: Some("30.10".to_owned()),
        currency: None,
    };
    let template = Template {
        name: "hello".to_owned(),
        language: "de".to_owned(),
        category: "utility".to_owned(),
        components: vec![],
    };
    let line = Line { id: "1".to_owned(), title: "Express".to_owned(), description: None };
    vec![
        (Kind::Image, Content::Media(file("", false)), json!({}), "Photo: words"),
        (Kind::Audio, Content::Media(file("", true)), json!({"voice": true}), "Voice message"),
        (Kind::Audio, Content::Media(file("", false)), json!({}), "Audio"),
        (Kind::Video, Content::Media(file("", false)), json!({}), "Video: words"),
        (Kind::Document, Content::Media(file("a.pdf", false)), json!({"name": "a.pdf"}), "Document: a.pdf"),
        (Kind::Document, Content::Media(file("", false)), json!({}), "Document: words"),
        (Kind::Sticker, Content::Media(file("", false)), json!({}), "Sticker"),
        (
            Kind::Location,
            Content::Location(place()),
            json!({"latitude": 37.442_215, "longitude": -122.161_659_2, "name": "Philz Coffee"}),
            "Location: Philz Coffee",
        ),
        (Kind::Contacts, Content::Contacts(vec![card("Barbara")]), json!([{"name": "Barbara"}]), "Contact: Barbara"),
        (
            Kind::Contacts,
            Content::Contacts(vec![card("A"), card("B"), card("C")]),
            json!([{"name": "A"}, {"name": "B"}, {"name": "C"}]),
            "Contacts: A and 2 more",
        ),
        (
            Kind::Button,
            Content::Tapped(Tapped { from: TappedFrom::Button, ..tapped.clone() }),
            json!({"title": "Track my order", "payload": "track", "from": "button"}),
            "Tapped “Track my order”",
        ),
        (
            Kind::Interactive,
            Content::Tapped(tapped),
            json!({"title": "Track my order", "payload": "track", "from": "button_reply"}),
            "Tapped “Track my order”",
        ),
        (
            Kind::Interactive,
            Content::Form(Form {
                name: None,
                body: "Sent".to_owned(),
                answers: vec![("a".to_owned(), "1".to_owned())],
            }),
            json!({"body": "Sent", "answers": [["a", "1"]]}),
            "Form: Sent",
        ),
        (
            Kind::Interactive,
            Content::Menu(Menu::Buttons {
                header: None,
                footer: None,
                buttons: vec![("y".to_owned(), "Yes".to_owned())],
            }),
            json!({"menu": "buttons", "buttons": [["y", "Yes"]]}),
            "words",
        ),
        (
            Kind::Interactive,
            Content::Menu(Menu::List {
                header: None,
                footer: Some("f".to_owned()),
                button: "Choose".to_owned(),
                sections: vec![Section { title: String::new(), lines: vec![line] }],
            }),
            json!({"menu": "list", "footer": "f", "button": "Choose", "sections": [{"lines": [{"id": "1", "title": "Express"}]}]}),
            "words",
        ),
        (
            Kind::Order,
            Content::Order(Order { catalog: "9".to_owned(), text: None, items: vec![item] }),
            json!({"catalog": "9", "items": [{"product": "p1", "quantity": "2", "price": "30.10"}]}),
            "Order, 1 item",
        ),
        (
            Kind::System,
            Content::System(Notice {
                what: NoticeKind::NumberChanged,
                body: "A changed".to_owned(),
                new: Some("1".to_owned()),
            }),
            json!({"what": "number_changed", "body": "A changed", "new": "1"}),
            "A changed",
        ),
        (
            Kind::Template,
            Content::Template(template),
            json!({"name": "hello", "language": "de", "category": "utility"}),
            "words",
        ),
    ]
}

#[test]
fn every_content_is_stored_bare_and_travels_with_its_name() {
    for (kind, content, stored, preview) in all() {
        let column = content.stored().unwrap();
        assert_eq!(serde_json::from_str::<Value>(&column).unwrap(), stored);
        assert_eq!(Content::parse(kind, Some(&column)), content);
        let wire = serde_json::to_string(&content).unwrap();
        assert_eq!(serde_json::from_str::<Content>(&wire).unwrap(), content, "{wire}");
        assert_eq!(content.preview(kind, "words"), preview);
    }
}

#[test]
fn what_cannot_be_read_is_nothing_but_its_words() {
    for kind in Kind::ALL {
        for broken in [None, Some(""), Some("7"), Some("{\"title\":1,\"name\":1}"), Some("[[")] {
            let content = Content::parse(kind, broken);
            assert!(content.is_none(), "{kind:?} {broken:?} {content:?}");
        }
    }
    assert_eq!((Content::None.stored(), Content::None.preview(Kind::Text, "hi")), (None, "hi".to_owned()));
    assert_eq!(Content::Media(File::default()).preview(Kind::Image, " "), "Photo");
    assert_eq!(Content::Contacts(vec![Card::default(), Card::default()]).preview(Kind::Contacts, ""), "2 contacts");
}

#[test]
fn places_are_on_earth_and_come_back_as_they_were() {
    for (latitude, longitude) in [(90.1, 0.0), (0.0, -180.01), (f64::NAN, 0.0), (0.0, f64::INFINITY)] {
        assert_eq!(Place::at(latitude, longitude), None);
    }
    assert_eq!(place().degrees(), "37.442215, -122.1616592");
}

proptest::proptest! {
    #[test]
    fn no_place_moves_on_its_way_through_json(latitude in -90.0..90.0, longitude in -180.0..180.0) {
        let place = Content::Location(Place::at(latitude, longitude).unwrap());
        proptest::prop_assert_eq!(Content::parse(Kind::Location, place.stored().as_deref()), place);
    }
}

#[test]
fn extras_write_what_is_there_and_pass_over_what_they_do_not_know() {
    assert_eq!((Extras::default().stored(), Extras::parse(None)), (None, Extras::default()));
    assert_eq!(Extras::parse(Some("?")), Extras::default());
    let extras = Extras {
        quote: Some(Quote {
            wamid: "w".to_owned(),
            message: Some(MessageId(Uuid::nil())),
            direction: Some(Direction::Out),
            kind: Some(Kind::Text),
            text: "Hi".to_owned(),
        }),
        forwarded: Some(Forwarded::Often),
        referral: Some(Referral { source: Some("ad".to_owned()), ..Referral::default() }),
        product: Some(Product { catalog: "c".to_owned(), product: "p".to_owned() }),
        group: Some("g".to_owned()),
        author: None,
        reactions: vec![Reaction {
            direction: Direction::In,
            who: String::new(),
            emoji: "👍".to_owned(),
            at: 1,
            by: None,
            waits: false,
            failed: None,
        }],
        edited_at: Some(2),
        revoked_at: Some(3),
        media: Some(MediaBrief {
            id: MediaId(Uuid::nil()),
            state: MediaState::Kept,
            mime: Some("image/png".to_owned()),
            size: Some(1),
            width: None,
            height: None,
            duration_ms: None,
            waveform: None,
            thumbnail: false,
            reason: None,
        }),
    };
    let nil = "00000000-0000-0000-0000-000000000000";
    let stored = json!({
        "quote": {"wamid": "w", "message": nil, "direction": "out", "kind": "text", "text": "Hi"},
        "forwarded": "often", "referral": {"source": "ad"}, "product": {"catalog": "c", "product": "p"}, "group": "g",
        "reactions": [{"direction": "in", "emoji": "👍", "at": 1}], "edited_at": 2, "revoked_at": 3,
        "media": {"id": nil, "state": "kept", "mime": "image/png", "size": 1}
    });
    let column = extras.stored().unwrap();
    assert_eq!(serde_json::from_str::<Value>(&column).unwrap(), stored);
    assert_eq!(Extras::parse(Some(&column)), extras);
    assert_eq!(
        Extras::parse(Some(r#"{"edited_at":2,"star":true}"#)),
        Extras { edited_at: Some(2), ..Extras::default() }
    );
}
