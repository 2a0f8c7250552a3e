//! `/api/v1/labels`

use axum::Json;
use domain::label::{Colour, Label};
use serde::Serialize;
use services::labels;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{caller::Caller, page::List, problem::Problem};

/// A short coloured word that conversations can have.
#[derive(Serialize, ToSchema)]
#[schema(as = Label)]
pub struct Shown {
    id: Uuid,
    name: String,
    colour: LabelColour,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum LabelColour {
    Blue,
    Teal,
    Green,
    Lime,
    Yellow,
    Orange,
    Red,
    Pink,
    Purple,
    Grey,
}

impl From<Label> for Shown {
    fn from(Label { id, name, colour }: Label) -> Self {
        let colour = match colour {
            Colour::Blue => LabelColour::Blue,
            Colour::Teal => LabelColour::Teal,
            Colour::Green => LabelColour::Green,
            Colour::Lime => LabelColour::Lime,
            Colour::Yellow => LabelColour::Yellow,
            Colour::Orange => LabelColour::Orange,
            Colour::Red => LabelColour::Red,
            Colour::Pink => LabelColour::Pink,
            Colour::Purple => LabelColour::Purple,
            Colour::Grey => LabelColour::Grey,
        };
        Self { id: id.0, name, colour }
    }
}

/// Labels
///
/// All of the workspace, by name: there are never more than 100, so they come as one page. Needs `conversations.view`.
#[utoipa::path(
    get, path = "/api/v1/labels", tag = "Conversations", operation_id = "listLabels",
    responses((status = 200, description = "The labels", body = List<Shown>)),
)]
pub async fn list(Caller(ctx): Caller) -> Result<Json<List<Shown>>, Problem> {
    let items = labels::list(&ctx).await?.into_iter().map(Shown::from).collect();
    Ok(Json(List { items, next_cursor: None }))
}
