//! What the page asks of the server. Thin: each calls one use case.

use domain::{
    id::LabelId,
    label::{Colour, Label},
    workspace::Slug,
};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use crate::{error::Fault, frame::Frame, json::Json};

/// A label with how many conversations have it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    pub label: Label,
    pub conversations: i64,
}

/// What the page shows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LabelsView {
    pub frame: Frame,
    pub lines: Vec<Line>,
}

#[server(prefix = "/fn", endpoint = "labels", input = Json, output = Json)]
pub async fn load_labels(workspace: Slug) -> Result<LabelsView, Fault> {
    use crate::frame::server::native;
    let ctx = native::ctx(&workspace).await?;
    let listed = services::labels::listed(&ctx).await?;
    let lines = listed.into_iter().map(|one| Line { label: one.label, conversations: one.conversations }).collect();
    Ok(LabelsView { frame: native::frame(&ctx).await?, lines })
}

#[server(prefix = "/fn", endpoint = "labels/create", input = Json, output = Json)]
pub async fn create_label(workspace: Slug, name: String, colour: Colour) -> Result<Label, Fault> {
    let ctx = crate::frame::server::native::ctx(&workspace).await?;
    Ok(services::labels::create(&ctx, &name, colour).await?)
}

/// Its name and its colour, wherever it is.
#[server(prefix = "/fn", endpoint = "labels/change", input = Json, output = Json)]
pub async fn change_label(workspace: Slug, label: LabelId, name: String, colour: Colour) -> Result<Label, Fault> {
    let ctx = crate::frame::server::native::ctx(&workspace).await?;
    Ok(services::labels::change(&ctx, label, &name, colour).await?)
}

/// Also from the conversations that have it.
#[server(prefix = "/fn", endpoint = "labels/delete", input = Json, output = Json)]
pub async fn delete_label(workspace: Slug, label: LabelId) -> Result<(), Fault> {
    let ctx = crate::frame::server::native::ctx(&workspace).await?;
    Ok(services::labels::delete(&ctx, label).await?)
}

/// By name: see [`crate::register_server_functions`].
#[cfg(feature = "ssr")]
pub fn register() {
    use leptos::server_fn::axum::register_explicit;
    register_explicit::<LoadLabels>();
    register_explicit::<CreateLabel>();
    register_explicit::<ChangeLabel>();
    register_explicit::<DeleteLabel>();
}
