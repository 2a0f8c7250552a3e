//! A statement on a workspace's data names the workspace. The exception is the folder `db/system/`.

use super::scan::{Statement, statements};
use std::collections::BTreeSet;

const EXCEPTION: &str = "db/system/";

/// Tables and views that hold a workspace's data: those with a `workspace_id`, in the migrations of either engine.
fn tables() -> BTreeSet<String> {
    let migrations = crate::support::crate_folder().join("../migrations");
    let mut tables = BTreeSet::new();
    for folder in std::fs::read_dir(migrations).unwrap() {
        for file in std::fs::read_dir(folder.unwrap().path()).unwrap() {
            tables.extend(tables_in(&std::fs::read_to_string(file.unwrap().path()).unwrap()));
        }
    }
    tables
}

fn tables_in(migration: &str) -> BTreeSet<String> {
    let without_comments: String =
        migration.lines().map(|line| line.split("--").next().unwrap_or_default()).collect::<Vec<_>>().join("\n");
    without_comments.split(';').filter(|s| words(s).any(|w| w == "workspace_id")).filter_map(created).collect()
}

/// The name in `CREATE TABLE name` or `CREATE VIEW name`.
fn created(statement: &str) -> Option<String> {
    let words: Vec<&str> = words(statement).collect();
    let kind =
        words.iter().position(|w| matches!(*w, "TABLE" | "VIEW")).filter(|_| words.first() == Some(&"CREATE"))?;
    words[kind + 1..].iter().find(|w| !matches!(**w, "IF" | "NOT" | "EXISTS")).map(|w| (*w).to_owned())
}

fn words(sql: &str) -> impl Iterator<Item = &str> {
    sql.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').filter(|word| !word.is_empty())
}

/// The tables of workspaces that a statement touches without naming the workspace.
fn touched_without_workspace<'a>(statement: &'a Statement, tables: &'a BTreeSet<String>) -> Vec<&'a str> {
    if statement.file.starts_with(EXCEPTION) || words(&statement.sql).any(|word| word == "workspace_id") {
        return Vec::new();
    }
    let mut after_keyword = false;
    let mut touched = Vec::new();
    // A table stands after FROM, JOIN, INTO, UPDATE, or a comma; a column of the same name would be an odd column.
    for word in words(&statement.sql) {
        if let Some(table) = tables.get(word).filter(|_| after_keyword || !statement.sql.contains(&format!(".{word}")))
        {
            touched.push(table.as_str());
        }
        after_keyword = matches!(word, "FROM" | "JOIN" | "INTO" | "UPDATE");
    }
    touched
}

#[test]
fn statements_on_a_workspaces_data_name_the_workspace() {
    let tables = tables();
    for expected in ["members", "numbers", "contacts", "conversations", "messages", "outbox", "events", "secrets"] {
        assert!(tables.contains(expected), "{expected} was not found in the migrations");
    }
    assert!(!tables.contains("users") && !tables.contains("workspaces"), "{tables:?}");
    let wrong: Vec<_> = statements()
        .iter()
        .map(|s| (s.place(), touched_without_workspace(s, &tables).join(", "), s.sql.clone()))
        .filter(|(_, touched, _)| !touched.is_empty())
        .collect();
    assert!(wrong.is_empty(), "without workspace_id: {wrong:#?}");
}

#[test]
fn a_bad_statement_is_caught() {
    let tables = tables();
    let check = |file: &str, sql: &str| {
        let statement = Statement { file: file.into(), name: Some("BAD".into()), sql: sql.into() };
        !touched_without_workspace(&statement, &tables).is_empty()
    };
    for sql in [
        "SELECT * FROM contacts WHERE id = $1",
        "SELECT u.name FROM users u JOIN members m ON m.user_id = u.id",
        "UPDATE conversations SET unread = 0 WHERE id = $1",
        "DELETE FROM outbox WHERE message_id = $1",
        "INSERT INTO events (seq) VALUES ($1)",
        "SELECT 1 FROM users u, messages WHERE u.id = $1",
        "SELECT id FROM contacts WHERE not_workspace_id = $1",
    ] {
        assert!(check("conversations/list.rs", sql), "{sql}");
        assert!(!check("db/system/numbers.rs", sql), "{sql}");
        assert!(check("db/system_media.rs", sql), "{sql}");
    }
    assert!(!check("x.rs", "SELECT * FROM contacts WHERE workspace_id = $1 AND id = $2"));
    assert!(!check("x.rs", "SELECT id FROM users WHERE email = $1"));
}
