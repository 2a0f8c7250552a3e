use domain::{permission::Permission, role::RoleRef, team::Member, time::MINUTE};
use leptos::prelude::*;

use super::screen::{Ask, Screen};
use crate::{
    roles::RoleOption,
    ui::{avatar, icon, menu, search, segment, when},
};

/// Who was here this recently is shown as present.
const PRESENT: i64 = 15 * MINUTE;

/// Everybody who is or was a member.
pub fn members_view(screen: Screen) -> AnyView {
    let text = RwSignal::new(String::new());
    let mode = RwSignal::new(0);
    let shown = move || {
        let (text, mode) = (text.get().trim().to_lowercase(), mode.get());
        screen.team.with(|team| {
            let wanted = |member: &&Member| {
                let there = member.removed_at.is_none();
                let found = member.name.to_lowercase().contains(&text) || member.email.contains(&text);
                found && (mode == 0 || there == (mode == 1))
            };
            team.members.iter().filter(wanted).cloned().collect::<Vec<_>>()
        })
    };
    let shown = Memo::new(move |_| shown());
    let nobody = move || {
        let nobody = shown.with(Vec::is_empty);
        nobody.then(|| view! { <tr><td colspan="7"><p class="empty">"Nobody matches."</p></td></tr> })
    };
    // What a row offers; not how many have a role.
    let offered = Memo::new(move |_| {
        let one = |role: &RoleOption| format!("{} {} {:?}\n", role.role, role.name, role.permissions);
        screen.roles.with(|roles| roles.iter().map(one).collect::<String>())
    });
    // Who stays as they are keeps their row, with the focus or the menu in it, whatever happens to colleagues.
    let rows = view! {
        <For
            each=move || shown.get()
            key=move |member| (format!("{member:?}"), screen.last_owner(member), offered.get())
            children=move |member| row(screen, member)
        />
    };
    let count = move || screen.team.with(|team| team.members.len());
    view! {
        <section class="card flush" aria-labelledby="members">
            <header>
                <h2 id="members">"Members "<span class="muted">{count}</span></h2>
                {search(text, "Find a member", "Name or email".to_owned())}
                {segment("Status", mode, &["All", "Active", "Removed"])}
            </header>
            <div class="table-wrap" tabindex="0" role="region" aria-label="Members">
                <table class="table people">
                    <thead>
                        <tr>
                            <th scope="col">"Member"</th>
                            <th scope="col">"Role"</th>
                            <th scope="col">"Status"</th>
                            <th scope="col">"Last active"</th>
                            <th scope="col" class="end">"Open conversations"</th>
                            <th scope="col" class="end">"Contacts"</th>
                            <th scope="col"><span class="sr">"Actions"</span></th>
                        </tr>
                    </thead>
                    <tbody>{rows}{nobody}</tbody>
                </table>
            </div>
            <footer>
                {icon("alert", "sm")}
                <span class="grow">
                    "Whoever is removed is signed out of this workspace at once. Their messages and notes stay."
                </span>
            </footer>
        </section>
    }
    .into_any()
}

fn row(screen: Screen, member: Member) -> AnyView {
    let there = member.removed_at.is_none();
    let status = if there {
        view! { <span class="badge ok">{icon("check", "xs")}"Active"</span> }.into_any()
    } else {
        view! { <span class="badge">{icon("x", "xs")}"Removed"</span> }.into_any()
    };
    let you = member.me.then(|| view! { " "<span class="badge accent">"You"</span> });
    view! {
        <tr class:faint=!there>
            <th scope="row">
                <span class="person">
                    {avatar(member.id.0, &member.name, "")}
                    <span><span><b>{member.name.clone()}</b>{you}</span><small>{member.email.clone()}</small></span>
                </span>
            </th>
            <td>{role_view(screen, &member)}</td>
            <td>{status}</td>
            <td class="nowrap">{active_view(screen, &member)}</td>
            <td class="end num">{member.conversations}</td>
            <td class="end num">{member.contacts}</td>
            <td class="end tight">{actions(screen, &member)}</td>
        </tr>
    }
    .into_any()
}

