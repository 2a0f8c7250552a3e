//! Above the composer: who else answers, and what to do about it.

use domain::{id::ConversationId, permission::Permission};
use leptos::prelude::*;

use crate::{inbox::screen::Screen, ui::icon};

pub fn beside_view(screen: Screen, id: ConversationId) -> AnyView {
    #[cfg(feature = "hydrate")]
    browser::follow(screen, id);
    let beside = screen.beside;
    let may_take = move || {
        let open = screen.open.read();
        let row = open.as_ref().filter(|row| row.id == id && row.assignee != Some(screen.me()));
        row.is_some_and(|row| screen.may(Permission::ConversationsAssign, row.assignee))
    };
    let take = move |_| {
        beside.warned.set(true);
        screen.assign(id, Some(screen.me()));
    };
    let banner = move || {
        beside.clash.get().map(|clash| {
            view! {
                <p>
                    <b>{clash}</b>
                    {move || if beside.warned.get() {
                        " Send once more to send yours as well."
                    } else {
                        " Leave it to them, or answer as well."
                    }}
                </p>
                <Show when=may_take>
                    <button class="btn sm" type="button" on:click=take>{icon("userplus", "xs")}"Take over"</button>
                </Show>
                <Show when=move || !beside.warned.get()>
                    <button class="btn ghost sm" type="button" on:click=move |_| beside.warned.set(true)>
                        "Answer anyway"
                    </button>
                </Show>
            }
        })
    };
    view! {
        <div class="composer__beside" role="status" class:shown=move || beside.clash.read().is_some()>{banner}</div>
    }
    .into_any()
}

#[cfg(feature = "hydrate")]
mod browser {
    use std::{cell::RefCell, rc::Rc, time::Duration};

    use domain::{
        id::{ConversationId, MemberId},
        inbox::presence::{Doing, Present, SAID_EVERY, Signal, TOLD_EVERY},
        time::{Millis, SECOND},
    };
    use leptos::{prelude::*, task::spawn_local};
    use uuid::Uuid;
    use wasm_bindgen::JsCast;
    use web_sys::{HtmlTextAreaElement, VisibilityState};

    use super::super::server::be_present;
    use crate::{
        frame::live::{Heard, listen},
        inbox::{
            screen::Screen,
            send::{clock, new_key},
            sync::put,
        },
    };

    /// How often it is looked at what the person does.
    const LOOK: Duration = Duration::from_secs(1);
    /// Whoever answers after a colleague within this time may not have seen it.
    const JUST_NOW: Millis = 10 * SECOND;

    /// A message and who of us wrote it, if there is one.
    type Last = Option<(Uuid, Option<MemberId>)>;

    /// One conversation as long as it is open.
    struct Room {
        screen: Screen,
        id: ConversationId,
        page: Uuid,
        present: RefCell<Present>,
        /// What was said last, and when.
        said: RefCell<Option<(Doing, Millis)>>,
        /// Who answered last, and when it was seen.
        answered: RefCell<Option<(MemberId, Millis)>>,
        /// Whom the person was told of.
        about: RefCell<Option<MemberId>>,
    }

    pub fn follow(screen: Screen, id: ConversationId) {
        let Some(page) = new_key() else { return };
        let room = Rc::new(Room {
            screen,
            id,
            page: page.0,
            present: RefCell::default(),
            said: RefCell::default(),
            answered: RefCell::default(),
            about: RefCell::default(),
        });
        room.look();
        let here = room.clone();
        let ticking = set_interval_with_handle(move || here.look(), LOOK);
        let here = room.clone();
        listen(move |what| {
            if let Heard::Present(data) = what
                && let Ok(signal) = serde_json::from_str::<Signal>(data)
            {
                here.hear(signal);
            }
        });
        let here = room.clone();
        // What stood there when the conversation was opened is no news.
        Effect::new(move |before: Option<Option<Last>>| {
            screen.bubbles.track();
            let last = here.last_message();
            if let (Some(Some(before)), Some(last)) = (before, last)
                && before != last
            {
                // What the customer wrote since is another question.
                let author = last.and_then(|(_, author)| author).filter(|author| *author != screen.me());
                here.answered.replace(author.map(|author| (author, clock())));
                here.draw();
            }
            last
        });
        let leaving = StoredValue::new_local(room);
        on_cleanup(move || {
            if let Ok(ticking) = ticking {
                ticking.clear();
            }
            leaving.try_with_value(|room| room.leave());
        });
    }

