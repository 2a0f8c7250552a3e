use app::flash::Flash;
use axum::{
    extract::{FromRequestParts, Path},
    http::{HeaderMap, StatusCode, request::Parts},
    response::{IntoResponse, Response},
};
use domain::workspace::Slug;
use serde::Deserialize;
use services::{Ctx, Error, Origin, accounts::SignedIn};
use tower_sessions::Session;
use uuid::Uuid;

use super::back;
use crate::{layers::RequestId, sessions, web::Web};

/// What a form asks for: who, in which workspace, about what, from which page.
pub struct Ask {
    /// Of the conversation or message that the path names.
    pub id: Uuid,
    slug: Slug,
    web: Web,
    signed_in: Option<SignedIn>,
    session: Session,
    request: Option<RequestId>,
    from: Origin,
    headers: HeaderMap,
}

#[derive(Deserialize)]
struct At {
    slug: Slug,
    id: Uuid,
}

impl FromRequestParts<Web> for Ask {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, web: &Web) -> Result<Self, Response> {
        // A path that cannot name anything names nothing.
        let Path(At { slug, id }) =
            Path::from_request_parts(parts, web).await.map_err(|_| StatusCode::NOT_FOUND.into_response())?;
        let session = Session::from_request_parts(parts, web).await.map_err(IntoResponse::into_response)?;
        Ok(Self {
            id,
            slug,
            web: web.clone(),
            signed_in: parts.extensions.get().cloned(),
            session,
            request: parts.extensions.get().copied(),
            from: parts.extensions.get().cloned().unwrap_or_default(),
            headers: parts.headers.clone(),
        })
    }
}

impl Ask {
    /// The member who asks.
    ///
    /// # Errors
    /// `SignedOut`, or `NotFound` for somebody who is no member.
    pub async fn ctx(&self) -> Result<Ctx, Error> {
        let SignedIn { user, .. } = self.signed_in.as_ref().ok_or(Error::SignedOut)?;
        Ok(self.web.services().ctx(*user, &self.slug).await?.from(self.from.clone()))
    }

    /// Names the line in the log.
    pub fn request_id(&self) -> String {
        self.request.map(|id| id.0.to_string()).unwrap_or_default()
    }

    /// The list of conversations.
    pub fn inbox(&self) -> String {
        format!("/w/{}/inbox", self.slug)
    }

    /// The conversation that the path names.
    pub fn thread(&self) -> String {
        format!("{}/{}", self.inbox(), self.id)
    }

    /// 303 to the page the form stood on when it is a page of this inbox, else to `page`. What went wrong is shown there, with
    /// the text that was typed.
    pub async fn answer(&self, done: Result<(), Error>, page: &str, text: Option<String>) -> Response {
        let error = match done {
            Ok(()) => return back::to(&self.origin_or(page)).into_response(),
            Err(Error::SignedOut) => {
                if let Some(text) = text {
                    sessions::put_unsent(&self.session, &self.headers, text).await;
                }
                return self.to_login(page);
            }
            Err(Error::Domain(domain::Error::NotFound)) => return StatusCode::NOT_FOUND.into_response(),
            // No page offers what is not permitted. What was typed is shown on the next one.
            Err(Error::Domain(wrong @ (domain::Error::Forbidden { .. } | domain::Error::SecondFactor))) => {
                sessions::put_flash(&self.session, Flash { error: Some(wrong.to_string()), text, email: None }).await;
                return (StatusCode::FORBIDDEN, format!("{wrong}\n")).into_response();
            }
            Err(Error::Internal(why)) => {
                let id = self.request.map(|id| id.0.to_string()).unwrap_or_default();
                tracing::error!(why, "a form failed");
                format!("Something went wrong on our side. If it stays, report this id: {id}")
            }
            Err(error) => error.to_string(),
        };
        sessions::put_flash(&self.session, Flash { error: Some(error), text, email: None }).await;
        back::to(&self.origin_or(page)).into_response()
    }

    /// What was written for a conversation that the member does not see any more is shown on the list. The answer is the same
    /// for a conversation that never was.
    pub async fn lost(&self, text: String) -> Response {
        let error = Some("This conversation is not yours any more. Your text is below.".to_owned());
        sessions::put_flash(&self.session, Flash { error, text: Some(text), email: None }).await;
        back::to(&self.inbox()).into_response()
    }

    fn origin_or(&self, page: &str) -> String {
        let inbox = self.inbox();
        // A conversation that was handed away is no page to go back to, so a list wins over the page of origin.
        back::page(&self.headers, self.web.public_url())
            .filter(|origin| page != inbox || !origin.contains(&format!("{inbox}/{}", self.id)))
            .filter(|origin| {
                origin.strip_prefix(&inbox).is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '?']))
            })
            .unwrap_or_else(|| page.to_owned())
    }

    /// Back to the page, not to the form, once they have signed in.
    fn to_login(&self, page: &str) -> Response {
        back::login_for(&self.origin_or(page)).into_response()
    }
}
