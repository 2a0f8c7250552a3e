//! The pages and server functions, which live in `app`, and what they are told about the request.

use std::collections::HashSet;

use app::shell::{AssetUrls, PageConfig, shell};
use axum::{
    Router,
    body::Body,
    extract::{Path, Request, State},
    http::{HeaderMap, Method, StatusCode, header},
    middleware::{self, Next},
    response::{IntoResponse, Redirect, Response},
    routing::get,
};
use domain::{id::UserId, workspace::Slug};
use leptos::{
    nonce::use_nonce,
    prelude::{provide_context, use_context},
};
use leptos_axum::{LeptosRoutes, ResponseOptions, generate_route_list_with_exclusions};
use services::{Error, Services, accounts::SignedIn, workspaces};
use tower_sessions::Session;

use crate::{
    assets,
    forms::{local, login_for},
    layers::content_security_policy,
    sessions,
    web::Web,
};

/// Every page, every server function, and the page for what does not exist.
pub fn router(web: &Web) -> Router<Web> {
    app::register_server_functions();
    let mut paths = generate_route_list_with_exclusions(app::App, Some(vec!["/".to_owned()]));
    // Optional parameters are listed once a name; which of them is meant is up to the page's own router.
    let mut shapes = HashSet::new();
    paths.retain(|listing| shapes.insert(shape(listing.path())));
    let options = web.leptos().clone();
    let drawn = {
        let options = options.clone();
        move || shell(options.clone())
    };
    Router::new()
        .leptos_routes_with_context(web, paths, context(web.services().clone()), drawn)
        .fallback(missing)
        .layer(middleware::from_fn_with_state(web.clone(), tell_page))
        // These show nothing, so what waits in the session for the next page must not be spent on them.
        .route("/", get(home))
        .route("/w/{slug}", get(to_inbox))
        .route("/w/{slug}/", get(to_inbox))
        .route("/w/{slug}/inbox/", get(to_inbox))
}

/// A path without the names of its parameters.
fn shape(path: &str) -> String {
    let parts = path.split('/').map(|part| if part.starts_with('{') { "{}" } else { part });
    parts.collect::<Vec<_>>().join("/")
}

/// Runs within the render: the policy names the nonce that this very page's scripts carry.
fn context(services: Services) -> impl Fn() + Clone + Send + Sync + 'static {
    move || {
        provide_context(services.clone());
        let policy = use_nonce().and_then(|nonce| content_security_policy(&nonce));
        if let (Some(policy), Some(response)) = (policy, use_context::<ResponseOptions>()) {
            response.insert_header(header::CONTENT_SECURITY_POLICY, policy);
        }
    }
}

/// To the first workspace's inbox, or to the sign-in page.
async fn home(State(web): State<Web>, request: Request) -> Response {
    let Some(SignedIn { user, .. }) = request.extensions().get() else { return Redirect::to("/login").into_response() };
    match workspaces::of_user(web.services(), *user).await {
        Ok(list) => match list.first() {
            Some(workspace) => Redirect::to(&format!("/w/{}/inbox", workspace.slug)).into_response(),
            None => {
                (StatusCode::NOT_FOUND, "You belong to no workspace. Ask an Owner to invite you.\n").into_response()
            }
        },
        Err(error) => {
            tracing::error!(%error, "the workspaces of somebody who is signed in");
            sessions::Unavailable.into_response()
        }
    }
}

async fn to_inbox(Path(slug): Path<String>) -> Response {
    match slug.parse::<Slug>() {
        Ok(slug) => Redirect::to(&format!("/w/{slug}/inbox")).into_response(),
        Err(_) => StatusCode::NOT_FOUND.into_response(),
    }
}

async fn missing(State(web): State<Web>, request: Request<Body>) -> Response {
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        return StatusCode::NOT_FOUND.into_response();
    }
    let options = web.leptos().clone();
    let draw = leptos_axum::render_app_to_stream_in_order_with_context(context(web.services().clone()), move || {
        shell(options.clone())
    });
    let mut response = draw(request).await;
    if response.status() == StatusCode::OK {
        *response.status_mut() = StatusCode::NOT_FOUND;
    }
    response
}

