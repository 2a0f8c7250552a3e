//! What may be sent: by minute, second, day and customer, on both engines and in several processes.

mod customers;
mod day;
mod graph;
mod minute;
mod second;
mod shown;

use crate::{
    meta::{PHONE, Workers, change, entry, put, text, until, value},
    support::{START, TestDb, number, vault, workspace},
};
use domain::{
    id::{ConversationId, MessageId, TokenId},
    inbox::MessageView,
    limits::Limited,
    plan::Plan,
    token::NewToken,
};
use services::{
    Ctx, Error, Options, Result, Services,
    clock::{Clock, new_id},
    conversations,
    db::Db,
    jobs::Which,
    limits,
    send::Graph,
    tokens,
};
use sqlx::AssertSqlSafe;

/// Conversations with open windows on one number, and nobody who sends.
struct Scene {
    services: Services,
    clock: Clock,
    owner: Ctx,
    conversations: Vec<ConversationId>,
}

async fn scene(db: &TestDb, plan: Plan, customers: usize) -> Scene {
    let clock = Clock::fixed(START);
    let services = db.services_with(clock.clone(), vault());
    let owner = workspace(&services, "Kaveri").await;
    limits::set_plan(&services, &owner.workspace().slug, plan).await.unwrap();
    number(&services, &owner.workspace().slug, PHONE).await;
    let workers = Workers::only(&services, Which { ingest: true, outbox: false });
    let messages = (0..customers).map(|n| text(&format!("4915112{n:06}"), &format!("wamid.{n}"), "Hello")).collect();
    let body = crate::meta::body(vec![entry(crate::meta::WABA, vec![change(value(PHONE, messages, vec![]))])]);
    put(&services, body).await;
    let all = i64::try_from(customers).unwrap();
    until(&services, "the customers have written", |s| s.messages.inbound == all).await;
    workers.finish().await;
    let page = conversations::list(&owner, domain::conversation::View::All, None).await.unwrap();
    let mut found: Vec<_> = page.items.iter().map(|row| row.id).collect();
    let mut before = page.items.last().map(|row| row.sort_key());
    while found.len() < customers {
        let page = conversations::list(&owner, domain::conversation::View::All, before).await.unwrap();
        before = page.items.last().map(|row| row.sort_key());
        found.extend(page.items.iter().map(|row| row.id));
    }
    Scene { services, clock, owner, conversations: found }
}

impl Scene {
    /// The same installation as another process sees it.
    async fn other_process(&self, db: &TestDb) -> Ctx {
        let graph = Graph::new("http://127.0.0.1:9", "v25.0").unwrap();
        let options = Options { clock: self.clock.clone(), vault: vault(), graph, mailer: None };
        let other = Services::new(db.db.clone(), options);
        other.ctx(self.owner.user(), &self.owner.workspace().slug).await.unwrap()
    }

    async fn send(&self, nth: usize) -> Result<MessageView> {
        send(&self.owner, self.conversations[nth % self.conversations.len()]).await
    }

    /// As many as are admitted, one after the other; at most `most`.
    async fn send_all(&self, most: usize) -> (usize, Option<Limited>) {
        for nth in 0..most {
            match self.send(nth).await {
                Ok(_) => {}
                Err(Error::Limited(limited)) => return (nth, Some(limited)),
                Err(error) => panic!("{error}"),
            }
        }
        (most, None)
    }

    async fn queued(&self) -> i64 {
        services::stats::stats(&self.services).await.unwrap().messages.outbound.queued
    }
}

async fn send(ctx: &Ctx, conversation: ConversationId) -> Result<MessageView> {
    conversations::reply(ctx, conversation, MessageId(new_id()), "Yes").await
}

fn limited<T: std::fmt::Debug>(result: Result<T>) -> Limited {
    match result {
        Err(Error::Limited(limited)) => limited,
        other => panic!("not limited: {other:?}"),
    }
}

/// What no use case does: a test's own change.
async fn sql(db: &TestDb, statement: &str) {
    let statement = AssertSqlSafe(statement.to_owned());
    match &db.db {
        Db::Sqlite(files) => drop(sqlx::query(statement).execute(&files.write).await.unwrap()),
        Db::Postgres(pool) => drop(sqlx::query(statement).execute(pool).await.unwrap()),
    }
}

async fn trusted(db: &TestDb) {
    sql(db, "UPDATE workspaces SET warm_up = FALSE").await;
}

async fn number_of(db: &TestDb, statement: &str) -> i64 {
    let statement = AssertSqlSafe(statement.to_owned());
    match &db.db {
        Db::Sqlite(files) => sqlx::query_scalar(statement).fetch_one(&files.write).await.unwrap(),
        Db::Postgres(pool) => sqlx::query_scalar(statement).fetch_one(pool).await.unwrap(),
    }
}

/// An API token of the member's that may all that they may.
async fn token(ctx: &Ctx) -> TokenId {
    let (name, permissions) = ("till".to_owned(), ctx.permissions());
    let wish = NewToken { name, permissions, expires_at: None, any_address: false };
    tokens::create(ctx, wish).await.unwrap().token.id
}
