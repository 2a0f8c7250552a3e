//! Names and words from strangers, from Meta's delivery to every door that shows them: they stay words.

use std::collections::BTreeSet;

use axum::{
    body::Body,
    http::{Request, StatusCode, header},
};
use domain::{permission::Permissions, token::NewToken};
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use services::{
    Ctx,
    jobs::{self, Running, Which},
    numbers::{self, Connect},
    tokens,
};

use crate::{
    conversations::PHONE_NUMBER_ID,
    support::{Browser, Engine, Installation, Wishes, header_of, owner_id, text},
};

/// As they stand in the JSON of a delivery, with what becomes of them where that is something else.
const CORPUS: [(&str, Option<&str>); 36] = [
    (r"<script>window.__pwned=1</script>", None),
    (r"</script><script>window.__pwned=1</script>", None),
    (r"</textarea></title></style><script>window.__pwned=1</script>", None),
    (r"<img src=x onerror=window.__pwned=1>", None),
    (r#"\"><svg onload=window.__pwned=1>"#, None),
    (r#"\" onmouseover=\"window.__pwned=1\" x=\""#, None),
    (r"' onfocus='window.__pwned=1' autofocus='", None),
    (r"` onclick=`window.__pwned=1", None),
    (r"<!-- --><script>window.__pwned=1</script>", None),
    (r"--><!--<![CDATA[<script>window.__pwned=1</script>]]>", None),
    (r"\u003cscript\u003ewindow.__pwned=1\u003c/script\u003e", None),
    (r"<scr\u0000ipt>window.__pwned=1</scr\u0000ipt>", Some("<script>window.__pwned=1</script>")),
    (r"&lt;script&gt;alert(1)&lt;/script&gt;", None),
    (r"&#60;img src=x onerror=alert(1)&#62;", None),
    (r"<iframe srcdoc='<script>parent.__pwned=1</script>'>", None),
    (r"<base href=//evil.example><form action=//evil.example>", None),
    (r"<meta http-equiv=refresh content=0;url=//evil.example>", None),
    (r"javascript:window.__pwned=1", None),
    (r"[x](javascript:window.__pwned=1) https://x.example/\u0022onclick=alert(1)", None),
    (r"{{constructor.constructor('window.__pwned=1')()}} ${7*7} <%= 7*7 %>", None),
    (r"=HYPERLINK(\u0022http://evil.example\u0022,\u0022x\u0022)", None),
    (r"+1+cmd|' /C calc'!A0", None),
    (r"-2+3", None),
    (r"@SUM(1+1)*cmd|' /C calc'!A0", None),
    (r"\t=1+1", None),
    (r"\r=1+1", None),
    (r"\uff1d1+1", None),
    (r"x\r\nSet-Cookie: a=b\r\n\r\n<script>window.__pwned=1</script>", None),
    (r"\u202egpj.exe\u202c", None),
    (r"\u2066\u202e\u2067\u2068 admin\u2069\u2069", None),
    (r"ze\u200bro\u200c\u200d\ufeff\u2060width", None),
    (r"\ud83d\udc68\u200d\ud83d\udc69\u200d\ud83d\udc67\u200d\ud83d\udc66 \ud835\udd73\ud835\udd8e", None),
    (r"half \ud83d of one", Some("half \u{fffd} of one")),
    (r"\udc00\ud800", Some("\u{fffd}\u{fffd}")),
    (r"\u0007\u001b[31mred\u001b]0;title\u0007", None),
    (r"'; DROP TABLE messages; -- \\", None),
];

struct Stranger {
    /// As it stands in JSON, without its quotes.
    json: String,
    /// As it is kept.
    words: String,
}

fn strangers() -> Vec<Stranger> {
    let mut all: Vec<Stranger> = CORPUS
        .iter()
        .map(|(json, kept)| {
            let words =
                kept.map(str::to_owned).unwrap_or_else(|| serde_json::from_str(&format!("\"{json}\"")).unwrap());
            Stranger { json: (*json).to_owned(), words }
        })
        .collect();
    // Far too much: markup, marks over one letter, directions that nobody ends.
    for flood in ["<b>".repeat(21_667), format!("Z{}", "\u{0351}".repeat(2_000)), "\u{202e}".repeat(65_000)] {
        all.push(Stranger { json: flood.clone(), words: flood });
    }
    all
}

struct Scene {
    installation: Installation,
    ctx: Ctx,
    _workers: Running,
}

async fn scene(engine: Engine) -> Option<Scene> {
    let installation = Installation::on(Wishes { engine, ..Wishes::default() }).await?;
    let slug = installation.owner().await;
    let number = Connect {
        phone_number_id: PHONE_NUMBER_ID.to_owned(),
        waba_id: "102290129340398".to_owned(),
        display_number: "+91 80 5550 0142".to_owned(),
        token: "EAAG0123456789".into(),
        name: None,
    };
    numbers::connect(&installation.services, &slug, number).await.unwrap();
    let ctx = installation.services.ctx(owner_id(&installation).await, &slug).await.unwrap();
    let workers = Which { ingest: true, outbox: false };
    let workers = jobs::start(&installation.services, workers, installation.stopping.child_token());
    Some(Scene { installation, ctx, _workers: workers })
}

fn customer(nth: usize) -> String {
    format!("9198455{nth:05}")
}

impl Scene {
    /// The words as a name, as a text, as a caption and the name of a file, and as what was tapped.
    async fn hear(&self, nth: usize, words: &str) {
        let (from, now) = (customer(nth), self.installation.clock.now() / 1_000);
        let value = json!({ "messaging_product": "whatsapp",
            "metadata": { "display_phone_number": "918055500142", "phone_number_id": PHONE_NUMBER_ID },
            "contacts": [{ "profile": { "name": "@@", "username": "@@" }, "wa_id": from }],
            "messages": [
                { "from": from, "id": format!("w{nth}a"), "timestamp": (now - 3).to_string(), "type": "document",
                    "document": { "id": "1", "mime_type": "@@", "filename": "@@", "caption": "@@" } },
                { "from": from, "id": format!("w{nth}b"), "timestamp": (now - 2).to_string(), "type": "interactive",
                    "interactive": { "type": "button_reply", "button_reply": { "id": "@@", "title": "@@" } } },
                { "from": from, "id": format!("w{nth}c"), "timestamp": (now - 1).to_string(), "type": "text",
                    "text": { "body": "@@" }, "referral": { "source_url": "@@", "headline": "@@", "body": "@@" } }] });
        let body = json!({ "object": "whatsapp_business_account",
            "entry": [{ "id": "102290129340398", "changes": [{ "field": "messages", "value": value }] }] });
        let body = body.to_string().replace("@@", words);
        assert_eq!(self.installation.deliver(body).await, StatusCode::OK);
    }

    fn path(&self, rest: &str) -> String {
        format!("/w/{}/{rest}", self.ctx.workspace().slug)
    }

    async fn page(&self, browser: &mut Browser<'_>, rest: &str) -> Drawn {
        let response = browser.get(&self.path(rest)).await;
        assert_eq!(response.status(), StatusCode::OK, "{rest}");
        assert!(header_of(&response, "content-security-policy").contains("'nonce-"), "{rest}");
        Drawn::read(&text(response).await)
    }

    async fn ask(&self, token: &str, path: &str) -> Value {
        let request = Request::get(format!("/api/v1/{path}")).header(header::AUTHORIZATION, format!("Bearer {token}"));
        let response = self.installation.send(request.body(Body::empty()).unwrap()).await;
        assert_eq!(response.status(), StatusCode::OK, "{path}");
        assert!(header_of(&response, "content-type").starts_with("application/json"), "{path}");
        assert_eq!(header_of(&response, "x-content-type-options"), "nosniff");
        serde_json::from_str(&text(response).await).unwrap()
    }
}

/// A page as a browser takes it apart.
#[derive(Debug, Default)]
struct Drawn {
    title: String,
    tags: BTreeSet<String>,
    /// Tags with the names and values of their attributes.
    attributes: Vec<(String, String, String)>,
}

impl Drawn {
    fn read(html: &str) -> Self {
        let mut drawn = Self::default();
        let mut rest = html;
        while let Some(at) = rest.find('<') {
            rest = &rest[at..];
            if let Some(after) = rest.strip_prefix("<!--") {
                rest = after.split_once("-->").map_or("", |(_, rest)| rest);
                continue;
            }
            let begins = rest[1..].starts_with(|c: char| c.is_ascii_alphabetic());
            if !begins {
                rest = &rest[1..];
                continue;
            }
            let name: String =
                rest[1..].chars().take_while(|c| !c.is_whitespace() && !matches!(c, '>' | '/')).collect();
            let name = name.to_ascii_lowercase();
            rest = drawn.attributes(&name, &rest[1 + name.len()..]);
            drawn.tags.insert(name.clone());
            // In these, only their own end ends them.
            if ["script", "style", "title", "textarea"].contains(&name.as_str()) {
                let end = rest.to_ascii_lowercase().find(&format!("</{name}")).unwrap_or(rest.len());
                if name == "title" {
                    rest[..end].clone_into(&mut drawn.title);
                }
                rest = &rest[end..];
            }
        }
        drawn
    }

    /// Reads up to the end of a tag; what follows it.
    fn attributes<'a>(&mut self, tag: &str, mut rest: &'a str) -> &'a str {
        loop {
            rest = rest.trim_start_matches(|c: char| c.is_whitespace() || c == '/');
            if rest.is_empty() {
                return rest;
            }
            if let Some(after) = rest.strip_prefix('>') {
                return after;
            }
            let end = rest.find(|c: char| c.is_whitespace() || matches!(c, '=' | '>')).unwrap_or(rest.len());
            let (name, after) = rest.split_at(end.max(1));
            let (value, after) = match after.strip_prefix('=') {
                None => ("", after),
                Some(after) => match after.chars().next() {
                    Some(quote @ ('"' | '\'')) => after[1..].split_once(quote).unwrap_or((&after[1..], "")),
                    _ => after.split_at(after.find(|c: char| c.is_whitespace() || c == '>').unwrap_or(after.len())),
                },
            };
            self.attributes.push((tag.to_owned(), name.to_ascii_lowercase(), value.to_owned()));
            rest = after;
        }
    }

    /// Nothing stands in it that the page would not have drawn by itself.
    fn is_harmless(&self, allowed: &BTreeSet<String>, from: &str) {
        let from = domain::text::preview(from, 60);
        let foreign: Vec<&String> = self.tags.difference(allowed).collect();
        assert!(foreign.is_empty(), "{foreign:?} from {from:?}");
        for (tag, name, value) in &self.attributes {
            assert!(!name.starts_with("on") && name != "srcdoc", "{tag} {name}={value} from {from:?}");
            let address = ["href", "src", "action", "formaction"].contains(&name.as_str());
            let fine =
                ["/", "#", "https://", "http://", "tel:", "mailto:", "?"].iter().any(|good| value.starts_with(good));
            assert!(!address || fine || value.is_empty(), "{tag} {name}={value} from {from:?}");
            assert!(!address || !value.starts_with("//"), "{tag} {name}={value} from {from:?}");
        }
        let scripts = self.attributes.iter().filter(|(tag, name, _)| tag == "script" && name == "nonce").count();
        assert!(scripts > 0, "scripts have their nonce");
        assert!(!self.title.contains('<') && self.title.ends_with("Parlance"), "{:?} from {from:?}", self.title);
    }
}

