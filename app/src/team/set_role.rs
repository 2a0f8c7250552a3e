use domain::{role::RoleRef, team::Member};
use leptos::prelude::*;

use super::{first_name, screen::Screen, server::set_role, with_article};
use crate::{
    permissions::{diff::Diff, diff_view},
    ui::{Task, dialog},
};

const ID: &str = "role";

/// Shows what the change of role changes before it is made.
pub fn role_dialog(screen: Screen, member: &Member, role: RoleRef) -> AnyView {
    let (Some(before), Some(after)) = (screen.role(member.role), screen.role(role)) else { return ().into_any() };
    let task = Task::default();
    let diff = Diff::between(before.permissions, after.permissions);
    let short = first_name(&member.name).to_owned();
    let title = format!("Make {} {}?", member.name, with_article(&after.name));
    let about = format!("{} until now. It holds at once, on every device.", before.name);
    let (id, said) = (member.id, format!("{short} is {} now.", with_article(&after.name)));
    let yes = move |_| {
        let said = said.clone();
        task.run(set_role(screen.slug(), id, role), move |team| {
            dialog::close(ID);
            screen.put(team);
            screen.toast.say(said);
        });
    };
    let none = diff.is_empty().then(|| view! { <p>"Both roles reach the same."</p> });
    let content = view! {
        <div class="dialog__body">{task.problem_view()} {none} {diff_view(&diff)}</div>
        <footer>
            <button class="btn" type="button" on:click=move |_| dialog::close(ID)>"Cancel"</button>
            <button class="btn primary" type="button" autofocus disabled=move || task.busy.get() on:click=yes>
                {format!("Make {short} {}", with_article(&after.name))}
            </button>
        </footer>
    }
    .into_any();
    dialog::dialog(ID, title, about, move || screen.ask.set(None), content)
}
