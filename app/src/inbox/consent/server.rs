use domain::{
    contact::Contact,
    id::ContactId,
    inbox::Page,
    opt_out::{Consent, Cursor, What},
    workspace::Slug,
};
use leptos::prelude::*;

use crate::{error::Fault, json::Json};

/// Lines of the history at a time.
#[cfg(feature = "ssr")]
const PAGE: usize = 10;

/// A contact's history, the newest first.
#[server(prefix = "/fn", endpoint = "consent", input = Json, output = Json)]
pub async fn load_consent(workspace: Slug, contact: ContactId, before: Option<Cursor>) -> Result<Page<Consent>, Fault> {
    let ctx = crate::frame::server::native::ctx(&workspace).await?;
    Ok(services::consent::history(&ctx, contact, before, PAGE).await?)
}

/// Notes what the customer decided elsewhere.
#[server(prefix = "/fn", endpoint = "consent/record", input = Json, output = Json)]
pub async fn record_consent(
    workspace: Slug,
    contact: ContactId,
    what: What,
    note: Option<String>,
) -> Result<Contact, Fault> {
    let ctx = crate::frame::server::native::ctx(&workspace).await?;
    Ok(services::consent::record(&ctx, contact, what, note.as_deref()).await?)
}

/// By name: see [`crate::register_server_functions`].
#[cfg(feature = "ssr")]
pub fn register() {
    use leptos::server_fn::axum::register_explicit;
    register_explicit::<LoadConsent>();
    register_explicit::<RecordConsent>();
}
