//! Wrapping everything under another master key, while everything runs.

use crate::support::{TestDb, connect, vault, workspace};
use async_trait::async_trait;
use domain::{
    audit::{Action, Filter},
    id::{NumberId, WorkspaceId},
    workspace::Slug,
};
use secrecy::{ExposeSecret, SecretString};
use services::{
    Ctx, Error, Services, accounts, alerts, audit,
    clock::{Clock, new_id},
    numbers, sql,
    vault::{
        self, DataKey, KeyId, KeyProvider, KeyTrouble, Kind, MasterKey, OpenError, Purpose, Rotated, Rotation, Vault,
    },
};
use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst},
    },
    time::Duration,
};
use uuid::Uuid;

const PUT_SECRET: &str = "INSERT INTO secrets (workspace_id, id, kind, subject_id, version, sealed, created_at)
    VALUES ($1, $2, 'access_token', $3, 7, $4, 0)";
const PUT_MAIL: &str = "INSERT INTO mails (id, sealed, state, attempts, due_at, lease_until, created_at)
    VALUES ($1, $2, 'waiting', 0, 0, 0, 0)";
const MAIL: &str = "SELECT sealed FROM mails WHERE id = $1";
const MISPLACE: &str = "UPDATE secrets SET sealed = $2 WHERE subject_id = $1";
const SEALED: &str = "SELECT sealed FROM secrets WHERE subject_id = $1";

fn key(byte: &str) -> MasterKey {
    MasterKey::from_hex(&byte.repeat(32)).unwrap()
}

/// Seals under a new key and still opens what the tests' usual key sealed.
fn both() -> Vault {
    Vault::local(key("c7"), vec![key("a5")])
}

fn with(db: &TestDb, vault: Vault) -> Services {
    db.services_with(Clock::fixed(crate::support::START), vault)
}

/// So many numbers, whose tokens are sealed under the usual key, as are the audit keys of the workspace and the installation.
async fn numbers(db: &TestDb, many: usize) -> (Services, Slug, WorkspaceId, Vec<NumberId>) {
    let services = db.services();
    let owner = workspace(&services, "One").await;
    let slug = owner.workspace().slug.clone();
    let mut ids = Vec::new();
    for nth in 0..many {
        let number = connect(&phone(nth), &format!("EAAfirst{nth}"));
        ids.push(numbers::connect(&services, &slug, number).await.unwrap());
    }
    // The proofs of entries that are not sealed yet have a test of their own.
    audit::seal(&services).await.unwrap();
    (services, slug, owner.workspace().id, ids)
}

/// The owner of the workspace that [`numbers`] made.
async fn owner(services: &Services, slug: &Slug) -> Ctx {
    let email = format!("owner@{slug}.example");
    let address = std::net::IpAddr::from([127, 0, 0, 1]);
    let user = accounts::sign_in(services, &email, crate::support::PASSWORD, address).await.unwrap().user;
    audit::seal(services).await.unwrap();
    services.ctx(user, slug).await.unwrap()
}

fn phone(nth: usize) -> String {
    (1001 + nth).to_string()
}

async fn token(services: &Services, ws: WorkspaceId, id: NumberId) -> Result<String, Error> {
    let token = numbers::token(services, ws, id, Purpose::Check).await?;
    Ok(token.expose_secret().to_owned())
}

/// A key service that can be switched off.
#[derive(Debug)]
struct Elsewhere {
    key: MasterKey,
    down: AtomicBool,
    asked: AtomicUsize,
}

impl Elsewhere {
    fn new() -> Arc<Self> {
        Arc::new(Self { key: key("d8"), down: AtomicBool::new(false), asked: AtomicUsize::new(0) })
    }

    fn ask(&self) -> Result<(), KeyTrouble> {
        self.asked.fetch_add(1, SeqCst);
        if self.down.load(SeqCst) { Err(KeyTrouble::Unavailable("it is away".to_owned())) } else { Ok(()) }
    }
}

#[async_trait]
impl KeyProvider for Elsewhere {
    fn id(&self) -> KeyId {
        self.key.id()
    }

    fn name(&self) -> String {
        "elsewhere".to_owned()
    }

