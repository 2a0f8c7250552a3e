//! The phone page's API, its guard, and the ledger.

use futures::StreamExt as _;
use serde_json::{Value, json};
use simulator::{Line, Marks, Reads, Tick};

use crate::support::{MEERA, PHONE, World, meera, text};

async fn lines(world: &World) -> Vec<(String, String)> {
    let (_, chat) = world.get(&format!("/simulator/api/chat?number={PHONE}&customer={MEERA}")).await;
    let line = |line: &Value| (line["text"].as_str().unwrap().to_owned(), line["tick"].as_str().unwrap().to_owned());
    chat["lines"].as_array().unwrap().iter().map(line).collect()
}

#[tokio::test]
async fn a_chat_on_the_phone() {
    let world = World::with(|config| config.reads = Reads::WhenOpened).await;
    let say = json!({ "number": PHONE, "customer": MEERA, "text": "Do you have it in mustard?" });
    let (status, said) = world.post("/simulator/api/say", &say).await;
    assert_eq!(status, 200);
    world.sim.settled().await;
    assert_eq!(lines(&world).await, [("Do you have it in mustard?".into(), "delivered".into())]);

    let read = json!({
        "messaging_product": "whatsapp", "status": "read", "message_id": said["wamid"],
        "typing_indicator": { "type": "text" },
    });
    assert_eq!(world.send(&read).await, (200, json!({ "success": true })));
    let (_, chat) = world.get(&format!("/simulator/api/chat?number={PHONE}&customer={MEERA}")).await;
    assert!(chat["typing_until"].as_i64().unwrap() > world.sim.now());
    assert_eq!(chat["lines"][0]["tick"], "read");

    world.send(&text("Yes!")).await;
    world.sim.settled().await;
    assert_eq!(lines(&world).await[1], ("Yes!".into(), "delivered".into()));
    let which = json!({ "number": PHONE, "customer": MEERA });
    assert_eq!(world.post("/simulator/api/read", &which).await.0, 204);
    let hooks = world.all_hooks().await;
    assert_eq!(hooks.last().unwrap().what(), "read");
    assert_eq!(lines(&world).await[1].1, "read");
}

#[tokio::test]
async fn the_business_reacts() {
    let world = World::new().await;
    let say = json!({ "number": PHONE, "customer": MEERA, "text": "Do you have it in mustard?" });
    let (_, said) = world.post("/simulator/api/say", &say).await;
    world.sim.settled().await;
    let shown = async || {
        let (_, chat) = world.get(&format!("/simulator/api/chat?number={PHONE}&customer={MEERA}")).await;
        assert_eq!(chat["lines"].as_array().unwrap().len(), 1);
        chat["lines"][0]["marks"]["theirs"].as_str().unwrap_or_default().to_owned()
    };
    for emoji in ["👍", "🎉", ""] {
        let react = json!({ "messaging_product": "whatsapp", "to": format!("+{MEERA}"), "type": "reaction",
            "reaction": { "message_id": said["wamid"], "emoji": emoji } });
        assert_eq!(world.send(&react).await.0, 200);
        world.sim.settled().await;
        assert_eq!(shown().await, emoji);
        assert_eq!(world.all_hooks().await.last().unwrap().what(), "sent");
    }
    // What the phone has no more is reacted to in vain.
    let react = json!({ "messaging_product": "whatsapp", "to": format!("+{MEERA}"), "type": "reaction",
        "reaction": { "message_id": "wamid.gone", "emoji": "👍" } });
    assert_eq!(world.send(&react).await.0, 200);
    world.sim.settled().await;
    assert_eq!(shown().await, "");
}

