use domain::{id::MemberId, permission::Permission, team::Member};
use leptos::prelude::*;

use super::{first_name, screen::Screen, server::remove_member};
use crate::ui::{Task, dialog};

const ID: &str = "remove";

/// Asks to whom what they leave goes.
pub fn remove_dialog(screen: Screen, member: &Member) -> AnyView {
    let task = Task::default();
    let to = RwSignal::new(None::<MemberId>);
    let (id, short) = (member.id, first_name(&member.name).to_owned());
    let leaves = leaves(member);
    let nothing = member.conversations == 0 && member.contacts == 0;
    let said = format!("{short} was removed.");
    let yes = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let said = said.clone();
        task.run(remove_member(screen.slug(), id, to.get_untracked()), move |team| {
            dialog::close(ID);
            screen.put(team);
            screen.toast.say(said);
        });
    };
    let colleagues = move || {
        screen.team.with_untracked(|team| {
            let able = |member: &&Member| {
                let answers = screen.role(member.role).is_some_and(|role| role.permissions.allows(Permission::MessagesSend));
                member.id != id && member.removed_at.is_none() && answers
            };
            let option = |member: &Member| {
                view! { <option value=member.id.to_string()>{format!("{}, {}", member.name, member.role_name)}</option> }
            };
            team.members.iter().filter(able).map(option).collect_view()
        })
    };
    let hand_over = (!nothing).then(|| {
        view! {
            <div class="field">
                <label for="hand-over">"Hand over to"</label>
                <select
                    class="input"
                    id="hand-over"
                    autofocus
                    on:change=move |event| to.set(event_target_value(&event).parse().ok())
                >
                    <option value="">"Nobody: conversations wait in Unassigned"</option>
                    {colleagues()}
                </select>
            </div>
        }
    });
    let content = view! {
        <form on:submit=yes>
            <div class="dialog__body">
                {task.problem_view()}
                <p>{leaves}</p>
                {hand_over}
                <p class="muted">"Messages and notes stay. They can be restored later."</p>
            </div>
            <footer>
                <button class="btn" type="button" on:click=move |_| dialog::close(ID)>"Cancel"</button>
                <button class="btn danger solid" type="submit" disabled=move || task.busy.get()>
                    {format!("Remove {short}")}
                </button>
            </footer>
        </form>
    }
    .into_any();
    let title = format!("Remove {}?", member.name);
    let about = format!("{} is signed out of this workspace at once.", first_name(&member.name));
    dialog::dialog(ID, title, about, move || screen.ask.set(None), content)
}

/// What stays behind, in words.
fn leaves(member: &Member) -> String {
    let count = |count: i64, what: &str| match count {
        1 => format!("1 {what}"),
        count => format!("{count} {what}s"),
    };
    let short = first_name(&member.name);
    match (member.conversations, member.contacts) {
        (0, 0) => format!("{short} has no open conversation and no contact."),
        (open, 0) => format!("{short} has {}.", count(open, "open conversation")),
        (0, contacts) => format!("{short} looks after {}.", count(contacts, "contact")),
        (open, contacts) => {
            format!("{short} has {} and looks after {}.", count(open, "open conversation"), count(contacts, "contact"))
        }
    }
}