    async fn wrap_key(&self, key: &DataKey) -> Result<Vec<u8>, KeyTrouble> {
        self.ask()?;
        self.key.wrap_key(key).await
    }

    async fn unwrap_key(&self, wrapped: &[u8]) -> Result<DataKey, KeyTrouble> {
        self.ask()?;
        self.key.unwrap_key(wrapped).await
    }
}

crate::on_both! {
    async fn everything_is_wrapped_anew_and_the_old_key_can_go(db) {
        let (_, _, ws, ids) = numbers(&db, 7).await;
        let mail = new_id();
        let waiting = vault().seal(WorkspaceId(mail), Kind::Mail, 1, &SecretString::from("a mail"));
        let mut tx = db.db.begin().await.unwrap();
        sql!(exec tx.conn(), PUT_MAIL, mail, waiting.as_slice()).unwrap();
        tx.commit().await.unwrap();
        let services = with(&db, both());
        let before = vault::status(&services).await.unwrap();
        assert_eq!(before.to_rotate, 10);
        assert_eq!(before.keys.iter().map(|k| (k.seals, k.secrets)).collect::<Vec<_>>(), [(true, 0), (false, 10)]);

        let done = Rotation::in_batches_of(&services, 3).run().await.unwrap();
        assert_eq!(done, Rotated { rewrapped: 10, ..Rotated::default() });
        assert_eq!(vault::status(&services).await.unwrap().to_rotate, 0);
        let again = Rotation::new(&services).run().await.unwrap();
        assert_eq!(again, Rotated { already: 10, ..Rotated::default() });

        let new = with(&db, Vault::new(key("c7")));
        for (nth, id) in ids.iter().enumerate() {
            assert_eq!(token(&new, ws, *id).await.unwrap(), format!("EAAfirst{nth}"));
        }
        let mut read = db.db.read().await.unwrap();
        let moved = sql!(scalar Vec<u8>, read.conn(), MAIL, mail).unwrap();
        let opened = Vault::new(key("c7")).open(WorkspaceId(mail), Kind::Mail, 1, &moved).await.unwrap();
        assert_eq!(opened.expose_secret(), "a mail");
        // The ciphertext was left alone, only the data key was wrapped anew.
        assert_eq!(moved[72..], waiting[72..]);
        assert_ne!(moved[..72], waiting[..72]);
        assert!(matches!(token(&with(&db, vault()), ws, ids[0]).await, Err(Error::Unavailable)));
    }

    async fn no_key_goes_that_an_unsealed_entry_needs(db) {
        let (old, slug, ws, ids) = numbers(&db, 1).await;
        let ctx = owner(&old, &slug).await;
        crate::audit::acts(&ctx, 3).await;
        let services = with(&db, both());
        let status = vault::status(&services).await.unwrap();
        assert_eq!((status.keys[1].proofs, status.keys[1].secrets), (3, 3));
        let done = Rotation::new(&services).run().await.unwrap();
        assert_eq!((done.rewrapped, done.proofs, done.overtaken), (3, 3, 0));
        // One that a process with the old settings writes keeps the old key in use.
        crate::audit::acts(&ctx, 1).await;
        let status = vault::status(&services).await.unwrap();
        assert_eq!((status.to_rotate, status.keys[0].proofs, status.keys[1].proofs), (1, 3, 1));
        Rotation::new(&services).run().await.unwrap();
        assert_eq!(vault::status(&services).await.unwrap().to_rotate, 0);

        let alone = with(&db, Vault::new(key("c7")));
        assert_eq!(audit::seal(&alone).await.unwrap(), 4);
        let reports = audit::verify(&alone, None).await.unwrap();
        assert!(reports.iter().all(|report| report.breaks.is_empty()), "{reports:?}");
        assert_eq!(token(&alone, ws, ids[0]).await.unwrap(), "EAAfirst0");
    }

    async fn tokens_are_replaced_while_it_runs(db) {
        let (old, slug, ws, ids) = numbers(&db, 10).await;
        let new = with(&db, both());
        let mut writers = tokio::task::JoinSet::new();
        for writer in 0..2 {
            // One process has the new settings already, the other has not.
            let (services, slug) = (if writer == 0 { new.clone() } else { old.clone() }, slug.clone());
            writers.spawn(async move {
                for round in 0..6 {
                    for nth in (0..10).filter(|nth| nth % 2 == writer) {
                        let number = connect(&phone(nth), &format!("EAA{round}of{nth}"));
                        numbers::connect(&services, &slug, number).await.unwrap();
                    }
                }
            });
        }
        let mut moved = 0;
        while !writers.is_empty() {
            let done = Rotation::in_batches_of(&new, 3).run().await.unwrap();
            assert_eq!(done.unreadable, []);
            moved += done.rewrapped;
            while let Some(ended) = writers.try_join_next() {
                ended.unwrap();
            }
        }
        assert!(moved >= 5, "{moved}");
        Rotation::new(&new).run().await.unwrap();
        assert_eq!(vault::status(&new).await.unwrap().to_rotate, 0);
        let alone = with(&db, Vault::new(key("c7")));
        for (nth, id) in ids.iter().enumerate() {
            assert_eq!(token(&alone, ws, *id).await.unwrap(), format!("EAA5of{nth}"));
        }
    }

    async fn a_rotation_that_was_cut_off_goes_on(db) {
        let (_, _, ws, ids) = numbers(&db, 9).await;
        let services = with(&db, both());
        let mut first = Rotation::in_batches_of(&services, 2);
        assert!(first.step().await.unwrap() && first.step().await.unwrap());
        assert_eq!(first.done().rewrapped, 4);
        drop(first);
        let half = vault::status(&services).await.unwrap();
        assert_eq!(half.keys.iter().map(|k| k.secrets).collect::<Vec<_>>(), [4, 7]);
        for id in &ids {
            assert!(token(&services, ws, *id).await.is_ok());
        }
        // Cut off anywhere, also in the middle of a transaction.
        for micros in 0..40 {
            let mut some = Rotation::in_batches_of(&services, 1);
            let cut = async { while some.step().await.unwrap() {} };
            let _ = tokio::time::timeout(Duration::from_micros(micros * 50), cut).await;
            for id in &ids {
                assert!(token(&services, ws, *id).await.is_ok());
            }
        }
        let done = Rotation::new(&services).run().await.unwrap();
        // The last commit that was cut off may come through while this one looks.
        assert!(done.already >= 4 && done.already + done.rewrapped + done.overtaken == 11, "{done:?}");
        assert!(done.overtaken <= 1, "{done:?}");
        assert_eq!(vault::status(&services).await.unwrap().to_rotate, 0);
    }

    async fn what_does_not_open_is_named_and_left_alone(db) {
        let (_, _, ws, ids) = numbers(&db, 3).await;
        let mut tx = db.db.begin().await.unwrap();
        let foreign = sql!(scalar Vec<u8>, tx.conn(), SEALED, ids[0].0).unwrap();
        let mut changed = sql!(scalar Vec<u8>, tx.conn(), SEALED, ids[1].0).unwrap();
        *changed.last_mut().unwrap() ^= 1;
        let lost = Vault::new(key("e9")).seal(ws, Kind::AccessToken, 1, &SecretString::from("lost"));
        sql!(exec tx.conn(), MISPLACE, ids[1].0, changed.as_slice()).unwrap();
        sql!(exec tx.conn(), MISPLACE, ids[2].0, lost.as_slice()).unwrap();
        let elsewhere = (new_id(), new_id());
        sql!(exec tx.conn(), PUT_SECRET, elsewhere.0, new_id(), elsewhere.1, foreign.as_slice()).unwrap();
        tx.commit().await.unwrap();

        let services = with(&db, both());
        let done = Rotation::new(&services).run().await.unwrap();
        assert_eq!(done.rewrapped, 3);
        let mut named = done.unreadable;
        named.sort_by_key(|(_, subject, _)| *subject);
        assert_eq!(
            named,
            [
                (Kind::AccessToken, ids[1].0, OpenError::Tampered),
                (Kind::AccessToken, ids[2].0, OpenError::OtherKey(key("e9").id_hex())),
                (Kind::AccessToken, elsewhere.1, OpenError::Tampered),
            ]
        );
        let mut read = db.db.read().await.unwrap();
        for (subject, bytes) in [(ids[1].0, changed), (ids[2].0, lost), (elsewhere.1, foreign)] {
            assert_eq!(sql!(scalar Vec<u8>, read.conn(), SEALED, subject).unwrap(), bytes);
        }
        drop(read);
        let status = vault::status(&services).await.unwrap();
        assert_eq!(status.to_rotate, 3);
        let unknown = status.keys.last().unwrap();
        assert_eq!((unknown.name.clone(), unknown.id.to_string(), unknown.secrets), (None, key("e9").id_hex(), 1));
        assert_eq!(vault::unreadable(&services).await.unwrap().1.len(), 3);
    }

    async fn the_first_format_is_brought_up_to_date(db) {
        let past = "7631fc8b64001c5fdd0f1a547cb0b61513967ab7e9417771ba884dd4260c606fd3494e6384b7a058d6ca47e22658fc44514379c0\
                    4a3e652e97181af8bd6e19247ed5dc404a5671c8559d5bd7eaa065d4b3d2de2134d7860b86867a0a5ec7e43e3381f1ef9ee517d6\
                    6663fedfd5d5a212abdfacd5b18d";
        let (ws, subject) = (Uuid::from_u128(0x42), new_id());
        let mut tx = db.db.begin().await.unwrap();
        sql!(exec tx.conn(), PUT_SECRET, ws, new_id(), subject, hex::decode(past).unwrap()).unwrap();
        tx.commit().await.unwrap();
        let services = db.services();
        assert_eq!(token(&services, WorkspaceId(ws), NumberId(subject)).await.unwrap(), "EAAsecret–ключ");
        assert_eq!(Rotation::new(&services).run().await.unwrap().rewrapped, 1);
        assert_eq!(Rotation::new(&services).run().await.unwrap().already, 1);
        assert_eq!(token(&services, WorkspaceId(ws), NumberId(subject)).await.unwrap(), "EAAsecret–ключ");
    }

    async fn a_key_service_that_goes_away_stops_it_and_nothing_else(db) {
        let (_, slug, ws, ids) = numbers(&db, 4).await;
        let elsewhere = Elsewhere::new();
        let keys = Vault::with_keys(elsewhere.clone(), vec![Arc::new(key("a5"))]).await.unwrap();
        let services = with(&db, keys);
        let mut rotation = Rotation::in_batches_of(&services, 2);
        rotation.step().await.unwrap();
        elsewhere.down.store(true, SeqCst);
        assert!(matches!(rotation.step().await, Err(Error::Upstream(_))));
        // A new token is sealed under the data key at hand; nobody is asked, least of all inside the transaction.
        let asked = elsewhere.asked.load(SeqCst);
        numbers::connect(&services, &slug, connect(&phone(3), "EAAlater")).await.unwrap();
        assert_eq!(elsewhere.asked.load(SeqCst), asked);
        assert!(matches!(token(&services, ws, ids[3]).await, Err(Error::Unavailable)));

        // Nothing is lost: nobody is told so.
        vault::flush(&services).await.unwrap();
        let owner = owner(&services, &slug).await;
        assert_eq!((vault::locked(&owner).await.unwrap(), alerts::unread(&owner).await.unwrap()), (vec![], 0));
        let refused = Filter { action: Some(Action::SecretRefused), ..Filter::default() };
        assert_eq!(audit::list(&owner, &refused, None, 10).await.unwrap().items, []);

        elsewhere.down.store(false, SeqCst);
        // The same rotation goes on where it stood.
        while rotation.step().await.unwrap() {}
        assert_eq!(vault::status(&services).await.unwrap().to_rotate, 0);
        assert_eq!(token(&services, ws, ids[3]).await.unwrap(), "EAAlater");
        let asked = elsewhere.asked.load(SeqCst);
        assert_eq!(token(&services, ws, ids[3]).await.unwrap(), "EAAlater");
        assert_eq!(elsewhere.asked.load(SeqCst), asked, "what was unwrapped lately is remembered");
    }
}
