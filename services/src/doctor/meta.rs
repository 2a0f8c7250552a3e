//! What Meta says of tokens, numbers and subscriptions.

use super::{Check, Outside, State};
use crate::{
    Result, Services,
    db::system::{self, NumberHealth},
    vault::{
        self, Kind, LoadError, MetaApp, Purpose,
        ask::{self, Inspected, No},
    },
};
use domain::{
    id::WorkspaceId,
    text::{digits, preview},
    time::{DAY, SECOND},
};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::Value;
use std::collections::BTreeSet;

/// Its name, how bad it is when it is missing, and why.
type Field = (&'static str, State, &'static str);

const SCOPES: [&str; 2] = ["whatsapp_business_messaging", "whatsapp_business_management"];
const NUMBER_FIELDS: &str = "display_phone_number,status,code_verification_status,is_on_biz_app";
/// What comes in with each field, and what is missing without it.
const FIELDS: [Field; 4] = [
    ("messages", State::Bad, "no message and no delivery report comes in"),
    ("user_preferences", State::Warn, "nobody learns who stops marketing in WhatsApp"),
    ("user_id_update", State::Warn, "a customer who gets another user id from Meta becomes a second contact"),
    ("account_update", State::Warn, "nobody learns when Meta suspends the account or lets it go on"),
];
/// The same, while a number is in use in the WhatsApp Business app too.
const ON_PHONE: [Field; 3] = [
    ("smb_message_echoes", State::Warn, "what the business writes on its phone is not shown here"),
    ("smb_app_state_sync", State::Warn, "names from the phone's address book do not come in"),
    ("history", State::Warn, "what was written before a number is connected does not come in"),
];
/// A token that ends sooner is worth a word.
const SOON: i64 = 14;

const NEW_TOKEN: &str = "Make a new one in Meta's business settings, for a system user with both permissions on this \
                         account, and run `parlance connect-number` for the number again.";

const ONE_APP: &str = "META_APP_ID and META_APP_SECRET must be of one app: copy both from its dashboard.";

#[derive(Deserialize)]
struct Node {
    display_phone_number: Option<String>,
    status: Option<String>,
    code_verification_status: Option<String>,
    /// Whether it is in use in the WhatsApp Business app too.
    is_on_biz_app: Option<bool>,
}

#[derive(Deserialize)]
struct List {
    #[serde(default)]
    data: Vec<Value>,
}

/// Asks about every connected number whose token opens, each account, and the app.
pub(super) async fn checks(services: &Services, outside: &Outside) -> Result<Vec<Check>> {
    let numbers = {
        let mut read = services.db().read().await?;
        system::numbers_health(read.conn()).await?
    };
    let mut checks = Vec::new();
    let mut accounts = BTreeSet::new();
    let mut on_phone: BTreeSet<_> =
        numbers.iter().filter(|number| number.coexistence).map(|number| number.id).collect();
    for number in &numbers {
        let place = WorkspaceId(number.workspace_id);
        // One that does not open was told of already, and is no alarm from here.
        if vault::opens(services, place, Kind::AccessToken, number.id).await.is_err() {
            continue;
        }
        let token = match vault::load(services, place, Kind::AccessToken, number.id, Purpose::Check).await {
            Ok(token) => token,
            Err(LoadError::Database(error)) => return Err(error.into()),
            Err(_) => continue,
        };
        let name = format!("number {}", number.phone_number_id);
        let (usable, told) = token_of(services, &name, number, &token).await;
        checks.push(told);
        if usable {
            let (is_on_phone, told) = registered(services, &name, number, &token).await;
            checks.push(told);
            match is_on_phone {
                Some(true) => drop(on_phone.insert(number.id)),
                Some(false) => drop(on_phone.remove(&number.id)),
                None => {}
            }
            if accounts.insert(number.waba_id.clone()) {
                checks.push(subscribed(services, outside, &number.waba_id, &token).await);
            }
        }
    }
    if !numbers.is_empty() {
        checks.extend(fields(services, outside, !on_phone.is_empty()).await);
    }
    Ok(checks)
}

async fn token_of(services: &Services, name: &str, number: &NumberHealth, token: &SecretString) -> (bool, Check) {
    match ask::inspect(services.graph(), services.meta_app(), token).await {
        Ok(told) => judge(name, number, services.meta_app(), &told, services.clock().now() / SECOND),
        Err(No::Refused(why)) => refused(name, services.meta_app().is_some(), &why),
        Err(No::NotNow(why)) => (true, unasked(name, "its token", why)),
    }
}

