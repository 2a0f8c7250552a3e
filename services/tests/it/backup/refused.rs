//! What is not restored, and what is not overwritten.

use super::{Ask, Shelf, execute};
use crate::{
    meta::PHONE,
    on_both,
    support::{START, number, place, workspace},
};
use serde_json::{Value, json};
use services::{
    backup::{self, Files, Trouble},
    db::Db,
    vault::{MasterKey, Vault},
};
use std::{fs, path::Path};

/// An archive with nothing but this manifest.
fn archive(path: &Path, manifest: &Value) {
    let encoder = zstd::Encoder::new(fs::File::create(path).unwrap(), 1).unwrap();
    let mut tar = tar::Builder::new(encoder);
    let text = manifest.to_string();
    let mut header = tar::Header::new_gnu();
    header.set_size(text.len() as u64);
    tar.append_data(&mut header, "manifest.json", text.as_bytes()).unwrap();
    tar.into_inner().unwrap().finish().unwrap();
}

fn manifest(engine: &str, change: impl Fn(&mut Value)) -> Value {
    let mut manifest = json!({"format": 1, "version": "9.8.7", "engine": engine, "made_at": START,
        "migrations": [1], "keys": {}, "parts": []});
    change(&mut manifest);
    manifest
}

on_both! {
    async fn what_is_damaged_is_refused_before_anything_is_touched(db) {
        let services = db.services();
        workspace(&services, "Kaveri").await;
        let shelf = Shelf::new();
        shelf.take(&db.db).await;
        let whole = fs::read(shelf.path("b.parlance")).unwrap();
        let there = place(&db).await;
        let half = whole.len() / 2;
        let flipped = |at: usize| {
            let mut bytes = whole.clone();
            bytes[at] ^= 0x10;
            bytes
        };
        let cases = [
            ("truncated", whole[..half].to_vec()),
            ("all but its last byte", whole[..whole.len() - 1].to_vec()),
            ("a byte in the middle", flipped(half)),
            ("a byte near its beginning", flipped(40)),
        ];
        for (what, bytes) in cases {
            fs::write(shelf.path("bad"), bytes).unwrap();
            let error = shelf.restore_file(&shelf.path("bad"), &there.url, Ask::default()).await.unwrap_err();
            assert!(matches!(error, Trouble::Damaged(_)) && error.to_string().contains("Nothing was restored"), "{what}: {error}");
        }
        fs::write(shelf.path("bad"), "SQLite format 3").unwrap();
        let error = shelf.restore_file(&shelf.path("bad"), &there.url, Ask::default()).await.unwrap_err();
        assert!(matches!(error, Trouble::NotOurs(_)), "{error}");
        // After all that the place is as it was.
        shelf.restore(&there.url, Ask::default()).await.unwrap();
    }

    async fn another_engine_and_a_newer_version_are_refused(db) {
        let shelf = Shelf::new();
        shelf.take(&db.db).await;
        let engine = db.db.engine();
        let other = match engine {
            "sqlite" => "postgres://nobody@127.0.0.1:9/nowhere".to_owned(),
            _ => format!("sqlite://{}", shelf.path("other.db").display()),
        };
        let error = shelf.restore(&other, Ask::default()).await.unwrap_err();
        assert!(matches!(error, Trouble::OtherEngine { .. }), "{error}");
        let text = error.to_string();
        assert!(text.contains("SQLite") && text.contains("PostgreSQL") && text.contains("Nothing was touched"), "{text}");
        assert!(!shelf.path("other.db").exists());

        let there = place(&db).await;
        for newer in [manifest(engine, |m| m["format"] = json!(3)), manifest(engine, |m| m["migrations"] = json!([1, 999_999]))] {
            archive(&shelf.path("newer"), &newer);
            let error = shelf.restore_file(&shelf.path("newer"), &there.url, Ask::default()).await.unwrap_err();
            assert!(matches!(error, Trouble::Newer(_)) && error.to_string().contains("9.8.7"), "{error}");
        }
        let missing = manifest(engine, |m| m["parts"] = json!([{"name": "parlance.db", "bytes": 1, "sha256": ""}]));
        archive(&shelf.path("less"), &missing);
        let error = shelf.restore_file(&shelf.path("less"), &there.url, Ask::default()).await.unwrap_err();
        assert!(matches!(error, Trouble::Damaged(_)), "{error}");
    }

    async fn a_place_that_is_in_use_is_refused(db) {
        let services = db.services();
        workspace(&services, "Kaveri").await;
        let shelf = Shelf::new();
        shelf.take(&db.db).await;
        let error = shelf.restore(&db.url, Ask::default()).await.unwrap_err();
        assert!(matches!(error, Trouble::NotEmpty(_)), "{error}");
        assert!(error.to_string().contains("empty") && error.to_string().contains("DATABASE_URL"), "{error}");
        // A PostgreSQL database that was migrated and never used may be filled.
        if db.db.engine() == "postgres" {
            let migrated = crate::support::fresh(&db).await;
            shelf.restore(&migrated.url, Ask::default()).await.unwrap();
            let error = shelf.restore(&migrated.url, Ask::default()).await.unwrap_err();
            assert!(error.to_string().contains("in use"), "{error}");
        }
    }

    async fn the_key_has_to_be_the_one(db) {
        let services = db.services();
        let owner = workspace(&services, "Kaveri").await;
        number(&services, &owner.workspace().slug, PHONE).await;
        let shelf = Shelf::new();
        let manifest = shelf.take(&db.db).await;
        assert_eq!(manifest.keys.keys().collect::<Vec<_>>(), [&crate::support::vault().key_id()]);
        let text = serde_json::to_string(&manifest).unwrap();
        assert!(!text.contains(&"a5".repeat(8)), "no key is in it");
        let other = || Vault::new(MasterKey::from_hex(&"b6".repeat(32)).unwrap());
        let there = place(&db).await;
        let error = shelf.restore(&there.url, Ask { vault: other(), ..Ask::default() }).await.unwrap_err();
        let text = error.to_string();
        assert!(text.contains("TOKEN_MASTER_KEY") && text.contains(&crate::support::vault().key_id()), "{text}");
        let lost = Ask { vault: other(), without_key: true, ..Ask::default() };
        let (all, unreadable) = shelf.restore(&there.url, lost).await.unwrap().secrets;
        assert!(all > 0 && unreadable as u64 == all, "{unreadable} of {all}");
    }

    async fn nothing_is_overwritten(db) {
        let shelf = Shelf::new();
        let file = shelf.path("b.parlance");
        fs::write(&file, "mine").unwrap();
        let error = backup::take(&db.db, &file, Files::Folder(&shelf.path("none")), START).await.unwrap_err();
        assert!(matches!(error, Trouble::Exists(_)), "{error}");
        assert_eq!(fs::read(&file).unwrap(), b"mine");
        fs::remove_file(&file).unwrap();
        fs::write(shelf.path("b.parlance.partial"), "half").unwrap();
        let error = backup::take(&db.db, &file, Files::Folder(&shelf.path("none")), START).await.unwrap_err();
        assert!(matches!(error, Trouble::Unfinished(_)), "{error}");
        fs::remove_file(shelf.path("b.parlance.partial")).unwrap();
        shelf.take(&db.db).await;
        let left: Vec<_> = fs::read_dir(shelf.path("")).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(left, ["b.parlance"]);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
        }
        // Nothing is left of one that failed.
        execute(&db.db, "DROP TABLE _sqlx_migrations").await;
        let error = backup::take(&db.db, &shelf.path("c.parlance"), Files::Folder(&shelf.path("none")), START).await.unwrap_err();
        assert!(matches!(error, Trouble::NotParlance), "{error}");
        assert_eq!(fs::read_dir(shelf.path("")).unwrap().count(), 1);
    }
}

#[tokio::test]
async fn what_is_not_there_is_not_made() {
    let shelf = Shelf::new();
    let url = format!("sqlite://{}", shelf.path("nowhere.db").display());
    assert!(Db::open_as_it_is(&url).await.is_err(), "nothing is made");
    assert!(!shelf.path("nowhere.db").exists());
}
