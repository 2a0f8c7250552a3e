//! `doctor` against a Graph that stands in for Meta's, and our own webhook door.

use domain::workspace::Slug;
use secrecy::SecretString;
use services::{
    Options, Services,
    clock::Clock,
    doctor::{self, Check, Outside, State},
    numbers::{self, Connect},
    send::Graph,
    vault::{MasterKey, MetaApp, Vault},
};
use simulator::{Config, Faults, Number, Simulator};

use crate::support::{Installation, SECRET, VERIFY_TOKEN};

const PHONE: &str = "106540352242922";
const WABA: &str = "102290129340398";
const TOKEN: &str = "EAAGm0PX4ZCpsBO";
const DISPLAY: &str = "+91 80 5550 0142";

struct World {
    installation: Installation,
    simulator: Simulator,
    graph: String,
    services: Services,
    outside: Outside,
}

impl World {
    async fn new() -> Self {
        let installation = Installation::new().await;
        let slug = installation.owner().await;
        let public_url = installation.listen().await;
        let outside = Outside { public_url, verify_token: Some(VERIFY_TOKEN.into()) };
        let number = Number {
            phone_number_id: PHONE.to_owned(),
            waba_id: WABA.to_owned(),
            display_number: DISPLAY.to_owned(),
            name: "Kaveri".to_owned(),
            token: TOKEN.to_owned(),
        };
        let simulator = Simulator::new(Config {
            app_secret: SECRET.to_owned(),
            webhook_url: outside.callback(),
            numbers: vec![number],
            ..Config::default()
        });
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let graph = format!("http://{}", listener.local_addr().unwrap());
        let router = simulator.graph_router();
        tokio::spawn(async move { axum::serve(listener, router).await });
        let services = beside(&installation, &graph);
        services.renew_tokens_as(MetaApp { id: Config::default().app_id, secrets: vec![SECRET.into()] });
        connect(&services, &slug, TOKEN).await;
        Self { installation, simulator, graph, services, outside }
    }

    async fn checks(&self) -> Vec<Check> {
        doctor::around(&self.services, &self.outside).await
    }

    /// What is not fine, as `name: text`.
    async fn troubles(&self) -> Vec<String> {
        let checks = self.checks().await.into_iter().filter(|check| check.state != State::Ok);
        let told = checks.map(|check| {
            assert!(check.fix.is_some(), "nothing says what to do: {check:?}");
            let all = format!("{check:?}");
            assert!(!all.contains(TOKEN) && !all.contains(SECRET) && !all.contains(VERIFY_TOKEN), "{all}");
            format!("{}: {}", check.name, check.text)
        });
        told.collect()
    }

    fn faults(&self, faults: Faults) {
        self.simulator.set_faults(faults);
    }
}

/// The same database with another Graph.
fn beside(installation: &Installation, graph: &str) -> Services {
    let options = Options {
        clock: Clock::fixed(1_780_000_000_000),
        vault: Vault::new(MasterKey::from_hex(&"ab".repeat(32)).unwrap()),
        graph: Graph::new(graph, "v25.0").unwrap(),
        mailer: None,
    };
    Services::new(installation.services.db().clone(), options)
}

async fn connect(services: &Services, slug: &Slug, token: &str) {
    let number = Connect {
        phone_number_id: PHONE.to_owned(),
        waba_id: WABA.to_owned(),
        display_number: DISPLAY.to_owned(),
        token: SecretString::from(token),
        name: None,
    };
    numbers::connect(services, slug, number).await.unwrap();
}

#[tokio::test]
async fn all_is_well() {
    let world = World::new().await;
    assert_eq!(world.troubles().await, Vec::<String>::new());
    let names: Vec<String> = world.checks().await.into_iter().map(|check| check.name).collect();
    let number = format!("number {PHONE}");
    for name in ["disk", "callback", "graph", "clock", number.as_str(), &format!("account {WABA}"), "webhook fields"] {
        assert!(names.iter().any(|one| one == name), "{name} is missing: {names:?}");
    }
}

#[tokio::test]
async fn what_meta_says_of_tokens_and_numbers() {
    let world = World::new().await;
    world.faults(Faults { missing_scope: "whatsapp_business_messaging".to_owned(), ..Faults::default() });
    let lacks = format!("number {PHONE}: its token lacks the permission whatsapp_business_messaging");
    assert_eq!(world.troubles().await, [lacks]);
    world.faults(Faults { unregistered: vec![PHONE.to_owned()], ..Faults::default() });
    assert_eq!(world.troubles().await, [format!("number {PHONE}: is not registered: Meta says PENDING")]);
    world.faults(Faults { dead_tokens: vec![PHONE.to_owned()], ..Faults::default() });
    assert_eq!(world.troubles().await, [format!("number {PHONE}: Meta does not take its token any more")]);
    world.faults(Faults::default());
    assert_eq!(world.troubles().await, Vec::<String>::new());
    let slug = Slug::from_name("Kaveri Home");
    connect(&world.services, &slug, "EAAnobodys").await;
    assert_eq!(world.troubles().await, [format!("number {PHONE}: Meta does not take its token any more")]);
}

