use domain::{
    id::ContactId,
    opt_out::{Consent, What},
    permission::Permission,
    time::Millis,
};
use leptos::{prelude::*, task::spawn_local};

use super::server::load_consent;
use crate::{
    inbox::{
        lazy::{Extra, show},
        screen::Screen,
    },
    ui::{icon, when},
};

/// How the contact stands, how it came to that, and what a member may note.
pub fn consent_view(screen: Screen, contact: ContactId) -> AnyView {
    let row = screen.open;
    let since = Memo::new(move |_| row.read().as_ref().and_then(|row| row.opted_out_at));
    let assignee = row.with_untracked(|row| row.as_ref().and_then(|row| row.assignee));
    let records = screen.may(Permission::ContactsConsent, assignee);
    let exports = screen.facts().access.allows(Permission::ContactsExport);
    let asking = RwSignal::new(false);
    let state = move || match since.get() {
        None => view! { <span class="badge ok">{icon("check", "xs")}"Gets messages"</span> }.into_any(),
        Some(_) => view! { <span class="badge warn">{icon("ban", "xs")}"Opted out"</span> }.into_any(),
    };
    let what = move || if since.get().is_some() { What::OptedIn } else { What::OptedOut };
    view! {
        <details class="panel" open>
            <summary>"Consent"{icon("down", "xs")}</summary>
            <div class="stack">
                <p class="row">{state}</p>
                {show(screen, Extra::Decisions { contact, since })}
                <p class="row wrap">
                    {records.then(|| view! {
                        <button class="btn sm script" type="button" on:click=move |_| asking.set(true)>
                            {move || if what() == What::OptedIn { "Record opt-in…" } else { "Record opt-out…" }}
                        </button>
                    })}
                    {exports.then(|| view! {
                        <a
                            class="btn ghost sm"
                            href=screen.path(&format!("/contacts/consent.csv?contact={contact}"))
                            rel="external"
                            download
                        >
                            {icon("download", "xs")}
                            "Export proof"
                        </a>
                    })}
                </p>
            </div>
        </details>
        {move || asking.get().then(|| show(screen, Extra::Consent { contact, what: what(), asking }))}
    }
    .into_any()
}

/// How it came to that.
pub fn decisions_view(screen: Screen, contact: ContactId, since: Memo<Option<Millis>>) -> AnyView {
    let history = History::of(screen, contact);
    // Live: the row changes with every decision.
    Effect::new(move |_| {
        since.track();
        history.load();
    });
    view! { {move || history.view()} }.into_any()
}

/// The lines that were fetched.
#[derive(Clone, Copy)]
struct History {
    screen: Screen,
    contact: ContactId,
    lines: RwSignal<Vec<Consent>>,
    more: RwSignal<bool>,
    failed: RwSignal<bool>,
}

impl History {
    fn of(screen: Screen, contact: ContactId) -> Self {
        let (lines, more, failed) = (RwSignal::new(Vec::new()), RwSignal::new(false), RwSignal::new(false));
        Self { screen, contact, lines, more, failed }
    }

    /// From the newest on.
    fn load(self) {
        spawn_local(async move {
            let answer = load_consent(self.screen.slug(), self.contact, None).await;
            self.failed.try_set(answer.is_err());
            if let Ok(page) = answer {
                self.lines.try_set(page.items);
                self.more.try_set(page.more);
            }
        });
    }

    fn load_more(self) {
        let before = self.lines.with_untracked(|lines| lines.last().map(Consent::cursor));
        spawn_local(async move {
            let answer = load_consent(self.screen.slug(), self.contact, before).await;
            self.failed.try_set(answer.is_err());
            if let Ok(page) = answer {
                self.lines.try_update(|lines| lines.extend(page.items));
                self.more.try_set(page.more);
            }
        });
    }

    fn view(self) -> AnyView {
        let lines = self.lines.get();
        if self.failed.get() {
            return view! { <p class="muted small" role="alert">"The history did not load."</p> }.into_any();
        }
        if lines.is_empty() {
            return view! { <p class="muted small">"Nothing was recorded yet."</p> }.into_any();
        }
        view! {
            <ol class="decisions" aria-label="Consent history">{lines.iter().map(|line| self.line(line)).collect_view()}</ol>
            {self.more.get().then(|| view! {
                <button class="btn ghost sm" type="button" on:click=move |_| self.load_more()>"Earlier"</button>
            })}
        }
        .into_any()
    }

    fn line(self, line: &Consent) -> impl IntoView + use<> {
        let (at, screen) = (line.at, self.screen);
        let who = line.actor_name.clone().map(|name| format!(", {name}")).unwrap_or_default();
        let said = line.said.clone().map(|said| view! { <q dir="auto">{said}</q> });
        view! {
            <li class:out=line.what == What::OptedOut>
                <b>{line.what.label()}</b>
                <small>{line.source.label()}{who}</small>
                {said}
                <time datetime=when::iso(at) title=move || when::full(at, screen.local.get())>
                    {move || {
                        let local = screen.local.get();
                        format!("{}, {}", when::day(at, screen.now.get(), local), when::clock(at, local))
                    }}
                </time>
            </li>
        }
    }
}
