//! Second factors, own sessions, links for a new password.

mod devices;
mod in_flight;
mod reset;
mod reset_again;
mod totp;
mod wait;

use crate::support::{PASSWORD, TestDb};
use domain::{audit::Action, id::UserId};
use hmac::{Hmac, KeyInit, Mac};
use services::{Origin, Services, accounts, sql};
use sha1::Sha1;
use std::net::IpAddr;

const ACTIONS: &str = "SELECT action FROM audit_entries WHERE workspace_id = $1 ORDER BY at, id";

pub fn from(last: u8) -> Origin {
    Origin { address: Some(IpAddr::from([203, 0, 113, last])), agent: Some("Firefox".to_owned()) }
}

/// The code that an app shows, computed apart from the code under test.
pub fn app_shows(key: &str, at: i64) -> String {
    const ALPHABET: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let bits: String = key.chars().filter_map(|c| ALPHABET.find(c)).map(|value| format!("{value:05b}")).collect();
    let bytes: Vec<u8> = (0..bits.len() / 8).map(|n| u8::from_str_radix(&bits[n * 8..n * 8 + 8], 2).unwrap()).collect();
    let mut mac = Hmac::<Sha1>::new_from_slice(&bytes).unwrap();
    mac.update(&(at / 30_000).to_be_bytes());
    let digest = mac.finalize().into_bytes();
    let offset = usize::from(digest[19] & 0xf);
    let word = u32::from_be_bytes(digest[offset..offset + 4].try_into().unwrap()) & 0x7fff_ffff;
    format!("{:06}", word % 1_000_000)
}

/// Somebody with a second factor: the key of their app, and their recovery codes.
pub struct Second {
    pub key: String,
    pub codes: Vec<String>,
}

/// Sets a second factor up.
pub async fn second(services: &Services, user: UserId) -> Second {
    let sealed = accounts::totp::begin(services, user, PASSWORD).await.unwrap();
    let shown = accounts::totp::show(services, user, &sealed).await.unwrap().unwrap();
    let code = app_shows(&shown.secret, services.clock().now());
    let confirmed = accounts::totp::confirm(services, user, &sealed, &code, None, &from(1)).await.unwrap();
    Second { key: shown.secret, codes: confirmed.codes.iter().collect() }
}

/// What the audit trail of a workspace holds, in order.
pub async fn actions(db: &TestDb, ctx: &services::Ctx) -> Vec<String> {
    let mut read = db.db.read().await.unwrap();
    sql!(scalars String, read.conn(), ACTIONS, ctx.workspace().id.0).unwrap()
}

/// How often something stands in it.
pub async fn count(db: &TestDb, ctx: &services::Ctx, action: Action) -> usize {
    actions(db, ctx).await.iter().filter(|stored| *stored == action.as_str()).count()
}
