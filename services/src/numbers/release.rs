use crate::{Result, Services, db::system, sql};

const RELEASE: &str =
    "UPDATE deliveries SET state = 'pending', waits_for = NULL, due_at = $2 WHERE state = 'waiting' AND waits_for = $1";

const WAITED_FOR: &str = "SELECT DISTINCT waits_for FROM deliveries WHERE state = 'waiting' AND waits_for IS NOT NULL";

/// What a delivery for an unconnected number waits for.
const PHONE: &str = "phone:";
/// And one for an account of which no number is connected.
const WABA: &str = "waba:";

/// Lets in the deliveries that waited for a number, or for its account.
pub(super) async fn release(services: &Services, phone_number_id: &str, waba_id: &str) -> Result<u64> {
    let phone = release_key(services, &format!("{PHONE}{phone_number_id}")).await?;
    Ok(phone + release_key(services, &format!("{WABA}{waba_id}")).await?)
}

async fn release_key(services: &Services, key: &str) -> Result<u64> {
    let mut tx = services.db().begin_journal().await?;
    let released = sql!(exec tx.conn(), RELEASE, key, services.clock().now())?;
    tx.commit().await?;
    if released > 0 {
        services.wakes().wake_ingest();
        services.bus().received();
    }
    Ok(released)
}

/// Lets in deliveries that wait for a number which is connected: a worker may have looked just before it was, or a process
/// died between connecting and releasing. Called from time to time.
///
/// # Errors
/// When the database cannot be asked or written.
pub async fn release_stranded(services: &Services) -> Result<u64> {
    let waited_for = {
        let mut journal = services.db().read_journal().await?;
        sql!(scalars String, journal.conn(), WAITED_FOR)?
    };
    if waited_for.is_empty() {
        return Ok(0);
    }
    let numbers = {
        let mut read = services.db().read().await?;
        system::active_numbers(read.conn()).await?
    };
    let mut released = 0;
    for key in waited_for {
        let connected = match (key.strip_prefix(PHONE), key.strip_prefix(WABA)) {
            (Some(phone), _) => numbers.iter().any(|number| number.phone_number_id == phone),
            (_, Some(waba)) => numbers.iter().any(|number| number.waba_id == waba),
            _ => false,
        };
        if connected {
            released += release_key(services, &key).await?;
        }
    }
    Ok(released)
}
