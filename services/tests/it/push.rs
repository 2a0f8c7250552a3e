//! Web Push, against a push service of the test's own that reads with the browser's keys.

use crate::{
    meta::{PHONE, Workers, message_body, put, quiet, text},
    on_both,
    support::{TestDb, member, number, workspace},
};
use axum::{
    Router,
    body::Bytes,
    extract::{Path, State},
    http::{HeaderMap, StatusCode},
    routing::post,
};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use domain::{
    Error as Wrong,
    conversation::View,
    id::{ConversationId, MemberId},
    notice::Choices,
    role::Role,
    time::{DAY, HOUR, MINUTE, SECOND},
};
use ring::{
    aead::{AES_128_GCM, Aad, LessSafeKey, Nonce, UnboundKey},
    agreement::{ECDH_P256, EphemeralPrivateKey, UnparsedPublicKey, agree_ephemeral},
    hkdf::{HKDF_SHA256, KeyType, Salt},
    rand::SystemRandom,
    signature,
};
use serde_json::Value;
use services::{
    Ctx, Error, Origin, Services, accounts,
    clock::new_id,
    conversations,
    jobs::Which,
    notices,
    push::{self, Asked, Road},
    sql,
};
use std::sync::{Arc, Mutex};

const SESSION: &str =
    "INSERT INTO sessions (id_hash, user_id, data, user_agent, address, created_at, last_seen_at, expires_at)
    VALUES ($1, $2, '{}', '', '', $3, $3, $4)";
const CUSTOMER: &str = "4915112345678";

/// One request that it got.
#[derive(Clone, Debug)]
struct Got {
    id: String,
    headers: HeaderMap,
    body: Vec<u8>,
}

/// The push service.
#[derive(Clone, Default)]
struct Service {
    got: Arc<Mutex<Vec<Got>>>,
    /// What it answers from now on.
    answer: Arc<Mutex<u16>>,
    home: Arc<Mutex<String>>,
}

impl Service {
    async fn serve() -> Self {
        async fn take(
            State(service): State<Service>,
            Path(id): Path<String>,
            headers: HeaderMap,
            body: Bytes,
        ) -> StatusCode {
            service.got.lock().unwrap().push(Got { id, headers, body: body.to_vec() });
            StatusCode::from_u16(*service.answer.lock().unwrap()).unwrap()
        }
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let service = Self::default();
        *service.home.lock().unwrap() = format!("http://{}", listener.local_addr().unwrap());
        service.answers(201);
        let router = Router::new().route("/push/{id}", post(take)).with_state(service.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        service
    }

    fn home(&self) -> String {
        self.home.lock().unwrap().clone()
    }

    fn answers(&self, status: u16) {
        *self.answer.lock().unwrap() = status;
    }

    fn got(&self) -> Vec<Got> {
        std::mem::take(&mut *self.got.lock().unwrap())
    }
}

/// A browser; it can read one message.
struct Browser {
    key: EphemeralPrivateKey,
    asked: Asked,
}

impl Browser {
    fn new(service: &Service, name: &str) -> Self {
        let key = EphemeralPrivateKey::generate(&ECDH_P256, &SystemRandom::new()).unwrap();
        let asked = Asked {
            session: String::new(),
            endpoint: format!("{}/push/{name}", service.home()),
            p256dh: BASE64_URL_SAFE_NO_PAD.encode(key.compute_public_key().unwrap()),
            auth: BASE64_URL_SAFE_NO_PAD.encode([7_u8; 16]),
        };
        Self { key, asked }
    }

