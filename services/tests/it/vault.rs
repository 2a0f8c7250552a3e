//! Sealing and opening.

use crate::support::{connect, number, vault, workspace};
use domain::id::{NumberId, UserId, WorkspaceId};
use secrecy::{ExposeSecret, SecretString};
use services::{
    Error,
    clock::new_id,
    numbers, sql,
    vault::{DataKey, KeyProvider, Kind, MasterKey, OpenError, Purpose, Vault},
};
use uuid::Uuid;

const SEALED: &str = "SELECT subject_id, version, sealed FROM secrets WHERE kind = 'access_token' ORDER BY subject_id";

fn secret() -> SecretString {
    SecretString::from("EAAsecret–ключ")
}

fn key(byte: &str) -> MasterKey {
    MasterKey::from_hex(&byte.repeat(32)).unwrap()
}

#[tokio::test]
async fn opens_what_it_sealed() {
    let (vault, ws) = (vault(), WorkspaceId(new_id()));
    for text in ["", "x", "EAAsecret–ключ", &"y".repeat(5_000)] {
        let sealed = vault.seal(ws, Kind::AccessToken, 3, &SecretString::from(text));
        assert_eq!(vault.open(ws, Kind::AccessToken, 3, &sealed).await.unwrap().expose_secret(), text);
    }
}

#[tokio::test]
async fn the_formats_are_final() {
    let vault = vault();
    let sealed = vault.seal(WorkspaceId(new_id()), Kind::AccessToken, 1, &secret());
    assert_eq!(&sealed[..2], b"v3");
    assert_eq!(hex::encode(&sealed[2..10]), vault.key_id());
    assert_eq!(sealed[10..12], [0, 60]);
    assert_eq!(sealed.len(), 2 + 8 + 2 + 60 + 12 + secret().expose_secret().len() + 16);
    // What a past version sealed opens for ever.
    for past in [PAST_V1, PAST_V2, PAST_V3] {
        let past = hex::decode(past.replace(char::is_whitespace, "")).unwrap();
        let opened = vault.open(WorkspaceId(Uuid::from_u128(0x42)), Kind::AccessToken, 7, &past).await.unwrap();
        assert_eq!(opened.expose_secret(), "EAAsecret–ключ");
    }
}

/// Sealed for workspace 0x42, version 7, under the tests' key, by another implementation of AES-GCM.
const PAST_V1: &str =
    "7631fc8b64001c5fdd0f1a547cb0b61513967ab7e9417771ba884dd4260c606fd3494e6384b7a058d6ca47e22658fc445143
    79c04a3e652e97181af8bd6e19247ed5dc404a5671c8559d5bd7eaa065d4b3d2de2134d7860b86867a0a5ec7e43e3381f1ef
    9ee517d66663fedfd5d5a212abdfacd5b18d";

/// The same in the second format.
const PAST_V2: &str =
    "7632fc8b64001c5fdd0f003c6465666768696a6b6c6d6e6f37c973352ac2d8532a140e0ae825220634c634695706a6b5f10d
    8f85b186cf18b77a47f02ecd1e6e6fbb1b75e1410e5ec8c9cacbcccdcecfd0d1d2d3543920a8e3af894500de9f2dcebc3baf
    31093d2f843a073414094c7cb9d428f3b31a5002";

/// The same in the third format, about the workspace itself.
const PAST_V3: &str =
    "7633fc8b64001c5fdd0f003c707172737475767778797a7b1d613bd5e1f09a36bc728a2f1c759991d78e3489811771a731e1
    9ae9f7831fd75c521480bf4eb912b3e139a317f1e1cad4d5d6d7d8d9dadbdcdddedf95e650b9129a8351feff4cfe7653ed5c
    a50eab84c3fb20d5f63024cf80c7ed4ccc4ac827";

#[test]
fn the_same_secret_never_looks_the_same() {
    let (vault, ws) = (vault(), WorkspaceId(new_id()));
    let [a, b] = [(); 2].map(|()| vault.seal(ws, Kind::AccessToken, 1, &secret()));
    assert!(a.iter().zip(&b).skip(12).filter(|(a, b)| a == b).count() < 20);
    assert!(!a.windows(9).any(|bytes| bytes == b"EAAsecret"));
}

#[tokio::test]
async fn any_flipped_bit_is_noticed() {
    let (vault, ws) = (vault(), WorkspaceId(new_id()));
    let sealed = vault.seal(ws, Kind::AccessToken, 1, &secret());
    for at in 0..sealed.len() {
        for bit in [at % 8, 7 - at % 8] {
            let mut changed = sealed.clone();
            changed[at] ^= 1 << bit;
            let error = vault.open(ws, Kind::AccessToken, 1, &changed).await.unwrap_err();
            match at {
                // One bit makes the name of an older format of it, and the content is not of that format.
                0..2 => assert!(matches!(error, OpenError::Format | OpenError::Tampered)),
                2..10 => assert!(matches!(error, OpenError::OtherKey(_))),
                10..12 => assert!(matches!(error, OpenError::Format | OpenError::Tampered)),
                _ => assert_eq!(error, OpenError::Tampered),
            }
        }
    }
    for length in 0..sealed.len() {
        assert!(vault.open(ws, Kind::AccessToken, 1, &sealed[..length]).await.is_err(), "{length}");
    }
}

