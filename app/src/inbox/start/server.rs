//! What the browser asks before and with the first message. Thin: each calls one use case.

use domain::{
    id::{ContactId, MessageId, NumberId, TemplateId},
    inbox::{ContactBrief, MessageView, Row},
    template::Values,
    workspace::Slug,
};
use leptos::prelude::*;

use super::Whom;
use crate::{error::Fault, json::Json};

/// One contact, or the first ones whose name begins with these words, or whose number does.
#[server(prefix = "/fn", endpoint = "start-people", input = Json, output = Json)]
pub async fn people(workspace: Slug, who: Option<ContactId>, words: String) -> Result<Vec<ContactBrief>, Fault> {
    native::people(workspace, who, words).await
}

/// Queues a template to somebody who may not have written yet. Asking again with the same key changes nothing.
#[server(prefix = "/fn", endpoint = "start", input = Json, output = Json)]
pub async fn start(
    workspace: Slug,
    number: NumberId,
    whom: Whom,
    key: MessageId,
    template: TemplateId,
    values: Values,
) -> Result<(Row, MessageView), Fault> {
    native::start(workspace, number, whom, key, template, values).await
}

#[cfg(feature = "ssr")]
pub use native::register;

#[cfg(feature = "ssr")]
mod native {
    use domain::contact::{Contact, Search, is_group, phone};
    use leptos::server_fn::axum::register_explicit;
    use services::{
        contacts::{self, Turn},
        conversations::{self, Addressee, Begin, First},
    };

    use super::*;
    use crate::frame::server::native::ctx;

    /// Of contacts that are offered.
    const MOST: usize = 6;

    /// By name: see [`crate::register_server_functions`].
    pub fn register() {
        register_explicit::<People>();
        register_explicit::<Start>();
    }

    pub async fn people(workspace: Slug, who: Option<ContactId>, words: String) -> Result<Vec<ContactBrief>, Fault> {
        let ctx = ctx(&workspace).await?;
        if let Some(who) = who {
            return Ok(vec![brief(contacts::follow(&ctx, who).await?)]);
        }
        let asked = Search { text: words, ..Search::default() };
        let found = contacts::browse(&ctx, &asked, Turn::First, MOST).await?;
        // Nothing is sent to a group.
        let people = found.items.into_iter().filter(|contact| !is_group(contact.user_id.as_deref()));
        Ok(people.map(brief).collect())
    }

    fn brief(contact: Contact) -> ContactBrief {
        let Contact { id, name, phone, user_id, username, .. } = contact;
        let name = [Some(name).filter(|name| !name.is_empty()), phone.clone(), user_id].into_iter().flatten().next();
        ContactBrief { id, name: name.unwrap_or_default(), phone, username, group: false }
    }

    pub async fn start(
        workspace: Slug,
        number: NumberId,
        whom: Whom,
        key: MessageId,
        template: TemplateId,
        values: Values,
    ) -> Result<(Row, MessageView), Fault> {
        let to = match whom {
            Whom::Contact(id) => Addressee::Contact(id),
            Whom::Phone(text) => Addressee::Digits(phone(&text)?),
        };
        let begin = Begin { number, to, name: None };
        Ok(conversations::start(&ctx(&workspace).await?, &begin, key, First::Chosen(template, &values)).await?)
    }
}
