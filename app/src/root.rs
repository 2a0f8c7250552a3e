//! Which path shows which page.

use leptos::prelude::*;
use leptos_meta::provide_meta_context;
use leptos_router::{
    Lazy, LazyRoute, SsrMode,
    components::{FlatRoutes, Route, Router},
    path,
};

use crate::{
    alerts::AlertsPage,
    audit::AuditPage,
    contacts::{
        detail::ContactPage,
        fields::FieldsPage,
        imports::{ImportPage, ImportsPage},
        page::ContactsPage,
    },
    dashboard::page::DashboardPage,
    dead_letters::DeadLettersPage,
    inbox::page::InboxPage,
    invite::page::InvitePage,
    labels::page::LabelsPage,
    login::{code::CodePage, page::LoginPage},
    missing::MissingPage,
    notices::NoticesPage,
    permissions::page::PermissionsPage,
    quick::page::QuickRepliesPage,
    reset::{forgot::ForgotPage, page::ResetPage},
    roles::page::RolesPage,
    security::page::SecurityPage,
    settings::page::SettingsPage,
    team::page::TeamPage,
    tokens::page::TokensPage,
};

/// Pages that the browser loads, all together, when somebody first goes to one of them: whoever answers customers needs none.
macro_rules! lazy_pages {
    ($($name:ident: $page:ident => $route:ident),+ $(,)?) => {
        #[derive(Clone, Copy)]
        enum Rest {
            $($name,)+
        }

        /// One function for all, so that they come as one file: cut apart page by page they would share dozens of crumbs.
        #[lazy]
        fn rest(page: Rest) -> AnyView {
            match page {
                $(Rest::$name => view! { <$page/> }.into_any(),)+
            }
        }

        $(
            struct $route;

            impl LazyRoute for $route {
                fn data() -> Self {
                    Self
                }

                async fn view(_this: Self) -> AnyView {
                    rest(Rest::$name).await
                }

                async fn preload() {
                    #[cfg(target_arch = "wasm32")]
                    __preload_rest().await;
                }
            }
        )+
    };
}

lazy_pages! {
    Login: LoginPage => LoginRoute,
    Code: CodePage => CodeRoute,
    Forgot: ForgotPage => ForgotRoute,
    Reset: ResetPage => ResetRoute,
    Invite: InvitePage => InviteRoute,
    Contacts: ContactsPage => ContactsRoute,
    ContactFields: FieldsPage => ContactFieldsRoute,
    Imports: ImportsPage => ImportsRoute,
    Import: ImportPage => ImportRoute,
    Contact: ContactPage => ContactRoute,
    Dashboard: DashboardPage => DashboardRoute,
    DeadLetters: DeadLettersPage => DeadLettersRoute,
    Team: TeamPage => TeamRoute,
    Permissions: PermissionsPage => PermissionsRoute,
    Roles: RolesPage => RolesRoute,
    Settings: SettingsPage => SettingsRoute,
    Labels: LabelsPage => LabelsRoute,
    QuickReplies: QuickRepliesPage => QuickRepliesRoute,
    Tokens: TokensPage => TokensRoute,
    Security: SecurityPage => SecurityRoute,
    Alerts: AlertsPage => AlertsRoute,
    Notices: NoticesPage => NoticesRoute,
    Audit: AuditPage => AuditRoute,
}

/// Everything below `<body>`.
#[component]
pub fn App() -> impl IntoView {
    provide_meta_context();
    view! {
        <Router>
            <FlatRoutes fallback=MissingPage>
                <Route path=path!("/login") view={Lazy::<LoginRoute>::new()} ssr=SsrMode::Async/>
                <Route path=path!("/login/code") view={Lazy::<CodeRoute>::new()} ssr=SsrMode::Async/>
                <Route path=path!("/forgot") view={Lazy::<ForgotRoute>::new()} ssr=SsrMode::Async/>
                <Route path=path!("/reset/:token") view={Lazy::<ResetRoute>::new()} ssr=SsrMode::Async/>
                <Route path=path!("/invite/:token") view={Lazy::<InviteRoute>::new()} ssr=SsrMode::Async/>
                // The panes are routes of one page: it stays while the path changes, and works without a script.
                <Route path=path!("/w/:slug/inbox/:conversation?/:pane?") view=InboxPage ssr=SsrMode::Async/>
                <Route path=path!("/w/:slug/contacts") view={Lazy::<ContactsRoute>::new()} ssr=SsrMode::Async/>
                <Route path=path!("/w/:slug/contacts/fields") view={Lazy::<ContactFieldsRoute>::new()} ssr=SsrMode::Async/>
                <Route path=path!("/w/:slug/contacts/imports") view={Lazy::<ImportsRoute>::new()} ssr=SsrMode::Async/>
                <Route path=path!("/w/:slug/contacts/imports/:id") view={Lazy::<ImportRoute>::new()} ssr=SsrMode::Async/>
                <Route path=path!("/w/:slug/contacts/:id") view={Lazy::<ContactRoute>::new()} ssr=SsrMode::Async/>
                <Route path=path!("/w/:slug/dashboard") view={Lazy::<DashboardRoute>::new()} ssr=SsrMode::Async/>
                <Route path=path!("/w/:slug/team") view={Lazy::<TeamRoute>::new()} ssr=SsrMode::Async/>
                <Route path=path!("/w/:slug/permissions") view={Lazy::<PermissionsRoute>::new()} ssr=SsrMode::Async/>
                <Route path=path!("/w/:slug/roles") view={Lazy::<RolesRoute>::new()} ssr=SsrMode::Async/>
                <Route path=path!("/w/:slug/settings") view={Lazy::<SettingsRoute>::new()} ssr=SsrMode::Async/>
                <Route path=path!("/w/:slug/labels") view={Lazy::<LabelsRoute>::new()} ssr=SsrMode::Async/>
                <Route path=path!("/w/:slug/quick-replies") view={Lazy::<QuickRepliesRoute>::new()} ssr=SsrMode::Async/>
                <Route path=path!("/w/:slug/tokens") view={Lazy::<TokensRoute>::new()} ssr=SsrMode::Async/>
                <Route path=path!("/w/:slug/security") view={Lazy::<SecurityRoute>::new()} ssr=SsrMode::Async/>
                <Route path=path!("/w/:slug/alerts") view={Lazy::<AlertsRoute>::new()} ssr=SsrMode::Async/>
                <Route path=path!("/w/:slug/notifications") view={Lazy::<NoticesRoute>::new()} ssr=SsrMode::Async/>
                <Route path=path!("/w/:slug/dead-letters") view={Lazy::<DeadLettersRoute>::new()} ssr=SsrMode::Async/>
                <Route path=path!("/w/:slug/audit") view={Lazy::<AuditRoute>::new()} ssr=SsrMode::Async/>
            </FlatRoutes>
        </Router>
    }
}