    fn read(self, got: &Got) -> Value {
        assert_eq!(got.headers["content-encoding"], "aes128gcm");
        let (salt, rest) = got.body.split_at(16);
        let (head, rest) = rest.split_at(5);
        assert_eq!(head, [0, 0, 16, 0, 65]);
        let (point, record) = rest.split_at(65);
        let mine = self.key.compute_public_key().unwrap();
        let about: [&[u8]; 3] = [b"WebPush: info\0", mine.as_ref(), point];
        let theirs = UnparsedPublicKey::new(&ECDH_P256, point);
        let input = agree_ephemeral(self.key, &theirs, |secret| expand(&[7; 16], secret, &about, 32)).unwrap();
        let key = expand(salt, &input, &[b"Content-Encoding: aes128gcm\0"], 16);
        let nonce = expand(salt, &input, &[b"Content-Encoding: nonce\0"], 12);
        let key = LessSafeKey::new(UnboundKey::new(&AES_128_GCM, &key).unwrap());
        let mut record = record.to_vec();
        let nonce = Nonce::try_assume_unique_for_key(&nonce).unwrap();
        let words = key.open_in_place(nonce, Aad::empty(), &mut record).unwrap();
        let (last, words) = words.split_last().unwrap();
        assert_eq!(*last, 2, "the only record is the last one");
        serde_json::from_slice(words).unwrap()
    }
}

struct Len(usize);

impl KeyType for Len {
    fn len(&self) -> usize {
        self.0
    }
}

fn expand(salt: &[u8], input: &[u8], about: &[&[u8]], len: usize) -> Vec<u8> {
    let mut out = vec![0; len];
    Salt::new(HKDF_SHA256, salt).extract(input).expand(about, Len(len)).unwrap().fill(&mut out).unwrap();
    out
}

/// A session of a member; its handle.
async fn signed_in(ctx: &Ctx) -> String {
    let (hash, now) = ([new_id(), new_id()].map(|id| *id.as_bytes()).concat(), ctx.now());
    let mut tx = ctx.services().db().begin().await.unwrap();
    sql!(exec tx.conn(), SESSION, hash.as_slice(), ctx.user().0, now, now + 14 * DAY).unwrap();
    tx.commit().await.unwrap();
    hex::encode(hash)
}

struct Scene {
    service: Service,
    services: Services,
    owner: Ctx,
    agent: Ctx,
    id: ConversationId,
    workers: Workers,
}

/// A workspace with a conversation of an agent's, and a push service.
async fn scene(db: &TestDb) -> Scene {
    let (service, services) = (Service::serve().await, db.services());
    services.push_through(Road::anywhere("https://chat.example.com").unwrap());
    let owner = workspace(&services, "Kaveri").await;
    let slug = owner.workspace().slug.clone();
    number(&services, &slug, PHONE).await;
    let (_, agent) = member(&services, &slug, "Rohan", Role::Agent).await;
    let workers = Workers::only(&services, Which { ingest: true, outbox: false });
    let scene = Scene { service, services, id: ConversationId(new_id()), owner, agent, workers };
    scene.customer("wamid.0", "Hello").await;
    let id = conversations::inbox(&scene.owner, View::All, None).await.unwrap().rows[0].id;
    scene.assign(id, Some(scene.agent.me().id)).await;
    notices::mark_all_read(&scene.agent).await.unwrap();
    Scene { id, ..scene }
}

impl Scene {
    async fn customer(&self, wamid: &str, words: &str) {
        put(&self.services, message_body(text(CUSTOMER, wamid, words))).await;
        quiet(&self.services).await;
    }

    async fn assign(&self, id: ConversationId, to: Option<MemberId>) {
        conversations::assign(&self.owner, id, to).await.unwrap();
    }

    async fn browser(&self, ctx: &Ctx, name: &str) -> Browser {
        let mut browser = Browser::new(&self.service, name);
        browser.asked.session = signed_in(ctx).await;
        push::subscribe(ctx, &browser.asked).await.unwrap();
        browser
    }

    /// What leaves within the next seconds.
    async fn leaves(&self) -> Vec<Got> {
        self.services.clock().advance(6 * SECOND);
        while push::deliver_due(&self.services).await.unwrap() > 0 {}
        self.service.got()
    }

