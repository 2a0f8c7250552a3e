//! What the pages of imports ask of the server. The file itself goes to `POST /w/{slug}/contacts/imports`.

use domain::{
    field::Field,
    id::ImportId,
    import::{Checked, Import, Mark, Plan, Previewed},
    workspace::{MemberBrief, Slug},
};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use crate::{error::Fault, frame::Frame, json::Json};

/// What the list of imports shows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportsView {
    pub frame: Frame,
    pub imports: Vec<Import>,
    pub members: Vec<MemberBrief>,
}

/// What the page of one shows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportView {
    pub frame: Frame,
    pub import: Import,
    /// Where a column may go.
    pub fields: Vec<Field>,
    /// The cells of the first lines.
    pub samples: Vec<Vec<String>>,
}

#[server(prefix = "/fn", endpoint = "imports", input = Json, output = Json)]
pub async fn load_imports(workspace: Slug) -> Result<ImportsView, Fault> {
    use crate::frame::server::native;
    let ctx = native::ctx(&workspace).await?;
    let imports = services::contacts::import::list(&ctx).await?;
    let members = services::members::list(&ctx).await?;
    Ok(ImportsView { imports, members, frame: native::frame(&ctx).await? })
}

#[server(prefix = "/fn", endpoint = "import", input = Json, output = Json)]
pub async fn load_import(workspace: Slug, import: ImportId) -> Result<ImportView, Fault> {
    use crate::frame::server::native;
    use services::contacts::import::{Draft, draft};
    let ctx = native::ctx(&workspace).await?;
    let Draft { import, fields, samples } = draft(&ctx, import).await?;
    Ok(ImportView { import, fields, samples, frame: native::frame(&ctx).await? })
}

/// How far it is.
#[server(prefix = "/fn", endpoint = "import/progress", input = Json, output = Json)]
pub async fn import_progress(workspace: Slug, import: ImportId) -> Result<Import, Fault> {
    let ctx = crate::frame::server::native::ctx(&workspace).await?;
    Ok(services::contacts::import::get(&ctx, import).await?)
}

/// What would become of the first lines.
#[server(prefix = "/fn", endpoint = "import/preview", input = Json, output = Json)]
pub async fn preview_import(workspace: Slug, import: ImportId, plan: Plan) -> Result<Vec<Previewed>, Fault> {
    let ctx = crate::frame::server::native::ctx(&workspace).await?;
    Ok(services::contacts::import::preview(&ctx, import, &plan).await?)
}

/// Which lines of the next stretch cannot be taken: from the beginning, or from where the stretch before ended.
#[server(prefix = "/fn", endpoint = "import/check", input = Json, output = Json)]
pub async fn check_import(workspace: Slug, import: ImportId, plan: Plan, from: Option<Mark>) -> Result<Checked, Fault> {
    let ctx = crate::frame::server::native::ctx(&workspace).await?;
    Ok(services::contacts::import::check(&ctx, import, &plan, from).await?)
}

#[server(prefix = "/fn", endpoint = "import/start", input = Json, output = Json)]
pub async fn start_import(workspace: Slug, import: ImportId, plan: Plan) -> Result<Import, Fault> {
    let ctx = crate::frame::server::native::ctx(&workspace).await?;
    Ok(services::contacts::import::start(&ctx, import, &plan).await?)
}

#[server(prefix = "/fn", endpoint = "import/cancel", input = Json, output = Json)]
pub async fn cancel_import(workspace: Slug, import: ImportId) -> Result<Import, Fault> {
    let ctx = crate::frame::server::native::ctx(&workspace).await?;
    Ok(services::contacts::import::cancel(&ctx, import).await?)
}

#[cfg(feature = "ssr")]
pub(in crate::contacts) fn register() {
    use leptos::server_fn::axum::register_explicit;
    register_explicit::<LoadImports>();
    register_explicit::<LoadImport>();
    register_explicit::<ImportProgress>();
    register_explicit::<PreviewImport>();
    register_explicit::<CheckImport>();
    register_explicit::<StartImport>();
    register_explicit::<CancelImport>();
}
