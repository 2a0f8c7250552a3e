use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use domain::{audit::Chain, permission::Permission};

use super::{
    Asked, drawer::drawer_view, filters::filters_view, screen::AuditScreen, server::load_audit, table::table_view,
};
use crate::{
    frame::{Clock, Here, clock, framed, page},
    ui::{icon, menu},
};

/// Filters, pages and the opened entry are the address: a link to them can be handed on, and everything works without a script.
#[component]
pub fn AuditPage() -> impl IntoView {
    let query = use_query_map();
    let asked = Memo::new(move |_| query.with(|query| Asked::read(|key| query.get(key))));
    page(move |slug| load_audit(slug, asked.get_untracked()), move |first| screen_view(first, asked))
}

fn screen_view(first: AuditScreen, asked: Memo<Asked>) -> AnyView {
    let clock = clock(first.frame.now);
    let frame = first.frame.clone();
    let screen = RwSignal::new(first);
    let busy = RwSignal::new(false);
    #[cfg(feature = "hydrate")]
    {
        follow(screen, asked, busy);
        super::keys::listen();
    }
    let _ = asked;
    let content = view! {
        <div class="audit" aria-busy=move || busy.get().to_string()>
            {move || screen.with(|screen| content_view(screen, clock))}
        </div>
    };
    framed(&frame, Here::Audit, content.into_any())
}

/// The address has changed within the page: what it asks for takes the place of what is shown.
#[cfg(feature = "hydrate")]
fn follow(screen: RwSignal<AuditScreen>, asked: Memo<Asked>, busy: RwSignal<bool>) {
    use leptos::task::spawn_local;

    Effect::new(move |_| {
        let wanted = asked.get();
        let (shown, slug) = screen.with_untracked(|shown| (shown.asked == wanted, shown.frame.workspace.slug.clone()));
        if shown {
            return;
        }
        busy.set(true);
        spawn_local(async move {
            let answer = load_audit(slug, wanted.clone()).await;
            // Another address may be asked for by now.
            if asked.try_get_untracked() != Some(wanted) {
                return;
            }
            busy.set(false);
            match answer {
                Ok(next) => screen.set(next),
                // The page that is fetched anew says what is the matter.
                Err(_) => drop(window().location().reload()),
            }
        });
    });
}

fn content_view(screen: &AuditScreen, clock: Clock) -> AnyView {
    let path = screen.frame.path(Here::Audit);
    let local = clock.local;
    let close = format!("{path}{}", screen.asked.opening(String::new()).query());
    let drawer = screen.opened.clone().map(|opened| drawer_view(opened, &path, close, local));
    let missing = screen.missing.then(|| {
        view! {
            <p class="banner warn" role="status">
                {icon("alert", "")}
                <span class="grow">"This entry is not there, or not any more."</span>
            </p>
        }
    });
    let no_address = screen.asked.is_no_address().then(|| {
        view! {
            <p class="banner warn" role="status">
                {icon("alert", "")}
                <span class="grow">"What stands under Address is not an IP address, so it narrows nothing."</span>
            </p>
        }
    });
    view! {
        {head_view(screen, &path)}
        {missing}
        {no_address}
        <div class="split">
            <section class="card flush" aria-label="Entries">
                {filters_view(screen, &path, local)}
                {table_view(screen, &path, local)}
                {foot_view(screen, &path, local)}
            </section>
            {drawer}
        </div>
    }
    .into_any()
}

fn head_view(screen: &AuditScreen, path: &str) -> AnyView {
    let frame = &screen.frame;
    let retention = frame.may(Permission::WorkspaceSettings).then(|| {
        view! { <a class="btn" href=frame.path(Here::Settings) rel="external">{icon("clock", "sm")}"Kept " {screen.chain.days} " days"</a> }
    });
    view! {
        <div class="page__head">
            <div>
                <h1>"Audit trail"</h1>
                <p>"Who did what, from where. It can be read and exported, never edited."</p>
            </div>
            {chain_view(&screen.chain)}
            {retention}
            {frame.may(Permission::AuditExport).then(|| export_view(&screen.asked, path))}
        </div>
    }
    .into_any()
}

fn chain_view(chain: &Chain) -> AnyView {
    if chain.problem.is_some() {
        return view! { <span class="badge bad audit__chain">{icon("alert", "xs")}"The chain is broken"</span> }
            .into_any();
    }
    let (good, text) = match chain.checked_position {
        Some(checked) => (true, format!("Chain verified to #{checked} of {}", chain.position)),
        None => (false, format!("Chain of {}, verified once a day", chain.position)),
    };
    view! { <span class="badge audit__chain" class:ok=good>{icon("shield", "xs")}{text}</span> }.into_any()
}

/// The filters stay as they are, pages and the opened entry play no part.
fn export_view(asked: &Asked, path: &str) -> AnyView {
    let query = asked.older(String::new()).query();
    view! {
        <button class="btn primary" type="button" popovertarget="export">{icon("download", "sm")}"Export"</button>
        <div class="menu below end" popover="auto" id="export" on:toggle=menu::opened on:keydown=menu::arrows>
            <p class="menu__label">{if asked.narrows() { "What is filtered" } else { "Everything" }}</p>
            <a href=format!("{path}/export.csv{query}") rel="external" download="" on:click=|_| menu::hide("export")>
                <span class="audit__format"><b>"CSV"</b><small>"One row an entry, opens in a spreadsheet"</small></span>
            </a>
            <a href=format!("{path}/export.jsonl{query}") rel="external" download="" on:click=|_| menu::hide("export")>
                <span class="audit__format"><b>"JSON Lines"</b><small>"One object a line, exactly as it was"</small></span>
            </a>
        </div>
    }
    .into_any()
}

fn foot_view(screen: &AuditScreen, path: &str, local: RwSignal<bool>) -> AnyView {
    let newest = (!screen.asked.before.is_empty()).then(|| {
        let href = format!("{path}{}", screen.asked.older(String::new()).query());
        view! { <a class="btn ghost sm" href=href>"Newest"</a> }
    });
    let older = screen.older.clone().map(|before| {
        let href = format!("{path}{}", screen.asked.older(before).query());
        view! { <a class="btn ghost sm" href=href>{icon("right", "xs")}"Older"</a> }
    });
    view! {
        <footer>
            <span>{move || if local.get() { "Times are in your time zone." } else { "Times are in UTC." }}</span>
            <nav class="audit__pages" aria-label="Pages">{newest} {older}</nav>
        </footer>
    }
    .into_any()
}
