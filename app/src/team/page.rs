use domain::permission::Permission;
use leptos::prelude::*;

use super::{
    invitations::invitations_view,
    invite::invite_dialog,
    link::{invitation_link, reset_link},
    members::members_view,
    remove::remove_dialog,
    screen::{Ask, Screen},
    server::{TeamView, load_team},
    set_role::role_dialog,
};
use crate::{
    frame::{Here, framed, page},
    ui::icon,
};

/// Members and invitations.
#[component]
pub fn TeamPage() -> impl IntoView {
    page(load_team, team_page)
}

pub fn team_page(view: TeamView) -> AnyView {
    let screen = Screen::new(view);
    let frame = screen.frame();
    #[cfg(feature = "hydrate")]
    super::live::follow(screen);
    let said = move || {
        screen.team.with(|team| {
            let active = team.members.iter().filter(|member| member.removed_at.is_none()).count();
            let members = if active == 1 { "1 member".to_owned() } else { format!("{active} members") };
            match team.invitations.len() {
                0 => format!("{members}. Nobody is invited."),
                1 => format!("{members}, 1 invitation waiting."),
                count => format!("{members}, {count} invitations waiting."),
            }
        })
    };
    let invites = screen.may(Permission::TeamsInvite);
    let content = view! {
        <div class="page__head">
            <div>
                <h1>"Team"</h1>
                <p>{said}</p>
            </div>
            <a class="btn" href=frame.path(Here::Permissions) rel="external">{icon("shield", "sm")}"Compare roles"</a>
            {invites
                .then(|| {
                    view! {
                        <button class="btn primary script" type="button" on:click=move |_| screen.ask.set(Some(Ask::Invite))>
                            {icon("userplus", "sm")}
                            "Invite a member"
                        </button>
                    }
                })}
        </div>
        {screen.task.problem_view()}
        {members_view(screen)}
        {invites.then(|| invitations_view(screen))}
        {move || screen.ask.get().filter(|ask| !is_link(ask)).map(|ask| asked(screen, ask))}
        // It follows upon another dialog, whose element must not become its own.
        {move || screen.ask.get().filter(is_link).map(|ask| asked(screen, ask))}
        {screen.toast.toast_view()}
    }
    .into_any();
    framed(&frame, Here::Team, content)
}

const fn is_link(ask: &Ask) -> bool {
    matches!(ask, Ask::Link(..) | Ask::Reset(..))
}

fn asked(screen: Screen, ask: Ask) -> AnyView {
    match ask {
        Ask::Invite => invite_dialog(screen),
        Ask::Role(member, role) => role_dialog(screen, &member, role),
        Ask::Remove(member) => remove_dialog(screen, &member),
        Ask::Link(email, handed) => invitation_link(screen, &email, &handed),
        Ask::Reset(name, path) => reset_link(screen, &name, &path),
    }
}
