use super::*;
use crate::{
    Ctx, Options, accounts,
    clock::{Clock, new_id},
    conversations,
    db::Db,
    ingest, numbers,
    send::{
        Graph,
        park::{self, NewPark, Scope},
    },
    vault::{MasterKey, Vault},
};
use domain::{conversation::View, id::MessageId};
use futures::StreamExt;
use serde_json::json;

const NOW: Millis = 1_800_000_000_000;
const PHONE: &str = "106540352242922";
const WABA: &str = "102290129340398";
const EMAIL: &str = "asha@kaveri.example";
const PASSWORD: &str = "monsoon over the western ghats";

async fn services(folder: &std::path::Path) -> Services {
    let db = Db::open(&format!("sqlite://{}", folder.join("test.db").display())).await.unwrap();
    let vault = Vault::new(MasterKey::from_hex(&"a5".repeat(32)).unwrap());
    let graph = Graph::new("http://127.0.0.1:9", "v25.0").unwrap();
    Services::new(db, Options { clock: Clock::fixed(NOW), vault, graph, mailer: None })
}

/// A workspace with a number, and an answer to its first customer that waits to be sent.
async fn waiting(services: &Services) -> (Ctx, Uuid) {
    let slug = accounts::create_owner(services, "Kaveri", EMAIL, PASSWORD).await.unwrap();
    let connect = numbers::Connect {
        phone_number_id: PHONE.to_owned(),
        waba_id: WABA.to_owned(),
        display_number: "+91 80 5550 0142".to_owned(),
        token: "EAAG0123456789".into(),
        name: None,
    };
    numbers::connect(services, &slug, connect).await.unwrap();
    let user = accounts::sign_in(services, EMAIL, PASSWORD, "127.0.0.1".parse().unwrap()).await.unwrap().user;
    let owner = services.ctx(user, &slug).await.unwrap();
    let message = json!({"from": "4915112345678", "id": "wamid.in", "timestamp": (NOW / 1_000).to_string(), "type": "text",
        "text": {"body": "Hello"}});
    let delivery = json!({"object": "whatsapp_business_account", "entry": [{"id": WABA, "changes": [{"field": "messages",
        "value": {"messaging_product": "whatsapp", "metadata": {"display_phone_number": "918055500142",
            "phone_number_id": PHONE}, "contacts": [{"wa_id": "4915112345678", "profile": {"name": "Meera"}}],
            "messages": [message]}}]}]});
    services.journal().put(delivery.to_string().into_bytes().into()).await.unwrap();
    let batch = Box::pin(ingest::batches(services.clone())).next().await.unwrap();
    ingest::process(services, batch).await.unwrap();
    let conversation = conversations::inbox(&owner, View::All, None).await.unwrap().rows[0].id;
    let message = conversations::reply(&owner, conversation, MessageId(new_id()), "Good morning").await.unwrap();
    (owner, message.id.0)
}

/// What the dispatcher makes of a lane that it found due.
fn order(owner: &Ctx, number: Uuid) -> Order {
    Order {
        lane: Arc::new(Lane::new(owner.workspace().id.0, number)),
        phone_number_id: PHONE.into(),
        token: Some(Arc::new(Token { version: 1, secret: "EAAG0123456789".into() })),
        most: 10,
        take: true,
        over: None,
        heard: true,
        heads: Vec::new(),
        hold: Hold::Same,
    }
}

/// Between the look at the lanes and the claim an answer may have come that stops the number.
#[tokio::test]
async fn a_number_that_was_parked_since_it_was_looked_at_sends_nothing() {
    for (scope, goes) in [(None, 1), (Some(Scope::Token), 0), (Some(Scope::Number), 0)] {
        let folder = tempfile::tempdir().unwrap();
        let services = services(folder.path()).await;
        let (owner, message) = waiting(&services).await;
        let number = numbers::list(&owner).await.unwrap()[0].id.0;
        let mut order = order(&owner, number);
        look(&services, &mut order, NOW).await.unwrap();
        assert_eq!(order.heads, [message]);

        let mut tx = services.db().begin().await.unwrap();
        if let Some(scope) = scope {
            let new = NewPark { number, scope, what: String::new(), code: None, reason: "It stands still.".to_owned() };
            park::park(&services, &mut tx, owner.workspace().id.0, new, NOW).await.unwrap();
        }
        tx.commit().await.unwrap();

        let mut tx = services.db().begin().await.unwrap();
        let claim = claim(&services, &mut tx, &mut [(0, &mut order)], ("holder", "group"), NOW).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(claim.going.len(), goes, "{scope:?}");
    }
}
