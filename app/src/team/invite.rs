use domain::role::{Role, RoleRef};
use leptos::prelude::*;

use super::{screen::Screen, server::invite};
use crate::{
    roles::RoleOption,
    ui::{Task, dialog},
};

const ID: &str = "invite";

/// Whom to invite, and as what.
pub fn invite_dialog(screen: Screen) -> AnyView {
    let task = Task::default();
    let email = RwSignal::new(String::new());
    let roles = screen.grantable();
    // The usual one, else the one that reaches least.
    let usual = RoleRef::BuiltIn(Role::Agent);
    let first = roles.iter().find(|role| role.role == usual).or(roles.last()).map(|role| role.role);
    let role = RwSignal::new(first);
    let send = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let Some(role) = role.get_untracked() else { return };
        let to = email.get_untracked().trim().to_owned();
        task.run(invite(screen.slug(), to.clone(), role), move |handed| {
            dialog::close(ID);
            screen.hand_over(to, handed);
        });
    };
    let choices = roles.into_iter().map(|option| choice(option, role)).collect_view();
    let content = view! {
        <form on:submit=send>
            <div class="dialog__body">
                {task.problem_view()}
                <div class="field">
                    <label for="invite-email">"Email"</label>
                    <input
                        class="input"
                        id="invite-email"
                        type="email"
                        required
                        autofocus
                        autocomplete="off"
                        on:input=move |event| email.set(event_target_value(&event))
                    />
                </div>
                <fieldset class="stack tight-stack">
                    <legend>"Role"</legend>
                    {choices}
                </fieldset>
            </div>
            <footer>
                <button class="btn" type="button" on:click=move |_| dialog::close(ID)>"Cancel"</button>
                <button class="btn primary" type="submit" disabled=move || task.busy.get()>"Invite"</button>
            </footer>
        </form>
    }
    .into_any();
    let about = "One link each. It works once, for 7 days, for this address.".to_owned();
    dialog::dialog(ID, "Invite a member".to_owned(), about, move || closed(screen), content)
}

/// The link that has just been made stands there already.
fn closed(screen: Screen) {
    if screen.ask.get_untracked() == Some(super::screen::Ask::Invite) {
        screen.ask.set(None);
    }
}

fn choice(option: RoleOption, chosen: RwSignal<Option<RoleRef>>) -> AnyView {
    let role = option.role;
    let about = if option.about.is_empty() { option.reach() } else { option.about };
    view! {
        <label class="choice">
            <input
                type="radio"
                name="role"
                checked=chosen.get_untracked() == Some(role)
                on:change=move |_| chosen.set(Some(role))
            />
            <b>{option.name}</b>
            <small>{about}</small>
        </label>
    }
    .into_any()
}
