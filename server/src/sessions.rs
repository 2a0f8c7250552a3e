//! Who is asking: sessions, and what of them the pages see.

use app::{
    flash::{Done, Flash},
    security,
};
use axum::{
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use domain::id::UserId;
use services::{
    Origin, Services,
    accounts::{
        self, ADDRESS_KEY, AGENT_KEY, CurrentSession, PROOF_KEY, Passed, Proof, SessionStore, SignInError, SignedIn,
        USER_KEY, Waiting,
    },
};
use tower_sessions::{Expiry, Session, SessionManagerLayer, cookie::SameSite};

use crate::{config::PublicUrl, web::Web};

/// The store decides when a session ends; the cookie only has to live as long.
const COOKIE_DAYS: i64 = 30;
const LAST_USER: &str = "parlance_last_user";
const FLASH_KEY: &str = "flash";
const DONE_KEY: &str = "done";
const UNSENT_KEY: &str = "unsent";
/// Between the password and the code: who is meant, and where they wanted to go.
const WAITING_KEY: &str = "waiting";
/// A second factor that is being set up, sealed.
const SETUP_KEY: &str = "setup";
/// Recovery codes that wait to be shown, sealed.
const CODES_KEY: &str = "codes";
/// Characters of an unsent text that are kept for somebody who is signed out: twice what a message may have.
const UNSENT_LIMIT: usize = 8_192;

/// Reads the cookie and keeps the session. A browser sends a `__Host-` cookie back only if this very host set it, over TLS.
pub fn layer(services: &Services, public_url: &PublicUrl) -> SessionManagerLayer<SessionStore> {
    let name = if public_url.is_https() { "__Host-parlance_session" } else { "parlance_session" };
    SessionManagerLayer::new(SessionStore::new(services))
        .with_name(name)
        .with_http_only(true)
        .with_same_site(SameSite::Lax)
        .with_secure(public_url.is_https())
        .with_expiry(Expiry::OnInactivity(time::Duration::days(COOKIE_DAYS)))
}

/// What a page asks by itself takes no cookie away: it may have been asked with the session before, and be answered behind the sign-in,
/// or the second factor, that has just made a new one.
pub async fn spare_the_cookie(request: Request, next: Next) -> Response {
    let by_itself = request.uri().path().starts_with("/fn/");
    let mut response = next.run(request).await;
    let takes = |cookie: &HeaderValue| cookie.to_str().is_ok_and(|text| text.contains("Max-Age=0"));
    let cookies = response.headers().get_all(header::SET_COOKIE);
    if by_itself && cookies.iter().any(takes) {
        let kept: Vec<HeaderValue> = cookies.iter().filter(|cookie| !takes(cookie)).cloned().collect();
        response.headers_mut().remove(header::SET_COOKIE);
        for cookie in kept {
            response.headers_mut().append(header::SET_COOKIE, cookie);
        }
    }
    response
}

/// Puts [`SignedIn`] on the request when the session has somebody.
pub async fn identify(State(web): State<Web>, session: Session, mut request: Request, next: Next) -> Response {
    match who(web.services(), &session).await {
        Ok(Some(signed_in)) => {
            if let Some(id) = session.id() {
                request.extensions_mut().insert(CurrentSession(accounts::handle_of(&id)));
            }
            request.extensions_mut().insert(signed_in);
        }
        Ok(None) => {}
        Err(unavailable) => return unavailable.into_response(),
    }
    next.run(request).await
}

/// The database cannot say who is asking.
pub struct Unavailable;

impl IntoResponse for Unavailable {
    fn into_response(self) -> Response {
        (StatusCode::SERVICE_UNAVAILABLE, "Parlance cannot reach its database. Try again in a minute.\n")
            .into_response()
    }
}

async fn who(services: &Services, session: &Session) -> Result<Option<SignedIn>, Unavailable> {
    let user = session.get::<UserId>(USER_KEY).await.map_err(unavailable)?;
    match user {
        Some(user) => accounts::signed_in(services, user).await.map_err(unavailable),
        None => Ok(None),
    }
}

fn unavailable(error: impl std::fmt::Display) -> Unavailable {
    tracing::error!(%error, "the session cannot be read");
    Unavailable
}

/// Whether the session still stands and belongs to `user`, asked of the database.
pub async fn still_belongs_to(session: &Session, user: UserId) -> bool {
    session.load().await.is_ok() && session.get::<UserId>(USER_KEY).await.is_ok_and(|now| now == Some(user))
}

/// Begins a session for somebody of whom it is known who they are without a password. The id is new, so one that was planted
/// before is worth nothing; nothing of what was there is kept but a text of their own that could not be sent.
///
/// # Errors
/// When the database cannot be written.
pub async fn begin(services: &Services, session: &Session, user: UserId, origin: &Origin) -> Result<(), Unavailable> {
    accounts::note_signed_in(services, user, origin).await.map_err(unavailable)?;
    let unsent = fresh(session).await?;
    put_user(session, user, origin).await?;
    give_back(session, user, unsent).await;
    Ok(())
}

/// The same for somebody who has just signed in; `false` when what they signed in with counts no more.
///
/// # Errors
/// When the database cannot be written.
pub async fn begin_with(
    services: &Services,
    session: &Session,
    passed: &Passed,
    origin: &Origin,
) -> Result<bool, Unavailable> {
    let Passed { user, proof, .. } = *passed;
    match accounts::complete(services, user, proof, origin).await {
        Ok(()) => {}
        Err(SignInError::TooLate) => return Ok(false),
        Err(error) => return Err(unavailable(error)),
    }
    let unsent = fresh(session).await?;
    put_user(session, user, origin).await?;
    session.insert(PROOF_KEY, proof).await.map_err(unavailable)?;
    // The store has the last word, so it is asked here.
    session.save().await.map_err(unavailable)?;
    if session.get::<UserId>(USER_KEY).await.map_err(unavailable)?.is_none() {
        keep_unsent(session, unsent).await;
        return Ok(false);
    }
    give_back(session, user, unsent).await;
    Ok(true)
}

/// Empties the session and gives it a new id; a text that could not be sent comes back.
async fn fresh(session: &Session) -> Result<Option<Unsent>, Unavailable> {
    let unsent = session.get::<Unsent>(UNSENT_KEY).await.ok().flatten();
    session.clear().await;
    session.cycle_id().await.map_err(unavailable)?;
    Ok(unsent)
}

async fn put_user(session: &Session, user: UserId, origin: &Origin) -> Result<(), Unavailable> {
    session.insert(USER_KEY, user).await.map_err(unavailable)?;
    session.insert(AGENT_KEY, origin.agent.as_deref().unwrap_or_default()).await.map_err(unavailable)?;
    let address = origin.address.map(|address| address.to_canonical().to_string());
    session.insert(ADDRESS_KEY, address.unwrap_or_default()).await.map_err(unavailable)
}

/// Shows an author the text that they could not send.
async fn give_back(session: &Session, user: UserId, unsent: Option<Unsent>) {
    if let Some((author, text)) = unsent
        && author == user
    {
        let error = Some("You were signed out before this was sent. Your text is below.".to_owned());
        put_flash(session, Flash { error, text: Some(text), email: None }).await;
    }
}

/// Keeps that the right password was given and a code is missing: nobody is signed in yet, and whoever was so before is so no
/// more.
///
/// # Errors
/// When the database cannot be written.
pub async fn wait(session: &Session, waiting: Waiting, next: &str) -> Result<(), Unavailable> {
    let unsent = fresh(session).await?;
    keep_unsent(session, unsent).await;
    session.insert(WAITING_KEY, (waiting, next)).await.map_err(unavailable)
}

/// Who is asked for a code, and where they wanted to go.
///
/// # Errors
/// When the database cannot be asked.
pub async fn waiting(session: &Session) -> Result<Option<(Waiting, String)>, Unavailable> {
    session.get(WAITING_KEY).await.map_err(unavailable)
}

/// They have to begin with the password again.
///
/// # Errors
/// When the database cannot be asked.
pub async fn wait_no_more(session: &Session) -> Result<(), Unavailable> {
    session.remove_value(WAITING_KEY).await.map(drop).map_err(unavailable)
}

/// Keeps a second factor that is being set up, or forgets it.
///
/// # Errors
/// When the database cannot be asked.
pub async fn put_setup(session: &Session, sealed: Option<String>) -> Result<(), Unavailable> {
    match sealed {
        Some(sealed) => session.insert(SETUP_KEY, sealed).await.map_err(unavailable),
        None => session.remove_value(SETUP_KEY).await.map(drop).map_err(unavailable),
    }
}

/// A second factor that is being set up.
///
/// # Errors
/// When the database cannot be asked.
pub async fn setup(session: &Session) -> Result<Option<String>, Unavailable> {
    session.get(SETUP_KEY).await.map_err(unavailable)
}

/// Keeps recovery codes for the next page.
///
/// # Errors
/// When the database cannot be asked.
pub async fn put_codes(session: &Session, sealed: String) -> Result<(), Unavailable> {
    session.insert(CODES_KEY, sealed).await.map_err(unavailable)
}

/// What the security page is given; recovery codes once.
pub async fn take_kept(session: &Session) -> security::Kept {
    let codes = session.remove(CODES_KEY).await.ok().flatten();
    security::Kept { setup: session.get(SETUP_KEY).await.ok().flatten(), codes }
}

/// Gives the session a new id, when what one signs in with has changed to `proof`. Should it have changed once more, the
/// session has nobody.
///
/// # Errors
/// When the database cannot be written.
pub async fn renew(session: &Session, proof: Proof) -> Result<(), Unavailable> {
    session.cycle_id().await.map_err(unavailable)?;
    session.insert(PROOF_KEY, proof).await.map_err(unavailable)
}

/// A text that could not be sent because its author was signed out, and the author.
type Unsent = (UserId, String);

/// Keeps a text for its author, who is shown it after signing in again; nobody else ever is.
pub async fn put_unsent(session: &Session, headers: &HeaderMap, text: String) {
    let Some(author) = last_user(headers) else { return };
    keep_unsent(session, Some((author, text.chars().take(UNSENT_LIMIT).collect()))).await;
}

async fn keep_unsent(session: &Session, unsent: Option<Unsent>) {
    let Some(unsent) = unsent else { return };
    if let Err(error) = session.insert(UNSENT_KEY, unsent).await {
        tracing::warn!(%error, "a text that was not sent could not be kept");
    }
}

/// A cookie that outlives the session and says whose it was. It proves nothing: it only decides to whom a text that this very
/// browser sends is given back.
pub fn last_user_cookie(user: UserId, public_url: &PublicUrl) -> String {
    let secure = if public_url.is_https() { "; Secure" } else { "" };
    let age = COOKIE_DAYS * 24 * 60 * 60;
    format!("{LAST_USER}={user}; Path=/; Max-Age={age}; SameSite=Lax; HttpOnly{secure}")
}

fn last_user(headers: &HeaderMap) -> Option<UserId> {
    let lines = headers.get_all(header::COOKIE).iter().filter_map(|line| line.to_str().ok());
    let mut values = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    values.find(|(name, _)| *name == LAST_USER).and_then(|(_, user)| user.parse().ok())
}

/// Ends the session.
///
/// # Errors
/// When the database cannot be written: then it has not ended.
pub async fn end(session: &Session) -> Result<(), Unavailable> {
    session.flush().await.map_err(unavailable)
}

/// A [`Flash`] as the session holds it: error, text, email.
type Kept = (Option<String>, Option<String>, Option<String>);

/// Keeps a text for the next page. Should that fail, the person loses a message, not what they did.
pub async fn put_flash(session: &Session, Flash { error, text, email }: Flash) {
    let kept: Kept = (error, text, email);
    if let Err(error) = session.insert(FLASH_KEY, kept).await {
        tracing::warn!(%error, "a form's message could not be kept");
    }
}

/// What was kept; it is shown once.
pub async fn take_flash(session: &Session) -> Flash {
    let Ok(Some((error, text, email))) = session.get::<Kept>(FLASH_KEY).await else { return Flash::default() };
    if let Err(error) = session.remove_value(FLASH_KEY).await {
        tracing::warn!(%error, "a form's message stays in the session");
    }
    Flash { error, text, email }
}

/// Keeps the word that something is done for the next page.
pub async fn put_done(session: &Session, done: &str) {
    if let Err(error) = session.insert(DONE_KEY, done).await {
        tracing::warn!(%error, "a form's answer could not be kept");
    }
}

/// What was kept; it is shown once.
pub async fn take_done(session: &Session) -> Option<Done> {
    let kept = session.get::<String>(DONE_KEY).await.ok().flatten()?;
    if let Err(error) = session.remove_value(DONE_KEY).await {
        tracing::warn!(%error, "a form's answer stays in the session");
    }
    Some(Done(kept))
}