#[tokio::test]
async fn another_place_or_key_does_not_open_it() {
    let (vault, ws) = (vault(), WorkspaceId(new_id()));
    let sealed = vault.seal(ws, Kind::AccessToken, 1, &secret());
    let wrong = |error| assert_eq!(error, OpenError::Tampered);
    wrong(vault.open(WorkspaceId(new_id()), Kind::AccessToken, 1, &sealed).await.unwrap_err());
    wrong(vault.open(ws, Kind::AccessToken, 2, &sealed).await.unwrap_err());
    wrong(vault.open(ws, Kind::AuditKey, 1, &sealed).await.unwrap_err());
    // A user of the same id is somebody else.
    wrong(vault.open(UserId(ws.0), Kind::AccessToken, 1, &sealed).await.unwrap_err());
    let other = Vault::new(key("a6"));
    assert_eq!(other.open(ws, Kind::AccessToken, 1, &sealed).await.unwrap_err(), OpenError::OtherKey(vault.key_id()));
    // A key that only opens does.
    let both = Vault::local(key("a6"), vec![key("a5")]);
    assert_eq!(both.open(ws, Kind::AccessToken, 1, &sealed).await.unwrap().expose_secret(), secret().expose_secret());
}

#[tokio::test]
async fn nothing_secret_is_printed() {
    let data_key = DataKey::generate();
    let both = Vault::local(key("a6"), vec![key("a5")]);
    let sealed = vault().seal(WorkspaceId(new_id()), Kind::AccessToken, 1, &secret());
    let error = both.open(WorkspaceId(new_id()), Kind::AccessToken, 1, &sealed).await.unwrap_err();
    let shown = format!(
        "{:?} {:?} {both:?} {:?} {data_key:?} {:?} {error:?} {error}",
        vault(),
        key("a5"),
        both.keys(),
        secret()
    );
    assert!(shown.contains(&vault().key_id()) && !shown.contains("a5a5") && !shown.contains("a6a6"), "{shown}");
    assert!(!shown.contains("EAA") && !shown.contains(&hex::encode(data_key.expose())), "{shown}");
    assert!(!shown.contains(&format!("{:?}", data_key.expose())), "{shown}");
    assert_eq!(key("a5").name(), "local key");
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
            async move { numbers::token(&services, ws, number, Purpose::Check).await }
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
        assert!(matches!(error, Error::Unavailable), "{error}");
        assert!(!error.to_string().contains("EAA"));
    }

    async fn the_tokens_of_two_numbers_cannot_be_swapped(db) {
        const PUT: &str = "UPDATE secrets SET sealed = $2 WHERE subject_id = $1";
        let services = db.services();
        let one = workspace(&services, "One").await;
        let (slug, ws) = (&one.workspace().slug, one.workspace().id);
        let first = number(&services, slug, "1001").await;
        let second = numbers::connect(&services, slug, connect("1002", "EAAsecond")).await.unwrap();
        let mut tx = db.db.begin().await.unwrap();
        let rows = sql!(all (Uuid, i64, Vec<u8>), tx.conn(), SEALED).unwrap();
        // Of the same workspace, kind and version.
        assert_eq!(rows.iter().map(|(_, version, _)| *version).collect::<Vec<_>>(), [1, 1]);
        sql!(exec tx.conn(), PUT, rows[0].0, rows[1].2.as_slice()).unwrap();
        sql!(exec tx.conn(), PUT, rows[1].0, rows[0].2.as_slice()).unwrap();
        tx.commit().await.unwrap();
        for number in [first, second] {
            assert!(matches!(numbers::token(&services, ws, number, Purpose::Check).await, Err(Error::Unavailable)));
        }
    }

    async fn a_new_token_replaces_the_old_one(db) {
        let services = db.services();
        let one = workspace(&services, "One").await;
        let id = number(&services, &one.workspace().slug, "1001").await;
        let again = numbers::connect(&services, &one.workspace().slug, connect("1001", "EAAnewer")).await.unwrap();
        assert_eq!(id, again);
        let token = numbers::token(&services, one.workspace().id, id, Purpose::Check).await.unwrap();
        assert_eq!(token.expose_secret(), "EAAnewer");
        let mut read = db.db.read().await.unwrap();
        let rows = sql!(all (Uuid, i64, Vec<u8>), read.conn(), SEALED).unwrap();
        assert_eq!(rows.iter().map(|(subject, version, _)| (*subject, *version)).collect::<Vec<_>>(), [(id.0, 2)]);
    }
}
