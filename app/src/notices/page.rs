use domain::{id::NoticeId, workspace::Slug};
use leptos::{prelude::*, task::spawn_local};

use super::{
    choose::choose_view,
    item::item_view,
    push::push_view,
    server::{NoticesScreen, load_notices, read_notices},
};
use crate::{
    frame::{Here, clock, framed, page},
    ui::{Toast, icon},
};

#[component]
pub fn NoticesPage() -> impl IntoView {
    page(load_notices, notices_page)
}

/// What the page knows of what is read.
#[derive(Clone, Copy)]
pub struct Reading {
    slug: StoredValue<Slug>,
    unread: RwSignal<Vec<NoticeId>>,
    problem: RwSignal<Option<String>>,
}

impl Reading {
    pub fn waits(self, notice: NoticeId) -> bool {
        self.unread.with(|unread| unread.contains(&notice))
    }

    /// One notice, or with `None` all of them.
    pub fn mark(self, notice: Option<NoticeId>) {
        let before = self.unread.get_untracked();
        self.unread.update(|unread| unread.retain(|id| notice.is_some_and(|notice| notice != *id)));
        spawn_local(async move {
            match read_notices(self.slug.get_value(), notice).await {
                Ok(()) => {
                    self.problem.try_set(None);
                    tell_bell();
                }
                Err(fault) => {
                    self.unread.try_set(before);
                    self.problem.try_set(Some(fault.to_string()));
                }
            }
        });
    }
}

/// The bell asks again when it hears that the page has the focus.
fn tell_bell() {
    #[cfg(feature = "hydrate")]
    if let Ok(event) = web_sys::Event::new("focus") {
        let _ = window().dispatch_event(&event);
    }
}

pub fn notices_page(screen: NoticesScreen) -> AnyView {
    let NoticesScreen { frame, notices, alerts, choices, browsers, key } = screen;
    let clock = clock(frame.now);
    let unread = notices.iter().filter(|notice| notice.unread).map(|notice| notice.id).collect();
    let slug = frame.workspace.slug.clone();
    let reading =
        Reading { slug: StoredValue::new(slug.clone()), unread: RwSignal::new(unread), problem: RwSignal::new(None) };
    let list = if notices.is_empty() {
        nothing_view()
    } else {
        let items = notices.into_iter().map(|notice| item_view(notice, slug.as_str(), clock, reading)).collect_view();
        view! { <ul class="alerts__list">{items}</ul> }.into_any()
    };
    let alerts_word = match alerts {
        0 => "Alerts".to_owned(),
        count => format!("Alerts, {count} new"),
    };
    let toast = Toast::default();
    let content = view! {
        <div class="page__head">
            <div>
                <h1>"Notifications"</h1>
                <p>"Who named you and what you were given. Kept for 90 days; nobody else sees them."</p>
            </div>
            <a class="btn" href=frame.path(Here::Alerts) rel="external">{icon("alert", "sm")}{alerts_word}</a>
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
        <section class="card flush alerts" aria-label="For you">{list}</section>
        <div class="halves">
            {choose_view(slug.clone(), choices, toast)}
            {push_view(slug, key, browsers, clock, toast)}
        </div>
        {toast.toast_view()}
    };
    framed(&frame, Here::Notifications, content.into_any())
}

fn nothing_view() -> AnyView {
    view! {
        <div class="empty">
            {icon("bell", "")}
            <h2>"Nothing new"</h2>
            <p>"When a colleague names you in a note with @, or gives you a conversation, it is said here."</p>
        </div>
    }
    .into_any()
}
