//! What stands still until somebody, or Meta, says that it may go on.

use super::Candidate;
use crate::{
    Ctx, Result, Services, alerts,
    audit::{self, Entry},
    conversations::row::RowRecord,
    db::Tx,
    ingest::Target,
    sql, vault,
};
use domain::{
    alert::{self, NewAlert, Severity},
    audit::Action,
    id::{NumberId, WorkspaceId},
    message::{Kind, Template},
    meta::codes,
    permission::Permission,
    time::{MINUTE, Millis},
};
use serde::Serialize;
use serde_json::{Value, json};
use uuid::Uuid;

/// A message that meets a parked template or country comes back after this long.
pub(super) const AGAIN: Millis = MINUTE;

const STANDING: &str = "SELECT number_id, scope, what FROM parks WHERE workspace_id = $1";
const PARK: &str = "INSERT INTO parks (workspace_id, number_id, scope, what, code, reason, parked_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (number_id, scope, what) DO NOTHING";
const ACCOUNT: &str = "SELECT n.id FROM numbers n JOIN numbers one ON one.workspace_id = n.workspace_id
    AND one.waba_id = n.waba_id WHERE n.workspace_id = $1 AND one.id = $2 AND n.state = 'active' ORDER BY n.id";
const NAME: &str = "SELECT name FROM numbers WHERE workspace_id = $1 AND id = $2";
const PARKS: &str = "SELECT p.number_id, n.name, p.scope, p.what, p.code, p.reason, p.parked_at
    FROM parks p JOIN numbers n ON n.id = p.number_id WHERE p.workspace_id = $1 ORDER BY p.parked_at, p.number_id, p.what";
const RESUME: &str = "DELETE FROM parks WHERE workspace_id = $1 AND number_id = $2 AND scope = $3 AND what = $4";
const CONNECTED: &str = "DELETE FROM parks WHERE workspace_id = $1 AND number_id = $2 AND scope = 'token'";
const LOCK_NUMBER: &str = "UPDATE numbers SET state = state WHERE workspace_id = $1 AND id = $2";
const TOKEN: &str = "SELECT CAST(COALESCE(MAX(version), 0) AS BIGINT) FROM secrets
    WHERE workspace_id = $1 AND kind = $2 AND subject_id = $3";
/// What met the park comes back at once, not within the minute.
const HURRY: &str = "UPDATE outbox SET due_at = $3 WHERE workspace_id = $1 AND number_id = $2 AND due_at > $3
    AND due_at <= $4 AND stalled_at IS NOT NULL
    AND EXISTS (SELECT 1 FROM messages m WHERE m.workspace_id = $1 AND m.id = outbox.message_id AND m.status = 'queued')";

/// How much a park stops.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// All that a number has to send, until it is connected again.
    Token,
    /// All that a number has to send.
    Number,
    /// Messages of a number made from one template.
    Template,
    /// Messages of a number to one country.
    Country,
}

impl Scope {
    const ALL: [Self; 4] = [Self::Token, Self::Number, Self::Template, Self::Country];

    pub const fn as_str(self) -> &'static str {
        match self {
            Scope::Token => "token",
            Scope::Number => "number",
            Scope::Template => "template",
            Scope::Country => "country",
        }
    }

    /// # Errors
    /// `Invalid` for a word that is none.
    pub fn parse(word: &str) -> Result<Self, domain::Error> {
        let found = Self::ALL.into_iter().find(|scope| scope.as_str() == word);
        found.ok_or_else(|| domain::Error::invalid("scope", "expected token, number, template or country"))
    }
}

/// Something that stands still.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Park {
    pub number: NumberId,
    /// As the workspace calls the number.
    pub name: String,
    pub scope: Scope,
    /// `name/language` of the template, the calling code of the country; empty for the whole number.
    pub what: String,
    /// Meta's code, where one says why.
    pub code: Option<i64>,
    /// In words.
    pub reason: String,
    pub since: Millis,
}

/// What stands still in a workspace.
#[derive(Debug, Default)]
pub(super) struct Parks(Vec<(Uuid, String, String)>);

impl Parks {
    pub async fn load(tx: &mut Tx, workspace: Uuid) -> Result<Self> {
        Ok(Self(sql!(all(Uuid, String, String), tx.conn(), STANDING, workspace)?))
    }