    impl Room {
        /// What the person does, as far as one can tell from the page.
        fn doing(&self) -> Doing {
            if document().visibility_state() != VisibilityState::Visible {
                return Doing::Gone;
            }
            let area = document().get_element_by_id("reply").and_then(|e| e.dyn_into::<HtmlTextAreaElement>().ok());
            if area.is_some_and(|area| !area.value().trim().is_empty()) { Doing::Writing } else { Doing::Looking }
        }

        fn look(self: &Rc<Self>) {
            let (now, doing) = (clock(), self.doing());
            let due = match *self.said.borrow() {
                None => doing != Doing::Gone,
                Some((Doing::Gone, _)) if doing == Doing::Gone => false,
                Some((before, at)) => now - at >= if before == doing { SAID_EVERY } else { TOLD_EVERY },
            };
            // Without a connection there is nobody to say it to.
            if due && !self.screen.offline.get_untracked() {
                self.say(doing, now);
            }
            self.draw();
        }

        fn say(self: &Rc<Self>, doing: Doing, now: Millis) {
            self.said.replace(Some((doing, now)));
            let room = self.clone();
            spawn_local(async move {
                // Who cannot be asked is not there; the next look asks again.
                if let Ok(others) = be_present(room.screen.slug(), room.id, room.page, doing).await {
                    room.present.borrow_mut().settle(&others, clock());
                    room.draw();
                }
            });
        }

        fn hear(&self, signal: Signal) {
            if signal.conversation == self.id {
                self.present.borrow_mut().note(signal, clock());
                self.draw();
            }
        }

        /// The newest message; `None` while the thread is on its way.
        fn last_message(&self) -> Option<Last> {
            self.screen.model.with_value(|model| {
                let thread = model.thread.as_ref().filter(|thread| thread.row.id == self.id)?;
                Some(thread.messages.last().map(|message| (message.id.0, message.author)))
            })
        }

        /// Brings the screen to what is known. The conversation may have been left meanwhile.
        fn draw(&self) {
            if self.screen.open_id() != Some(self.id) {
                return;
            }
            let (screen, now) = (self.screen, clock());
            let people = self.present.borrow().people(screen.me(), now);
            let writes = people.iter().find(|(_, doing)| *doing == Doing::Writing).map(|(member, _)| *member);
            let answered = self.answered.borrow().filter(|(_, at)| now - at < JUST_NOW).map(|(member, _)| member);
            let clash = writes.or(answered).and_then(|id| Some((id, screen.member(id)?)));
            let words = clash.as_ref().map(|(_, member)| {
                let first = member.name.split_whitespace().next().unwrap_or("A colleague");
                if writes.is_some() { format!("{first} is replying.") } else { format!("{first} has just answered.") }
            });
            let about = clash.map(|(id, _)| id);
            // Somebody else is another question; that it was the same one a moment ago is not.
            if about.is_some() && *self.about.borrow() != about {
                self.about.replace(about);
                screen.beside.warned.set(false);
            }
            put(screen.beside.people, people.into_iter().map(|(member, _)| member).collect());
            put(screen.beside.clash, words);
        }

        fn leave(self: &Rc<Self>) {
            let beside = self.screen.beside;
            beside.people.try_set(Vec::new());
            beside.clash.try_set(None);
            beside.warned.try_set(false);
            let gone = self.said.borrow().is_none_or(|(doing, _)| doing == Doing::Gone);
            if !gone {
                self.say(Doing::Gone, clock());
            }
        }
    }
}
