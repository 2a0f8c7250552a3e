use domain::{
    id::ContactId,
    opt_out::{Consent, What},
    permission::Permission,
    time::Millis,
};
use leptos::{prelude::*, task::spawn_local};

use super::server::load_consent;
use crate::{
    contacts::detail::parts::consent_badge,
    frame::Clock,
    inbox::{
        lazy::{Extra, show},
        screen::Screen,
    },
    ui::{icon, when},
};

/// How the contact of the open conversation stands: the badge under their name and the panel say the same.
#[derive(Clone, Copy)]
pub struct Decided {
    pub contact: ContactId,
    /// When they opted out.
    since: Memo<Option<Millis>>,
    /// When they opted in last; 0 for never.
    agreed: RwSignal<Millis>,
    /// The history came, so that `agreed` is right.
    known: RwSignal<bool>,
}

impl Decided {
    pub fn of(screen: Screen, contact: ContactId) -> Self {
        let row = screen.open;
        let since = Memo::new(move |_| row.read().as_ref().and_then(|row| row.opted_out_at));
        Self { contact, since, agreed: RwSignal::new(0), known: RwSignal::new(false) }
    }
}

/// In the words of the contact's own page. Nothing as long as it is not known.
pub fn badge_view(screen: Screen, decided: Decided) -> AnyView {
    let badge = move || {
        let known = decided.known.get();
        let agreed = Some(decided.agreed.get()).filter(|at| *at > 0);
        let decided = decided.since.get().ok_or(agreed);
        (known || decided.is_ok()).then(|| consent_badge(decided, Clock { now: screen.now, local: screen.local }))
    };
    view! { <p class="row wrap">{badge}</p> }.into_any()
}

/// How the contact stands, how it came to that, and what a member may note.
pub fn consent_view(screen: Screen, decided: Decided) -> AnyView {
    let Decided { contact, since, .. } = decided;
    let assignee = screen.open.with_untracked(|row| row.as_ref().and_then(|row| row.assignee));
    let records = screen.may(Permission::ContactsConsent, assignee);
    let exports = screen.facts().access.allows(Permission::ContactsExport);
    let asking = RwSignal::new(false);
    let what = move || if since.get().is_some() { What::OptedIn } else { What::OptedOut };
    view! {
        <details class="panel" open>
            <summary>"Consent"{icon("down", "xs")}</summary>
            <div class="stack">
                {show(screen, Extra::Decisions(decided))}
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

/// How they stand, and how it came to that.
pub fn decisions_view(screen: Screen, decided: Decided) -> AnyView {
    let history = History::of(screen, decided);
    // Live: the row changes with every decision, but for a first opt-in: that is what a message says.
    let heard = Memo::new(move |_| {
        let open = decided.agreed.get_untracked() == 0;
        screen.open.with(|row| row.as_ref().map(|row| row.last_message_at)).filter(|_| open)
    });
    Effect::new(move |_| {
        decided.since.track();
        heard.track();
        history.load();
    });
    view! { {badge_view(screen, decided)} {move || history.view()} }.into_any()
}

/// The lines that were fetched.
#[derive(Clone, Copy)]
struct History {
    screen: Screen,
    decided: Decided,
    lines: RwSignal<Vec<Consent>>,
    more: RwSignal<bool>,
    failed: RwSignal<bool>,
}

impl History {
    fn of(screen: Screen, decided: Decided) -> Self {
        let (lines, more, failed) = (RwSignal::new(Vec::new()), RwSignal::new(false), RwSignal::new(false));
        Self { screen, decided, lines, more, failed }
    }

    /// From the newest on.
    fn load(self) {
        spawn_local(async move {
            let answer = load_consent(self.screen.slug(), self.decided.contact, None).await;
            self.failed.try_set(answer.is_err());
            if let Ok(page) = answer {
                self.decided.agreed.try_set(last_opt_in(&page.items).unwrap_or_default());
                self.decided.known.try_set(true);
                self.lines.try_set(page.items);
                self.more.try_set(page.more);
            }
        });
    }

    fn load_more(self) {
        let before = self.lines.with_untracked(|lines| lines.last().map(Consent::cursor));
        spawn_local(async move {
            let answer = load_consent(self.screen.slug(), self.decided.contact, before).await;
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

/// Of lines of which the newest is the first.
fn last_opt_in(lines: &[Consent]) -> Option<Millis> {
    lines.iter().find(|line| line.what == What::OptedIn).map(|line| line.at)
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::{id::ConsentId, opt_out::Source};

    #[test]
    fn who_never_agreed_did_not_opt_in() {
        let line = |at, what| Consent {
            id: ConsentId(uuid::Uuid::from_u128(1)),
            at,
            what,
            source: Source::Member,
            message: None,
            said: None,
            actor: None,
            actor_name: None,
        };
        assert_eq!(last_opt_in(&[]), None);
        assert_eq!(last_opt_in(&[line(9, What::OptedOut)]), None);
        let lines = [line(9, What::OptedOut), line(7, What::OptedIn), line(5, What::OptedIn)];
        assert_eq!(last_opt_in(&lines), Some(7));
    }
}
