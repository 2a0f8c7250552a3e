use domain::role::{CustomRole, Role, RoleRef};
use leptos::prelude::*;

use super::{
    page::{Ask, Screen},
    server::{create_role, delete_role},
};
use crate::ui::{Task, dialog};

const NEW: &str = "new-role";
const DELETE: &str = "delete-role";
const LEAVE: &str = "leave-role";

/// What it is called and what it starts from.
pub fn new_dialog(screen: Screen) -> AnyView {
    let task = Task::default();
    let (name, about) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let held = screen.frame().access.permissions;
    let bases: Vec<_> = screen
        .roles
        .with_untracked(|roles| roles.iter().filter(|role| held.covers(role.permissions)).cloned().collect());
    // The one that is looked at, else the usual one.
    let wanted = [screen.chosen.get_untracked(), Role::Agent.into()];
    let first = wanted.into_iter().find(|role| bases.iter().any(|base| base.role == *role));
    let base = RwSignal::new(first.or(bases.last().map(|base| base.role)));
    let create = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let Some(base) = base.get_untracked() else { return };
        let slug = screen.frame().workspace.slug.clone();
        let ask = create_role(slug, name.get_untracked(), about.get_untracked(), base);
        task.run(ask, move |(role, roles)| {
            dialog::close(NEW);
            screen.roles.set(roles);
            screen.choose(role);
            screen.toast.say("The role is made. Give it to people on the team’s page.".to_owned());
        });
    };
    let options = bases
        .into_iter()
        .map(|option| {
            let selected = Some(option.role) == base.get_untracked();
            view! {
                <option value=option.role.to_string() selected=selected>{format!("{}, {}", option.name, option.reach())}</option>
            }
        })
        .collect_view();
    let content = view! {
        <form on:submit=create>
            <div class="dialog__body">
                {task.problem_view()}
                <div class="field">
                    <label for="new-name">"Name"</label>
                    <input
                        class="input"
                        id="new-name"
                        required
                        autofocus
                        maxlength=CustomRole::NAME_LIMIT.to_string()
                        autocomplete="off"
                        on:input=move |event| name.set(event_target_value(&event))
                    />
                </div>
                <div class="field">
                    <label for="new-about">"What it is for"</label>
                    <input
                        class="input"
                        id="new-about"
                        maxlength=CustomRole::ABOUT_LIMIT.to_string()
                        autocomplete="off"
                        on:input=move |event| about.set(event_target_value(&event))
                    />
                </div>
                <div class="field">
                    <label for="new-base">"Starts as a copy of"</label>
                    <select
                        class="input"
                        id="new-base"
                        on:change=move |event| base.set(event_target_value(&event).parse().ok())
                    >
                        {options}
                    </select>
                </div>
            </div>
            <footer>
                <button class="btn" type="button" on:click=move |_| dialog::close(NEW)>"Cancel"</button>
                <button class="btn primary" type="submit" disabled=move || task.busy.get()>"Make role"</button>
            </footer>
        </form>
    }
    .into_any();
    let about = "Its permissions are switched afterwards.".to_owned();
    dialog::dialog(NEW, "New role".to_owned(), about, move || screen.ask.set(None), content)
}

/// A role that somebody has cannot go.
pub fn delete_dialog(screen: Screen) -> AnyView {
    let Some(role) = untrack(|| screen.role()) else { return ().into_any() };
    let RoleRef::Custom(id) = role.role else { return ().into_any() };
    let task = Task::default();
    let used = role.members > 0;
    let text = match role.members {
        0 => "Nobody has it.".to_owned(),
        1 => "1 member has it. Give them another role first.".to_owned(),
        count => format!("{count} members have it. Give them another role first."),
    };
    let said = format!("{} is deleted.", role.name);
    let yes = move |_| {
        let said = said.clone();
        task.run(delete_role(screen.frame().workspace.slug.clone(), id), move |roles| {
            dialog::close(DELETE);
            screen.roles.set(roles);
            screen.choose(role.base.into());
            screen.toast.say(said);
        });
    };
    let button = (!used).then(|| {
        view! {
            <button class="btn danger solid" type="button" disabled=move || task.busy.get() on:click=yes>
                "Delete role"
            </button>
        }
    });
    let content = view! {
        <div class="dialog__body">{task.problem_view()} <p>{text}</p></div>
        <footer>
            <button class="btn" type="button" autofocus on:click=move |_| dialog::close(DELETE)>
                {if used { "Close" } else { "Cancel" }}
            </button>
            {button}
        </footer>
    }
    .into_any();
    let title = format!("Delete {}?", role.name);
    dialog::dialog(DELETE, title, String::new(), move || screen.ask.set(None), content)
}

/// Before what is not saved is lost.
pub fn leave_dialog(screen: Screen, to: RoleRef) -> AnyView {
    let count = untrack(|| screen.changes());
    let what = if count == 1 { "1 change is".to_owned() } else { format!("{count} changes are") };
    let discard = move |_| {
        dialog::close(LEAVE);
        screen.choose(to);
    };
    let content = view! {
        <div class="dialog__body"><p>{what}" not saved yet."</p></div>
        <footer>
            <button class="btn" type="button" autofocus on:click=move |_| dialog::close(LEAVE)>"Go on editing"</button>
            <button class="btn danger" type="button" on:click=discard>"Discard"</button>
        </footer>
    }
    .into_any();
    let closed = move || {
        if matches!(screen.ask.get_untracked(), Some(Ask::Leave(_))) {
            screen.ask.set(None);
        }
    };
    dialog::dialog(LEAVE, "Discard the changes?".to_owned(), String::new(), closed, content)
}