/// A choice where it can be made; the question follows in a dialog.
fn role_view(screen: Screen, member: &Member) -> AnyView {
    let last = screen.last_owner(member);
    if !member.within_reach || member.removed_at.is_some() || last {
        let why = last.then(|| view! { <span class="sr">", the last Owner: make somebody else an Owner first"</span> });
        return view! { <span>{member.role_name.clone()}{why}</span> }.into_any();
    }
    let now = member.role;
    let options = screen
        .grantable()
        .into_iter()
        .map(|role| view! { <option value=role.role.to_string() selected=role.role == now>{role.name}</option> })
        .collect_view();
    let label = format!("Role of {}", member.name);
    let member = member.clone();
    let changed = move |event: leptos::ev::Event| {
        let wanted = event_target_value(&event).parse::<RoleRef>();
        // Until the answer is yes, it is what it was.
        put_back(&event, now);
        if let Ok(role) = wanted {
            screen.ask.set(Some(Ask::Role(member.clone(), role)));
        }
    };
    view! {
        <select class="input sm bare" aria-label=label prop:value=now.to_string() on:change=changed>
            {options}
        </select>
    }
    .into_any()
}

fn put_back(event: &leptos::ev::Event, role: RoleRef) {
    #[cfg(feature = "hydrate")]
    if let Some(select) = event.target() {
        // A select element takes a value.
        let _ = js_sys::Reflect::set(&select, &"value".into(), &role.to_string().into());
    }
    let _ = (event, role);
}

fn active_view(screen: Screen, member: &Member) -> AnyView {
    let Some(at) = member.last_active_at else { return view! { <span class="muted">"Never"</span> }.into_any() };
    let clock = screen.clock;
    let there = member.removed_at.is_none();
    let class = move || if there && clock.now.get() - at < PRESENT { "dot ok" } else { "dot off" };
    let text = move || match when::ago(at, clock.now.get(), clock.local.get()) {
        text if text.ends_with(" m") || text.ends_with(" h") => format!("{text} ago"),
        text => text,
    };
    view! {
        <span class="row">
            <span class=class aria-hidden="true"></span>
            <time datetime=when::iso(at) title=move || when::full(at, clock.local.get())>{text}</time>
        </span>
    }
    .into_any()
}

fn actions(screen: Screen, member: &Member) -> AnyView {
    if member.me || !member.within_reach || !screen.may(Permission::TeamsManage) || screen.last_owner(member) {
        return ().into_any();
    }
    let (name, member) = (member.name.clone(), member.clone());
    if member.removed_at.is_some() {
        return view! {
            <button
                class="btn ghost sm script"
                type="button"
                disabled=move || screen.task.busy.get()
                on:click=move |_| screen.restore(&member)
            >
                "Restore"
                <span class="sr">" "{name}</span>
            </button>
        }
        .into_any();
    }
    let (menu_id, shown) = (format!("member-{}", member.id), member.clone());
    // Whoever makes the link could get in with it: only for roles below one's own.
    let below = screen.role(member.role).is_some_and(|role| role.permissions != screen.frame().access.permissions);
    let reset = below.then(|| {
        let (member, to_hide) = (member.clone(), menu_id.clone());
        let ask = move |_| {
            menu::hide(&to_hide);
            screen.reset_link(&member);
        };
        view! {
            <button type="button" on:click=ask>
                {icon("lock", "sm")}
                "Link for a new password"
            </button>
        }
    });
    let to_hide = menu_id.clone();
    let remove = move |_| {
        menu::hide(&to_hide);
        screen.ask.set(Some(Ask::Remove(member.clone())));
    };
    view! {
        <button
            class="btn ghost square sm script"
            type="button"
            popovertarget=menu_id.clone()
            aria-label=format!("More about {}", shown.name)
        >
            {icon("dots", "sm")}
        </button>
        <div class="menu below end" popover="auto" id=menu_id on:toggle=menu::opened on:keydown=menu::arrows>
            {reset}
            <button class="danger" type="button" on:click=remove>
                {icon("x", "sm")}
                "Remove "
                {name}
            </button>
        </div>
    }
    .into_any()
}
