use domain::alert::{AlertView, Severity};
use leptos::prelude::*;

use super::page::Reading;
use crate::{
    frame::Clock,
    ui::{icon, when},
};

pub fn item_view(alert: AlertView, slug: &str, clock: Clock, reading: Reading) -> AnyView {
    let AlertView { id, kind, severity, title, body, link, times, first_at, last_at, .. } = alert;
    let (tone, drawing) = match severity {
        Severity::High => ("badge bad", "alert"),
        Severity::Medium => ("badge warn", "alert"),
        Severity::Low => ("badge", "bell"),
    };
    let Clock { now, local } = clock;
    let ago = move || when::ago(last_at, now.get(), local.get());
    let full = move || when::full(last_at, local.get());
    let often = (times > 1).then(|| {
        view! { <span>{times} " times since " {move || when::ago(first_at, now.get(), local.get())}</span> }
    });
    let title_id = format!("alert-{id}");
    let described = title_id.clone();
    view! {
        <li class="alert" class:unread=move || reading.waits(id) aria-labelledby=title_id.clone()>
            <span class=format!("alert__mark {}", severity.as_str())>{icon(drawing, "")}</span>
            <div class="alert__text">
                <h2 id=title_id.clone() dir="auto">{title}</h2>
                <p dir="auto">{body}</p>
                <p class="alert__facts">
                    <span class=tone>{severity.label()}</span>
                    <span>{kind.label()}</span>
                    <time datetime=when::iso(last_at) title=full>{ago}</time>
                    {often}
                    {move || reading.waits(id).then(|| view! { <span class="sr">"Not read yet"</span> })}
                </p>
            </div>
            <div class="alert__actions">
                <a class="btn sm" href=format!("/w/{slug}/{link}") rel="external" aria-describedby=title_id.clone()>
                    "Look at it"
                </a>
                {move || {
                    let described = described.clone();
                    reading
                        .waits(id)
                        .then(|| {
                            view! {
                                <button
                                    class="btn ghost sm script"
                                    type="button"
                                    aria-describedby=described
                                    on:click=move |_| reading.mark(Some(id))
                                >
                                    {icon("check", "xs")}
                                    "Mark as read"
                                </button>
                            }
                        })
                }}
            </div>
        </li>
    }
    .into_any()
}
