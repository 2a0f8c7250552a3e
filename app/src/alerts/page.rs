use domain::{
    alert::{AlertView, Place},
    id::AlertId,
    workspace::Slug,
};
use leptos::{prelude::*, task::spawn_local};
use leptos_router::hooks::use_query_map;

use super::{
    item::item_view,
    server::{AlertsScreen, load_alerts, read_alerts},
};
use crate::{
    frame::{Here, clock, framed, page},
    ui::icon,
};

#[component]
pub fn AlertsPage() -> impl IntoView {
    let query = use_query_map();
    let before = move || query.with_untracked(|query| place(&query.get("before")?));
    page(move |slug| load_alerts(slug, before()), screen_view)
}

/// `<at>.<id>`; what is no place is none.
fn place(text: &str) -> Option<Place> {
    let (at, id) = text.split_once('.')?;
    Some(Place { at: at.parse().ok()?, id: id.parse().ok()? })
}

/// What the page knows of who has read what.
#[derive(Clone, Copy)]
pub struct Reading {
    slug: StoredValue<Slug>,
    /// The alerts of this page that wait for the member.
    unread: RwSignal<Vec<AlertId>>,
    problem: RwSignal<Option<String>>,
}

impl Reading {
    pub fn waits(self, alert: AlertId) -> bool {
        self.unread.with(|unread| unread.contains(&alert))
    }

    /// One alert, or with `None` all of them.
    pub fn mark(self, alert: Option<AlertId>) {
        let before = self.unread.get_untracked();
        self.unread.update(|unread| unread.retain(|id| alert.is_some_and(|alert| alert != *id)));
        spawn_local(async move {
            match read_alerts(self.slug.get_value(), alert).await {
                Ok(count) => {
                    self.problem.set(None);
                    tell_bell(count);
                }
                Err(fault) => {
                    self.unread.set(before);
                    self.problem.set(Some(fault.to_string()));
                }
            }
        });
    }
}

/// The bell asks again when it hears that the page has the focus.
fn tell_bell(_count: i64) {
    #[cfg(feature = "hydrate")]
    if let Ok(event) = web_sys::Event::new("focus") {
        let _ = window().dispatch_event(&event);
    }
}

fn screen_view(screen: AlertsScreen) -> AnyView {
    let AlertsScreen { frame, page, any_kind, later } = screen;
    let clock = clock(frame.now);
    let unread = page.items.iter().filter(|alert| alert.unread).map(|alert| alert.id).collect();
    let reading = Reading {
        slug: StoredValue::new(frame.workspace.slug.clone()),
        unread: RwSignal::new(unread),
        problem: RwSignal::new(None),
    };
    let path = frame.path(Here::Alerts);
    let older = page.items.last().filter(|_| page.more).map(AlertView::place).map(|last| {
        let href = format!("{path}?before={}.{}", last.at, last.id);
        view! { <a class="btn ghost sm" href=href rel="external">{icon("right", "xs")}"Older"</a> }
    });
    let newest = later.then(|| view! { <a class="btn ghost sm" href=path rel="external">"Newest"</a> });
    let list = if page.items.is_empty() {
        nothing_view(any_kind)
    } else {
        let slug = frame.workspace.slug.as_str();
        let items = page.items.into_iter().map(|alert| item_view(alert, slug, clock, reading)).collect_view();
        view! { <ul class="alerts__list">{items}</ul> }.into_any()
    };
    let content = view! {
        <div class="page__head">
            <div>
                <h1>"Alerts"</h1>
                <p>"What somebody should look at. They are kept for 90 days; each of you reads them for yourself."</p>
            </div>
            {move || {
                reading
                    .unread
                    .with(|unread| !unread.is_empty())
                    .then(|| {
                        view! {
                            <button class="btn script" type="button" on:click=move |_| reading.mark(None)>
                                {icon("checks", "sm")}
                                "Mark all as read"
                            </button>
                        }
                    })
            }}
        </div>
        {move || {
            reading
                .problem
                .get()
                .map(|problem| {
                    view! {
                        <p class="banner bad" role="alert">
                            {icon("alert", "")}
                            <span class="grow">{problem}</span>
                        </p>
                    }
                })
        }}
        <section class="card flush alerts" aria-label="Alerts">
            {list}
            {(older.is_some() || newest.is_some()).then(|| view! { <footer>{newest} {older}</footer> })}
        </section>
    };
    framed(&frame, Here::Alerts, content.into_any())
}

fn nothing_view(any_kind: bool) -> AnyView {
    let (title, text) = if any_kind {
        ("All is quiet", "When a token is misused, a secret does not open or the audit trail breaks, it is said here.")
    } else {
        ("Nothing for you here", "Alerts go to those whose role lets them do something about it.")
    };
    view! {
        <div class="empty">
            {icon("bell", "")}
            <h2>{title}</h2>
            <p>{text}</p>
        </div>
    }
    .into_any()
}
