use super::{assign, close, label, mark_read, mark_unread, reopen};
use crate::{Ctx, Error, Result};
use domain::{
    inbox::{Change, Item, Outcome, Row, TOGETHER},
    permission::Permission,
};

/// Changes several conversations, each as if it were the only one: with its own check of what the member may, its own
/// transaction, its own entry of the trail. What fails holds nothing else up.
///
/// # Errors
/// `Forbidden` without `conversations.view`; `Invalid` for more than [`TOGETHER`]; when the database fails before the first one.
pub async fn bulk(ctx: &Ctx, items: &[Item]) -> Result<Vec<Outcome>> {
    ctx.demand(Permission::ConversationsView)?;
    if items.len() > TOGETHER {
        let problem = format!("choose at most {TOGETHER} conversations at a time");
        return Err(domain::Error::invalid("conversations", problem).into());
    }
    let mut outcomes = Vec::with_capacity(items.len());
    for item in items {
        let (row, why_not) = match one(ctx, *item).await {
            Ok(row) => (Some(row), None),
            Err(Error::Domain(wrong)) => (None, Some(wrong.to_string())),
            Err(Error::Conflict(why)) => (None, Some(why)),
            Err(error) => {
                tracing::error!(%error, conversation = %item.conversation, "one of several could not be changed");
                (None, Some("Something went wrong here. Try again.".to_owned()))
            }
        };
        outcomes.push(Outcome { conversation: item.conversation, row, why_not });
    }
    Ok(outcomes)
}

async fn one(ctx: &Ctx, Item { conversation: id, change }: Item) -> Result<Row> {
    match change {
        Change::Assign { to } => assign(ctx, id, to).await,
        Change::Close => close(ctx, id).await,
        Change::Reopen => reopen(ctx, id).await,
        Change::Label { label: which, on } => label(ctx, id, which, on).await,
        Change::Read => {
            // Alone it changes nothing for who may not answer; whoever asks for it is told.
            let row = super::get(ctx, id).await?;
            ctx.demand_on(Permission::MessagesSend, row.assignee)?;
            mark_read(ctx, id).await
        }
        Change::Unread => mark_unread(ctx, id).await,
    }
}