    async fn count(&self, of: &'static str) -> i64 {
        let mut read = self.services.db().read().await.unwrap();
        sql!(scalar i64, read.conn(), of).unwrap()
    }
}

const WAITING: &str = "SELECT COUNT(*) FROM pushes";
const BROWSERS: &str = "SELECT COUNT(*) FROM push_subscriptions";

on_both! {
    async fn only_the_browser_reads_it_and_it_says_no_more_than_is_allowed(db) {
        let scene = scene(&db).await;
        let plain = scene.browser(&scene.agent, "plain").await;
        scene.customer("wamid.1", "My card is 4111").await;
        let got = scene.leaves().await;
        assert_eq!(got.len(), 1);
        let headers = &got[0].headers;
        assert_eq!((&headers["ttl"], &headers["urgency"]), (&"14400".parse().unwrap(), &"high".parse().unwrap()));
        assert_eq!(headers["topic"], scene.id.0.simple().to_string().as_str());
        let told = plain.read(&got[0]);
        assert_eq!((&told["title"], &told["body"]), (&"Kaveri".into(), &"A customer wrote to you.".into()));
        assert_eq!(told["url"], format!("/w/{}/inbox/{}", scene.owner.workspace().slug, scene.id));
        // Whoever holds the address can tell who sends it, for this push service and for some hours.
        let header = headers["authorization"].to_str().unwrap();
        let (token, key) = header.strip_prefix("vapid t=").unwrap().split_once(", k=").unwrap();
        assert_eq!(key, push::public_key(&scene.services).await.unwrap());
        let (signed, signature) = token.rsplit_once('.').unwrap();
        let decode = |text: &str| BASE64_URL_SAFE_NO_PAD.decode(text).unwrap();
        signature::UnparsedPublicKey::new(&signature::ECDSA_P256_SHA256_FIXED, decode(key))
            .verify(signed.as_bytes(), &decode(signature))
            .unwrap();
        let claims: Value = serde_json::from_slice(&decode(signed.split_once('.').unwrap().1)).unwrap();
        assert_eq!((&claims["aud"], &claims["sub"]), (&scene.service.home().into(), &"https://chat.example.com".into()));
        let left = claims["exp"].as_i64().unwrap() - scene.services.clock().now() / SECOND;
        assert!((0..=24 * HOUR / SECOND).contains(&left), "{left}");
        // With leave it says who wrote and what.
        for subscription in push::subscriptions(&scene.agent).await.unwrap() {
            push::forget(&scene.agent, subscription.id).await.unwrap();
        }
        let full = scene.browser(&scene.agent, "full").await;
        notices::choose(&scene.agent, Choices { words: true, ..Choices::default() }).await.unwrap();
        scene.customer("wamid.2", "Any news?").await;
        let got = scene.leaves().await;
        let told = full.read(&got[0]);
        assert_eq!((&told["title"], &told["body"]), (&"Customer 4915112345678".into(), &"Any news?".into()));
        // Neither addresses nor keys lie about.
        let mut read = db.db.read().await.unwrap();
        let sealed = sql!(scalars Vec<u8>, read.conn(), "SELECT sealed FROM push_subscriptions").unwrap();
        let sealed = sealed.iter().map(|bytes| String::from_utf8_lossy(bytes).into_owned()).collect::<String>();
        assert!(!sealed.contains("/push/") && !sealed.contains("127.0.0.1"));
        scene.workers.finish().await;
    }

    async fn those_who_want_it_are_told_once_and_nobody_else(db) {
        let scene = scene(&db).await;
        let (manager, manager_ctx) = member(&scene.services, &scene.owner.workspace().slug, "Lucia", Role::Manager).await;
        scene.browser(&scene.agent, "agent").await;
        scene.browser(&manager_ctx, "manager").await;
        let told = async || scene.leaves().await.into_iter().map(|got| got.id).collect::<Vec<_>>();
        // However much is written, it is said once; and not at all to who has read it meanwhile.
        for nth in 0..5 {
            scene.customer(&format!("wamid.a{nth}"), "more").await;
        }
        assert_eq!(told().await, ["agent"]);
        scene.customer("wamid.b", "seen").await;
        conversations::mark_read(&scene.agent, scene.id).await.unwrap();
        assert_eq!(told().await, [""; 0]);
        // What is nobody's only to who asks for it.
        scene.assign(scene.id, None).await;
        scene.customer("wamid.c", "anybody").await;
        assert_eq!(told().await, [""; 0]);
        notices::choose(&manager_ctx, Choices { unassigned: true, ..Choices::default() }).await.unwrap();
        scene.customer("wamid.d", "anybody").await;
        assert_eq!(told().await, ["manager"]);
        // Mentions and what is handed over; to who may not see it any more nothing is told.
        conversations::note_for(&scene.owner, scene.id, new_id().into(), "@Lucia", &[manager.member.id]).await.unwrap();
        scene.assign(scene.id, Some(scene.agent.me().id)).await;
        let mut all = told().await;
        all.sort();
        assert_eq!(all, ["agent", "manager"]);
        scene.customer("wamid.e", "for the agent").await;
        scene.assign(scene.id, Some(manager.member.id)).await;
        assert_eq!(told().await, ["manager"], "it is Lucia's now");
        assert_eq!(scene.count(WAITING).await, 0);
        scene.workers.finish().await;
    }

    async fn what_does_not_leave_is_tried_again_and_given_up_in_the_end(db) {
        let scene = scene(&db).await;
        scene.browser(&scene.agent, "agent").await;
        scene.service.answers(503);
        scene.customer("wamid.1", "Hello?").await;
        let mut tries = 0;
        for _ in 0..30 {
            tries += scene.leaves().await.len();
            scene.services.clock().advance(MINUTE);
        }
        assert_eq!((tries, scene.count(WAITING).await, scene.count(BROWSERS).await), (4, 0, 1));
        // What it does not take is not tried again.
        scene.service.answers(413);
        scene.customer("wamid.2", "Hello?").await;
        assert_eq!((scene.leaves().await.len(), scene.count(WAITING).await), (1, 0));
        // A browser that is gone is forgotten.
        for (nth, status) in [404, 410].into_iter().enumerate() {
            scene.service.answers(status);
            scene.browser(&scene.agent, "agent").await;
            scene.customer(&format!("wamid.gone.{nth}"), "Hello?").await;
            assert_eq!((scene.leaves().await.len(), scene.count(BROWSERS).await), (1, 0));
        }
        assert_eq!(scene.count(WAITING).await, 0);
        scene.workers.finish().await;
    }

    async fn a_browser_belongs_to_whoever_asked_last(db) {
        let scene = scene(&db).await;
        let (_, other) = member(&scene.services, &scene.owner.workspace().slug, "Lucia", Role::Agent).await;
        let browser = scene.browser(&scene.agent, "shared").await;
        // Asked again it is the same one.
        push::subscribe(&scene.agent, &browser.asked).await.unwrap();
        assert_eq!(push::subscriptions(&scene.agent).await.unwrap().len(), 1);
        let asked = Asked { session: signed_in(&other).await, ..browser.asked };
        push::subscribe(&other, &asked).await.unwrap();
        assert_eq!(push::subscriptions(&scene.agent).await.unwrap(), []);
        let theirs = push::subscriptions(&other).await.unwrap();
        // Nobody ends a colleague's.
        push::forget(&scene.agent, theirs[0].id).await.unwrap();
        assert_eq!(push::subscriptions(&other).await.unwrap(), theirs);
        for nth in 0..12 {
            scene.services.clock().advance(SECOND);
            scene.browser(&other, &format!("b{nth}")).await;
        }
        assert_eq!(scene.count(BROWSERS).await, 10);
        // Signed out, it is told nothing.
        scene.assign(scene.id, Some(other.me().id)).await;
        scene.customer("wamid.out", "Hello?").await;
        accounts::end_other_sessions(&scene.services, other.user(), Default::default(), &Origin::default()).await.unwrap();
        assert_eq!((scene.leaves().await.len(), push::subscriptions(&other).await.unwrap().len()), (0, 0));
        notices::purge(&scene.services).await.unwrap();
        assert_eq!(scene.count(BROWSERS).await, 0);
        scene.workers.finish().await;
    }

    /// Without the leave that tests have.
    async fn only_push_services_are_gone_to(db) {
        let services = db.services();
        services.push_through(Road::public("https://chat.example.com").unwrap());
        let owner = workspace(&services, "Kaveri").await;
        let fine = Asked { session: signed_in(&owner).await, ..Browser::new(&Service::default(), "x").asked };
        for endpoint in ["http://push.example.com/x", "https://127.0.0.1/x", "https://[::1]/x", "https://localhost/x",
            "https://push.example.com:8443/x", "https://a@push.example.com/x", "file:///etc/passwd", "x"] {
            let asked = Asked { endpoint: endpoint.to_owned(), ..fine.clone() };
            assert!(matches!(push::subscribe(&owner, &asked).await, Err(Error::Domain(Wrong::Invalid { .. }))), "{endpoint}");
        }
        let named = Asked { endpoint: "https://push.example.com/x".to_owned(), ..fine };
        for broken in [Asked { auth: "AAAA".to_owned(), ..named.clone() }, Asked { p256dh: BASE64_URL_SAFE_NO_PAD.encode([4; 65]), ..named.clone() }] {
            assert!(matches!(push::subscribe(&owner, &broken).await, Err(Error::Domain(Wrong::Invalid { .. }))));
        }
        push::subscribe(&owner, &named).await.unwrap();
        // Of two processes that start at once both have the same key.
        let again = db.services();
        let keys = tokio::join!(push::public_key(&services), push::public_key(&again));
        assert_eq!(keys.0.unwrap(), keys.1.unwrap());
    }
}