    /// Whether all of a number stands still.
    pub fn stop(&self, number: Uuid) -> bool {
        let whole = [Scope::Token.as_str(), Scope::Number.as_str()];
        self.0.iter().any(|(of, scope, _)| *of == number && whole.contains(&scope.as_str()))
    }

    /// Whether a message is made from a template, or goes to a country, that stands still.
    pub fn hold(&self, message: &Candidate, row: &RowRecord) -> bool {
        let mine = || self.0.iter().filter(|(number, ..)| *number == message.target.number_id);
        mine().any(|(_, scope, what)| match Scope::parse(scope) {
            Ok(Scope::Template) => template_of(&message.target).as_deref() == Some(what),
            Ok(Scope::Country) => row.wa_id.as_deref().is_some_and(|digits| calling_code(digits) == what),
            _ => false,
        })
    }
}

/// What a block of Meta's stops, told by a message that met it; nothing where the message has no part in it.
pub(crate) fn blocked_by(
    target: &Target,
    wa_id: Option<&str>,
    scope: codes::Scope,
    code: i64,
    reason: Option<&str>,
) -> Option<NewPark> {
    let (scope, what) = match scope {
        codes::Scope::Number => (Scope::Number, String::new()),
        codes::Scope::Template => (Scope::Template, template_of(target)?),
        codes::Scope::Country => (Scope::Country, calling_code(wa_id?).to_owned()),
    };
    let reason = reason.map_or_else(|| codes::explain(code, None), str::to_owned);
    Some(NewPark { number: target.number_id, scope, what, code: Some(code), reason })
}

/// A template as parks name it.
fn template_of(target: &Target) -> Option<String> {
    let payload = target.message.payload.as_deref().filter(|_| target.message.kind == Kind::Template.as_str())?;
    let Template { name, language, .. } = serde_json::from_str(payload).ok()?;
    Some(format!("{name}/{language}"))
}

/// The calling code that a phone number begins with (E.164: one, two or three digits).
fn calling_code(digits: &str) -> &str {
    const TWO: [&str; 41] = [
        "20", "27", "30", "31", "32", "33", "34", "36", "39", "40", "41", "43", "44", "45", "46", "47", "48", "49",
        "51", "52", "53", "54", "55", "56", "57", "58", "60", "61", "62", "63", "64", "65", "66", "81", "82", "84",
        "86", "90", "91", "92", "93",
    ];
    const MORE: [&str; 3] = ["94", "95", "98"];
    let two = digits.get(..2).unwrap_or(digits);
    let length = match digits.as_bytes().first() {
        Some(b'1' | b'7') => 1,
        _ if TWO.contains(&two) || MORE.contains(&two) => 2,
        _ => 3,
    };
    digits.get(..length).unwrap_or(digits)
}

/// What is to stand still, and why.
#[derive(Clone, Debug)]
pub(crate) struct NewPark {
    pub number: Uuid,
    pub scope: Scope,
    pub what: String,
    pub code: Option<i64>,
    pub reason: String,
}

/// Parks, with an alert to whoever can do something about it; again changes nothing. A block of the whole WhatsApp Business
/// Account parks each of its numbers. Late in the transaction, as alerts are.
pub(crate) async fn park(services: &Services, tx: &mut Tx, workspace: Uuid, new: NewPark, now: Millis) -> Result<()> {
    let whole_account = new.scope == Scope::Number && new.code.is_some_and(codes::of_account);
    let numbers = match whole_account {
        true => sql!(scalars Uuid, tx.conn(), ACCOUNT, workspace, new.number)?,
        false => vec![new.number],
    };
    for number in numbers {
        if sql!(exec tx.conn(), PARK, workspace, number, new.scope.as_str(), new.what.as_str(), new.code,
            new.reason.as_str(), now)?
            > 0
        {
            tracing::warn!(%number, scope = new.scope.as_str(), what = new.what, reason = new.reason, "sending stands still");
            if new.scope != Scope::Token {
                let about = format!("{} {}: {}", new.scope.as_str(), new.what, new.reason);
                let entry = Entry::new(Action::NumberParked).on("number", number).about(about);
                audit::record_as(
                    services,
                    tx,
                    WorkspaceId(workspace),
                    crate::Actor::System,
                    &crate::Origin::default(),
                    now,
                    entry,
                )
                .await?;
            }
            let name = name(tx, workspace, number).await?;
            alerts::raise(tx, WorkspaceId(workspace), now, alert(&name, number, &new)).await?;
        }
    }
    Ok(())
}

