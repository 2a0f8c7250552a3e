//! The customer's number, to be copied, and what the clock says where it is at home.

use domain::{
    country::{Home, home},
    time::Millis,
};
use leptos::prelude::*;

use super::screen::Screen;
use crate::ui::copy_button;

pub fn reach_view(screen: Screen, phone: String) -> AnyView {
    let words = move |home: Home| {
        // By the minute: the rest of the tick changes nothing.
        let at = screen.now.get();
        let from = clock_in(home.zone, at)?;
        let to = home.to.and_then(|zone| clock_in(zone, at)).filter(|to| *to != from);
        let time = to.map_or_else(|| from.clone(), |to| format!("{from} to {to}"));
        Some(format!("{}, {time} local time", home.name))
    };
    let time = home(&phone).map(|home| Memo::new(move |_| words(home)));
    view! {
        {copy_button(phone, "Copy number")}
        {time.map(|time| view! { <p class="muted small">{time}</p> })}
    }
    .into_any()
}

/// `11:02`, by the browser's own table of zones; `None` where it does not know this one.
fn clock_in(zone: &str, at: Millis) -> Option<String> {
    #[cfg(feature = "hydrate")]
    {
        use js_sys::{Date, Function, Object, Reflect};
        use wasm_bindgen::{JsCast, JsValue};

        let options = Object::new();
        for (key, value) in [("timeZone", zone), ("hour", "2-digit"), ("minute", "2-digit"), ("hourCycle", "h23")] {
            Reflect::set(&options, &key.into(), &value.into()).ok()?;
        }
        let date = Date::new(&JsValue::from_f64(at as f64));
        // It throws for a zone that it does not know.
        let format: Function = Reflect::get(&date, &"toLocaleTimeString".into()).ok()?.dyn_into().ok()?;
        format.call2(&date, &"en-GB".into(), &options).ok()?.as_string()
    }
    #[cfg(not(feature = "hydrate"))]
    {
        let _ = (zone, at);
        None
    }
}
