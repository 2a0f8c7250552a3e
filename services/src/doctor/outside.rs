//! What stands around the database: clocks, the address that Meta calls, the disk.

use super::{Check, State, age_text};
use crate::{
    Services,
    clock::Clock,
    db::{Db, dialect::postgres_copy},
    vault::ask,
};
use domain::time::{MINUTE, Millis, SECOND};
use secrecy::{ExposeSecret, SecretString};
use std::path::{Path, PathBuf};
use url::Url;

/// Leases of numbers are kept by the clocks of all processes: docs/OPERATIONS.md promises that a second is fine.
const DATABASE_SKEW: Millis = SECOND;
/// Graph's `Date` has whole seconds and travels.
const GRAPH_SKEW: Millis = 5 * SECOND;
/// From here on windows and times are plainly wrong.
const BAD_SKEW: Millis = MINUTE;

const LOW: u64 = 1 << 30;
const FULL: u64 = 128 << 20;

/// Where Meta's webhooks are to arrive, as the settings have it.
#[derive(Clone, Debug)]
pub struct Outside {
    /// `https://chat.example.com`, without a slash at the end.
    pub public_url: String,
    /// Without one Meta cannot check the address, and neither can we.
    pub verify_token: Option<SecretString>,
}

impl Outside {
    /// Where Meta sends to.
    pub fn callback(&self) -> String {
        format!("{}/webhooks/meta", self.public_url)
    }
}

/// Compares this machine's clock with the database's.
pub(super) async fn database_clock(services: &Services) -> Vec<Check> {
    let Db::Postgres(pool) = services.db() else { return Vec::new() };
    let asked = async {
        let mut conn = pool.acquire().await?;
        let before = Clock::system().now();
        let there = postgres_copy::clock(&mut conn).await?;
        // Half of the way there and back.
        Ok::<_, sqlx::Error>(there - (before + Clock::system().now()) / 2)
    };
    match asked.await {
        Ok(skew) => vec![skewed("the database's", skew, DATABASE_SKEW)],
        Err(error) => vec![Check::new("clock", State::Bad, format!("the database does not tell its time: {error}"))],
    }
}

/// Whether Graph answers at all, and what time it has.
pub(super) async fn graph(services: &Services) -> (bool, Vec<Check>) {
    let url = services.graph().url(&[]);
    let host = url.host_str().unwrap_or_default().to_owned();
    let before = Clock::system().now();
    let Ok(answer) = services.graph().client().get(url).timeout(ask::PATIENCE).send().await else {
        let text = format!("{host} cannot be reached: nothing can be sent");
        let fix = "Check META_GRAPH_URL, the name server, and that the firewall lets https out.";
        return (false, vec![Check::new("graph", State::Bad, text).fix(fix)]);
    };
    let mut checks = vec![Check::ok("graph", format!("{host} answers"))];
    let date = answer.headers().get(reqwest::header::DATE).and_then(|date| date.to_str().ok());
    if let Some(date) = date.and_then(|date| httpdate::parse_http_date(date).ok()) {
        let there = date.duration_since(std::time::UNIX_EPOCH).map_or(0, |since| since.as_millis());
        let there = Millis::try_from(there).unwrap_or(0);
        // It was cut to the second.
        let middle = (before + Clock::system().now()) / 2;
        checks.push(skewed("Meta's", there + SECOND / 2 - middle, GRAPH_SKEW));
    }
    (true, checks)
}

fn skewed(whose: &str, skew: Millis, fine: Millis) -> Check {
    let fix = "Let both be set by NTP: `timedatectl set-ntp true`.";
    let (size, way) = (skew.abs(), if skew > 0 { "behind" } else { "ahead of" });
    match size {
        size if size <= fine => Check::ok("clock", format!("agrees with {whose}")),
        size => {
            let state = if size >= BAD_SKEW { State::Bad } else { State::Warn };
            let apart = if size < 2 * SECOND { format!("{size} ms") } else { age_text(size) };
            Check::new("clock", state, format!("{apart} {way} {whose}")).fix(fix)
        }
    }
}

