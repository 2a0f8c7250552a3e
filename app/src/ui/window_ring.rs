use super::Now;
use domain::{
    time::Millis,
    window::{self, SERVICE, SOON, Window},
};
use leptos::prelude::*;

/// Steps in which the ring drains.
const STEPS: i64 = 12;

/// The customer-service window as a ring that drains, with what is left in words.
#[component]
pub fn WindowRing(
    #[prop(into)] expires_at: Signal<Option<Millis>>,
    #[prop(default = "")] class: &'static str,
) -> impl IntoView {
    let now = expect_context::<Now>();
    let window = Memo::new(move |_| window::at(expires_at.get(), now.at.get()));
    let state = move || match window.get() {
        Window::Closed => format!("window closed {class}"),
        Window::Open { left } if left < SOON => format!("window soon {class}"),
        Window::Open { .. } => format!("window {class}"),
    };
    let step = move || match window.get() {
        Window::Closed => "0".to_owned(),
        Window::Open { left } => ((left * STEPS + SERVICE - 1) / SERVICE).clamp(1, STEPS).to_string(),
    };
    let text = move || match window.get() {
        Window::Closed => "window closed".to_owned(),
        Window::Open { left } => format!("closes in {}", window::left_text(left)),
    };
    view! {
        <span class=state data-left=step>
            {text}
        </span>
    }
}
