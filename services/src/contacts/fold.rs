use crate::{Result, Services, db::system};
use domain::contact::name_key;

/// Contacts in one transaction: nobody waits long for the writer.
const TOGETHER: i64 = 200;

/// Makes what names are searched by, where it is missing: for contacts that an older version of Parlance wrote.
///
/// # Errors
/// When the database fails.
pub async fn fold_names(services: &Services) -> Result<()> {
    loop {
        let names = system::unfolded_names(services.db().read().await?.conn(), TOGETHER).await?;
        if names.is_empty() {
            return Ok(());
        }
        let mut tx = services.db().begin().await?;
        for (id, name) in names {
            system::fold_name(tx.conn(), id, &name, &name_key(&name)).await?;
        }
        tx.commit().await?;
    }
}
