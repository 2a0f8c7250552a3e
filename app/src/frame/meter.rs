//! How far the limits are used, in the top bar of every page: told by the stream of events, never asked for in between.

use domain::{
    limits::{NumberUsage, Usage},
    time::Millis,
};
use leptos::prelude::*;

use super::Frame;
use crate::ui::icon;

/// What the meters of a page know. It ticks once a second in the browser, where minutes end by themselves.
#[derive(Clone, Copy)]
pub struct Meter {
    /// As it was told last.
    #[cfg(feature = "hydrate")]
    told: RwSignal<Option<Usage>>,
    /// The same, where minutes and days have ended since.
    shown: Memo<Option<Usage>>,
    now: RwSignal<Millis>,
}

impl Meter {
    /// As the server says, and from then on as the stream does.
    pub fn start(frame: &Frame) -> Self {
        let (told, now) = (RwSignal::new(frame.limits.clone()), RwSignal::new(frame.now));
        let shown = Memo::new(move |_| {
            let now = now.get();
            told.with(|told| told.as_ref().map(|usage| usage.at(now)))
        });
        let meter = Self {
            #[cfg(feature = "hydrate")]
            told,
            shown,
            now,
        };
        #[cfg(feature = "hydrate")]
        if frame.may(domain::permission::Permission::MessagesSend) {
            browser::follow(meter, frame.workspace.slug.clone());
        }
        meter
    }

    /// How far they are used now.
    pub fn usage(self) -> Option<Usage> {
        self.shown.get()
    }

    /// Milliseconds until then.
    fn until(self, end: Millis) -> Millis {
        (end - self.now.get()).max(0)
    }
}

#[cfg(feature = "hydrate")]
mod browser {
    use std::{cell::Cell, time::Duration};

    use domain::{limits::Usage, workspace::Slug};
    use leptos::{ev, prelude::*, task::spawn_local};
    use web_sys::VisibilityState;

    use super::Meter;

    thread_local! {
        /// The meter of this page, for the streams that tell it.
        static METER: Cell<Option<Meter>> = const { Cell::new(None) };
    }

    /// A stream has said how far the limits are used.
    pub fn heard(usage: &Usage) {
        if let Some(meter) = METER.get() {
            meter.told.try_set(Some(usage.clone()));
        }
    }

    pub fn of_page() -> Option<Meter> {
        METER.get()
    }

    pub fn follow(meter: Meter, slug: Slug) {
        METER.set(Some(meter));
        Effect::new(move |_| {
            let tick = move || {
                meter.now.try_set(crate::inbox::send::clock());
            };
            tick();
            if let Ok(handle) = set_interval_with_handle(tick, Duration::from_secs(1)) {
                on_cleanup(move || handle.clear());
            }
        });
        let look = move || {
            // What was missed meanwhile is asked for once.
            if document().visibility_state() == VisibilityState::Visible {
                ask(meter, slug.clone());
            }
        };
        let first = look.clone();
        Effect::new(move |_| first());
        let handle = window_event_listener(ev::Custom::<web_sys::Event>::new("visibilitychange"), move |_| look());
        on_cleanup(move || handle.remove());
    }

    fn ask(meter: Meter, slug: Slug) {
        spawn_local(async move {
            // What cannot be had is not worth a word: the stream tells it with the next message.
            if let Ok(usage) = crate::frame::server::limits(slug).await {
                meter.told.try_set(Some(usage));
            }
        });
    }
}

#[cfg(feature = "hydrate")]
pub use browser::heard;

/// All of it, over the inbox: its bar has the meter of this page.
pub fn menu_here() -> AnyView {
    #[cfg(feature = "hydrate")]
    let meter = browser::of_page();
    #[cfg(not(feature = "hydrate"))]
    let meter = None::<Meter>;
    meter.map(menu_view).into_any()
}

/// In the top bar: the workspace's minute, each number's day, and when they begin anew.
pub fn meter_view(meter: Meter) -> AnyView {
    (move || meter.usage().map(|usage| bar(meter, &usage))).into_any()
}

fn bar(meter: Meter, usage: &Usage) -> AnyView {
    // The one that comes to its end first; all of them stand in the menu.
    let tightest = usage.numbers.iter().filter(|number| number.per_day.is_some());
    let tightest = tightest.max_by_key(|number| percent(number.today, number.per_day.unwrap_or(u32::MAX)));
    let day = match tightest {
        Some(number) => Some((number.today, number.per_day, Some(number.number.name.clone()))),
        None => {
            (!usage.numbers.is_empty()).then(|| (usage.numbers.iter().map(|number| number.today).sum(), None, None))
        }
    };
    let (minute_ends, day_ends) = (usage.minute_ends, usage.day_ends);
    view! {
        <div class="rate" role="group" aria-label="Sending limits">
            <span>
                <span>"Messages this minute "<b>{of(usage.this_minute, Some(usage.per_minute))}</b></span>
                {gauge("Messages this minute", usage.this_minute, usage.per_minute, "")}
            </span>
            {day
                .map(|(used, limit, name)| {
                    let label = name.map_or("today".to_owned(), |name| format!("today, {name}"));
                    view! {
                        <span>
                            <span>{label}" "<b>{of(used, limit)}</b></span>
                            {limit.map(|limit| gauge("Messages today", used, limit, ""))}
                        </span>
                    }
                })}
            <span class="rate__reset">
                {move || format!("resets in {} s", (meter.until(minute_ends) + 999) / 1_000)}
                <small title="Days end at 00:00 UTC">{move || format!("day in {}", hours(meter.until(day_ends)))}</small>
            </span>
            <button class="btn ghost square sm rate__more" type="button" popovertarget="rates" aria-label="All limits"></button>
        </div>
    }
    .into_any()
}