/// Meta's no is about whoever asks: the app, or the token about itself.
fn refused(name: &str, by_app: bool, why: &str) -> (bool, Check) {
    match (by_app, why.ends_with("(code 190)")) {
        (true, _) => {
            let text = format!("the app may not ask Meta about its token: {why}");
            (true, Check::new(name, State::Bad, text).fix(ONE_APP))
        }
        (false, true) => (false, Check::new(name, State::Bad, format!("Meta refuses its token: {why}")).fix(NEW_TOKEN)),
        (false, false) => {
            let text = format!("its permissions cannot be checked without the app: {why}");
            (true, Check::new(name, State::Warn, text).fix("Set META_APP_ID and META_APP_SECRET."))
        }
    }
}

/// Whether anything can be asked with it, and what is to be said of it; `now` in seconds.
fn judge(name: &str, number: &NumberHealth, app: Option<&MetaApp>, told: &Inspected, now: i64) -> (bool, Check) {
    let bad = |text: String| Check::new(name, State::Bad, text).fix(NEW_TOKEN);
    if !told.is_valid {
        return (false, bad("Meta does not take its token any more".to_owned()));
    }
    let missing: Vec<&str> = SCOPES.into_iter().filter(|scope| !told.scopes.iter().any(|held| held == scope)).collect();
    if !missing.is_empty() {
        return (true, bad(format!("its token lacks the permission {}", missing.join(" and "))));
    }
    if !told.reaches(&number.waba_id) {
        return (true, bad(format!("its token is not for the account {}", number.waba_id)));
    }
    if let (Some(app), Some(of)) = (app, &told.app_id)
        && app.id != *of
    {
        let text = format!("its token belongs to the app {of}, and META_APP_ID is {}", app.id);
        let fix = "Set META_APP_ID and META_APP_SECRET to that app's, or make a token for this one.";
        return (true, Check::new(name, State::Bad, text).fix(fix));
    }
    let days = (told.expires_at - now) / (DAY / SECOND);
    let text = match told.expires_at {
        0 => "its token is valid, may do what it must, and does not end".to_owned(),
        _ => format!("its token is valid, may do what it must, and ends in {days} days"),
    };
    let ends_soon = told.expires_at != 0 && days < SOON;
    let check = match ends_soon {
        true => Check::new(name, State::Warn, text)
            .fix("With META_APP_ID and META_APP_SECRET it is renewed by itself; else make a new one."),
        false => Check::ok(name, text),
    };
    (true, check)
}

/// Whether it is in use in the WhatsApp Business app too, where Meta says so, and what is to be said of it.
async fn registered(
    services: &Services,
    name: &str,
    number: &NumberHealth,
    token: &SecretString,
) -> (Option<bool>, Check) {
    let mut url = services.graph().url(&[&number.phone_number_id]);
    url.query_pairs_mut().append_pair("fields", NUMBER_FIELDS);
    let node: Node = match get(services, url, token).await {
        Ok(node) => node,
        Err(No::Refused(why)) => {
            let fix = "Check the phone number id in WhatsApp Manager, and that the token is for its account.";
            return (None, Check::new(name, State::Bad, format!("Meta does not show it: {why}")).fix(fix));
        }
        Err(No::NotNow(why)) => return (None, unasked(name, "it", why)),
    };
    (node.is_on_biz_app, standing(name, number, node))
}

fn standing(name: &str, number: &NumberHealth, node: Node) -> Check {
    let status = node.status.as_deref().unwrap_or("unknown");
    if status != "CONNECTED" {
        let fix = match status {
            "PENDING" | "DISCONNECTED" | "UNVERIFIED" => {
                "Register it at Meta: POST /<phone number id>/register with a PIN of six digits, or in the Manager."
            }
            _ => "See WhatsApp Manager, under Phone numbers, for what Meta wants.",
        };
        let text = format!("is not registered: Meta says {}", preview(status, 40));
        return Check::new(name, State::Bad, text).fix(fix);
    }
    let shown = node.display_phone_number.unwrap_or_default();
    if digits(&shown) != digits(&number.display_number) {
        let text = format!("is {} at Meta, and {} here", preview(&shown, 40), number.display_number);
        let fix = "Run `parlance connect-number` for it again with the number as Meta has it.";
        return Check::new(name, State::Warn, text).fix(fix);
    }
    let code = node.code_verification_status.unwrap_or_default();
    match code.as_str() {
        "EXPIRED" => Check::ok(name, "is registered; the code that verified it has expired, which stops nothing"),
        _ => Check::ok(name, "is registered and may send"),
    }
}

