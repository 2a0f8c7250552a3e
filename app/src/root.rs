//! Which path shows which page.

use leptos::prelude::*;
use leptos_meta::provide_meta_context;
use leptos_router::{
    SsrMode,
    components::{FlatRoutes, Route, Router},
    path,
};

use crate::{inbox::page::InboxPage, login::page::LoginPage, missing::MissingPage};

/// Everything below `<body>`.
#[component]
pub fn App() -> impl IntoView {
    provide_meta_context();
    view! {
        <Router>
            <FlatRoutes fallback=MissingPage>
                <Route path=path!("/login") view=LoginPage ssr=SsrMode::Async/>
                // The panes are routes of one page: it stays while the path changes, and works without a script.
                <Route path=path!("/w/:slug/inbox/:conversation?/:pane?") view=InboxPage ssr=SsrMode::Async/>
            </FlatRoutes>
        </Router>
    }
}
