use super::park::{NewPark, Scope, hurry, park};
use crate::{
    Actor, Origin, Result, Services,
    audit::{self, Entry},
    db::Tx,
    sql,
};
use domain::{audit::Action, id::WorkspaceId, time::Millis};
use serde_json::Value;
use uuid::Uuid;

const NUMBERS: &str =
    "SELECT id FROM numbers WHERE workspace_id = $1 AND waba_id = $2 AND state = 'active' ORDER BY id";
/// A number that somebody paused stays paused.
const RESUME: &str = "DELETE FROM parks WHERE workspace_id = $1 AND scope = 'number' AND what = ''
    AND number_id IN (SELECT id FROM numbers WHERE workspace_id = $1 AND waba_id = $2)
    RETURNING number_id";

/// What a webhook says about an account as a whole.
#[derive(Debug, PartialEq, Eq)]
enum News {
    /// Nothing may be sent, and why.
    Suspended(String),
    /// It may send again.
    Restored,
}

/// `account_update` and `account_alerts`: an account that is suspended sends nothing from any of its numbers until Meta or
/// somebody lets it go on. Anything else changes nothing. Returns whether something may go out now.
pub(crate) async fn account_news(
    services: &Services,
    tx: &mut Tx,
    workspace: Uuid,
    (waba, what, raw): (&str, &str, &str),
    now: Millis,
) -> Result<bool> {
    let Some(news) = read(what, raw) else { return Ok(false) };
    let numbers = sql!(scalars Uuid, tx.conn(), NUMBERS, workspace, waba)?;
    match news {
        News::Suspended(reason) => {
            for number in numbers {
                let reason = reason.clone();
                let new = NewPark { number, scope: Scope::Number, what: String::new(), code: None, reason };
                park(services, tx, workspace, new, now).await?;
            }
        }
        News::Restored => {
            let resumed = sql!(scalars Uuid, tx.conn(), RESUME, workspace, waba)?;
            for number in resumed {
                let about = "Meta lifted what stopped its WhatsApp account";
                let entry = Entry::new(Action::NumberResumed).on("number", number).about(about);
                let (actor, origin) = (Actor::System, Origin::default());
                audit::record_as(services, tx, WorkspaceId(workspace), actor, &origin, now, entry).await?;
            }
            for number in numbers {
                hurry(tx, workspace, number, now).await?;
            }
            return Ok(true);
        }
    }
    Ok(false)
}

fn read(what: &str, raw: &str) -> Option<News> {
    let value: Value = serde_json::from_str(raw).ok()?;
    let word = |path: &str| value.pointer(path).and_then(Value::as_str);
    match what {
        "account_update" => {
            let restricts = value.pointer("/restriction_info").and_then(Value::as_array).is_some_and(|all| {
                // The other restrictions leave answers to customers alone; what they do stop is refused one by one.
                all.iter().any(|one| one["restriction_type"] == "RESTRICTED_CUSTOMER_INITIATED_MESSAGING")
            });
            match (word("/event"), word("/ban_info/waba_ban_state")) {
                (_, Some("REINSTATE")) | (Some("ACCOUNT_RECONNECTED"), _) => Some(News::Restored),
                (_, Some("DISABLE")) => Some(News::Suspended("Meta has disabled this WhatsApp account.".to_owned())),
                (Some("ACCOUNT_DELETED"), _) => {
                    Some(News::Suspended("This WhatsApp account was deleted at Meta.".to_owned()))
                }
                (Some("ACCOUNT_OFFBOARDED"), _) => {
                    Some(News::Suspended("This WhatsApp account was disconnected at Meta.".to_owned()))
                }
                _ if restricts => Some(News::Suspended(
                    "Meta has restricted this WhatsApp account: it may send nothing for now.".to_owned(),
                )),
                _ => None,
            }
        }
        "account_alerts" => {
            // An older shape has no `alert_info`.
            let get = |key: &str| word(&format!("/alert_info/{key}")).or_else(|| word(&format!("/{key}")));
            let kind = get("alert_type")?;
            let suspends = ["DISABLE", "SUSPEND", "RESTRICT", "BANNED"].iter().any(|word| kind.contains(word));
            let over = get("alert_status").is_some_and(|status| matches!(status, "RESOLVED" | "NONE"));
            match (suspends, over) {
                (false, _) => None,
                (true, true) => Some(News::Restored),
                (true, false) => Some(News::Suspended(format!("Meta reports about this WhatsApp account: {kind}."))),
            }
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_suspends_and_what_does_not() {
        let update = |json: &str| read("account_update", json);
        let suspended = |news: Option<News>| matches!(news, Some(News::Suspended(_)));
        assert!(suspended(update(r#"{"event":"DISABLED_UPDATE","ban_info":{"waba_ban_state":"DISABLE"}}"#)));
        assert!(suspended(update(r#"{"event":"ACCOUNT_DELETED"}"#)));
        let restricted = |kind: &str| {
            format!(r#"{{"event":"ACCOUNT_RESTRICTION","restriction_info":[{{"restriction_type":"{kind}"}}]}}"#)
        };
        assert!(suspended(update(&restricted("RESTRICTED_CUSTOMER_INITIATED_MESSAGING"))));
        assert_eq!(update(&restricted("RESTRICTED_BIZ_INITIATED_MESSAGING")), None);
        let back = r#"{"event":"DISABLED_UPDATE","ban_info":{"waba_ban_state":"REINSTATE"}}"#;
        assert_eq!(update(back), Some(News::Restored));
        assert_eq!(update(r#"{"event":"VERIFIED_ACCOUNT"}"#), None);
        assert_eq!(update(r#"{"ban_info":{"waba_ban_state":"SCHEDULE_FOR_DISABLE"}}"#), None);
        assert_eq!(read("account_alerts", r#"{"alert_info":{"alert_type":"OBA_APPROVED"}}"#), None);
        assert!(suspended(read("account_alerts", r#"{"alert_info":{"alert_type":"ACCOUNT_DISABLED"}}"#)));
        assert_eq!(read("phone_number_quality_update", "{}"), None);
        assert_eq!(update("nonsense"), None);
    }
}
