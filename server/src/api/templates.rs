//! `/api/v1/templates`

use axum::Json;
use domain::{
    id::TemplateId,
    template::{Category, Slot, Status, Template, slots},
};
use serde::Serialize;
use services::templates;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    caller::Caller,
    page::{self, List, Slice},
    problem::Problem,
    read::Query,
};

/// In cursors.
const LIST: &str = "template";

/// A message template in one language, as Meta last listed it.
#[derive(Serialize, ToSchema)]
#[schema(as = Template)]
pub struct Shown {
    id: Uuid,
    /// As it is called at Meta. Several languages share a name.
    name: String,
    /// Meta's code of the language, such as `en_US`.
    language: String,
    category: TemplateCategory,
    status: TemplateStatus,
    /// Whether it can be sent now.
    sendable: bool,
    /// Why not, in words.
    why_not: Option<String>,
    /// The text of its body, with its variables.
    body: String,
    /// What has to be filled in.
    variables: Vec<Variable>,
    /// When it was last found to have changed. Unix time in milliseconds.
    synced_at: i64,
}

/// Something to fill in.
#[derive(Serialize, ToSchema)]
#[schema(as = TemplateVariable)]
pub struct Variable {
    /// The name under which its value is sent: `body.1`, `body.order`, `header.1`, `header.link`, `button.0`.
    key: String,
    /// As people read it.
    label: String,
    /// Meta's example, if it kept one.
    example: Option<String>,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum TemplateCategory {
    Marketing,
    Utility,
    Authentication,
    Other,
}

/// Only an `approved` one can be sent. `gone`: Meta does not list it any more.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum TemplateStatus {
    Approved,
    Pending,
    Rejected,
    Paused,
    Disabled,
    Gone,
    Other,
}

impl From<Template> for Shown {
    fn from(template: Template) -> Self {
        let why_not = template.why_not().map(str::to_owned);
        let variable = |Slot { key, label, example, .. }: Slot| Variable { key, label, example };
        let variables = slots(&template.content).into_iter().map(variable).collect();
        let Template { id, name, language, category, status, content, synced_at } = template;
        Self {
            id: id.0,
            name,
            language,
            category: match category {
                Category::Marketing => TemplateCategory::Marketing,
                Category::Utility => TemplateCategory::Utility,
                Category::Authentication => TemplateCategory::Authentication,
                Category::Other => TemplateCategory::Other,
            },
            status: match status {
                Status::Approved => TemplateStatus::Approved,
                Status::Pending => TemplateStatus::Pending,
                Status::Rejected => TemplateStatus::Rejected,
                Status::Paused => TemplateStatus::Paused,
                Status::Disabled => TemplateStatus::Disabled,
                Status::Gone => TemplateStatus::Gone,
                Status::Other => TemplateStatus::Other,
            },
            sendable: why_not.is_none(),
            why_not,
            body: content.body,
            variables,
            synced_at,
        }
    }
}

/// Message templates
///
/// Of all accounts of the workspace, as Meta last listed them. Needs `templates.view`.
#[utoipa::path(
    get, path = "/api/v1/templates", tag = "Messages", operation_id = "listTemplates", params(Slice),
    responses((status = 200, description = "A page of templates", body = List<Shown>)),
)]
pub async fn list(Caller(ctx): Caller, Query(slice): Query<Slice>) -> Result<Json<List<Shown>>, Problem> {
    let (limit, after) = (slice.limit()?, slice.after::<TemplateId>(LIST)?);
    let found = templates::all(&ctx, after, limit).await?;
    Ok(Json(page::list(LIST, found, limit, |template| template.id, Shown::from)))
}
