//! The audit trail at the command line, and what reaches it from outside.

use std::{
    path::Path,
    process::{Command, Output},
};

use services::{
    Options, Services, accounts, audit,
    clock::Clock,
    db::Db,
    members,
    send::Graph,
    sql,
    vault::{MasterKey, Vault},
};

use crate::support::{EMAIL, Installation, PASSWORD, sign};

const DELETED: &str = "DELETE FROM audit_entries WHERE position = $1";

fn parlance(folder: &Path, args: &[&str], key: &str) -> (Option<i32>, String) {
    let output: Output = Command::new(env!("CARGO_BIN_EXE_parlance"))
        .args(args)
        .current_dir(folder)
        .env_clear()
        .env("TOKEN_MASTER_KEY", key)
        .output()
        .unwrap();
    let text = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
    (output.status.code(), text)
}

async fn services(folder: &Path, key: &str) -> Services {
    let db = Db::open(&format!("sqlite://{}", folder.join("data/parlance.db").display())).await.unwrap();
    let vault = Vault::new(MasterKey::from_hex(key).unwrap());
    let graph = Graph::new("http://127.0.0.1:9", "v25.0").unwrap();
    Services::new(db, Options { clock: Clock::system(), vault, graph, mailer: None })
}

#[tokio::test]
async fn verify_says_what_is_wrong_and_ends_with_1() {
    let folder = tempfile::tempdir().unwrap();
    let key = "ab".repeat(32);
    assert_eq!(parlance(folder.path(), &["audit", "verify"], &key).0, Some(0), "an empty database is fine");
    let inside = services(folder.path(), &key).await;
    let slug = accounts::create_owner(&inside, "Kaveri", EMAIL, PASSWORD).await.unwrap();
    let owner = accounts::sign_in(&inside, EMAIL, PASSWORD, [127, 0, 0, 1].into()).await.unwrap().user;
    let ctx = inside.ctx(owner, &slug).await.unwrap();
    for available in [false, true, false] {
        members::set_available(&ctx, available).await.unwrap();
    }
    audit::seal(&inside).await.unwrap();
    let position = audit::status(&ctx).await.unwrap().position;
    inside.close().await;

    for args in [&["audit", "verify"][..], &["audit", "verify", "--workspace", "kaveri"]] {
        let (code, text) = parlance(folder.path(), args, &key);
        assert_eq!(code, Some(0), "{text}");
        assert!(text.starts_with("ok    kaveri"), "{text}");
        assert!(text.contains(&format!("up to #{position}")), "{text}");
    }
    let (code, text) = parlance(folder.path(), &["audit", "verify", "--workspace", "nowhere"], &key);
    assert_eq!(code, Some(2), "{text}");
    let (code, text) = parlance(folder.path(), &["audit", "verify"], &"cd".repeat(32));
    assert_eq!(code, Some(1), "another key proves nothing: {text}");

    let inside = services(folder.path(), &key).await;
    let mut tx = inside.db().begin().await.unwrap();
    sql!(exec tx.conn(), DELETED, position - 1).unwrap();
    tx.commit().await.unwrap();
    inside.close().await;
    let (code, text) = parlance(folder.path(), &["audit", "verify"], &key);
    assert_eq!(code, Some(1), "{text}");
    assert!(text.starts_with("BAD   kaveri"), "{text}");
    assert!(text.contains(&format!("entry #{} was deleted", position - 1)), "{text}");
}

#[tokio::test]
async fn refused_webhooks_are_counted_in_the_trail_of_the_installation() {
    let installation = Installation::new().await;
    for _ in 0..3 {
        installation.deliver_as(&sign("some other secret", b"{}"), b"{}".to_vec()).await;
    }
    installation.deliver_as("", b"{}".to_vec()).await;
    audit::flush(&installation.services).await.unwrap();
    let entries = audit::system_entries(&installation.services, 10).await.unwrap();
    assert_eq!(entries.len(), 1, "{entries:?}");
    let after = entries[0].after.as_ref().unwrap();
    assert_eq!(entries[0].action, "webhook.refused");
    assert_eq!((after["times"].as_u64(), after["details"].as_array().unwrap().len()), (Some(4), 2), "{after}");
}
