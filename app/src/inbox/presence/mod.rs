//! Who else is at the open conversation, and that two do not answer at once without knowing it.
//!
//! What follows the colleagues comes with [`super::lazy`]; here is what the first screen needs to show them.

pub mod beside;
pub mod server;

use domain::id::MemberId;
use leptos::prelude::*;

use super::screen::Screen;
use crate::ui::avatar;

/// What is known of colleagues at the open conversation.
#[derive(Clone, Copy)]
pub struct Beside {
    pub people: RwSignal<Vec<MemberId>>,
    /// Who else answers, in words: while it stands there, a reply is held back once.
    pub clash: RwSignal<Option<String>>,
    /// It was held back, or the person has said that they answer too.
    pub warned: RwSignal<bool>,
}

impl Default for Beside {
    fn default() -> Self {
        Self { people: RwSignal::new(Vec::new()), clash: RwSignal::new(None), warned: RwSignal::new(false) }
    }
}

impl Beside {
    /// Whether a reply may go: one that a colleague may not know of is held back once, and it is said why.
    pub fn lets_go(self) -> bool {
        let free = self.warned.get_untracked() || self.clash.with_untracked(Option::is_none);
        if !free {
            self.warned.set(true);
        }
        free
    }
}

/// Colleagues who are shown; of more their number.
const SHOWN: usize = 3;

/// In the head of the thread.
pub fn people_view(screen: Screen) -> AnyView {
    let draw = move || {
        let people = screen.beside.people.get();
        let known: Vec<_> = people.iter().filter_map(|id| screen.member(*id)).collect();
        let names: Vec<&str> = known.iter().map(|member| member.name.as_str()).collect();
        let label = format!("Also here: {}", names.join(", "));
        let more = known.len().saturating_sub(SHOWN);
        (!known.is_empty()).then(|| {
            view! {
                <span class="beside" role="img" aria-label=label.clone() title=label>
                    {known.iter().take(SHOWN).map(|member| avatar(member.id.0, &member.name, "xs")).collect_view()}
                    {(more > 0).then(|| format!("+{more}"))}
                </span>
            }
        })
    };
    view! { {draw} }.into_any()
}