async fn subscribed(services: &Services, outside: &Outside, waba: &str, token: &SecretString) -> Check {
    let name = format!("account {waba}");
    let list: List = match get(services, services.graph().url(&[waba, "subscribed_apps"]), token).await {
        Ok(list) => list,
        Err(No::Refused(why)) => {
            let fix = "Check the WABA id of the number, and that the token may manage this account.";
            return Check::new(&name, State::Bad, format!("Meta does not show its apps: {why}")).fix(fix);
        }
        Err(No::NotNow(why)) => return unasked(&name, "who is subscribed", why),
    };
    let app = services.meta_app().map(|app| app.id.as_str());
    let id = |one: &Value| one.pointer("/whatsapp_business_api_data/id").and_then(Value::as_str).map(str::to_owned);
    let ours = list.data.iter().find(|one| app.is_none_or(|app| id(one).as_deref() == Some(app)));
    let fix = format!(
        "Subscribe the app once: POST /{waba}/subscribed_apps with the access token as `Authorization: Bearer`."
    );
    let Some(ours) = ours else {
        let text = match app {
            Some(app) => format!("the app {app} is not subscribed: no webhook comes"),
            None => "no app is subscribed: no webhook comes".to_owned(),
        };
        return Check::new(&name, State::Bad, text).fix(fix);
    };
    match ours.get("override_callback_uri").and_then(Value::as_str) {
        Some(other) if other != outside.callback() => {
            let text = format!("its webhooks go to {}", preview(other, 200));
            let fix =
                format!("POST /{waba}/subscribed_apps without override_callback_uri, or with {}.", outside.callback());
            Check::new(&name, State::Bad, text).fix(fix)
        }
        _ => Check::ok(&name, "the app is subscribed"),
    }
}

/// Which fields the app asks for, and where they go.
async fn fields(services: &Services, outside: &Outside, on_phone: bool) -> Vec<Check> {
    const NAME: &str = "webhook fields";
    let dashboard = "Set it on Meta's app dashboard: WhatsApp, Configuration, Webhook.";
    let Some(app) = services.meta_app() else {
        let text = "cannot be checked: META_APP_ID or META_APP_SECRET is not set";
        return vec![Check::new(NAME, State::Warn, text).fix("Set both, as on Meta's app dashboard.")];
    };
    let request = |secret: &SecretString| {
        let url = services.graph().url(&[&app.id, "subscriptions"]);
        services.graph().client().get(url).bearer_auth(format!("{}|{}", app.id, secret.expose_secret()))
    };
    let list: List = match ask::with_each(app, request).await {
        Ok(list) => list,
        Err(No::Refused(why)) => {
            return vec![Check::new(NAME, State::Bad, format!("Meta does not know the app: {why}")).fix(ONE_APP)];
        }
        Err(No::NotNow(why)) => return vec![unasked(NAME, "the app", why)],
    };
    let ours = list.data.iter().find(|one| one["object"] == "whatsapp_business_account" && one["active"] != false);
    let Some(ours) = ours else {
        return vec![Check::new(NAME, State::Bad, "the app has no webhook for WhatsApp accounts").fix(dashboard)];
    };
    let mut checks = Vec::new();
    let goes_to = ours["callback_url"].as_str().unwrap_or_default();
    if goes_to != outside.callback() {
        let text = format!("webhooks go to {}, and PUBLIC_URL makes it {}", preview(goes_to, 200), outside.callback());
        checks.push(Check::new("callback", State::Bad, text).fix(dashboard));
    }
    let held: Vec<&str> = ours["fields"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|one| one["name"].as_str().or(one.as_str()))
        .collect();
    let wanted: Vec<Field> = FIELDS.into_iter().chain(ON_PHONE.into_iter().filter(|_| on_phone)).collect();
    let missing = wanted.iter().filter(|(field, ..)| !held.contains(field));
    let before = checks.len();
    checks.extend(missing.map(|(field, state, without)| {
        Check::new(NAME, *state, format!("{field} is not subscribed: {without}")).fix(dashboard)
    }));
    if checks.len() == before {
        let names: Vec<&str> = wanted.iter().map(|(field, ..)| *field).collect();
        checks.push(Check::ok(NAME, format!("{} subscribed", names.join(", "))));
    }
    checks
}

fn unasked(name: &str, what: &str, why: &str) -> Check {
    Check::new(name, State::Warn, format!("Meta could not be asked about {what}: {why}"))
        .fix("Run `parlance doctor` again.")
}

async fn get<T: DeserializeOwned>(services: &Services, url: url::Url, token: &SecretString) -> Result<T, No> {
    ask::answer(services.graph().client().get(url).bearer_auth(token.expose_secret())).await
}
