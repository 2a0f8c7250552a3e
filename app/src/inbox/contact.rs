//! The right pane: who the customer is.

use domain::conversation::State;
use leptos::prelude::*;

use super::{
    consent::{Decided, consent_view},
    lazy::{Extra, show},
    row::{address, labels_view},
    screen::Screen,
};
use crate::ui::{avatar, avatar_none, icon, window_ring};

pub fn contact_view(screen: Screen) -> AnyView {
    let row = screen.open;
    // What is known of them comes after the page.
    let there = RwSignal::new(false);
    Effect::new(move |_| there.set(true));
    let brief = Memo::new(move |_| {
        row.read().as_ref().map(|row| (row.id, row.contact.clone(), row.number.clone(), row.assignee, row.state))
    });
    let labels = Memo::new(move |_| row.read().as_ref().map(|row| row.labels.clone()).unwrap_or_default());
    view! {
        {move || {
            brief.get().map(|(id, contact, number, assignee, state)| {
                let contact_id = contact.id;
                let decided = Decided::of(screen, contact_id);
                let known = contact.phone.is_some();
                let number_of = contact.phone.clone();
                let phone =
                    contact.phone.unwrap_or_else(|| "No phone number: known to WhatsApp by a user id".to_owned());
                let reach = number_of.map(|phone| move || there.get().then(|| show(screen, Extra::Reach(phone.clone()))));
                let assignee = match assignee {
                    None => view! { {avatar_none("xs")}"Nobody" }.into_any(),
                    Some(member) => {
                        let name = screen.member(member).map_or_else(|| "A former member".to_owned(), |m| m.name);
                        view! { {avatar(member.0, &name, "xs")}{name} }.into_any()
                    }
                };
                let window = move || row.read().as_ref().and_then(|row| row.window_expires_at);
                view! {
                    <aside class="contact" aria-label="Contact details" tabindex="0">
                        <div class="contact__bar">
                            <a class="btn ghost square" href=move || address(screen, id, "") aria-label="Back to conversation">
                                {icon("back", "")}
                            </a>
                            <b>"Contact"</b>
                        </div>
                        <div class="contact__hero">
                            {avatar(contact.id.0, &contact.name, "lg")}
                            <h2 dir="auto">{contact.name}</h2>
                            <div class="contact__reach" class:known=known>
                                <p class="muted num">{phone}</p>
                                {reach}
                            </div>
                            {contact.username.map(|name| view! { <p class="muted"><bdi>{format!("@{name}")}</bdi></p> })}
                            {show(screen, Extra::Decided(decided))}
                        </div>
                        <details class="panel" open>
                            <summary>"Conversation"{icon("down", "xs")}</summary>
                            <div>
                                <dl class="facts">
                                    <dt>"Assignee"</dt>
                                    <dd class="line">{assignee}</dd>
                                    <dt>"Talks to"</dt>
                                    <dd>{number.name}<small class="num">{number.display_number}</small></dd>
                                    <dt>"Labels"</dt>
                                    <dd class="chips">
                                        {move || labels_view(screen, &labels.read(), usize::MAX)}
                                        {show(screen, Extra::AddLabel(id))}
                                    </dd>
                                    <dt>"State"</dt>
                                    <dd>{match state {
                                        State::Open => "Open",
                                        State::Snoozed => "Snoozed",
                                        State::Closed => "Closed",
                                    }}</dd>
                                    <dt>"Window"</dt>
                                    <dd>{window_ring(window, screen.now, "lg")}</dd>
                                </dl>
                            </div>
                        </details>
                        {consent_view(screen, decided)}
                        {move || there.get().then(|| show(screen, Extra::About(contact_id)))}
                    </aside>
                }
            })
        }}
    }
    .into_any()
}
