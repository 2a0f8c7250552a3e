//! What the page of custom fields asks of the server.

use domain::{
    field::{Field, Wish},
    id::FieldId,
    workspace::Slug,
};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use crate::{error::Fault, frame::Frame, json::Json};

/// What the page shows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldsView {
    pub frame: Frame,
    pub fields: Vec<Field>,
}

#[server(prefix = "/fn", endpoint = "contact-fields", input = Json, output = Json)]
pub async fn load_fields(workspace: Slug) -> Result<FieldsView, Fault> {
    use crate::frame::server::native;
    let ctx = native::ctx(&workspace).await?;
    let fields = services::contacts::fields::list(&ctx).await?;
    Ok(FieldsView { frame: native::frame(&ctx).await?, fields })
}

/// Makes a field, or changes one; answers with all of them.
#[server(prefix = "/fn", endpoint = "contact-fields/save", input = Json, output = Json)]
pub async fn save_field(workspace: Slug, field: Option<FieldId>, wish: Wish) -> Result<Vec<Field>, Fault> {
    use services::contacts::fields;
    let ctx = crate::frame::server::native::ctx(&workspace).await?;
    match field {
        Some(id) => fields::change(&ctx, id, &wish).await?,
        None => fields::create(&ctx, &wish).await?,
    };
    Ok(fields::list(&ctx).await?)
}

/// Puts them into another order.
#[server(prefix = "/fn", endpoint = "contact-fields/arrange", input = Json, output = Json)]
pub async fn arrange_fields(workspace: Slug, order: Vec<FieldId>) -> Result<Vec<Field>, Fault> {
    let ctx = crate::frame::server::native::ctx(&workspace).await?;
    Ok(services::contacts::fields::arrange(&ctx, &order).await?)
}

/// Removes one, with its values.
#[server(prefix = "/fn", endpoint = "contact-fields/remove", input = Json, output = Json)]
pub async fn remove_field(workspace: Slug, field: FieldId) -> Result<Vec<Field>, Fault> {
    use services::contacts::fields;
    let ctx = crate::frame::server::native::ctx(&workspace).await?;
    fields::remove(&ctx, field).await?;
    Ok(fields::list(&ctx).await?)
}

#[cfg(feature = "ssr")]
pub(in crate::contacts) fn register() {
    use leptos::server_fn::axum::register_explicit;
    register_explicit::<LoadFields>();
    register_explicit::<SaveField>();
    register_explicit::<ArrangeFields>();
    register_explicit::<RemoveField>();
}
