//! A small workspace is made, kept, found again and asked.

use std::{
    path::Path,
    process::{Command, Output},
};

use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection};

fn bench(dir: &Path, args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_bench"));
    command.args(args).arg("--data-dir").arg(dir).args(["--conversations", "400", "--messages", "4000"]);
    let output = command.output().expect("the program starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    output
}

fn lines(output: &Output) -> Vec<serde_json::Value> {
    String::from_utf8_lossy(&output.stdout).lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
}

fn made_kept_and_asked(engine: &str, dir: &Path) {
    let asked = ["run", "--only", "query", "--quick", "--engine", engine];
    if engine == "sqlite" {
        let made = lines(&bench(dir, &["data", "--engine", engine]));
        assert_eq!((made.len(), &made[0]["messages"]), (1, &serde_json::json!(4_000)));
        assert_eq!(lines(&bench(dir, &["data", "--engine", engine])), Vec::<serde_json::Value>::new());
    }
    let figures = lines(&bench(dir, &asked));
    for who in ["manager", "agent"] {
        let wanted = [
            "inbox",
            "list_page_50",
            "thread_open",
            "search_name",
            "search_digits",
            "search_rare",
            "search_common",
            "search",
        ];
        // Of so few conversations one agent has no long one.
        for what in wanted.into_iter().chain(Some("thread_page").filter(|_| who == "manager")) {
            let found = figures.iter().find(|line| line["as"] == who && line["what"] == what);
            let found = found.unwrap_or_else(|| panic!("{who} {what} is missing: {figures:?}"));
            assert!(found["p99_ms"].as_f64() >= found["p50_ms"].as_f64() && found["engine"] == engine, "{found}");
        }
    }
}

#[test]
fn on_sqlite() {
    let dir = tempfile::tempdir().expect("a folder");
    made_kept_and_asked("sqlite", dir.path());
}

/// On the server of the tests it is not kept.
async fn forget(server: &str) {
    let mut admin = PgConnection::connect(server).await.expect("the server of the tests");
    let names: Vec<String> =
        sqlx::query_scalar("SELECT datname FROM pg_database WHERE datname LIKE 'bench_data_%\\_400\\_4000%'")
            .fetch_all(&mut admin)
            .await
            .expect("its databases");
    for name in names {
        admin.execute(AssertSqlSafe(format!("DROP DATABASE {name} WITH (FORCE)"))).await.expect("it goes");
    }
}

#[tokio::test]
async fn on_postgres() {
    let Ok(server) = std::env::var("TEST_PG_URL") else {
        assert!(std::env::var_os("CI").is_none(), "TEST_PG_URL is not set");
        return eprintln!("skipped: TEST_PG_URL is not set");
    };
    forget(&server).await;
    let dir = tempfile::tempdir().expect("a folder");
    made_kept_and_asked("postgres", dir.path());
    forget(&server).await;
}
