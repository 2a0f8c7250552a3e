use domain::{
    team::{Invitation, Mailed},
    time::{DAY, HOUR, Millis},
};
use leptos::prelude::*;

use super::{first_name, screen::Screen};
use crate::ui::{icon, when};

/// Invitations that nobody has accepted yet.
pub fn invitations_view(screen: Screen) -> AnyView {
    let table = move || {
        let invitations = screen.team.with(|team| team.invitations.clone());
        if invitations.is_empty() {
            return ().into_any();
        }
        let count = invitations.len();
        let rows = invitations.into_iter().map(|invitation| row(screen, invitation)).collect_view();
        view! {
            <section class="card flush" aria-labelledby="pending">
                <header>
                    <h2 id="pending">"Pending invitations "<span class="muted">{count}</span></h2>
                </header>
                <div class="table-wrap" tabindex="0" role="region" aria-label="Pending invitations">
                    <table class="table">
                        <thead>
                            <tr>
                                <th scope="col">"Email"</th>
                                <th scope="col">"Role"</th>
                                <th scope="col">"Sent"</th>
                                <th scope="col">"Mail"</th>
                                <th scope="col">"Expires"</th>
                                <th scope="col"><span class="sr">"Actions"</span></th>
                            </tr>
                        </thead>
                        <tbody>{rows}</tbody>
                    </table>
                </div>
            </section>
        }
        .into_any()
    };
    view! { {table} }.into_any()
}

fn row(screen: Screen, invitation: Invitation) -> AnyView {
    let clock = screen.clock;
    let (sent_at, expires_at) = (invitation.sent_at, invitation.expires_at);
    let by = first_name(&invitation.invited_by).to_owned();
    let mail = match invitation.mailed {
        Mailed::No => "Link only",
        Mailed::Waiting => "Waiting",
        Mailed::Sent => "Sent",
        Mailed::Failed => "Failed",
    };
    let class = if invitation.mailed == Mailed::Failed { "badge bad" } else { "badge" };
    let expires = move || {
        let left = left(expires_at - clock.now.get());
        let class = if left.is_none() { "badge" } else { "badge warn" };
        view! { <span class=class>{icon("clock", "xs")}{left.unwrap_or_else(|| "expired".to_owned())}</span> }
    };
    let actions = invitation.within_reach.then(|| actions(screen, &invitation));
    view! {
        <tr>
            <th scope="row">{invitation.email.clone()}</th>
            <td>{invitation.role_name.clone()}</td>
            <td class="nowrap">
                <time datetime=when::iso(sent_at)>{move || when::ago(sent_at, clock.now.get(), clock.local.get())}</time>
                " by "
                {by}
            </td>
            <td><span class=class>{mail}</span></td>
            <td>{expires}</td>
            <td class="end tight">{actions}</td>
        </tr>
    }
    .into_any()
}

fn actions(screen: Screen, invitation: &Invitation) -> AnyView {
    let (id, email) = (invitation.id, invitation.email.clone());
    let name = email.clone();
    let to = email.clone();
    let busy = move || screen.task.busy.get();
    view! {
        <button
            class="btn ghost sm script"
            type="button"
            disabled=busy
            on:click=move |_| screen.resend(id, to.clone())
        >
            {icon("refresh", "xs")}
            "New link"
            <span class="sr">" for "{name.clone()}</span>
        </button>
        <button class="btn ghost danger sm script" type="button" disabled=busy on:click=move |_| screen.revoke(id, &email)>
            "Revoke"
            <span class="sr">" the invitation of "{name}</span>
        </button>
    }
    .into_any()
}

/// `in 5 days`, `in 3 h`.
fn left(left: Millis) -> Option<String> {
    match left {
        ..=0 => None,
        left if left < HOUR => Some("in less than 1 h".to_owned()),
        left if left < 2 * DAY => Some(format!("in {} h", left / HOUR)),
        left => Some(format!("in {} days", left / DAY)),
    }
}
