//! Photos over the thread: seen whole without leaving it.

use leptos::{html::Dialog, prelude::*};

use crate::ui::icon;

const ID: &str = "lightbox";

/// The addresses of the photos of the thread, and which of them is seen.
#[derive(Clone, Copy)]
struct Photos {
    all: RwSignal<Vec<String>>,
    at: RwSignal<Option<usize>>,
}

impl Photos {
    /// To another one; nothing where there is none.
    fn go(self, to: Option<usize>) {
        if let Some(to) = to.filter(|to| self.all.with_untracked(|all| *to < all.len())) {
            self.at.set(Some(to));
        }
    }
}

/// Takes the presses on photos, as long as the page stands. With a key held down they go where the browser takes them.
pub fn lightbox_view() -> AnyView {
    let photos = Photos { all: RwSignal::new(Vec::new()), at: RwSignal::new(None) };
    #[cfg(feature = "hydrate")]
    browser::listen(photos);
    let open = Memo::new(move |_| photos.at.get().is_some());
    view! { {move || open.get().then(|| dialog_view(photos))} }.into_any()
}

fn dialog_view(photos: Photos) -> AnyView {
    let node = NodeRef::<Dialog>::new();
    Effect::new(move |_| {
        if let Some(dialog) = node.get() {
            // Refused where it is open already: then it is as wanted.
            let _ = dialog.show_modal();
        }
    });
    let at = move || photos.at.get().unwrap_or_default();
    let count = move || photos.all.with(Vec::len);
    let address = Memo::new(move |_| photos.all.with(|all| all.get(at()).cloned()).unwrap_or_default());
    let before = move || photos.go(photos.at.get_untracked().and_then(|at| at.checked_sub(1)));
    let behind = move || photos.go(photos.at.get_untracked().map(|at| at + 1));
    let keydown = move |event: leptos::ev::KeyboardEvent| match event.key().as_str() {
        "ArrowLeft" | "ArrowUp" => before(),
        "ArrowRight" | "ArrowDown" => behind(),
        "Home" => photos.go(Some(0)),
        "End" => photos.go(photos.all.with_untracked(Vec::len).checked_sub(1)),
        _ => {}
    };
    view! {
        <dialog
            class="lightbox"
            id=ID
            node_ref=node
            aria-labelledby="lightbox-title"
            on:keydown=keydown
            on:close=move |_: leptos::ev::Event| photos.at.set(None)
        >
            <header>
                <h2 id="lightbox-title" aria-live="polite">{move || format!("Photo {} of {}", at() + 1, count())}</h2>
                <a class="btn ghost sm" href=address target="_blank" rel="noopener">{icon("ext", "sm")}"Open alone"</a>
                <button class="btn ghost square sm" type="button" aria-label="Close" autofocus on:click=move |_| crate::ui::dialog::close(ID)>
                    {icon("x", "sm")}
                </button>
            </header>
            // A press beside the photo closes it.
            <div class="lightbox__photo" on:click=move |_| crate::ui::dialog::close(ID)>
                <img src=address alt="" on:click=move |event| event.stop_propagation()/>
            </div>
            <footer>
                <button class="btn ghost" type="button" disabled=move || at() == 0 on:click=move |_| before()>
                    {icon("back", "sm")}
                    "Earlier"
                </button>
                <button class="btn ghost" type="button" disabled=move || at() + 1 >= count() on:click=move |_| behind()>
                    "Later"
                    {icon("right", "sm")}
                </button>
            </footer>
        </dialog>
    }
    .into_any()
}

#[cfg(feature = "hydrate")]
mod browser {
    use leptos::{ev, prelude::*};
    use wasm_bindgen::JsCast;
    use web_sys::{Element, MouseEvent};

    use super::Photos;

    /// Stickers are as large as they get.
    const PHOTO: &str = ".log a.picture:not(.sticker)";

    pub fn listen(photos: Photos) {
        let handle = window_event_listener(ev::click, move |event: MouseEvent| {
            let elsewhere = event.ctrl_key() || event.meta_key() || event.shift_key() || event.alt_key();
            if elsewhere || event.button() != 0 || event.default_prevented() {
                return;
            }
            let pressed = event.target().and_then(|target| target.dyn_into::<Element>().ok());
            let pressed = pressed.and_then(|element| element.closest(PHOTO).ok().flatten());
            let (Some(pressed), Ok(found)) = (pressed, document().query_selector_all(PHOTO)) else { return };
            let all = (0..found.length()).filter_map(|nth| found.item(nth)?.dyn_into::<Element>().ok());
            let all: Vec<Element> = all.collect();
            let at = all.iter().position(|photo| photo.is_same_node(Some(&pressed)));
            if at.is_some() {
                event.prevent_default();
                photos.all.set(all.iter().filter_map(|photo| photo.get_attribute("href")).collect());
                photos.at.set(at);
            }
        });
        on_cleanup(move || handle.remove());
    }
}
