//! The audit trail as a file.

use axum::{
    body::{Body, Bytes},
    http::StatusCode,
};
use domain::{
    audit::{EntryView, Filter},
    id::WorkspaceId,
    role::Role,
    time::Millis,
    workspace::Slug,
};
use http_body_util::BodyExt;
use services::{Ctx, Services, audit, clock::new_id, members, sql};
use uuid::Uuid;

use crate::support::{Browser, Engine, Installation, PASSWORD, Wishes, header_of, location, owner_id, text};

const INSERT: &str = "INSERT INTO audit_entries (workspace_id, at, id, actor_kind, action, resource_kind, resource_id,
    became, about, address) VALUES ($1, $2, $3, 'system', $4, 'contact', $5, $6, $7, '203.0.113.7')";
const FORGET: &str = "DELETE FROM audit_entries WHERE workspace_id = $1 AND at < $2";

/// Entries that happened before everything else, a millisecond apart.
async fn entries(services: &Services, workspace: WorkspaceId, about: impl Iterator<Item = String>) {
    let mut tx = services.db().begin().await.unwrap();
    for (nth, about) in about.enumerate() {
        let at = Millis::try_from(nth).unwrap();
        let action = if nth % 2 == 0 { "contact.updated" } else { "contact.created" };
        let became = format!(r#"{{"nth":{nth}}}"#);
        let (id, contact) = (new_id(), Uuid::from_u128(nth as u128));
        sql!(exec tx.conn(), INSERT, workspace.0, at, id, action, contact, became.as_str(), about.as_str()).unwrap();
    }
    tx.commit().await.unwrap();
}

struct World {
    installation: Installation,
    ctx: Ctx,
    slug: Slug,
}

impl World {
    async fn on(engine: Engine) -> Option<Self> {
        let installation = Installation::on(Wishes { engine, ..Wishes::default() }).await?;
        let slug = installation.owner().await;
        let ctx = installation.services.ctx(owner_id(&installation).await, &slug).await.unwrap();
        Some(Self { installation, ctx, slug })
    }

    async fn new() -> Self {
        Self::on(Engine::Sqlite).await.unwrap()
    }

    fn path(&self, ending: &str) -> String {
        format!("/w/{}/audit/export.{ending}", self.slug)
    }

    /// Everything that is listed, page by page.
    async fn listed(&self, filter: &Filter) -> Vec<EntryView> {
        let mut all: Vec<EntryView> = Vec::new();
        loop {
            let page = audit::list(&self.ctx, filter, all.last().map(EntryView::cursor), 500).await.unwrap();
            all.extend(page.items);
            if !page.more {
                return all;
            }
        }
    }

    async fn member(&self, name: &str, role: Role) -> Browser<'_> {
        let email = format!("{name}@kaveri.example");
        members::add(&self.installation.services, &self.slug, &email, name, PASSWORD, role).await.unwrap();
        sign_in(&self.installation, &email).await
    }
}

async fn sign_in<'a>(installation: &'a Installation, email: &str) -> Browser<'a> {
    let mut browser = installation.browser();
    let response = browser.post("/login", &[("email", email), ("password", PASSWORD)]).await;
    assert_eq!(location(&response), "/");
    browser
}

