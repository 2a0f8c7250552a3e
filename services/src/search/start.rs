use super::{messages, people};
use crate::{Ctx, Result};
use domain::{
    permission::Permission,
    search::{Query, Results},
};

/// The first page of people and of messages. Who may not read messages finds people alone.
///
/// # Errors
/// `Forbidden` for those who see no conversation.
pub async fn start(ctx: &Ctx, question: &str) -> Result<Results> {
    ctx.demand(Permission::ConversationsView)?;
    let Some(query) = Query::parse(question) else { return Ok(Results::default()) };
    let people = people(ctx, question, None).await?;
    if !ctx.access().allows(Permission::MessagesView) {
        return Ok(Results { people, ..Results::default() });
    }
    let messages = messages(ctx, question, None).await?;
    Ok(Results { people, messages, short: !query.reaches_text() })
}
