//! Contacts through the doors of the server: files in and out, hostile names on the way, REST.

use axum::{
    body::Body,
    http::{Method, Request, Response, StatusCode, header},
};
use domain::{
    contact::Search,
    field::{Kind, Wish},
    id::ImportId,
    import::State,
    permission::Permissions,
    token::NewToken,
};
use futures::TryStreamExt;
use serde_json::{Value, json};
use services::{Ctx, contacts, tokens};

use crate::support::{Browser, Engine, Installation, Wishes, header_of, owner_id, text};

struct Scene {
    installation: Installation,
    ctx: Ctx,
}

async fn scene(engine: Engine) -> Option<Scene> {
    let installation = Installation::on(Wishes { engine, ..Wishes::default() }).await?;
    let slug = installation.owner().await;
    let ctx = installation.services.ctx(owner_id(&installation).await, &slug).await.unwrap();
    Some(Scene { installation, ctx })
}

impl Scene {
    fn path(&self, rest: &str) -> String {
        format!("/w/{}/contacts{rest}", self.ctx.workspace().slug)
    }

    async fn upload(&self, browser: &mut Browser<'_>, name: &str, file: Vec<u8>) -> Response<Body> {
        let request =
            Request::post(self.path(&format!("/imports?name={name}"))).header("sec-fetch-site", "same-origin");
        browser.go(request.body(file.into()).unwrap()).await
    }

    /// Imports a file with the proposed columns.
    async fn import(&self, browser: &mut Browser<'_>, file: String) -> ImportId {
        let response = self.upload(browser, "list.csv", file.into_bytes()).await;
        assert_eq!(response.status(), StatusCode::CREATED);
        let made: Value = serde_json::from_str(&text(response).await).unwrap();
        let id: ImportId = made["id"].as_str().unwrap().parse().unwrap();
        let plan = contacts::import::get(&self.ctx, id).await.unwrap().plan;
        contacts::import::start(&self.ctx, id, &plan).await.unwrap();
        contacts::import::run_due(&self.installation.services).await.unwrap();
        assert_eq!(contacts::import::get(&self.ctx, id).await.unwrap().state, State::Done);
        id
    }

    async fn names(&self) -> Vec<String> {
        let (_, all) = contacts::export(&self.ctx, Search::default()).await.unwrap();
        let mut names: Vec<String> = all.map_ok(|contact| contact.name).try_collect().await.unwrap();
        names.sort();
        names
    }
}

/// For a file: each cell in quotes.
fn cell(text: &str) -> String {
    format!("\"{}\"", text.replace('"', "\"\""))
}

const HOSTILE: [&str; 14] = [
    "=1+1",
    "+SUM(A1)",
    "-2",
    "@cmd",
    "＝1",
    "<script>alert(1)</script>",
    "\"><img src=x onerror=alert(1)>",
    "\u{202e}evil",
    "a\u{200b}b",
    "''; DROP TABLE contacts; --",
    "two\r\nlines",
    "name;with,signs\tof all",
    "नूर रहमान",
    "😀😀",
];

async fn hostile_names_stay_words(engine: Engine) {
    let Some(scene) = scene(engine).await else { return };
    let mut owner = scene.installation.signed_in().await;
    let mut file = "name,phone\r\n".to_owned();
    for (nth, name) in HOSTILE.iter().enumerate() {
        file.push_str(&format!("{},+9198455501{nth:02}\r\n", cell(name)));
    }
    file.push_str("nul\0nul,+919845550190\r\n");
    let id = scene.import(&mut owner, file).await;
    let mut expected: Vec<String> = HOSTILE.iter().map(|name| (*name).to_owned()).collect();
    expected.push("nulnul".to_owned());
    expected.sort();
    assert_eq!(scene.names().await, expected);

    let html = text(owner.get(&scene.path("")).await).await;
    assert!(!html.contains("<script>alert") && !html.contains("<img src=x"), "markup in a name is drawn as words");
    let response = owner.get(&scene.path("/export.csv")).await;
    assert_eq!(header_of(&response, "content-type"), "text/csv; charset=utf-8; header=present");
    let csv = text(response).await;
    for name in ["'=1+1", "'+SUM(A1)", "'-2", "'@cmd", "'＝1", "'+919845550100"] {
        assert!(csv.contains(&format!("\"{name}\"")), "{name} is guarded: {csv}");
    }
    let report = text(owner.get(&scene.path(&format!("/imports/{id}/report.csv"))).await).await;
    assert_eq!(report.matches(",added,").count(), HOSTILE.len() + 1, "{report}");

    // What went out comes in again as it was.
    let again = scene_with_file(engine, csv).await.unwrap();
    assert_eq!(again, expected);
}