fn json_lines(text: &str) -> Vec<EntryView> {
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

async fn pieces(mut body: Body) -> Vec<Bytes> {
    let mut pieces = Vec::new();
    while let Some(frame) = body.frame().await {
        pieces.push(frame.unwrap().into_data().unwrap());
    }
    pieces
}

#[tokio::test]
async fn both_files_hold_what_is_listed() {
    let world = World::new().await;
    let nasty = ["=1+1", "a \"quoted\", text", "two\r\nlines", "শাড়ি", ""];
    entries(&world.installation.services, world.ctx.workspace().id, nasty.iter().map(|s| (*s).to_owned())).await;
    let mut owner = world.installation.signed_in().await;

    let response = owner.get(&world.path("jsonl")).await;
    assert_eq!(response.status(), StatusCode::OK);
    assert_eq!(header_of(&response, "content-type"), "application/jsonl; charset=utf-8");
    let name = format!("attachment; filename=\"audit-{}-2026-05-28.jsonl\"", world.slug);
    assert_eq!(header_of(&response, "content-disposition"), name);
    assert_eq!(header_of(&response, "cache-control"), "no-store");
    // The export is an entry itself, and in its own file.
    let all = world.listed(&Filter::default()).await;
    assert_eq!(all[0].action, "export.audit");
    assert_eq!(json_lines(&text(response).await), all);

    let response = owner.get(&world.path("csv")).await;
    assert_eq!(header_of(&response, "content-type"), "text/csv; charset=utf-8; header=present");
    let csv = text(response).await;
    assert!(csv.starts_with("\u{feff}position,id,time,"), "{csv}");
    assert!(csv.contains(",\"'=1+1\",203.0.113.7,") && csv.contains(",\"a \"\"quoted\"\", text\","), "{csv}");
    assert!(csv.contains(",শাড়ি,") && csv.contains(",\"two\r\nlines\","), "{csv}");
    let listed = world.listed(&Filter::default()).await;
    for entry in &listed {
        assert!(csv.contains(&entry.id.to_string()), "{entry:?}");
    }
    // A head, a line each, and the line end within one remark.
    assert_eq!(csv.matches("\r\n").count(), listed.len() + 2);
}

#[tokio::test]
async fn filters_narrow_the_file_as_they_narrow_the_list() {
    let world = World::new().await;
    let about = (0..40).map(|nth| format!("remark {nth}"));
    entries(&world.installation.services, world.ctx.workspace().id, about).await;
    let mut owner = world.installation.signed_in().await;
    for (query, count) in [
        ("?what=contact.updated", 20),
        ("?what=contact", 40),
        ("?what=role", 0),
        ("?what=contact&text=REMARK%203", 11),
        ("?on=00000000-0000-0000-0000-000000000007", 1),
        ("?who=system&kind=contact", 40),
        ("?from=1970-01-01&to=1970-01-01", 40),
        ("?from=1970-01-02&what=contact", 0),
        // Pages and opened entries play no part, nor does what cannot be read.
        ("?what=contact&entry=5.x&ahead=x", 40),
    ] {
        let file = text(owner.get(&format!("{}{query}", world.path("jsonl"))).await).await;
        assert_eq!(json_lines(&file).len(), count, "{query}");
    }
}

#[tokio::test]
async fn only_who_may_export_does() {
    let world = World::new().await;
    for (name, role, may) in
        [("lucia", Role::Manager, true), ("rohan", Role::Agent, false), ("vera", Role::Viewer, false)]
    {
        let mut browser = world.member(name, role).await;
        for ending in ["csv", "jsonl"] {
            let response = browser.get(&world.path(ending)).await;
            if may {
                assert_eq!(response.status(), StatusCode::OK, "{name}");
            } else {
                assert_eq!(response.status(), StatusCode::FORBIDDEN, "{name}");
                assert!(text(response).await.contains("audit.export"));
            }
        }
    }
    // Whoever is refused leaves no entry of an export.
    let exports = Filter { action: Some(domain::audit::Action::AuditExported), ..Filter::default() };
    assert_eq!(world.listed(&exports).await.len(), 2);

    let services = &world.installation.services;
    services::accounts::create_owner(services, "Other", "mallory@example.com", PASSWORD).await.unwrap();
    let mut mallory = sign_in(&world.installation, "mallory@example.com").await;
    for slug in [world.slug.as_str(), "never-was"] {
        let response = mallory.get(&format!("/w/{slug}/audit/export.csv")).await;
        assert_eq!((response.status(), text(response).await.as_str()), (StatusCode::NOT_FOUND, ""));
    }
    let path = world.path("csv");
    let response = world.installation.get(&format!("{path}?what=role")).await;
    assert!(location(&response).starts_with("/login?next="), "{}", location(&response));
}

/// Each piece holds a few hundred entries, and the next one is fetched when it was taken: memory does not grow with the file.
async fn stays_small(engine: Engine) {
    const ENTRIES: usize = 20_000;
    let Some(world) = World::on(engine).await else { return };
    let ws = world.ctx.workspace().id;
    entries(&world.installation.services, ws, (0..ENTRIES).map(|nth| format!("remark {nth}"))).await;
    let mut owner = world.installation.signed_in().await;

    let response = owner.get(&world.path("jsonl")).await;
    let pieces = pieces(response.into_body()).await;
    let all = world.listed(&Filter::default()).await;
    assert!(pieces.iter().all(|piece| piece.len() < 200_000), "{:?}", pieces.iter().map(Bytes::len).max());
    let file: Vec<u8> = pieces.concat();
    let exported = json_lines(std::str::from_utf8(&file).unwrap());
    assert!(exported.len() > ENTRIES && exported == all);

    // What is gone before its piece was asked for is not in the file: nothing was fetched ahead of the reader.
    let mut body = owner.get(&world.path("csv")).await.into_body();
    let mut taken = 0;
    for _ in 0..3 {
        let piece = body.frame().await.unwrap().unwrap().into_data().unwrap();
        taken += piece.iter().filter(|byte| **byte == b'\n').count();
    }
    let services = &world.installation.services;
    let mut tx = services.db().begin().await.unwrap();
    sql!(exec tx.conn(), FORGET, ws.0, Millis::try_from(ENTRIES).unwrap()).unwrap();
    tx.commit().await.unwrap();
    let rest: usize = self::pieces(body).await.iter().map(|piece| piece.split(|byte| *byte == b'\n').count()).sum();
    assert!(taken + rest < 1_500, "{taken} and then {rest}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_file_stays_small_in_memory_on_sqlite() {
    stays_small(Engine::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_file_stays_small_in_memory_on_postgres() {
    stays_small(Engine::Postgres).await;
}
