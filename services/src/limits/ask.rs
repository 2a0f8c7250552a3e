use crate::{
    Result, Services,
    db::system,
    sql,
    vault::{self, Kind, LoadError, Purpose},
};
use domain::{
    plan,
    time::{HOUR, MINUTE, Millis},
};
use secrecy::ExposeSecret;
use serde::Deserialize;
use serde_json::Value;
use std::time::Duration;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// A number is asked about this often, and soon after it was connected.
const ASKED_EACH: Millis = HOUR;
/// After no answer.
const AGAIN: Millis = 5 * MINUTE;
const EVERY: Duration = Duration::from_secs(5);
/// Graph may take this long to answer.
const PATIENCE: Duration = Duration::from_secs(10);

const FIELDS: &str =
    "throughput,messaging_limit_tier,whatsapp_business_manager_messaging_limit,quality_rating,is_on_biz_app";

/// One process asks.
const TURN: &str = "UPDATE numbers SET asked_at = $3
    WHERE workspace_id = $1 AND id = $2 AND (asked_at IS NULL OR asked_at < $4)";
const TOLD: &str = "UPDATE numbers SET throughput = COALESCE($3, throughput),
    messaging_tier = COALESCE($4, messaging_tier), coexistence = COALESCE($5, coexistence) WHERE workspace_id = $1 AND id = $2";
const SOONER: &str = "UPDATE numbers SET asked_at = $3 WHERE workspace_id = $1 AND id = $2";

/// Asks Graph about each number once an hour, and soon after it was connected.
pub async fn worker(services: Services, stop: CancellationToken) {
    loop {
        if let Err(error) = ask_graph(&services).await {
            tracing::error!(%error, "Graph could not be asked about numbers; trying again soon");
        }
        tokio::select! {
            () = tokio::time::sleep(EVERY) => {}
            () = stop.cancelled() => return,
        }
    }
}

/// Asks about the numbers whose time has come.
///
/// # Errors
/// When the database fails. That Graph does not answer is logged, and tried again in a few minutes.
pub async fn ask_graph(services: &Services) -> Result<()> {
    let now = services.clock().now();
    let numbers = {
        let mut read = services.db().read().await?;
        system::numbers_to_ask(read.conn(), now - ASKED_EACH).await?
    };
    for (workspace, number, phone_number_id) in numbers {
        let mut tx = services.db().begin().await?;
        let mine = sql!(exec tx.conn(), TURN, workspace, number, now, now - ASKED_EACH)? == 1;
        tx.commit().await?;
        if !mine {
            continue;
        }
        match ask(services, workspace, number, &phone_number_id).await? {
            Some(answer) => keep(services, workspace, number, answer).await?,
            None => {
                let mut tx = services.db().begin().await?;
                sql!(exec tx.conn(), SOONER, workspace, number, now - ASKED_EACH + AGAIN)?;
                tx.commit().await?;
            }
        }
    }
    Ok(())
}

/// What Graph says; `None` when it says nothing, or nobody may ask.
async fn ask(services: &Services, workspace: Uuid, number: Uuid, phone_number_id: &str) -> Result<Option<Answer>> {
    let token = match vault::load(services, workspace.into(), Kind::AccessToken, number, Purpose::Send).await {
        Ok(token) => token,
        Err(LoadError::Database(error)) => return Err(error.into()),
        // Said elsewhere: nothing can be sent either.
        Err(LoadError::Missing | LoadError::Open(_)) => return Ok(None),
    };
    let graph = services.graph();
    let mut url = graph.url(&[phone_number_id]);
    url.query_pairs_mut().append_pair("fields", FIELDS);
    let response = graph.client().get(url).bearer_auth(token.expose_secret()).timeout(PATIENCE).send().await;
    let answer = match response.and_then(reqwest::Response::error_for_status) {
        Ok(response) => response.json::<Answer>().await,
        Err(error) => Err(error),
    };
    match answer {
        Ok(answer) => Ok(Some(answer)),
        Err(error) => {
            tracing::warn!(%number, error = %error.without_url(), "Graph says nothing about a number's limits");
            Ok(None)
        }
    }
}

async fn keep(services: &Services, workspace: Uuid, number: Uuid, answer: Answer) -> Result<()> {
    let throughput = answer.per_second().map(i64::from);
    let tier = answer.tier();
    let mut tx = services.db().begin().await?;
    sql!(exec tx.conn(), TOLD, workspace, number, throughput, tier.as_deref(), answer.is_on_biz_app)?;
    tx.commit().await?;
    Ok(())
}

/// Every field may be missing, and words may be new.
#[derive(Deserialize)]
struct Answer {
    throughput: Option<Value>,
    messaging_limit_tier: Option<Value>,
    whatsapp_business_manager_messaging_limit: Option<Value>,
    is_on_biz_app: Option<bool>,
}

impl Answer {
    fn per_second(&self) -> Option<u32> {
        plan::throughput(self.throughput.as_ref()?.get("level")?.as_str()?)
    }

    /// The portfolio's tier; what was the number's own before 2025-10 says the same since then.
    fn tier(&self) -> Option<String> {
        let fields = [&self.whatsapp_business_manager_messaging_limit, &self.messaging_limit_tier];
        let known = |word: &&str| plan::Tier::parse(word).is_some();
        fields.into_iter().flatten().filter_map(Value::as_str).find(known).map(str::to_owned)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_read_with_holes() {
        for (json, per_second, tier) in [
            ("{}", None, None),
            (r#"{"throughput":{"level":"HIGH"},"messaging_limit_tier":"TIER_10K"}"#, Some(1_000), Some("TIER_10K")),
            (
                r#"{"throughput":{"level":"NOT_APPLICABLE"},"messaging_limit_tier":"TIER_250",
                "whatsapp_business_manager_messaging_limit":"TIER_100K"}"#,
                None,
                Some("TIER_100K"),
            ),
            (r#"{"throughput":"STANDARD","whatsapp_business_manager_messaging_limit":7}"#, None, None),
            (r#"{"whatsapp_business_manager_messaging_limit":"TIER_9","is_on_biz_app":null}"#, None, None),
        ] {
            let answer: Answer = serde_json::from_str(json).unwrap();
            assert_eq!((answer.per_second(), answer.tier().as_deref()), (per_second, tier), "{json}");
        }
    }
}
