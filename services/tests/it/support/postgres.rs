use sqlx::{AssertSqlSafe, Connection, PgConnection};

/// The server that tests may make databases on.
const URL: &str = "TEST_PG_URL";

/// A database on that server; dropped with this, also when the test panics.
pub struct Database {
    pub url: String,
    server: String,
    name: String,
}

impl Database {
    pub async fn create() -> Option<Self> {
        let Ok(server) = std::env::var(URL) else {
            assert!(std::env::var_os("CI").is_none(), "{URL} is not set: the tests must run on PostgreSQL too");
            eprintln!("skipped: {URL} is not set");
            return None;
        };
        let name = format!("t_{}", services::clock::new_id().simple());
        run(&server, format!("CREATE DATABASE {name}")).await;
        let mut url = url::Url::parse(&server).unwrap();
        url.set_path(&name);
        Some(Self { url: url.into(), server, name })
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        let (server, drop) = (self.server.clone(), format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name));
        // A thread and a runtime of its own: the test's own may be unwinding.
        let dropped = std::thread::spawn(move || {
            tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(run(&server, drop));
        });
        if dropped.join().is_err() {
            eprintln!("the database {} was left behind", self.name);
        }
    }
}

async fn run(server: &str, sql: String) {
    let mut server = PgConnection::connect(server).await.unwrap();
    sqlx::query(AssertSqlSafe(sql)).execute(&mut server).await.unwrap();
    server.close().await.unwrap();
}