/// The reader of pages finds what it looks for.
#[test]
fn a_page_that_is_broken_into_is_noticed() {
    let allowed: BTreeSet<String> = ["p", "script", "title"].map(str::to_owned).into();
    let good =
        "<title>Inbox · Parlance</title><p title=\"<img onerror=1>\">&lt;b></p><script nonce=\"n\">\"<b>\"</script>";
    Drawn::read(good).is_harmless(&allowed, "");
    for bad in [
        format!("{good}<img src=x>"),
        format!("{good}<p title=\"\" onclick=\"x\">"),
        format!("{good}<script nonce=\"n\">\"</script><b>\"</script>"),
        good.replace("Inbox", "<b>"),
    ] {
        let read = std::panic::catch_unwind(|| Drawn::read(&bad).is_harmless(&allowed, ""));
        assert!(read.is_err(), "{bad}");
    }
}

async fn strangers_words_stay_words(engine: Engine) {
    let Some(scene) = scene(engine).await else { return };
    let strangers = strangers();
    assert!(strangers.len() >= 30);
    // What pages are made of, with words that mean no harm but use all that words may do.
    let benign = r"*bold* _soft_ ~gone~ `code` ```block``` https://kaveri.example/a\n> quoted\n- one\n1. first";
    scene.hear(0, benign).await;
    for (nth, Stranger { json, .. }) in (1..).zip(&strangers) {
        scene.hear(nth, json).await;
    }
    scene.installation.settled().await;
    let stats = services::stats::stats(&scene.installation.services).await.unwrap();
    let all = strangers.len() + 1;
    assert_eq!((stats.deliveries.dead, stats.messages.inbound), (0, i64::try_from(all * 3).unwrap()));

    let wish =
        NewToken { name: "till".to_owned(), permissions: Permissions::all(), expires_at: None, any_address: false };
    let token = tokens::create(&scene.ctx, wish).await.unwrap().secret.expose_secret().to_owned();
    let rows = scene.ask(&token, "conversations?limit=50").await;
    let rows = rows["items"].as_array().unwrap().clone();
    assert_eq!(rows.len(), all);
    let of = |nth: usize| {
        let phone = format!("+{}", customer(nth));
        let row = rows.iter().find(|row| row["contact"]["phone"] == phone.as_str()).unwrap();
        let id = |value: &Value| value.as_str().unwrap().to_owned();
        (id(&row["id"]), id(&row["contact"]["id"]))
    };

    let mut browser = scene.installation.signed_in().await;
    let (conversation, contact) = of(0);
    let mut allowed = BTreeSet::new();
    for page in
        [format!("inbox/{conversation}"), format!("contacts/{contact}"), "contacts".to_owned(), "inbox".to_owned()]
    {
        allowed.append(&mut scene.page(&mut browser, &page).await.tags);
    }
    for page in ["inbox", "inbox?view=all", "contacts"] {
        scene.page(&mut browser, page).await.is_harmless(&allowed, page);
    }
    for (nth, Stranger { words, .. }) in (1..).zip(&strangers) {
        let (conversation, contact) = of(nth);
        for page in [format!("inbox/{conversation}?view=all"), format!("contacts/{contact}")] {
            scene.page(&mut browser, &page).await.is_harmless(&allowed, words);
        }
        // To programs they are what was written, whole.
        let messages = scene.ask(&token, &format!("conversations/{conversation}/messages")).await;
        let texts: Vec<&str> =
            messages["items"].as_array().unwrap().iter().map(|m| m["text"].as_str().unwrap()).collect();
        assert!(texts.contains(&words.as_str()), "{words:?} in {texts:?}");
    }

    let response = browser.get(&scene.path("contacts/export.csv")).await;
    let disposition = header_of(&response, "content-disposition").to_owned();
    assert!(disposition.starts_with("attachment") && !disposition.contains('\n'), "{disposition}");
    let lines = cells(&text(response).await);
    assert_eq!(lines.len(), all + 1);
    for cell in lines.iter().flatten() {
        assert!(!cell.starts_with(['=', '+', '-', '@', '\t', '\r', '＝']), "a spreadsheet would run {cell:?}");
    }
}

/// A table as spreadsheets read it.
fn cells(csv: &str) -> Vec<Vec<String>> {
    let (mut lines, mut line, mut cell) = (Vec::new(), Vec::new(), String::new());
    let mut quoted = false;
    let mut chars = csv.trim_start_matches('\u{feff}').chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '"' if quoted && chars.peek() == Some(&'"') => cell.extend(chars.next()),
            '"' => quoted = !quoted,
            ',' if !quoted => line.push(std::mem::take(&mut cell)),
            '\r' if !quoted && chars.peek() == Some(&'\n') => {}
            '\n' if !quoted => {
                line.push(std::mem::take(&mut cell));
                lines.push(std::mem::take(&mut line));
            }
            c => cell.push(c),
        }
    }
    lines
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn strangers_words_stay_words_on_sqlite() {
    strangers_words_stay_words(Engine::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn strangers_words_stay_words_on_postgres() {
    strangers_words_stay_words(Engine::Postgres).await;
}
