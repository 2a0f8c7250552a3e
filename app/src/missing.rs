//! The pages for a path that leads nowhere, and for what the member's role does not reach.

use domain::permission::Permission;
use leptos::prelude::*;
use leptos_meta::Title;

use crate::ui::icon;

/// Says what is true and offers one way on. The server sets the status.
#[component]
pub fn MissingPage() -> impl IntoView {
    view! {
        <Title text="Nothing here · Parlance"/>
        <main class="nowhere" id="main">
            <div class="notice">
                <NothingArt/>
                <h1>"Nothing here"</h1>
                <p>"The page was moved, or it is not yours to see. Ask whoever sent you the link."</p>
                <a class="btn primary" href="/" rel="external">{icon("back", "sm")}"Back to the inbox"</a>
            </div>
        </main>
    }
}

/// Names the permission, so that the person can ask for it.
#[component]
pub fn ForbiddenPage(permission: String) -> impl IntoView {
    let label = permission.parse::<Permission>().ok().map(|known| format!(" ({})", known.label().to_lowercase()));
    view! {
        <Title text="Not yours to open · Parlance"/>
        <main class="nowhere" id="main">
            <div class="notice">
                <NothingArt/>
                <h1>"Your role does not reach this"</h1>
                <p>
                    "The page needs the permission "<code>{permission}</code>{label}
                    ". Ask an Owner or Manager of the workspace."
                </p>
                <a class="btn primary" href="/" rel="external">{icon("back", "sm")}"Back to the inbox"</a>
            </div>
        </main>
    }
}

/// A speech bubble under a magnifying glass.
#[component]
pub fn NothingArt() -> impl IntoView {
    view! {
        <svg class="notice__art" viewBox="0 0 230 150" aria-hidden="true">
            <path
                class="paper"
                d="M30 22h150a18 18 0 0 1 18 18v54a18 18 0 0 1-18 18H92l-34 26v-26H30a18 18 0 0 1-18-18V40a18 18 0 0 1 18-18z"
            ></path>
            <path class="dots" d="M70 58h72M70 74h44"></path>
            <circle class="lens" cx="176" cy="104" r="26"></circle>
            <path class="handle" d="M195 123l20 20"></path>
        </svg>
    }
}
