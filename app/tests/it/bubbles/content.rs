//! What messages hold besides words, and where they come from.

use domain::{
    content::{
        Card, CardPhone, Content, Extras, File, Form, Forwarded, MediaBrief, MediaState, Notice, NoticeKind, Order,
        OrderItem, Place, Product, Quote, Referral, Tapped, TappedFrom,
    },
    id::MediaId,
    message::{Direction, Kind, Status},
    role::Role,
};

use super::{received, thread};
use crate::support::{has, has_not, id, message};

#[test]
fn an_unsupported_message_names_its_kind() {
    let mut strange = message(40, Direction::In, Status::Received);
    strange.kind = Kind::Unsupported;
    strange.text = "live_location".to_owned();
    let html = thread(Role::Agent, vec![strange]);
    has(&html, "Unsupported message: ");
    has(&html, "live location");
    has_not(&html, "class=\"ticks\"");
}

#[test]
fn files_are_named_with_what_is_written_below_them() {
    let file = |name: Option<&str>, voice| File { name: name.map(str::to_owned), voice, ..File::default() };
    for (kind, file, caption, icon, name) in [
        (Kind::Image, file(None, false), "Look!", "image", "Photo"),
        (Kind::Audio, file(None, true), "", "mic", "Voice message"),
        (Kind::Audio, file(None, false), "", "mic", "Audio"),
        (Kind::Video, file(None, false), "Look!", "play", "Video"),
        (Kind::Document, file(Some("a<b>.pdf"), false), "", "file", "a&lt;b&gt;.pdf"),
        (Kind::Sticker, file(None, false), "", "sticker", "Sticker"),
    ] {
        let html = received(kind, caption, Content::Media(file), Extras::default());
        has(&html, &format!("href=\"#i-{icon}\""));
        has(&html, &format!("<b dir=\"auto\">{name}</b>"));
        has(&html, "This file was not kept.");
        let words = format!("<div dir=\"auto\" class=\"text\">{caption}</div>");
        if caption.is_empty() {
            has_not(&html, "class=\"text\"")
        } else {
            has(&html, &words)
        }
        has_not(&html, "Unsupported");
        has_not(&html, " style=");
    }
}

#[test]
fn files_are_seen_heard_or_downloaded() {
    let brief = |state, mime: &str, reason: Option<&str>| MediaBrief {
        state,
        size: Some(812_345),
        width: Some(640),
        height: Some(480),
        reason: reason.map(str::to_owned),
        ..MediaBrief::wanted(MediaId(uuid::Uuid::max()), Some(mime.to_owned()))
    };
    let at = "/media/ffffffff-ffff-ffff-ffff-ffffffffffff";
    for (kind, media, wanted) in [
        (
            Kind::Image,
            brief(MediaState::Kept, "image/jpeg", None),
            vec!["<img", "?small\"", "width=\"640\"", "alt=\"Photo\""],
        ),
        (Kind::Sticker, brief(MediaState::Kept, "image/webp", None), vec!["<img", "sticker"]),
        (Kind::Audio, brief(MediaState::Kept, "audio/ogg", None), vec!["<audio", "controls", "aria-label=\"Audio\""]),
        (Kind::Video, brief(MediaState::Kept, "video/mp4", None), vec!["<video", "controls"]),
        (Kind::Document, brief(MediaState::Kept, "application/pdf", None), vec!["812 KB", " download", "Download"]),
        // A document is downloaded, also where it is a picture; and what claims to be one is not drawn.
        (Kind::Document, brief(MediaState::Kept, "image/png", None), vec![" download"]),
        (Kind::Image, brief(MediaState::Kept, "text/html", None), vec![" download"]),
        (Kind::Video, brief(MediaState::Kept, "video/3gpp", None), vec![" download"]),
    ] {
        let extras = Extras { media: Some(media), ..Extras::default() };
        let html = received(kind, "", Content::Media(File::default()), extras);
        has(&html, at);
        for wanted in wanted {
            has(&html, wanted);
        }
        has_not(&html, " style=");
    }
    for (state, reason, wanted) in [
        (MediaState::Wanted, None, "Is being fetched from WhatsApp"),
        (MediaState::Gone, Some("WhatsApp keeps files for 7 days <b>"), "7 days &lt;b&gt;"),
        (MediaState::Failed, None, "Could not be fetched."),
    ] {
        let extras = Extras { media: Some(brief(state, "image/jpeg", reason)), ..Extras::default() };
        let html = received(Kind::Image, "", Content::Media(File::default()), extras);
        has(&html, wanted);
        has_not(&html, at);
    }
}

