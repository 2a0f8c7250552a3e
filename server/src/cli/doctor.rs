use clap::Args;
use services::{
    doctor::{self, Check, Outside, State},
    workspaces,
};

use crate::{
    config::{Config, PublicUrl},
    failure::Failure,
    serve,
};

#[derive(Debug, Args)]
pub struct Doctor {
    /// One JSON array of checks.
    #[arg(long)]
    json: bool,
}

/// `parlance doctor`: one line a check, what to do about it below. Fails when something does not work.
pub async fn run(args: &Doctor, config: &Config) -> Result<(), Failure> {
    let services = serve::open_keyless(config).await?;
    let is_demo = workspaces::demo_flag(&services).await.map(|flag| flag == Some(true));
    let mut found = doctor::report(&services).await;
    // A demo's Meta is inside of its own process; without a database there is nobody to ask about.
    if matches!(is_demo, Ok(false)) {
        let (public_url, verify_token) = (config.public_url.origin().to_owned(), config.meta.verify_token.clone());
        found.extend(doctor::around(&services, &Outside { public_url, verify_token }).await);
    }
    services.close().await;
    let mut checks = if matches!(is_demo, Ok(true)) { vec![demo()] } else { configuration(config) };
    checks.extend(found);
    if args.json {
        println!("{}", serde_json::to_string_pretty(&checks).map_err(Failure::failed)?);
    } else {
        print(&checks);
    }
    match checks.iter().filter(|check| check.state == State::Bad).count() {
        0 => Ok(()),
        bad => Err(Failure::failed(format!("{bad} of {} checks failed", checks.len()))),
    }
}

fn print(checks: &[Check]) {
    for check in checks {
        println!("{:<4}  {:<20}  {}", word(check.state), check.name, check.text);
        if let Some(fix) = &check.fix {
            println!("{:28}→ {fix}", "");
        }
    }
}

fn word(state: State) -> &'static str {
    match state {
        State::Ok => "ok",
        State::Warn => "warn",
        State::Bad => "BAD",
    }
}

fn demo() -> Check {
    let text = "this database is a demo: Meta and the customers are simulated".to_owned();
    Check { name: "demo".to_owned(), state: State::Ok, text, fix: None }
}

/// What is allowed to be missing, and what then does not work.
fn configuration(config: &Config) -> Vec<Check> {
    let mut checks = Vec::new();
    let mut missing = |name: &str, state, text: &str, fix: &str| {
        checks.push(Check { name: name.to_owned(), state, text: text.to_owned(), fix: Some(fix.to_owned()) });
    };
    if config.master_key.is_none() {
        let fix = "Make one with `openssl rand -hex 32` and keep it safe.";
        missing("TOKEN_MASTER_KEY", State::Bad, "is not set: `serve` refuses to start", fix);
    }
    if config.meta.app_secrets.is_empty() {
        let fix = "Copy the app secret from Meta's app dashboard.";
        missing("META_APP_SECRET", State::Bad, "is not set: every webhook delivery is refused", fix);
    }
    if config.meta.verify_token.is_none() {
        let fix = "Think of one, set it here and on Meta's app dashboard.";
        missing("META_VERIFY_TOKEN", State::Warn, "is not set: Meta cannot verify the webhook address", fix);
    }
    if !config.public_url.is_https() && config.public_url != PublicUrl::of(config.addr) {
        let fix = "Put a reverse proxy with a certificate in front; Meta delivers to https only.";
        missing("PUBLIC_URL", State::Warn, "is plain http", fix);
    }
    if checks.is_empty() {
        let text = "master key, signature secret, verify token and https address are set".to_owned();
        checks.push(Check { name: "settings".to_owned(), state: State::Ok, text, fix: None });
    }
    checks
}