async fn scene_with_file(engine: Engine, file: String) -> Option<Vec<String>> {
    let scene = scene(engine).await?;
    let mut owner = scene.installation.signed_in().await;
    scene.import(&mut owner, file).await;
    Some(scene.names().await)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn hostile_names_stay_words_on_sqlite() {
    hostile_names_stay_words(Engine::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn hostile_names_stay_words_on_postgres() {
    hostile_names_stay_words(Engine::Postgres).await;
}

#[tokio::test]
async fn a_file_that_is_no_table_is_refused_in_words() {
    let scene = scene(Engine::Sqlite).await.unwrap();
    let mut owner = scene.installation.signed_in().await;
    for (file, says) in
        [(&b"phone\nMa\xf1ana"[..], "Line 2 is not UTF-8"), (b"", "The file is empty"), (b"\xff\xfea\0", "UTF-16")]
    {
        let response = scene.upload(&mut owner, "x.csv", file.to_vec()).await;
        assert_eq!(response.status(), StatusCode::UNPROCESSABLE_ENTITY);
        let text = text(response).await;
        assert!(text.contains(says), "{text}");
    }
    assert!(contacts::import::list(&scene.ctx).await.unwrap().is_empty(), "nothing of them is kept");
    // Larger than a form may be.
    let large = format!("name,phone\n{}", "x,\n".repeat(400_000));
    let response = scene.upload(&mut owner, "%E2%80%AEgpj.csv", large.into_bytes()).await;
    assert_eq!(response.status(), StatusCode::CREATED);
    assert_eq!(contacts::import::list(&scene.ctx).await.unwrap()[0].file_name, "gpj.csv");
    // Another site cannot make a browser do it.
    let request = Request::post(scene.path("/imports")).header("sec-fetch-site", "cross-site").body("phone\n".into());
    assert_eq!(owner.go(request.unwrap()).await.status(), StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn an_export_has_the_custom_fields_and_what_is_looked_for() {
    let scene = scene(Engine::Sqlite).await.unwrap();
    let mut owner = scene.installation.signed_in().await;
    let wish = Wish { name: "=City, \"home\"".to_owned(), kind: Kind::Text, choices: Vec::new() };
    let city = contacts::fields::create(&scene.ctx, &wish).await.unwrap();
    for (phone, name) in [("+919845550101", "Meera"), ("+34600000001", "Inés")] {
        let contact = contacts::create(&scene.ctx, phone, Some(name)).await.unwrap();
        let fields = [(city.id, "-5 Kochi".to_owned())].into();
        contacts::edit(&scene.ctx, contact.id, domain::contact::Edit { fields, ..Default::default() }).await.unwrap();
    }
    let csv = text(owner.get(&scene.path("/export.csv?q=mee")).await).await;
    let own = "\u{feff}id,name,phone,user_id,username,opted_out_at,note,created_at,updated_at";
    assert!(csv.starts_with(&format!("{own},\"'=City, \"\"home\"\"\"\r\n")), "{csv}");
    assert!(
        csv.contains(",Meera,\"'+919845550101\",") && csv.contains(",\"'-5 Kochi\"\r\n") && !csv.contains("Inés"),
        "{csv}"
    );
    let csv = text(owner.get(&scene.path("/export.csv?show=opted-out")).await).await;
    assert_eq!(csv.matches("\r\n").count(), 1);
}

#[tokio::test]
async fn pages_show_the_list_and_one_contact() {
    let scene = scene(Engine::Sqlite).await.unwrap();
    let mut owner = scene.installation.signed_in().await;
    let meera = contacts::create(&scene.ctx, "+919845550101", Some("Meera")).await.unwrap();
    contacts::create(&scene.ctx, "+34600000001", Some("Inés")).await.unwrap();
    let html = text(owner.get(&scene.path("?q=ines")).await).await;
    assert!(html.contains("Inés") && !html.contains("Meera"), "{html}");
    let html = text(owner.get(&scene.path("?q=nobody")).await).await;
    assert!(html.contains("Nobody was found"));
    let html = text(owner.get(&scene.path(&format!("/{}", meera.id))).await).await;
    assert!(html.contains("+919845550101") && html.contains("Consent history"), "{html}");
    for wrong in ["/nonsense".to_owned(), format!("/{}", uuid::Uuid::nil()), "/imports/nonsense".to_owned()] {
        assert_eq!(owner.get(&scene.path(&wrong)).await.status(), StatusCode::NOT_FOUND, "{wrong}");
    }
}

#[tokio::test]
async fn a_program_fills_fields_and_merges() {
    use secrecy::ExposeSecret;
    let scene = scene(Engine::Sqlite).await.unwrap();
    let wish =
        NewToken { name: "till".to_owned(), permissions: Permissions::all(), expires_at: None, any_address: false };
    let token = tokens::create(&scene.ctx, wish).await.unwrap().secret.expose_secret().to_owned();
    let ask = async |method: Method, path: &str, body: Value| {
        let request = Request::builder()
            .method(method)
            .uri(format!("/api/v1/{path}"))
            .header(header::AUTHORIZATION, format!("Bearer {token}"))
            .header(header::CONTENT_TYPE, "application/json")
            .body(body.to_string().into());
        let response = scene.installation.send(request.unwrap()).await;
        (response.status(), serde_json::from_str::<Value>(&text(response).await).unwrap())
    };
    let wish = Wish { name: "Spent".to_owned(), kind: Kind::Number, choices: Vec::new() };
    let spent = contacts::fields::create(&scene.ctx, &wish).await.unwrap().id.to_string();
    let (status, fields) = ask(Method::GET, "contact-fields", Value::Null).await;
    assert_eq!((status, &fields["items"][0]["kind"]), (StatusCode::OK, &json!("number")));

    let meera = contacts::create(&scene.ctx, "+919845550101", Some("Meera")).await.unwrap().id;
    let path = format!("contacts/{meera}");
    let (status, after) = ask(Method::PATCH, &path, json!({"fields": {&spent: "012.5"}, "note": "VIP"})).await;
    assert_eq!((status, &after["fields"][&spent], &after["note"]), (StatusCode::OK, &json!("12.5"), &json!("VIP")));
    assert_eq!(after["name"], "Meera");
    let (status, wrong) = ask(Method::PATCH, &path, json!({"fields": {&spent: "much"}})).await;
    assert_eq!((status, &wrong["field"]), (StatusCode::UNPROCESSABLE_ENTITY, &json!("Spent")));

    let other = contacts::create(&scene.ctx, "+34600000001", Some("Inés")).await.unwrap().id;
    let (status, _) = ask(Method::POST, &format!("{path}/merge"), json!({"contact": other})).await;
    assert_eq!(status, StatusCode::CONFLICT, "each has a number of its own");
    let (status, _) = ask(Method::POST, &format!("{path}/merge"), json!({"contact": uuid::Uuid::nil()})).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
}
