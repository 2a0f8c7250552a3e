use leptos::prelude::*;

use super::{page::time, server::Device};
use crate::{frame::Clock, ui::icon};

/// Where the person is signed in.
pub fn devices_view(clock: Clock, devices: Vec<Device>) -> AnyView {
    let count = devices.len();
    let others = devices.iter().any(|device| !device.current);
    let rows = devices.into_iter().map(|device| row(clock, device)).collect_view();
    view! {
        <section class="card flush" aria-labelledby="sessions">
            <header>
                <h2 id="sessions">"Your sessions "<span class="muted">{count}</span></h2>
                {others
                    .then(|| {
                        view! {
                            <form method="post" action="/account/sessions/end-others">
                                <button class="btn sm" type="submit">{icon("leave", "xs")}"Sign out everywhere else"</button>
                            </form>
                        }
                    })}
            </header>
            <div class="table-wrap" tabindex="0" role="region" aria-label="Sessions">
                <table class="table">
                    <thead>
                        <tr>
                            <th scope="col">"Device"</th>
                            <th scope="col">"Signed in from"</th>
                            <th scope="col">"Signed in"</th>
                            <th scope="col">"Last use"</th>
                            <th scope="col"><span class="sr">"Actions"</span></th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        </section>
    }
    .into_any()
}

fn row(clock: Clock, device: Device) -> AnyView {
    let Device { handle, name, pocket, address, created_at, last_seen_at, current } = device;
    let last = if current { view! { "now" }.into_any() } else { time(clock, last_seen_at) };
    let action = (!current).then(|| {
        view! {
            <form method="post" action="/account/sessions/end">
                <button class="btn ghost danger sm" type="submit" name="session" value=handle>
                    "Sign out"
                    <span class="sr">" "{name.clone()}</span>
                </button>
            </form>
        }
    });
    view! {
        <tr>
            <th scope="row">
                <span class="row">
                    {icon(if pocket { "device" } else { "laptop" }, "")}
                    <b>{name.clone()}</b>
                    {current.then(|| view! { <span class="badge accent">"This device"</span> })}
                </span>
            </th>
            <td class="num">{address}</td>
            <td class="nowrap">{time(clock, created_at)}</td>
            <td class="nowrap">{last}</td>
            <td class="end tight">{action}</td>
        </tr>
    }
    .into_any()
}