/// Shakes hands with ourselves as Meta does.
pub(super) async fn callback(services: &Services, outside: &Outside) -> Vec<Check> {
    let Some(token) = &outside.verify_token else { return Vec::new() };
    let address = outside.callback();
    let challenge = crate::clock::new_id().simple().to_string();
    let Ok(mut url) = Url::parse(&address) else { return Vec::new() };
    url.query_pairs_mut()
        .append_pair("hub.mode", "subscribe")
        .append_pair("hub.challenge", &challenge)
        .append_pair("hub.verify_token", token.expose_secret());
    let bad = |text: String, fix: &str| vec![Check::new("callback", State::Bad, text).fix(fix)];
    let answer = match services.graph().client().get(url).timeout(ask::PATIENCE).send().await {
        Ok(answer) => answer,
        // Without the address: the token stands in it.
        Err(error) => {
            let why = if error.is_timeout() { "does not answer in time" } else { "cannot be reached from here" };
            let fix = "Start the server, and check PUBLIC_URL, its name and certificate, and that the reverse proxy passes \
                       it on. Meta reaches it from the internet only.";
            return bad(format!("{address} {why}"), fix);
        }
    };
    let status = answer.status();
    if status.is_redirection() {
        return bad(format!("{address} redirects: Meta follows none"), "Let PUBLIC_URL be the address where it ends.");
    }
    let body = answer.text().await.unwrap_or_default();
    match status.is_success() && body.trim() == challenge {
        true => vec![Check::ok("callback", format!("{address} answers as Meta wants it"))],
        false if status == reqwest::StatusCode::FORBIDDEN => bad(
            format!("{address} refuses META_VERIFY_TOKEN"),
            "The server runs with another one: restart it with the same settings.",
        ),
        false => bad(
            format!("{address} answers {status}, not as Parlance does"),
            "Something else answers there: check PUBLIC_URL and the reverse proxy.",
        ),
    }
}

/// What is left where the data lies.
pub(super) fn disk(services: &Services) -> Vec<Check> {
    let Db::Sqlite(files) = services.db() else { return Vec::new() };
    let options = files.read.connect_options();
    let folder = options.get_filename().parent().filter(|folder| !folder.as_os_str().is_empty());
    let folder = folder.map_or_else(|| PathBuf::from("."), Path::to_path_buf);
    let fix = "Make room: a full disk means that deliveries are refused. Old backups are a good start.";
    room("disk", &folder, fix).into_iter().collect()
}

/// How much may still be written there, where the system tells.
pub(super) fn room(name: &str, folder: &Path, fix: &str) -> Option<Check> {
    let free = free(folder)?;
    let text = format!("{} MiB free in {}", free >> 20, folder.display());
    Some(match free {
        free if free < FULL => Check::new(name, State::Bad, text).fix(fix),
        free if free < LOW => Check::new(name, State::Warn, text).fix(fix),
        _ => Check::ok(name, text),
    })
}

/// Bytes that this user may still write.
#[cfg(unix)]
fn free(folder: &Path) -> Option<u64> {
    let found = rustix::fs::statvfs(folder).ok()?;
    Some(found.f_bavail.saturating_mul(found.f_frsize))
}

#[cfg(not(unix))]
fn free(_: &Path) -> Option<u64> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_that_is_off_is_told_with_its_direction() {
        assert_eq!(skewed("Meta's", -4_000, GRAPH_SKEW).state, State::Ok);
        let slow = skewed("Meta's", 20_000, GRAPH_SKEW);
        assert_eq!((slow.state, slow.text.as_str()), (State::Warn, "20 s behind Meta's"));
        let fast = skewed("the database's", -90_000, DATABASE_SKEW);
        assert_eq!((fast.state, fast.text.as_str()), (State::Bad, "90 s ahead of the database's"));
        assert!(fast.fix.unwrap().contains("NTP"));
        assert_eq!(skewed("the database's", 1_500, DATABASE_SKEW).text, "1500 ms behind the database's");
    }
}
