use axum::{
    Form,
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Deserialize;

use super::back;
use crate::web::Web;

const A_YEAR: &str = "31536000";

#[derive(Deserialize)]
pub struct Choice {
    theme: String,
    #[serde(default)]
    next: String,
}

/// `POST /theme`: `light`, `dark`, or `auto`, which follows the system.
pub async fn choose(State(web): State<Web>, headers: HeaderMap, Form(choice): Form<Choice>) -> Response {
    let age = match choice.theme.as_str() {
        "light" | "dark" => A_YEAR,
        "auto" => "0",
        _ => return StatusCode::UNPROCESSABLE_ENTITY.into_response(),
    };
    let secure = if web.public_url().is_https() { "; Secure" } else { "" };
    let cookie = format!("theme={}; Path=/; Max-Age={age}; SameSite=Lax; HttpOnly{secure}", choice.theme);
    let page = back::local(&choice.next).map(str::to_owned).or_else(|| back::page(&headers, web.public_url()));
    ([(header::SET_COOKIE, cookie)], back::to(page.as_deref().unwrap_or("/"))).into_response()
}
