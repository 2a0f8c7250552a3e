use leptos::prelude::*;

/// Says that something is done, for a few seconds.
#[derive(Clone, Copy)]
pub struct Toast(RwSignal<(u32, String)>);

impl Default for Toast {
    fn default() -> Self {
        Self(RwSignal::new((0, String::new())))
    }
}

impl Toast {
    pub fn say(self, text: String) {
        let Some(turn) = self.0.try_update(|said| {
            *said = (said.0 + 1, text);
            said.0
        }) else {
            return;
        };
        let fade = move || {
            self.0.try_update(|said| {
                if said.0 == turn {
                    said.1.clear();
                }
            });
        };
        set_timeout(fade, std::time::Duration::from_secs(6));
    }

    /// Where it is said; stands at the end of a page.
    pub fn toast_view(self) -> AnyView {
        // Without a word there is no text at all: the style sheet hides what is empty.
        let text = move || Some(self.0.with(|said| said.1.clone())).filter(|text| !text.is_empty());
        view! { <p class="toast" role="status">{text}</p> }.into_any()
    }
}