async fn name(tx: &mut Tx, workspace: Uuid, number: Uuid) -> Result<String> {
    let name = sql!(scalar_opt String, tx.conn(), NAME, workspace, number)?;
    Ok(name.unwrap_or_else(|| "a number".to_owned()))
}

fn alert(name: &str, number: Uuid, new: &NewPark) -> NewAlert {
    let (title, goes_on) = match new.scope {
        Scope::Token => (format!("{name} cannot send: its access token does not work"), "Connect the number again"),
        Scope::Number => (format!("{name} cannot send"), "Resume it once this is settled"),
        Scope::Template => (format!("{name} cannot send the template {}", new.what), "Resume it once this is settled"),
        Scope::Country => (format!("{name} cannot send to +{}", new.what), "Resume it once this is settled"),
    };
    NewAlert {
        kind: if new.scope == Scope::Token { alert::Kind::AccessTokenRefused } else { alert::Kind::QualityDropped },
        severity: Severity::High,
        title,
        body: format!(
            "{} Messages to send wait in their order, incoming ones arrive as always. {goes_on}, and what waits goes out.",
            new.reason
        ),
        link: "settings".to_owned(),
        key: format!("park:{number}:{}:{}", new.scope.as_str(), new.what),
    }
}

/// All that stands still in the workspace, the oldest first.
///
/// # Errors
/// `Forbidden` without `numbers.view`.
pub async fn parks(ctx: &Ctx) -> Result<Vec<Park>> {
    ctx.demand(Permission::NumbersView)?;
    let mut read = ctx.read().await?;
    let rows = sql!(all(Uuid, String, String, String, Option<i64>, String, Millis), read.conn(), PARKS, ctx.ws())?;
    rows.into_iter()
        .map(|(number, name, scope, what, code, reason, since)| {
            Ok(Park { number: NumberId(number), name, scope: Scope::parse(&scope)?, what, code, reason, since })
        })
        .collect()
}

/// Lets go on what stands still. What waited leaves in its order.
///
/// # Errors
/// `Forbidden` without `operations.manage`; `NotFound` when it does not stand still.
pub async fn resume(ctx: &Ctx, number: NumberId, scope: Scope, what: &str) -> Result<()> {
    ctx.demand_all(Permission::OperationsManage)?;
    let mut tx = ctx.begin().await?;
    if sql!(exec tx.conn(), RESUME, ctx.ws(), number.0, scope.as_str(), what)? == 0 {
        return Err(domain::Error::NotFound.into());
    }
    hurry(&mut tx, ctx.ws(), number.0, ctx.now()).await?;
    let was = json!({ "scope": scope.as_str(), "what": what });
    let entry = Entry::new(Action::NumberResumed).on("number", number.0).change(was, Value::Null);
    audit::record(&mut tx, ctx, entry).await?;
    tx.commit().await?;
    super::queued(ctx.services());
    Ok(())
}

pub(super) async fn hurry(tx: &mut Tx, workspace: Uuid, number: Uuid, now: Millis) -> Result<()> {
    sql!(exec tx.conn(), HURRY, workspace, number, now, now + AGAIN)?;
    Ok(())
}

/// Which access token of a number is the newest, 0 where it has none. Until the transaction ends nobody stores a newer one, so that
/// what it says of this one does not stand against the next.
pub(super) async fn token_version(tx: &mut Tx, workspace: Uuid, number: Uuid) -> Result<i64> {
    sql!(exec tx.conn(), LOCK_NUMBER, workspace, number)?;
    Ok(sql!(scalar i64, tx.conn(), TOKEN, workspace, vault::Kind::AccessToken.as_str(), number)?)
}

/// A number was connected with a new token: what waited for one goes on. The caller wakes the sender after its commit.
pub(crate) async fn connected(conn: crate::db::Conn<'_>, workspace: Uuid, number: Uuid) -> Result<()> {
    sql!(exec conn, CONNECTED, workspace, number)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::calling_code;

    #[test]
    fn calling_codes() {
        for (digits, code) in [
            ("14155550100", "1"),
            ("79161234567", "7"),
            ("4915112345678", "49"),
            ("918055500142", "91"),
            ("971501234567", "971"),
            ("9647701234567", "964"),
            ("35312345678", "353"),
            ("9", "9"),
            ("", ""),
        ] {
            assert_eq!(calling_code(digits), code);
        }
    }
}