/// `45/1,000`, or `45` without a limit.
pub fn of(used: u32, limit: Option<u32>) -> String {
    match limit {
        Some(limit) => format!("{}/{}", grouped(used), grouped(limit)),
        None => grouped(used),
    }
}

/// A line that fills up: calm below 80 %, warning up to 95 %.
pub fn gauge(label: &'static str, used: u32, limit: u32, size: &'static str) -> AnyView {
    let percent = percent(used, limit);
    let tone = match percent {
        0..80 => "",
        80..=95 => "warn",
        _ => "bad",
    };
    view! {
        <span
            class=format!("meter {size} {tone}")
            // In twentieths: the page's policy allows no style of an element's own.
            data-filled=percent.div_ceil(5).to_string()
            role="meter"
            aria-label=label
            aria-valuemin="0"
            aria-valuemax=limit
            aria-valuenow=used.min(limit)
        ></span>
    }
    .into_any()
}

fn percent(used: u32, limit: u32) -> u32 {
    u32::try_from(u64::from(used.min(limit)) * 100 / u64::from(limit.max(1))).unwrap_or(100)
}

/// `12,345`
pub fn grouped(n: u32) -> String {
    let digits = n.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// `15 h 8 m`
fn hours(left: Millis) -> String {
    let minutes = left / 60_000;
    if minutes < 60 { format!("{minutes} m") } else { format!("{} h {} m", minutes / 60, minutes % 60) }
}

/// All numbers and what is left of them, for the dashboard.
pub fn meters_view(meter: Meter) -> AnyView {
    view! { <div class="card__body stack">{all(meter)}</div> }.into_any()
}

/// The same for the top bar. Escape and the way back to the button come with the popover, the focus with its opening.
pub fn menu_view(meter: Meter) -> AnyView {
    view! {
        <div
            class="menu below end rates"
            popover="auto"
            id="rates"
            role="dialog"
            aria-label="All limits"
            tabindex="-1"
            autofocus
        >
            <div class="stack">{all(meter)}</div>
        </div>
    }
    .into_any()
}

fn all(meter: Meter) -> AnyView {
    let body = move || {
        let Some(usage) = meter.usage() else { return ().into_any() };
        let (minute_ends, day_ends) = (usage.minute_ends, usage.day_ends);
        let numbers = usage.numbers.iter().map(number).collect_view();
        view! {
            <div>
                <div class="row between">
                    <span>"Messages this minute"</span>
                    <b class="num">{of(usage.this_minute, Some(usage.per_minute))}</b>
                </div>
                {gauge("Messages this minute", usage.this_minute, usage.per_minute, "lg")}
            </div>
            {numbers}
            <p class="small muted">
                {move || {
                    format!(
                        "The minute ends in {} s, the day at 00:00 UTC in {}.",
                        (meter.until(minute_ends) + 999) / 1_000,
                        hours(meter.until(day_ends)),
                    )
                }}
                " Plan: "{usage.plan.label()}"."
            </p>
        }
        .into_any()
    };
    body.into_any()
}

fn number(number: &NumberUsage) -> AnyView {
    let NumberUsage { per_second, today, per_day, customers, customers_used, .. } = *number;
    let name = number.number.name.clone();
    let left = match number.left_today() {
        Some(left) => format!("{} left today: it is new, so its days are limited.", grouped(left)),
        None => "Its days have no limit.".to_owned(),
    };
    let window = customers.map(|limit| {
        view! {
            <p class="small muted">
                {format!(
                    "New customers written to first in 24 hours: {} of Meta's {}.",
                    grouped(customers_used),
                    grouped(limit),
                )}
            </p>
        }
    });
    view! {
        <div>
            <div class="row between">
                <span>{name}", today"</span>
                <b class="num">{of(today, per_day)}</b>
            </div>
            {per_day.map(|limit| gauge("Messages today", today, limit, "lg"))}
            <p class="row small muted">
                {icon("bolt", "xs")}
                {format!("{} a second. {left}", grouped(per_second))}
            </p>
            {window}
        </div>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_as_people_read_them() {
        assert_eq!([0, 999, 1_000, 1_234_567].map(grouped), ["0", "999", "1,000", "1,234,567"]);
        assert_eq!((of(45, Some(1_000)), of(1_200, None)), ("45/1,000".to_owned(), "1,200".to_owned()));
        assert_eq!([0, 59, 908].map(|minutes| hours(minutes * 60_000)), ["0 m", "59 m", "15 h 8 m"]);
        assert_eq!([(0, 0), (5, 10), (11, 10)].map(|(used, limit)| percent(used, limit)), [0, 50, 100]);
    }
}
