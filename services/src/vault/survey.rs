use super::{Kind, OpenError, Owner, kind::Label, sealed::SECRETS};
use crate::{Result, Services};
use uuid::Uuid;

const PAGE: i64 = 200;

/// A secret that does not open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unreadable {
    pub owner: Owner,
    pub kind: Kind,
    /// The number, workspace, user or mail that it belongs to.
    pub subject: Uuid,
    pub why: OpenError,
}

/// Tries every secret there is and names those that do not open; how many there are in all. Told to whoever asks and to nobody
/// else, as with [`super::opens`].
///
/// # Errors
/// When the database cannot be asked.
pub async fn unreadable(services: &Services) -> Result<(u64, Vec<Unreadable>)> {
    let (mut all, mut found) = (0, Vec::new());
    for table in SECRETS {
        let mut after = Uuid::nil();
        loop {
            let page = {
                let mut read = services.db().read().await?;
                table.page(read.conn(), after, PAGE).await?
            };
            let Some(last) = page.last() else { break };
            after = last.id;
            for row in page {
                all += 1;
                if let Err(why) = services.vault().open_label(row.label, &row.bytes).await {
                    let Label { owner, kind, subject, .. } = row.label;
                    found.push(Unreadable { owner, kind, subject, why });
                }
            }
        }
    }
    Ok((all, found))
}
