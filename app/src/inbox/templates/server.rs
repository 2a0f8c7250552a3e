//! What the browser asks about templates. Thin: each calls one use case.

use domain::{
    id::{ConversationId, MessageId, NumberId, TemplateId},
    inbox::MessageView,
    template::{Template, Values},
    workspace::Slug,
};
use leptos::prelude::*;

use crate::{error::Fault, json::Json};

/// The templates of a number, as they were last read from Meta.
#[server(prefix = "/fn", endpoint = "templates", input = Json, output = Json)]
pub async fn load_templates(workspace: Slug, number: NumberId) -> Result<Vec<Template>, Fault> {
    Ok(services::templates::list(&native::ctx(&workspace).await?, number).await?)
}

/// The same, read from Meta now.
#[server(prefix = "/fn", endpoint = "templates-refresh", input = Json, output = Json)]
pub async fn refresh_templates(workspace: Slug, number: NumberId) -> Result<Vec<Template>, Fault> {
    Ok(services::templates::refresh(&native::ctx(&workspace).await?, number).await?)
}

/// Queues a template. Asking again with the same key changes nothing.
#[server(prefix = "/fn", endpoint = "send-template", input = Json, output = Json)]
pub async fn send_template(
    workspace: Slug,
    conversation: ConversationId,
    key: MessageId,
    template: TemplateId,
    values: Values,
) -> Result<MessageView, Fault> {
    Ok(services::templates::send(&native::ctx(&workspace).await?, conversation, key, template, &values).await?)
}

#[cfg(feature = "ssr")]
pub use native::register;

#[cfg(feature = "ssr")]
mod native {
    use leptos::server_fn::axum::register_explicit;

    use super::*;
    pub use crate::frame::server::native::ctx;

    /// By name: see [`crate::register_server_functions`].
    pub fn register() {
        register_explicit::<LoadTemplates>();
        register_explicit::<RefreshTemplates>();
        register_explicit::<SendTemplate>();
    }
}