#[tokio::test]
async fn events_arrive_live() {
    let world = World::new().await;
    let url = format!("{}/simulator/api/events", world.graph);
    let answer = world.http.get(url).send().await.unwrap();
    assert_eq!(answer.headers()["content-type"], "text/event-stream");
    world.send(&text("Good morning")).await;
    let mut seen = String::new();
    let mut stream = Box::pin(futures::stream::unfold(answer, async |mut answer| {
        let chunk = answer.chunk().await.ok()??;
        Some((chunk, answer))
    }));
    while !(seen.contains("Good morning") && seen.contains(r#""what":"read""#)) {
        seen.push_str(std::str::from_utf8(&stream.next().await.unwrap()).unwrap());
    }
    world.sim.close();
    // The stream ends, so that a server can shut down.
    while stream.next().await.is_some() {}
}

#[tokio::test]
async fn new_customers() {
    let world = World::new().await;
    let (_, with) =
        world.post("/simulator/api/customers", &json!({ "name": "Diego", "phone": "+52 55 5550 0167" })).await;
    assert_eq!(with["wa_id"], "525555500167");
    let (_, without) = world.post("/simulator/api/customers", &json!({ "name": "Sheena" })).await;
    assert_eq!(without["wa_id"], Value::Null);
    assert!(without["bsuid"].as_str().unwrap().starts_with("US."));
    let (status, _) = world.post("/simulator/api/customers", &json!({ "name": " " })).await;
    assert_eq!(status, 422);
    let say = json!({ "number": PHONE, "customer": without["key"], "text": "hi" });
    assert_eq!(world.post("/simulator/api/say", &say).await.0, 200);
    let (_, state) = world.get("/simulator/api/state").await;
    assert_eq!(state["customers"].as_array().unwrap().len(), 3);
}

#[tokio::test]
async fn a_seeded_chat_opens_the_window() {
    let world = World::with(|config| {
        config.enforce_window = true;
        config.reads = Reads::WhenOpened;
    })
    .await;
    let line = |wamid: &str, from_customer| Line {
        wamid: wamid.to_owned(),
        from_customer,
        text: "hello".to_owned(),
        at: world.sim.now() - 60_000,
        tick: Tick::Delivered,
        replies: Vec::new(),
        marks: Marks::default(),
        choices: Vec::new(),
        quotes: None,
        file: None,
    };
    world.sim.seed_chat(PHONE, &meera(), vec![line("wamid.a", true), line("wamid.b", false)]);
    world.send(&text("hi")).await;
    assert_eq!(world.all_hooks().await.last().unwrap().what(), "delivered");
    world.sim.open_chat(PHONE, &meera());
    let hooks = world.all_hooks().await;
    let read: Vec<_> =
        hooks.iter().filter(|hook| hook.what() == "read").map(|hook| hook.status()["id"].clone()).collect();
    assert_eq!(read.len(), 2);
    assert!(read.contains(&json!("wamid.b")));
}

#[tokio::test]
async fn only_our_own_page_may_change_things() {
    let world = World::new().await;
    let host = world.graph.strip_prefix("http://").unwrap();
    let table = [
        (vec![("origin", "https://evil.example".to_owned())], 403),
        (vec![("origin", "null".to_owned())], 403),
        (vec![("sec-fetch-site", "cross-site".to_owned())], 403),
        (vec![("sec-fetch-site", "same-site".to_owned())], 403),
        (vec![("origin", format!("http://{host}")), ("sec-fetch-site", "same-origin".to_owned())], 204),
        (vec![], 204),
    ];
    for (headers, status) in table {
        let mut request = world.http.post(format!("{}/simulator/api/read", world.graph));
        for (name, value) in &headers {
            request = request.header(*name, value);
        }
        let answer = request.json(&json!({ "number": PHONE, "customer": MEERA })).send().await.unwrap();
        assert_eq!(answer.status(), status, "{headers:?}");
    }
}

#[tokio::test]
async fn the_page_runs_under_its_own_policy() {
    let world = World::new().await;
    for path in ["/simulator", "/simulator/app.js", "/simulator/faults.js", "/simulator/app.css"] {
        let answer = world.http.get(format!("{}{path}", world.graph)).send().await.unwrap();
        let policy = answer.headers()["content-security-policy"].to_str().unwrap().to_owned();
        assert!(policy.starts_with("default-src 'none'; script-src 'self'; style-src 'self';"), "{policy}");
        let body = answer.text().await.unwrap();
        if path == "/simulator" {
            assert!(!body.contains("style=") && !body.contains("onclick") && !body.contains("<style"));
        }
    }
}

#[tokio::test]
async fn the_ledger_survives() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("ledger.jsonl");
    let open = || World::with(|config| config.ledger = Some(file.clone()));
    let world = open().await;
    world.send(&text("one")).await;
    world.send(&text("two")).await;
    drop(world);
    // A crash in the middle of a line.
    let mut held = std::fs::read(&file).unwrap();
    held.extend_from_slice(b"{\"wamid\":\"wam");
    std::fs::write(&file, held).unwrap();

    let world = open().await;
    world.send(&text("three")).await;
    let texts = |world: &World| world.sim.sent().into_iter().map(|sent| sent.text).collect::<Vec<_>>();
    assert_eq!(texts(&world), ["one", "two", "three"]);
    assert_eq!(texts(&open().await), ["one", "two", "three"]);
    let (_, answer) = world.get("/simulator/api/ledger").await;
    assert_eq!(answer["count"], 3);
    assert_eq!(answer["by_callback"], json!({ "our-id-1": 3 }));
}

