//! Against moto's server, which answers as AWS does.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on ends, and says where")]

mod moto;

use aws_sdk_kms::Client as KmsClient;
use aws_sdk_secretsmanager::Client as SecretsClient;
use domain::id::WorkspaceId;
use moto::Moto;
use secrecy::{ExposeSecret, SecretString};
use services::{
    clock::new_id,
    vault::{DataKey, KeyProvider, KeyTrouble, Kind, MasterKey, OpenError, Vault},
};
use std::sync::Arc;
use vault_aws::{Error, Kms, fetch, keys_with};

async fn kms_key(moto: &Moto) -> String {
    let made = KmsClient::new(&moto.config).create_key().send().await.unwrap();
    made.key_metadata.unwrap().key_id
}

async fn put(moto: &Moto, name: &str, value: &str) {
    let client = SecretsClient::new(&moto.config);
    if client.put_secret_value().secret_id(name).secret_string(value).send().await.is_err() {
        client.create_secret().name(name).secret_string(value).send().await.unwrap();
    }
}

fn secret() -> SecretString {
    SecretString::from("EAAsecret")
}

#[tokio::test]
async fn kms_wraps_and_unwraps_data_keys() {
    let Some(moto) = Moto::start().await else { return };
    let id = kms_key(&moto).await;
    let key = Kms::connect(&moto.config, &id).await.unwrap();
    let data_key = DataKey::generate();
    let wrapped = key.wrap_key(&data_key).await.unwrap();
    assert!(!wrapped.windows(32).any(|bytes| bytes == data_key.expose()));
    assert_eq!(key.unwrap_key(&wrapped).await.unwrap().expose(), data_key.expose());

    // The same key by another name has the same id; another key has another one.
    let client = KmsClient::new(&moto.config);
    client.create_alias().alias_name("alias/parlance").target_key_id(&id).send().await.unwrap();
    assert_eq!(Kms::connect(&moto.config, "alias/parlance").await.unwrap().id(), key.id());
    let other = Kms::connect(&moto.config, &kms_key(&moto).await).await.unwrap();
    assert_ne!(other.id(), key.id());
    assert_eq!(other.unwrap_key(&wrapped).await.unwrap_err(), KeyTrouble::Refused);

    let mut changed = wrapped.clone();
    *changed.last_mut().unwrap() ^= 1;
    assert!(key.unwrap_key(&changed).await.is_err());
    assert!(format!("{key:?} {}", key.name()).contains(&id));
}

#[tokio::test]
async fn a_key_that_kms_does_not_know_is_named() {
    let Some(moto) = Moto::start().await else { return };
    let error = Kms::connect(&moto.config, "alias/nothing").await.unwrap_err();
    assert!(matches!(&error, KeyTrouble::Unavailable(why) if why.contains("describe")), "{error}");
}

#[tokio::test]
async fn a_vault_moves_from_a_local_key_to_kms() {
    let Some(moto) = Moto::start().await else { return };
    let ws = WorkspaceId(new_id());
    let local = || MasterKey::from_hex(&"a5".repeat(32)).unwrap();
    let old = Vault::new(local()).seal(ws, Kind::AccessToken, 1, &secret());

    let setting = format!("aws-kms:{}", kms_key(&moto).await);
    let kms = keys_with(&moto.config, &setting).await.unwrap().unwrap().remove(0);
    let vault = Vault::with_keys(kms.clone(), vec![Arc::new(local())]).await.unwrap();
    assert_eq!(vault.key_id(), kms.id().to_string());
    assert_eq!(vault.open(ws, Kind::AccessToken, 1, &old).await.unwrap().expose_secret(), "EAAsecret");

    let sealed = vault.seal(ws, Kind::AccessToken, 2, &secret());
    assert_eq!(vault.open(ws, Kind::AccessToken, 2, &sealed).await.unwrap().expose_secret(), "EAAsecret");
    assert_eq!(vault.open(ws, Kind::AccessToken, 1, &sealed).await.unwrap_err(), OpenError::Tampered);
    // Another process: nothing is remembered, so KMS has to be asked.
    let other = Vault::with_keys(kms.clone(), Vec::new()).await.unwrap();
    assert_eq!(other.open(ws, Kind::AccessToken, 2, &sealed).await.unwrap().expose_secret(), "EAAsecret");
    assert!(matches!(other.open(ws, Kind::AccessToken, 1, &old).await, Err(OpenError::OtherKey(_))));
}

#[tokio::test]
async fn a_service_that_is_gone_is_said_to_be() {
    let Some(moto) = Moto::start().await else { return };
    let ws = WorkspaceId(new_id());
    let kms: Arc<dyn KeyProvider> = Arc::new(Kms::connect(&moto.config, &kms_key(&moto).await).await.unwrap());
    let vault = Vault::with_keys(kms.clone(), Vec::new()).await.unwrap();
    let other = Vault::with_keys(kms, Vec::new()).await.unwrap();
    let sealed = vault.seal(ws, Kind::AccessToken, 1, &secret());
    assert!(vault.open(ws, Kind::AccessToken, 1, &sealed).await.is_ok());
    drop(moto);
    // What is remembered opens, and new secrets are sealed; the rest waits.
    assert!(vault.open(ws, Kind::AccessToken, 1, &sealed).await.is_ok());
    assert!(!vault.seal(ws, Kind::AccessToken, 2, &secret()).is_empty());
    assert!(matches!(other.open(ws, Kind::AccessToken, 1, &sealed).await, Err(OpenError::Unavailable(_))));
}

#[tokio::test]
async fn secrets_manager_gives_todays_key_and_the_one_before() {
    let Some(moto) = Moto::start().await else { return };
    let (first, second) = ("0f".repeat(32), "1e".repeat(32));
    put(&moto, "parlance/master", &first).await;
    let alone = keys_with(&moto.config, "aws-secret:parlance/master").await.unwrap().unwrap();
    assert_eq!(alone.len(), 1);
    let ws = WorkspaceId(new_id());
    let sealed = Vault::with_keys(alone[0].clone(), Vec::new()).await.unwrap().seal(ws, Kind::AuditKey, 1, &secret());

    put(&moto, "parlance/master", &second).await;
    let mut both = fetch(&moto.config, "parlance/master").await.unwrap();
    assert_eq!(both.len(), 2);
    assert_eq!(both[0].id().to_string(), MasterKey::from_hex(&second).unwrap().id_hex());
    let vault = Vault::with_keys(both.remove(0), both).await.unwrap();
    assert_eq!(vault.open(ws, Kind::AuditKey, 1, &sealed).await.unwrap().expose_secret(), "EAAsecret");

    let shown = format!("{:?} {vault:?}", vault.keys());
    assert!(!shown.contains(&first) && !shown.contains(&second), "{shown}");
}

#[tokio::test]
async fn a_secret_that_is_no_key_is_refused_without_being_shown() {
    let Some(moto) = Moto::start().await else { return };
    put(&moto, "password", "hunter2").await;
    let error = fetch(&moto.config, "password").await.unwrap_err();
    assert!(matches!(error, Error::NotAKey(_)), "{error}");
    assert!(error.to_string().contains("password") && !error.to_string().contains("hunter2"));
    assert!(matches!(fetch(&moto.config, "nothing").await, Err(Error::Trouble(KeyTrouble::Unavailable(_)))));
    assert!(keys_with(&moto.config, &"0f".repeat(32)).await.is_none());
}
