use domain::permission::Permission;
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use super::{
    create::create_dialog,
    list::rows_view,
    screen::{Ask, Screen, over},
    server::{TokensScreen, load_tokens},
};
use crate::{
    frame::{Here, clock, framed, page},
    ui::{Toast, icon},
};

#[component]
pub fn TokensPage() -> impl IntoView {
    let query = use_query_map();
    // What is no token is no place.
    let before = move || query.with_untracked(|query| query.get("before")?.parse().ok());
    page(move |slug| load_tokens(slug, before()), screen_view)
}

fn screen_view(loaded: TokensScreen) -> AnyView {
    let TokensScreen { frame, page, later } = loaded;
    let path = frame.path(Here::Tokens);
    let older = page.items.last().filter(|_| page.more).map(|last| {
        let href = format!("{path}?before={}", last.id);
        view! { <a class="btn ghost sm" href=href rel="external">{icon("right", "xs")}"Older"</a> }
    });
    let newest = later.then(|| view! { <a class="btn ghost sm" href=path rel="external">"Newest"</a> });
    let screen = Screen {
        slug: StoredValue::new(frame.workspace.slug.clone()),
        tokens: RwSignal::new(page.items),
        ask: RwSignal::new(None),
        toast: Toast::default(),
        clock: clock(frame.now),
    };
    let held = frame.access.permissions;
    let create = frame.may(Permission::ApiManage).then(|| {
        view! {
            <button class="btn primary script" type="button" on:click=move |_| screen.ask.set(Some(Ask::Create))>
                {icon("plus", "sm")}
                "New token"
            </button>
        }
    });
    let list = move || {
        if screen.tokens.with(Vec::is_empty) { nothing_view() } else { table_view(screen) }
    };
    let content = view! {
        <div class="page__head">
            <div>
                <h1>"API tokens"</h1>
                <p>
                    "For programs that use this workspace. What they can do stands at "
                    <a href="/api" rel="external">"/api"</a> "."
                </p>
            </div>
            {create}
        </div>
        <section class="card flush tokens" aria-label="API tokens">
            {list}
            {(older.is_some() || newest.is_some()).then(|| view! { <footer>{newest} {older}</footer> })}
        </section>
        {over(screen, move || create_dialog(screen, held))}
        {screen.toast.toast_view()}
    };
    framed(&frame, Here::Tokens, content.into_any())
}

fn table_view(screen: Screen) -> AnyView {
    view! {
        <div class="table-wrap" tabindex="0" role="region" aria-label="Tokens">
            <table class="table">
                <thead>
                    <tr>
                        <th scope="col">"Token"</th>
                        <th scope="col">"Acts for"</th>
                        <th scope="col">"May"</th>
                        <th scope="col">"Last used"</th>
                        <th scope="col">"Ends"</th>
                        <th scope="col"><span class="sr">"Actions"</span></th>
                    </tr>
                </thead>
                <tbody>{rows_view(screen)}</tbody>
            </table>
        </div>
    }
    .into_any()
}

fn nothing_view() -> AnyView {
    view! {
        <div class="empty">
            {icon("code", "")}
            <h2>"No tokens yet"</h2>
            <p>"A token lets a program read or write what you choose, and nothing else."</p>
        </div>
    }
    .into_any()
}
