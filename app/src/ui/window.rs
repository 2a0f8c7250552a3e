use domain::{
    time::Millis,
    window::{self, SERVICE, SOON, Window},
};
use leptos::prelude::*;

use super::when;

/// Steps in which the ring drains; each is a rule of the style sheet.
const STEPS: Millis = 12;

/// How the customer-service window looks at a moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shape {
    pub class: &'static str,
    /// 0 to [`STEPS`].
    pub step: Millis,
    pub text: String,
}

impl Shape {
    pub fn at(expires_at: Option<Millis>, now: Millis) -> Self {
        match window::at(expires_at, now) {
            Window::Open { left } => Self {
                class: if left < SOON { "soon" } else { "" },
                step: (left * STEPS / SERVICE).clamp(1, STEPS),
                text: format!("closes in {}", window::left_text(left)),
            },
            Window::Closed => Self { class: "closed", step: 0, text: "window closed".to_owned() },
        }
    }
}

/// A ring that drains, plus words.
pub fn window_ring(
    expires_at: impl Fn() -> Option<Millis> + Send + Sync + 'static,
    now: RwSignal<Millis>,
    more: &'static str,
) -> AnyView {
    ring(Memo::new(move |_| Shape::at(expires_at(), now.get())), more)
}

/// The same with the moment when it closes, as long as that is not soon.
pub fn window_until(
    expires_at: impl Fn() -> Option<Millis> + Send + Sync + 'static,
    now: RwSignal<Millis>,
    local: RwSignal<bool>,
) -> AnyView {
    let shape = Memo::new(move |_| {
        let (end, now) = (expires_at(), now.get());
        let shape = Shape::at(end, now);
        match end {
            Some(end) if shape.class.is_empty() => {
                Shape { text: format!("Free-form until {}", when::until(end, now, local.get())), ..shape }
            }
            _ => shape,
        }
    });
    ring(shape, "push")
}

fn ring(shape: Memo<Shape>, more: &'static str) -> AnyView {
    view! {
        <span
            class=move || format!("window {more} {}", shape.read().class)
            data-left=move || shape.read().step.to_string()
        >
            {move || shape.read().text.clone()}
        </span>
    }
    .into_any()
}
