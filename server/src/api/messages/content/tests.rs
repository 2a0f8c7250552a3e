use domain::{
    content::{
        Card, Content, Extras, File, Form, MediaBrief, MediaState, Menu, Notice, NoticeKind, Order, OrderItem, Place,
        Reaction, Tapped, TappedFrom,
    },
    id::{MediaId, MessageId},
    inbox::{MessageView, TemplateLine},
    message::{Direction, Kind, Origin, Status, Times},
};
use serde_json::{Value, json};
use uuid::Uuid;

use super::super::Message;

fn message(kind: Kind, content: Content) -> MessageView {
    MessageView {
        id: MessageId(Uuid::nil()),
        direction: Direction::In,
        kind,
        text: "words".to_owned(),
        at: 1,
        status: Status::Received,
        times: Times::default(),
        error: None,
        author: None,
        tries: 0,
        next_try: None,
        overtaken: false,
        template: None,
        content,
        extras: Extras::default(),
        origin: Origin::Api,
    }
}

fn shown(message: MessageView) -> Value {
    serde_json::to_value(Message::from(message)).unwrap()
}

#[test]
fn each_kind_shows_what_it_holds() {
    let tapped = |from| Tapped { title: "Yes".to_owned(), description: None, payload: Some("y".to_owned()), from };
    let item = OrderItem {
        product: "p1".to_owned(),
        quantity: "2".to_owned(),
        price: Some("30.10".to_owned()),
        currency: None,
    };
    let cards = vec![Card { name: "Ana".to_owned(), org: Some("Vega".to_owned()), ..Card::default() }];
    let form = Form {
        name: Some("flow".to_owned()),
        body: "Sent".to_owned(),
        answers: vec![("a.b".to_owned(), "1".to_owned())],
    };
    let notice =
        Notice { what: NoticeKind::Other("moved".to_owned()), body: "Moved".to_owned(), new: Some("49".to_owned()) };
    let list = Menu::List { header: None, footer: Some("f".to_owned()), button: "Choose".to_owned(), sections: vec![] };
    for (kind, content, expected) in [
        (Kind::Text, Content::None, Value::Null),
        (
            Kind::Location,
            Content::Location(Place::at(1.0, 2.0).unwrap()),
            json!({"type": "location", "latitude": 1.0, "longitude": 2.0, "name": null, "address": null, "url": null}),
        ),
        (
            Kind::Contacts,
            Content::Contacts(cards),
            json!({"type": "contacts",
                "contacts": [{"name": "Ana", "company": "Vega", "phones": [], "emails": [], "urls": []}]}),
        ),
        (
            Kind::Button,
            Content::Tapped(tapped(TappedFrom::Button)),
            json!({"type": "choice", "from": "template", "id": "y", "title": "Yes", "description": null}),
        ),
        (
            Kind::Interactive,
            Content::Tapped(tapped(TappedFrom::ListReply)),
            json!({"type": "choice", "from": "list", "id": "y", "title": "Yes", "description": null}),
        ),
        (
            Kind::Interactive,
            Content::Form(form),
            json!({"type": "form", "name": "flow", "answers": [{"field": "a.b", "value": "1"}]}),
        ),
        (
            Kind::Interactive,
            Content::Menu(list),
            json!({"type": "list", "header": null, "footer": "f", "button": "Choose", "sections": []}),
        ),
        (
            Kind::Order,
            Content::Order(Order { catalog: "9".to_owned(), text: None, items: vec![item] }),
            json!({"type": "order", "catalog": "9",
                "items": [{"product": "p1", "quantity": "2", "price": "30.10", "currency": null}]}),
        ),
        (Kind::System, Content::System(notice), json!({"type": "notice", "what": "moved", "new": "49"})),
    ] {
        let one = shown(message(kind, content));
        assert_eq!((&one["content"], &one["text"]), (&expected, &json!("words")), "{kind:?}");
    }
    let line = TemplateLine {
        name: "hello".to_owned(),
        language: "de".to_owned(),
        category: "utility".to_owned(),
        words: String::new(),
    };
    let one = shown(MessageView { template: Some(line), ..message(Kind::Template, Content::None) });
    assert_eq!(one["content"], json!({"type": "template", "name": "hello", "language": "de", "category": "utility"}));
}

#[test]
fn a_file_has_a_link_while_it_is_here() {
    let id = MediaId(Uuid::max());
    let mut one = message(Kind::Image, Content::Media(File { name: Some("a.png".to_owned()), ..File::default() }));
    for (state, thumbnail) in [(MediaState::Kept, true), (MediaState::Kept, false), (MediaState::Gone, true)] {
        let reason = (state == MediaState::Gone).then(|| "Meta has it no more.".to_owned());
        one.extras.media =
            Some(MediaBrief { state, thumbnail, reason, ..MediaBrief::wanted(id, Some("image/png".to_owned())) });
        let file = shown(one.clone())["content"].take();
        let here = state == MediaState::Kept;
        let url = format!("/api/v1/media/{id}");
        assert_eq!((&file["type"], &file["name"], &file["id"]), (&json!("file"), &json!("a.png"), &json!(id)));
        assert_eq!(file["url"], if here { json!(url) } else { Value::Null });
        assert_eq!(
            file["thumbnail_url"],
            if here && thumbnail { json!(format!("{url}?small=true")) } else { Value::Null }
        );
        assert_eq!((&file["state"], file["reason"].is_string()), (&json!(state), !here));
    }
}

#[test]
fn what_was_taken_back_is_not_shown_and_what_was_changed_is_said() {
    let mut one = message(Kind::Image, Content::Media(File::default()));
    one.extras.edited_at = Some(5);
    one.extras.reactions = vec![Reaction {
        direction: Direction::In,
        who: String::new(),
        emoji: "👍".to_owned(),
        at: 7,
        by: None,
        waits: false,
        failed: None,
    }];
    let edited = shown(one.clone());
    assert_eq!(
        (&edited["edited_at"], &edited["revoked_at"], &edited["text"]),
        (&json!(5), &Value::Null, &json!("words"))
    );
    let reaction = json!({"direction": "in", "emoji": "👍", "at": 7, "author": null, "who": null, "waits": false,
            "error": null});
    assert_eq!(edited["reactions"], json!([reaction]));
    one.extras.revoked_at = Some(9);
    let revoked = shown(one);
    assert_eq!((&revoked["revoked_at"], &revoked["text"], &revoked["content"]), (&json!(9), &json!(""), &Value::Null));
}
