//! What the browser asks of the server.

use domain::workspace::Slug;
use leptos::prelude::*;

use super::{Asked, screen::AuditScreen};
use crate::{error::Fault, json::Json};

/// The screen for an address.
#[server(prefix = "/fn", endpoint = "audit", input = Json, output = Json)]
pub async fn load_audit(workspace: Slug, asked: Asked) -> Result<AuditScreen, Fault> {
    native::screen(workspace, asked).await
}

#[cfg(feature = "ssr")]
pub use native::register;

#[cfg(feature = "ssr")]
mod native {
    use domain::{
        audit::{Cursor, EntryView, Filter},
        id::AuditId,
    };
    use leptos::server_fn::axum::register_explicit;
    use services::{Ctx, audit, members};
    use uuid::Uuid;

    use super::*;
    use crate::{audit::words, frame::server::native as frame};

    /// Entries of a page.
    const PAGE: usize = 50;

    /// By name: see [`crate::register_server_functions`].
    pub fn register() {
        register_explicit::<LoadAudit>();
    }

    pub async fn screen(workspace: Slug, asked: Asked) -> Result<AuditScreen, Fault> {
        let ctx = frame::ctx(&workspace).await?;
        let page = audit::list(&ctx, &asked.filter(), asked.cursor(), PAGE).await?;
        let opened = opened(&ctx, &asked, &page.items).await?;
        let members = members::list(&ctx).await?;
        let mut people: Vec<_> = members.into_iter().map(|who| (format!("member:{}", who.id), who.name)).collect();
        people.push(("system".to_owned(), "System".to_owned()));
        Ok(AuditScreen {
            frame: frame::frame(&ctx).await?,
            lines: page.items.iter().map(words::line).collect(),
            older: page.items.last().filter(|_| page.more).map(|last| last.cursor().to_string()),
            missing: opened.is_none() && !asked.entry.is_empty(),
            opened: opened.map(|entry| words::opened(&entry, &asked, workspace.as_str())),
            people,
            chain: audit::status(&ctx).await?,
            asked,
        })
    }

    /// The entry that the address names, from the page or from elsewhere.
    async fn opened(ctx: &Ctx, asked: &Asked, page: &[EntryView]) -> Result<Option<EntryView>, Fault> {
        let Ok(wanted) = asked.entry.parse::<Cursor>() else { return Ok(None) };
        if let Some(entry) = page.iter().find(|entry| entry.cursor() == wanted) {
            return Ok(Some(entry.clone()));
        }
        // It is the first behind the place just above it.
        let above = Cursor { id: AuditId(Uuid::from_u128(wanted.id.0.as_u128().saturating_add(1))), ..wanted };
        let found = audit::list(ctx, &Filter::default(), Some(above), 1).await?;
        Ok(found.items.into_iter().find(|entry| entry.cursor() == wanted))
    }
}
