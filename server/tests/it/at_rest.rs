//! No secret can be read where things are kept: after everything that makes one was done, none is found in the database's
//! files (SQLite, with its write-ahead log) or in any column of any table (PostgreSQL).

use base64::{Engine as _, engine::general_purpose::STANDARD_NO_PAD};
use domain::{
    permission::Permissions,
    role::{Role, RoleRef},
    token::NewToken,
};
use secrecy::ExposeSecret;
use services::{team::invitations, tokens};
use sqlx::{AssertSqlSafe, Connection, PgConnection};

use crate::{
    conversations::inbox_in,
    support::{Engine, Installation, PASSWORD, SECRET, VERIFY_TOKEN, Wishes},
};

async fn search(engine: Engine) {
    let Some(installation) = Installation::on(Wishes { engine, ..Wishes::default() }).await else { return };
    let inbox = inbox_in(installation).await;
    inbox.receive("wamid.1", "Is the teak table in stock?").await;
    let owner = inbox.ctx();
    let wish =
        NewToken { name: "till".to_owned(), permissions: Permissions::all(), expires_at: None, any_address: false };
    let token = tokens::create(owner, wish).await.unwrap();
    let invited = invitations::create(owner, "ines@kaveri.example", RoleRef::BuiltIn(Role::Viewer)).await.unwrap();
    let browser = inbox.installation.signed_in().await;
    let session = browser.cookie("parlance_session").unwrap();

    let secrets = [
        ("the password", PASSWORD.to_owned()),
        ("Meta's access token", "EAAG0123456789".to_owned()),
        ("the app secret", SECRET.to_owned()),
        ("the verify token", VERIFY_TOKEN.to_owned()),
        ("the master key", "ab".repeat(32)),
        ("the session", session.to_owned()),
        ("the API token", token.expose().to_owned()),
        ("the API token's random part", token.expose().trim_start_matches("parl_").to_owned()),
        ("the invitation", invited.link_token.expose_secret().to_owned()),
    ];
    let kept = inbox.installation.kept().await;
    // The search itself works: what customers write is readable.
    assert!(found(&kept, b"Is the teak table in stock?"), "the search finds nothing at all");
    for (name, secret) in secrets {
        let mut forms = vec![secret.clone().into_bytes(), hex::encode(&secret).into_bytes()];
        forms.push(STANDARD_NO_PAD.encode(&secret).into_bytes());
        forms.extend(hex::decode(&secret).ok());
        for form in forms {
            assert!(!found(&kept, &form), "{name} can be read in the database");
        }
    }
}

fn found(kept: &[u8], what: &[u8]) -> bool {
    let as_hex = hex::encode(what);
    [what, as_hex.as_bytes()].iter().any(|what| kept.windows(what.len()).any(|part| part == *what))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_secret_is_in_the_files_of_sqlite() {
    search(Engine::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_secret_is_in_a_table_of_postgres() {
    search(Engine::Postgres).await;
}

/// Every row of every table as text; binary columns as hex.
pub async fn every_row(url: &str) -> Vec<u8> {
    let mut conn = PgConnection::connect(url).await.unwrap();
    let tables: Vec<(String, String)> = sqlx::query_as(
        "SELECT table_schema::text, table_name::text FROM information_schema.tables
        WHERE table_schema NOT IN ('pg_catalog', 'information_schema') AND table_type = 'BASE TABLE'",
    )
    .fetch_all(&mut conn)
    .await
    .unwrap();
    assert!(tables.len() > 10);
    let mut all = Vec::new();
    for (schema, table) in tables {
        let sql = format!("SELECT t::text FROM \"{schema}\".\"{table}\" t");
        let rows: Vec<(Option<String>,)> = sqlx::query_as(AssertSqlSafe(sql)).fetch_all(&mut conn).await.unwrap();
        for (row,) in rows {
            all.extend(row.unwrap_or_default().into_bytes());
            all.push(b'\n');
        }
    }
    all
}
