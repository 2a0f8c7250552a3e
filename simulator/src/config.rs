//! What a simulated network is made of: numbers, customers, pace.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::limits::Limits;
use crate::templates::{self, Template};

/// Everything a [`Simulator`](crate::Simulator) needs to start. `Config::default()` has no
/// numbers and no webhook URL; fill in what matters and take the rest from it.
#[derive(Clone)]
pub struct Config {
    /// The app secret that signs webhooks.
    pub app_secret: String,
    /// Where webhooks go. Empty: nothing is delivered until one is set.
    pub webhook_url: String,
    /// The one Graph version that is served (`v25.0`); `None` takes any `vNN.N`.
    pub graph_version: Option<String>,
    /// The business numbers that exist.
    pub numbers: Vec<Number>,
    /// Customers the phone page offers; whoever else writes is added.
    pub customers: Vec<Customer>,
    /// How long things take.
    pub timing: Timing,
    /// What may be sent how fast.
    pub limits: Limits,
    /// The templates of every account; empty: any template can be sent.
    pub templates: Vec<Template>,
    /// Every accepted send is appended here as a JSON line before it is answered.
    pub ledger: Option<PathBuf>,
    /// Whether status webhooks are sent at all.
    pub statuses: bool,
    /// Whether a free-form message outside the 24-hour window ends in `failed` 131047.
    pub enforce_window: bool,
    /// When a delivered message becomes read.
    pub reads: Reads,
    /// Free service messages per number before `pricing` says billable.
    pub free_service_messages: u32,
    /// The app that `debug_token` and `subscribed_apps` name.
    pub app_id: String,
    /// Where "Back to the inbox" on the phone page leads; `None` hides it.
    pub inbox_url: Option<String>,
    /// Seed of the dice for fault rates; `None` takes one from the system.
    pub seed: Option<u64>,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            app_secret: String::new(),
            webhook_url: String::new(),
            graph_version: None,
            numbers: Vec::new(),
            customers: Vec::new(),
            timing: Timing::default(),
            limits: Limits::default(),
            templates: templates::of_a_shop(),
            ledger: None,
            statuses: true,
            enforce_window: true,
            reads: Reads::Auto,
            free_service_messages: 1_000,
            app_id: "670843887433847".to_owned(),
            inbox_url: None,
            seed: None,
        }
    }
}

impl fmt::Debug for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The app secret stays out of every log.
        f.debug_struct("Config")
            .field("webhook_url", &self.webhook_url)
            .field("numbers", &self.numbers)
            .field("customers", &self.customers.len())
            .field("statuses", &self.statuses)
            .finish_non_exhaustive()
    }
}

/// One business phone number and the access token that may use it.
#[derive(Clone)]
pub struct Number {
    /// Graph's id of the number.
    pub phone_number_id: String,
    /// The WhatsApp Business Account it belongs to.
    pub waba_id: String,
    /// As people write it: `+91 80 5550 0142`.
    pub display_number: String,
    /// The verified name customers see.
    pub name: String,
    /// The Bearer token that owns it.
    pub token: String,
}

impl Number {
    /// The display number as webhooks carry it: digits only.
    #[must_use]
    pub fn digits(&self) -> String {
        self.display_number.chars().filter(char::is_ascii_digit).collect()
    }
}

impl fmt::Debug for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Number")
            .field("phone_number_id", &self.phone_number_id)
            .field("waba_id", &self.waba_id)
            .finish_non_exhaustive()
    }
}

/// A person with WhatsApp. Since 2026 the phone number may be hidden: then only the
/// business-scoped user id is known.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Customer {
    /// Phone in digits, `None` when the customer hides it.
    pub wa_id: Option<String>,
    /// Profile name.
    pub name: String,
    /// Business-scoped user id, like `IN.13491208655302741918`.
    pub bsuid: Option<String>,
}

impl Customer {
    /// A customer with a visible phone number.
    pub fn phone(wa_id: impl Into<String>, name: impl Into<String>) -> Self {
        Self { wa_id: Some(wa_id.into()), name: name.into(), bsuid: None }
    }

    /// A customer known by a business-scoped user id alone.
    pub fn hidden(bsuid: impl Into<String>, name: impl Into<String>) -> Self {
        Self { wa_id: None, name: name.into(), bsuid: Some(bsuid.into()) }
    }

    /// What chats are filed under: the phone when there is one, else the user id.
    #[must_use]
    pub fn key(&self) -> &str {
        self.wa_id.as_deref().or(self.bsuid.as_deref()).unwrap_or_default()
    }
}

/// When a delivered message turns into a read one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reads {
    /// By itself, `Timing::read_after` after it was accepted.
    Auto,
    /// When somebody opens the chat on the phone page.
    WhenOpened,
}

/// How long things take. The default feels like the real network; [`Timing::instant`] is for
/// tests and load.
#[derive(Clone, Copy, Debug)]
pub struct Timing {
    /// From accepted to the `sent` status.
    pub sent_after: Duration,
    /// From accepted to `delivered`.
    pub delivered_after: Duration,
    /// From accepted to `read`, with [`Reads::Auto`].
    pub read_after: Duration,
    /// How long Graph thinks before it answers.
    pub graph_latency: Duration,
    /// How much longer it thinks when the `slow` fault strikes.
    pub slow_by: Duration,
    /// How much too late a webhook comes when the `late` fault strikes.
    pub late_by: Duration,
    /// How long a webhook POST may take before it counts as failed.
    pub webhook_timeout: Duration,
    /// First pause before a webhook is delivered again; doubles each time.
    pub retry_first: Duration,
    /// The longest pause between two tries.
    pub retry_max: Duration,
    /// After this long a webhook is given up.
    pub give_up_after: Duration,
}

impl Default for Timing {
    fn default() -> Self {
        Self {
            sent_after: Duration::from_millis(150),
            delivered_after: Duration::from_millis(600),
            read_after: Duration::from_secs(2),
            graph_latency: Duration::from_millis(60),
            slow_by: Duration::from_secs(6),
            late_by: Duration::from_secs(20),
            webhook_timeout: Duration::from_secs(10),
            retry_first: Duration::from_secs(1),
            retry_max: Duration::from_secs(60),
            give_up_after: Duration::from_secs(7 * 24 * 3_600),
        }
    }
}

impl Timing {
    /// No waiting anywhere; failed webhooks are tried again after 10 ms, at most every 200 ms.
    #[must_use]
    pub fn instant() -> Self {
        Self {
            sent_after: Duration::ZERO,
            delivered_after: Duration::ZERO,
            read_after: Duration::ZERO,
            graph_latency: Duration::ZERO,
            slow_by: Duration::from_millis(100),
            late_by: Duration::from_millis(50),
            retry_first: Duration::from_millis(10),
            retry_max: Duration::from_millis(200),
            ..Self::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_stay_out_of_debug() {
        let number = Number {
            phone_number_id: "1".to_owned(),
            waba_id: "2".to_owned(),
            display_number: "+3".to_owned(),
            name: "Shop".to_owned(),
            token: "a token".to_owned(),
        };
        let config = Config { app_secret: "a secret".to_owned(), numbers: vec![number], ..Config::default() };
        let shown = format!("{config:?}");
        assert!(!shown.contains("a secret") && !shown.contains("a token"), "{shown}");
    }
}