#[test]
fn places_and_cards() {
    let mut place = Place::at(37.5, -122.25).expect("a place");
    (place.name, place.address) = (Some("Philz".to_owned()), Some("101 Forest Ave".to_owned()));
    place.url = Some("javascript:alert(1)".to_owned());
    let html = received(Kind::Location, "Philz, 101 Forest Ave", Content::Location(place.clone()), Extras::default());
    for part in
        ["<b dir=\"auto\">Philz</b>", "101 Forest Ave", "37.5, -122.25", "mlat=37.5&amp;mlon=-122.25", "Show on a map"]
    {
        has(&html, part);
    }
    has(&html, "rel=\"noopener noreferrer nofollow\"");
    has_not(&html, "javascript");
    place.url = Some("https://philz.example/menu".to_owned());
    let html = received(Kind::Location, "", Content::Location(place), Extras::default());
    has(&html, "href=\"https://philz.example/menu\"");
    has(&html, ">philz.example</a>");

    let card = Card {
        name: "Barbara".to_owned(),
        org: Some("Tsunami".to_owned()),
        phones: vec![CardPhone { phone: "+1 415".to_owned(), ..CardPhone::default() }],
        emails: vec!["b@example.com".to_owned()],
        ..Card::default()
    };
    let html = received(Kind::Contacts, "", Content::Contacts(vec![card, Card::default()]), Extras::default());
    for part in ["Barbara", "Tsunami", "<bdi>+1 415</bdi>", "<bdi>b@example.com</bdi>", "<b dir=\"auto\">Contact</b>"] {
        has(&html, part);
    }
}

#[test]
fn answers_orders_and_notices() {
    let tapped = Tapped {
        title: "Express".to_owned(),
        description: Some("1 day".to_owned()),
        payload: Some("internal".to_owned()),
        from: TappedFrom::ListReply,
    };
    let html = received(Kind::Interactive, "Express", Content::Tapped(tapped), Extras::default());
    for part in ["<small>Tapped</small>", "<b dir=\"auto\">Express</b>", "1 day"] {
        has(&html, part);
    }
    has_not(&html, "internal");
    let answers = vec![("delivery_rating".to_owned(), "4".to_owned())];
    let form = Form { name: Some("flow".to_owned()), body: "Sent".to_owned(), answers };
    let html = received(Kind::Interactive, "Sent", Content::Form(form), Extras::default());
    for part in ["<b dir=\"auto\">Form</b>", "<dt dir=\"auto\">delivery rating</dt>", "<dd dir=\"auto\">4</dd>", "Sent"]
    {
        has(&html, part);
    }
    let item = OrderItem {
        product: "di9".to_owned(),
        quantity: "2".to_owned(),
        price: Some("30.5".to_owned()),
        currency: Some("USD".to_owned()),
    };
    let order = Order { catalog: "1".to_owned(), text: Some("Love these!".to_owned()), items: vec![item] };
    let html = received(Kind::Order, "Love these!", Content::Order(order), Extras::default());
    for part in ["<b>Order</b>", "<bdi>di9</bdi>", "30.5 USD each", "Love these!"] {
        has(&html, part);
    }
    let notice = Notice { what: NoticeKind::NumberChanged, body: "Ana changed".to_owned(), new: None };
    let html = received(Kind::System, "Ana changed", Content::System(notice), Extras::default());
    has(&html, "From WhatsApp");
    has(&html, "Ana changed");
}

#[test]
fn where_a_message_comes_from_stands_above_it() {
    let extras = Extras {
        forwarded: Some(Forwarded::Often),
        referral: Some(Referral {
            headline: Some("Summer sale".to_owned()),
            body: Some("Half the price".to_owned()),
            url: Some("https://fb.me/x".to_owned()),
            ..Referral::default()
        }),
        product: Some(Product { catalog: "C".to_owned(), product: "SKU-9".to_owned() }),
        group: Some("G".to_owned()),
        ..Extras::default()
    };
    let html = received(Kind::Text, "How much?", Content::None, extras);
    for part in [
        "Forwarded many times",
        "Came from an advertisement",
        "Summer sale",
        "Half the price",
        ">fb.me</a>",
        "About product ",
        "SKU-9",
        "Written in a group",
        "How much?",
    ] {
        has(&html, part);
    }
}

#[test]
fn what_it_answers_stands_above_it() {
    let quote = |message, direction, text: &str| {
        let quote = Quote { wamid: "w".to_owned(), message, direction, kind: None, text: text.to_owned() };
        let extras = Extras { quote: Some(quote), ..Extras::default() };
        received(Kind::Text, "Yes", Content::None, extras)
    };
    let html = quote(Some(id(9).into()), Some(Direction::Out), "Shall <we> send it?");
    for part in ["class=\"quote\"><b>Us</b>", "Shall &lt;we&gt; send it?", ">Yes<"] {
        has(&html, part);
    }
    has(&quote(Some(id(9).into()), Some(Direction::In), ""), "A message that was deleted");
    let html = quote(None, None, "");
    has(&html, "Answers a message that is not here.");
    has_not(&html, "<b>");
}