#[tokio::test]
async fn other_kinds_and_what_is_done_to_messages() {
    let world = World::new().await;
    let last = async || {
        let hooks = world.all_hooks().await;
        hooks.last().unwrap().json()["entry"][0]["changes"][0]["value"]["messages"][0].clone()
    };
    let to = json!({ "number": PHONE, "customer": MEERA });
    let with = |more: Value| {
        let mut body = to.clone();
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        body
    };
    for (thing, kind, part) in [
        ("photo", "image", "/caption"),
        ("voice", "audio", "/voice"),
        ("video", "video", "/id"),
        ("document", "document", "/filename"),
        ("sticker", "sticker", "/animated"),
        ("location", "location", "/latitude"),
        ("contact", "contacts", "/0/name/formatted_name"),
        ("order", "order", "/product_items/1"),
        ("poll", "unsupported", "/type"),
    ] {
        let (status, _) = world.post("/simulator/api/send", &with(json!({ "thing": thing }))).await;
        let message = last().await;
        assert_eq!((status, message["type"].as_str()), (200, Some(kind)));
        assert!(message[kind].pointer(part).is_some(), "{message}");
    }
    let (_, said) = world.post("/simulator/api/say", &with(json!({ "text": "Helo" }))).await;
    let own = said["wamid"].clone();
    let (_, sent) = world.send(&text("Good morning")).await;
    let ours = sent["messages"][0]["id"].clone();
    world.all_hooks().await;
    let mark = async |wamid: &Value, mark: Value| {
        let (status, _) = world.post("/simulator/api/mark", &with(json!({ "wamid": wamid, "mark": mark }))).await;
        (status, last().await)
    };
    let (status, message) = mark(&ours, json!({ "what": "react", "emoji": "👍" })).await;
    assert_eq!((status, &message["reaction"]), (204, &json!({ "message_id": ours, "emoji": "👍" })));
    let (_, message) = mark(&own, json!({ "what": "edit", "text": "Hello" })).await;
    assert_eq!(message["edit"]["original_message_id"], own);
    assert_eq!(message["edit"]["message"]["text"]["body"], "Hello");
    // Nobody edits what somebody else wrote, nor what is gone.
    assert_eq!(mark(&ours, json!({ "what": "edit", "text": "Never" })).await.0, 422);
    assert_eq!(mark(&ours, json!({ "what": "delete" })).await.0, 422);
    let (_, message) = mark(&own, json!({ "what": "delete" })).await;
    assert_eq!(message["revoke"], json!({ "original_message_id": own }));
    assert_eq!(mark(&own, json!({ "what": "react", "emoji": "👍" })).await.0, 422);
    let (_, chat) = world.get(&format!("/simulator/api/chat?number={PHONE}&customer={MEERA}")).await;
    let lines = chat["lines"].as_array().unwrap();
    let marks = |wamid: &Value| lines.iter().find(|line| line["wamid"] == *wamid).unwrap()["marks"].clone();
    assert_eq!(marks(&ours), json!({ "reaction": "👍", "edited": false, "deleted": false }));
    assert_eq!(marks(&own), json!({ "edited": true, "deleted": true }));
    world.post("/simulator/api/say", &with(json!({ "text": "Yes", "answers": ours }))).await;
    assert_eq!(last().await["context"]["id"], ours);
}
