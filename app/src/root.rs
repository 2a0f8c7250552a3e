//! Which path shows which page.

use leptos::prelude::*;
use leptos_meta::provide_meta_context;
use leptos_router::{
    SsrMode,
    components::{FlatRoutes, Route, Router},
    path,
};

use crate::{
    alerts::AlertsPage,
    audit::AuditPage,
    contacts::page::ContactsPage,
    inbox::page::InboxPage,
    invite::page::InvitePage,
    login::{code::CodePage, page::LoginPage},
    missing::MissingPage,
    permissions::page::PermissionsPage,
    reset::{forgot::ForgotPage, page::ResetPage},
    roles::page::RolesPage,
    security::page::SecurityPage,
    settings::page::SettingsPage,
    team::page::TeamPage,
    tokens::page::TokensPage,
};

/// Everything below `<body>`.
#[component]
pub fn App() -> impl IntoView {
    provide_meta_context();
    view! {
        <Router>
            <FlatRoutes fallback=MissingPage>
                <Route path=path!("/login") view=LoginPage ssr=SsrMode::Async/>
                <Route path=path!("/login/code") view=CodePage ssr=SsrMode::Async/>
                <Route path=path!("/forgot") view=ForgotPage ssr=SsrMode::Async/>
                <Route path=path!("/reset/:token") view=ResetPage ssr=SsrMode::Async/>
                <Route path=path!("/invite/:token") view=InvitePage ssr=SsrMode::Async/>
                // The panes are routes of one page: it stays while the path changes, and works without a script.
                <Route path=path!("/w/:slug/inbox/:conversation?/:pane?") view=InboxPage ssr=SsrMode::Async/>
                <Route path=path!("/w/:slug/contacts") view=ContactsPage ssr=SsrMode::Async/>
                <Route path=path!("/w/:slug/team") view=TeamPage ssr=SsrMode::Async/>
                <Route path=path!("/w/:slug/permissions") view=PermissionsPage ssr=SsrMode::Async/>
                <Route path=path!("/w/:slug/roles") view=RolesPage ssr=SsrMode::Async/>
                <Route path=path!("/w/:slug/settings") view=SettingsPage ssr=SsrMode::Async/>
                <Route path=path!("/w/:slug/tokens") view=TokensPage ssr=SsrMode::Async/>
                <Route path=path!("/w/:slug/security") view=SecurityPage ssr=SsrMode::Async/>
                <Route path=path!("/w/:slug/alerts") view=AlertsPage ssr=SsrMode::Async/>
                <Route path=path!("/w/:slug/audit") view=AuditPage ssr=SsrMode::Async/>
            </FlatRoutes>
        </Router>
    }
}