#[tokio::test]
async fn what_meta_says_of_subscriptions() {
    let world = World::new().await;
    world.faults(Faults { missing_field: "messages".to_owned(), ..Faults::default() });
    let missing = "webhook fields: messages is not subscribed: no message and no delivery report comes in";
    assert_eq!(world.troubles().await, [missing]);
    world.faults(Faults { missing_field: "user_preferences".to_owned(), ..Faults::default() });
    let troubles = world.checks().await.into_iter().find(|check| check.state != State::Ok).unwrap();
    assert_eq!(troubles.state, State::Warn, "{troubles:?}");
    world.faults(Faults { missing_field: "user_id_update".to_owned(), ..Faults::default() });
    let becomes = "a customer who gets another user id from Meta becomes a second contact";
    assert_eq!(world.troubles().await, [format!("webhook fields: user_id_update is not subscribed: {becomes}")]);
    // What a phone beside us needs is asked for where there is one.
    for field in ["smb_message_echoes", "smb_app_state_sync", "history"] {
        let missing_field = field.to_owned();
        world.faults(Faults { missing_field: missing_field.clone(), ..Faults::default() });
        assert_eq!(world.troubles().await, Vec::<String>::new(), "{field}");
        world.faults(Faults { missing_field, on_phone: vec![PHONE.to_owned()], ..Faults::default() });
        let checks = world.checks().await;
        let told: Vec<_> = checks.iter().filter(|check| check.state != State::Ok).collect();
        assert!(told.len() == 1 && told[0].state == State::Warn && told[0].fix.is_some(), "{told:?}");
        assert!(told[0].text.starts_with(&format!("{field} is not subscribed: ")), "{told:?}");
    }
    world.faults(Faults { on_phone: vec![PHONE.to_owned()], ..Faults::default() });
    assert_eq!(world.troubles().await, Vec::<String>::new());
    world.faults(Faults::default());

    world.simulator.set_webhook_url("https://elsewhere.example.com/webhooks/meta");
    let troubles = world.troubles().await;
    assert!(
        troubles.len() == 1 && troubles[0].contains("webhooks go to https://elsewhere.example.com"),
        "{troubles:?}"
    );
    world.simulator.set_webhook_url("");
    assert_eq!(world.troubles().await, ["webhook fields: the app has no webhook for WhatsApp accounts"]);
    world.simulator.set_webhook_url(world.outside.callback());

    let url = format!("{}/v25.0/{WABA}/subscribed_apps", world.graph);
    reqwest::Client::new().delete(url).bearer_auth(TOKEN).send().await.unwrap();
    let app = Config::default().app_id;
    assert_eq!(world.troubles().await, [format!("account {WABA}: the app {app} is not subscribed: no webhook comes")]);
}

#[tokio::test]
async fn what_stands_in_the_way_from_outside() {
    let mut world = World::new().await;
    let right = world.outside.clone();
    world.outside.verify_token = Some("another-one".into());
    let troubles = world.troubles().await;
    assert_eq!(troubles, [format!("callback: {} refuses META_VERIFY_TOKEN", right.callback())]);
    // Graph answers there, and it is not Parlance.
    world.outside = Outside { public_url: world.graph.clone(), ..right.clone() };
    let troubles = world.troubles().await;
    assert!(troubles[0].contains("not as Parlance does"), "{troubles:?}");
    world.outside = Outside { public_url: "http://127.0.0.1:9".to_owned(), ..right.clone() };
    let troubles = world.troubles().await;
    assert!(troubles[0].contains("cannot be reached from here"), "{troubles:?}");
    world.outside = right;

    world.services = beside(&world.installation, "http://127.0.0.1:9");
    assert_eq!(world.troubles().await, ["graph: 127.0.0.1 cannot be reached: nothing can be sent"]);
}

#[tokio::test]
async fn without_an_app_id_what_can_be_asked_is_asked() {
    let mut world = World::new().await;
    world.services = beside(&world.installation, &world.graph);
    let troubles = world.troubles().await;
    assert_eq!(troubles, ["webhook fields: cannot be checked: META_APP_ID or META_APP_SECRET is not set"]);
    let texts: Vec<String> = world.checks().await.into_iter().map(|check| check.text).collect();
    assert!(texts.iter().any(|text| text.contains("is valid, may do what it must")), "{texts:?}");
}

#[tokio::test]
async fn the_secret_of_another_app_is_told_of_as_that() {
    let mut world = World::new().await;
    world.services = beside(&world.installation, &world.graph);
    let secret = "some-other-secret-0123456789";
    world.services.renew_tokens_as(MetaApp { id: Config::default().app_id, secrets: vec![secret.into()] });
    let troubles = world.troubles().await;
    assert!(troubles[0].contains("the app may not ask Meta about its token"), "{troubles:?}");
    assert!(troubles[1].starts_with("webhook fields: Meta does not know the app"), "{troubles:?}");
    assert!(troubles.len() == 2 && !troubles.concat().contains(secret), "{troubles:?}");
}
