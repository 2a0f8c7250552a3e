//! Sealing and opening.

use crate::support::{connect, number, vault, workspace};
use domain::id::{NumberId, WorkspaceId};
use secrecy::{ExposeSecret, SecretString};
use services::{
    Error,
    clock::new_id,
    numbers, sql,
    vault::{Kind, MasterKey, OpenError, Vault},
};
use uuid::Uuid;

const SEALED: &str = "SELECT subject_id, version, sealed FROM secrets ORDER BY subject_id";

fn secret() -> SecretString {
    SecretString::from("EAAsecret–ключ")
}

#[test]
fn opens_what_it_sealed() {
    let (vault, ws) = (vault(), WorkspaceId(new_id()));
    for text in ["", "x", "EAAsecret–ключ", &"y".repeat(5_000)] {
        let sealed = vault.seal(ws, Kind::AccessToken, 3, &SecretString::from(text));
        assert_eq!(vault.open(ws, Kind::AccessToken, 3, &sealed).unwrap().expose_secret(), text);
    }
}

#[test]
fn the_format_is_final() {
    let vault = vault();
    let sealed = vault.seal(WorkspaceId(new_id()), Kind::AccessToken, 1, &secret());
    assert_eq!(&sealed[..2], b"v1");
    assert_eq!(hex::encode(&sealed[2..10]), vault.key_id());
    assert_eq!(sealed.len(), 2 + 8 + 12 + 48 + 12 + secret().expose_secret().len() + 16);
    // What a past version sealed opens for ever.
    let past = hex::decode(PAST.replace(char::is_whitespace, "")).unwrap();
    let opened = vault.open(WorkspaceId(Uuid::from_u128(0x42)), Kind::AccessToken, 7, &past).unwrap();
    assert_eq!(opened.expose_secret(), "EAAsecret–ключ");
}

/// Sealed for workspace 0x42, version 7, under the tests' key, by another implementation of AES-GCM.
const PAST: &str =
    "7631fc8b64001c5fdd0f1a547cb0b61513967ab7e9417771ba884dd4260c606fd3494e6384b7a058d6ca47e22658fc445143
    79c04a3e652e97181af8bd6e19247ed5dc404a5671c8559d5bd7eaa065d4b3d2de2134d7860b86867a0a5ec7e43e3381f1ef
    9ee517d66663fedfd5d5a212abdfacd5b18d";

#[test]
fn the_same_secret_never_looks_the_same() {
    let (vault, ws) = (vault(), WorkspaceId(new_id()));
    let [a, b] = [(); 2].map(|()| vault.seal(ws, Kind::AccessToken, 1, &secret()));
    assert!(a.iter().zip(&b).skip(10).filter(|(a, b)| a == b).count() < 20);
    assert!(!a.windows(9).any(|bytes| bytes == b"EAAsecret"));
}

#[test]
fn any_flipped_bit_is_noticed() {
    let (vault, ws) = (vault(), WorkspaceId(new_id()));
    let sealed = vault.seal(ws, Kind::AccessToken, 1, &secret());
    for at in 0..sealed.len() {
        let mut changed = sealed.clone();
        changed[at] ^= 1 << (at % 8);
        let error = vault.open(ws, Kind::AccessToken, 1, &changed).unwrap_err();
        match at {
            0..2 => assert_eq!(error, OpenError::Format),
            2..10 => assert!(matches!(error, OpenError::OtherKey(_))),
            _ => assert_eq!(error, OpenError::Tampered),
        }
    }
    for length in 0..sealed.len() {
        assert!(vault.open(ws, Kind::AccessToken, 1, &sealed[..length]).is_err(), "{length}");
    }
}

#[test]
fn another_place_or_key_does_not_open_it() {
    let (vault, ws) = (vault(), WorkspaceId(new_id()));
    let sealed = vault.seal(ws, Kind::AccessToken, 1, &secret());
    let foreign = WorkspaceId(new_id());
    assert_eq!(vault.open(foreign, Kind::AccessToken, 1, &sealed).unwrap_err(), OpenError::Tampered);
    assert_eq!(vault.open(ws, Kind::AccessToken, 2, &sealed).unwrap_err(), OpenError::Tampered);
    let other = Vault::new(MasterKey::from_hex(&"a6".repeat(32)).unwrap());
    assert_eq!(other.open(ws, Kind::AccessToken, 1, &sealed).unwrap_err(), OpenError::OtherKey(vault.key_id()));
}

#[test]
fn nothing_secret_is_printed() {
    let shown = format!("{:?} {:?}", vault(), MasterKey::from_hex(&"a5".repeat(32)).unwrap());
    assert!(shown.contains(&vault().key_id()) && !shown.contains("a5a5"), "{shown}");
}

crate::on_both! {
    async fn a_row_copied_to_another_number_or_workspace_does_not_open(db) {
        let services = db.services();
        let one = workspace(&services, "One").await;
        let two = workspace(&services, "Two").await;
        let mine = number(&services, &one.workspace().slug, "1001").await;
        let theirs = numbers::connect(&services, &two.workspace().slug, connect("1002", "EAAtheirs")).await.unwrap();
        let token = |ws, number: NumberId| {
            let services = services.clone();
            async move { numbers::token(&services, ws, number).await }
        };
        let [one, two] = [one.workspace().id, two.workspace().id];
        assert_eq!(token(one, mine).await.unwrap().expose_secret(), "EAAtoken");
        assert_eq!(token(two, theirs).await.unwrap().expose_secret(), "EAAtheirs");
        assert!(matches!(token(one, theirs).await, Err(Error::Domain(domain::Error::NotFound))));

        const COPY: &str = "UPDATE secrets SET sealed = $2 WHERE subject_id = $1";
        let mut tx = db.db.begin().await.unwrap();
        let rows = sql!(all (Uuid, i64, Vec<u8>), tx.conn(), SEALED).unwrap();
        let sealed = rows.iter().find(|(subject, ..)| *subject == mine.0).unwrap().2.as_slice();
        sql!(exec tx.conn(), COPY, theirs.0, sealed).unwrap();
        tx.commit().await.unwrap();
        let error = token(two, theirs).await.unwrap_err();
        assert!(matches!(error, Error::Internal(_)), "{error}");
        assert!(!error.to_string().contains("EAA"));
    }

    async fn a_new_token_replaces_the_old_one(db) {
        let services = db.services();
        let one = workspace(&services, "One").await;
        let id = number(&services, &one.workspace().slug, "1001").await;
        let again = numbers::connect(&services, &one.workspace().slug, connect("1001", "EAAnewer")).await.unwrap();
        assert_eq!(id, again);
        assert_eq!(numbers::token(&services, one.workspace().id, id).await.unwrap().expose_secret(), "EAAnewer");
        let mut read = db.db.read().await.unwrap();
        let rows = sql!(all (Uuid, i64, Vec<u8>), read.conn(), SEALED).unwrap();
        assert_eq!(rows.iter().map(|(subject, version, _)| (*subject, *version)).collect::<Vec<_>>(), [(id.0, 2)]);
    }
}
