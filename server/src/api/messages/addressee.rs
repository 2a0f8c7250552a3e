//! To whom a message goes.

use domain::{
    Error as Wrong,
    id::{ContactId, ConversationId, NumberId},
};
use services::{
    Ctx,
    conversations::{self, Addressee, Begin},
    numbers,
};
use uuid::Uuid;

use super::super::problem::Problem;

/// The conversation that a message goes to.
pub async fn conversation_of(
    ctx: &Ctx,
    to: Option<String>,
    conversation: Option<Uuid>,
) -> Result<ConversationId, Problem> {
    let to = match (to, conversation) {
        (None, Some(id)) => return Ok(ConversationId(id)),
        (Some(to), None) => to,
        _ => return Err(Wrong::invalid("to", "say either to or conversationId").into()),
    };
    Ok(conversations::of_contact(ctx, &addressee(&to)?).await?)
}

fn addressee(to: &str) -> Result<Addressee, Wrong> {
    Ok(match to.parse::<Uuid>() {
        Ok(id) => Addressee::Contact(ContactId(id)),
        Err(_) => Addressee::Digits(domain::contact::phone(to)?),
    })
}

/// To whom a template goes, and from which number: the one that is named, else that of their last conversation, else the only one.
pub async fn begin(ctx: &Ctx, to: &str, from: Option<NumberId>) -> Result<Begin, Problem> {
    let to = addressee(to)?;
    let number = match from {
        Some(number) => number,
        None => match conversations::of_contact(ctx, &to).await {
            Ok(id) => conversations::get(ctx, id).await?.number.id,
            Err(services::Error::Domain(Wrong::WindowClosed | Wrong::NotFound)) => only_number(ctx).await?,
            Err(error) => return Err(error.into()),
        },
    };
    Ok(Begin { number, to, name: None })
}

async fn only_number(ctx: &Ctx) -> Result<NumberId, Problem> {
    match numbers::list(ctx).await?.as_slice() {
        [one] => Ok(one.id),
        [] => Err(Wrong::invalid("from", "no number is connected yet").into()),
        _ => Err(Wrong::invalid("from", "say the id of the number it goes from: see GET /api/v1/numbers").into()),
    }
}
