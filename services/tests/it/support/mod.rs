//! A fresh database per test, on each engine.

mod eventually;
mod moto;
mod postgres;

pub use eventually::{eventually, until_so};
pub use moto::Moto;

use domain::{role::Role, time::Millis, workspace::Slug};
use secrecy::SecretString;
use services::{
    Ctx, Options, Services, accounts,
    clock::Clock,
    db::Db,
    mail::Mailer,
    members::{self, Added},
    numbers::{self, Connect},
    send::Graph,
    vault::{MasterKey, Vault},
};

/// Where a test's clock stands at first: 2027-01-15 08:00 UTC.
pub const START: Millis = 1_800_000_000_000;

pub const PASSWORD: &str = "correct horse battery";

/// This crate's folder, asked when the test runs: clones share a target folder, and cargo takes a test that another clone
/// built for fresh.
pub fn crate_folder() -> std::path::PathBuf {
    std::env::var_os("CARGO_MANIFEST_DIR").expect("cargo sets it").into()
}

/// A database of its own; it goes when this is dropped.
pub struct TestDb {
    pub db: Db,
    pub url: String,
    #[expect(dead_code, reason = "held until the test ends")]
    home: Home,
}

#[expect(dead_code, reason = "held until the test ends")]
enum Home {
    Folder(tempfile::TempDir),
    Server(postgres::Database),
}

impl TestDb {
    pub async fn sqlite() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}", folder.path().join("test.db").display());
        Self { db: Db::open(&url).await.unwrap(), url, home: Home::Folder(folder) }
    }

    /// `None`, with a word about it, where no server is given; on CI that is an error.
    pub async fn postgres() -> Option<Self> {
        let database = postgres::Database::create().await?;
        let url = database.url.clone();
        Some(Self { db: Db::open(&url).await.unwrap(), url, home: Home::Server(database) })
    }

    /// Services whose clock stands at [`START`] until the test moves it, and whose Graph nobody answers.
    pub fn services(&self) -> Services {
        self.services_with(Clock::fixed(START), vault())
    }

    pub fn services_with(&self, clock: Clock, vault: Vault) -> Services {
        self.services_mailing(clock, vault, None)
    }

    /// Services with a mail server.
    pub fn services_mailing(&self, clock: Clock, vault: Vault, mailer: Option<Mailer>) -> Services {
        let graph = Graph::new("http://127.0.0.1:9", "v25.0").unwrap();
        Services::new(self.db.clone(), Options { clock, vault, graph, mailer })
    }
}

/// Every engine there is.
pub async fn engines() -> Vec<TestDb> {
    let mut all = vec![TestDb::sqlite().await];
    all.extend(TestDb::postgres().await);
    all
}

/// The vault of the tests: always the same key.
pub fn vault() -> Vault {
    Vault::new(MasterKey::from_hex(&"a5".repeat(32)).unwrap())
}

/// A workspace with an owner; returns the owner's context.
pub async fn workspace(services: &Services, name: &str) -> Ctx {
    let email = format!("owner@{}.example", Slug::from_name(name));
    let slug = accounts::create_owner(services, name, &email, PASSWORD).await.unwrap();
    let address = std::net::IpAddr::from([127, 0, 0, 1]);
    let owner = accounts::sign_in(services, &email, PASSWORD, address).await.unwrap();
    services.ctx(owner.user, &slug).await.unwrap()
}

/// The same without signing in, where there are many.
pub async fn fresh_workspace(services: &Services, name: &str) -> Ctx {
    const OWNER: &str = "SELECT m.user_id FROM members m JOIN workspaces w ON w.id = m.workspace_id WHERE w.slug = $1";
    let email = format!("owner@{}.example", Slug::from_name(name));
    let slug = accounts::create_owner(services, name, &email, PASSWORD).await.unwrap();
    let mut read = services.db().read().await.unwrap();
    let owner = services::sql!(scalar uuid::Uuid, read.conn(), OWNER, slug.as_str()).unwrap();
    services.ctx(owner.into(), &slug).await.unwrap()
}

/// One more member of a workspace.
pub async fn member(services: &Services, slug: &Slug, name: &str, role: Role) -> (Added, Ctx) {
    let email = format!("{}@example.com", Slug::from_name(name));
    let added = members::add(services, slug, &email, name, PASSWORD, role).await.unwrap();
    let ctx = services.ctx(added.user, slug).await.unwrap();
    (added, ctx)
}

/// A connected number of a workspace.
pub async fn number(services: &Services, slug: &Slug, phone_number_id: &str) -> domain::id::NumberId {
    numbers::connect(services, slug, connect(phone_number_id, "EAAtoken")).await.unwrap()
}

pub fn connect(phone_number_id: &str, token: &str) -> Connect {
    Connect {
        phone_number_id: phone_number_id.to_owned(),
        waba_id: "102290129340398".to_owned(),
        display_number: "+91 80 5550 0142".to_owned(),
        token: SecretString::from(token),
        name: None,
    }
}

/// `on_both! { async fn name(db) { … } }` makes the tests `name::sqlite` and `name::postgres`, each with a [`TestDb`].
#[macro_export]
macro_rules! on_both {
    ($($(#[doc = $doc:literal])* async fn $name:ident($db:ident) $body:block)+) => {$(
        $(#[doc = $doc])*
        mod $name {
            #[allow(unused_imports, clippy::allow_attributes, reason = "some tests need nothing of their module")]
            use super::*;

            async fn run($db: $crate::support::TestDb) $body

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn sqlite() {
                run($crate::support::TestDb::sqlite().await).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn postgres() {
                if let Some(db) = $crate::support::TestDb::postgres().await {
                    run(db).await;
                }
            }
        }
    )+};
}

/// Another database on the same engine.
pub async fn fresh(db: &TestDb) -> TestDb {
    match db.db.engine() {
        "sqlite" => TestDb::sqlite().await,
        _ => TestDb::postgres().await.unwrap(),
    }
}

/// A place for a database in which nothing was made yet; it goes when this is dropped.
pub struct Place {
    pub url: String,
    #[expect(dead_code, reason = "held until the test ends")]
    home: Home,
}

/// Such a place on the same engine.
pub async fn place(db: &TestDb) -> Place {
    if db.db.engine() == "sqlite" {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}", folder.path().join("data").join("restored.db").display());
        std::fs::create_dir(folder.path().join("data")).unwrap();
        return Place { url, home: Home::Folder(folder) };
    }
    let database = postgres::Database::create().await.unwrap();
    Place { url: database.url.clone(), home: Home::Server(database) }
}