/// Puts what a page shows around its content on the request.
async fn tell_page(State(web): State<Web>, session: Session, mut request: Request, next: Next) -> Response {
    if matches!(*request.method(), Method::GET | Method::HEAD) {
        if let Some(elsewhere) = login_first(&request).or_else(|| inside_already(&request)) {
            return elsewhere.into_response();
        }
        let place = Place::of(&request);
        if let Some(elsewhere) = another_first(&web, &session, &place).await {
            return elsewhere.into_response();
        }
        let flash = sessions::take_flash(&session).await;
        if let Some(done) = sessions::take_done(&session).await {
            request.extensions_mut().insert(done);
        }
        if matches!(place, Place::Security) {
            request.extensions_mut().insert(sessions::take_kept(&session).await);
        }
        let theme = theme(request.headers());
        let extensions = request.extensions_mut();
        extensions.insert(flash);
        extensions.insert(PageConfig {
            assets: assets::manifest().map(|urls| AssetUrls {
                js: urls.js.to_owned(),
                wasm: urls.wasm.to_owned(),
                css: urls.css.unwrap_or_default().to_owned(),
            }),
            theme,
            demo: web.demo().map(|demo| demo.members.clone()),
            public_url: web.public_url().origin().to_owned(),
        });
    } else if request.uri().path().starts_with("/fn/") {
        // With these a server function would answer a browser's own form with a redirect. Forms have routes of their own.
        request.headers_mut().remove(header::ACCEPT);
        request.headers_mut().remove(header::REFERER);
    }
    next.run(request).await
}

/// The sign-in page has nothing for somebody who is signed in.
fn inside_already(request: &Request) -> Option<Redirect> {
    request.extensions().get::<SignedIn>().filter(|_| request.uri().path() == "/login")?;
    let query = request.uri().query().unwrap_or_default();
    let next = url::form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "next");
    let next = next.as_ref().and_then(|(_, next)| local(next)).filter(|next| !next.starts_with("/login"));
    Some(Redirect::to(next.unwrap_or("/")))
}

/// What kind of page is asked for, as far as signing in is concerned.
enum Place {
    /// Where the code is typed.
    Code {
        signed_in: bool,
    },
    /// Where people look after their own account.
    Security,
    /// Another page of a workspace.
    Workspace(UserId, Slug),
    Other,
}

impl Place {
    fn of(request: &Request) -> Self {
        let who = request.extensions().get::<SignedIn>().map(|who| who.user);
        let path = request.uri().path();
        if path == "/login/code" {
            return Self::Code { signed_in: who.is_some() };
        }
        let inside = path.strip_prefix("/w/").and_then(|rest| rest.split_once('/'));
        match (inside, who) {
            (Some((_, "security")), _) => Self::Security,
            (Some((slug, _)), Some(user)) => slug.parse().map_or(Self::Other, |slug| Self::Workspace(user, slug)),
            _ => Self::Other,
        }
    }
}

/// A page that has to come first. Without the right password before it, the one that asks for a code has nobody to ask; and where
/// a workspace asks for a second factor, a member without one sets it up before anything else.
async fn another_first(web: &Web, session: &Session, place: &Place) -> Option<Redirect> {
    match place {
        Place::Code { signed_in: false } if matches!(sessions::waiting(session).await, Ok(Some(_))) => None,
        Place::Code { .. } => Some(Redirect::to("/login")),
        Place::Workspace(user, slug) => match web.services().ctx(*user, slug).await {
            Err(Error::Domain(domain::Error::SecondFactor)) => Some(Redirect::to(&format!("/w/{slug}/security"))),
            _ => None,
        },
        Place::Security | Place::Other => None,
    }
}

/// Pages of a workspace are for people who have signed in: they come back here once they have.
fn login_first(request: &Request) -> Option<Redirect> {
    let signed_in = request.extensions().get::<SignedIn>().is_some();
    let wanted = request.uri().path_and_query()?.as_str();
    (wanted.starts_with("/w/") && !signed_in).then(|| login_for(wanted))
}

fn theme(headers: &HeaderMap) -> Option<String> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(';'))
        .find_map(|pair| pair.trim().strip_prefix("theme="))
        .filter(|theme| matches!(*theme, "light" | "dark"))
        .map(str::to_owned)
}
