use domain::{
    permission::{Grant, Group, Permission},
    role::{CustomRole, RoleRef},
};
use leptos::prelude::*;

use super::{
    page::{Ask, Screen},
    server::save_role,
};
use crate::{
    permissions::{Wanted, by_group, diff::Diff, diff_view},
    ui::{avatar, icon, reload, search, segment},
};

/// The chosen role.
pub fn editor_view(screen: Screen) -> AnyView {
    let text = RwSignal::new(String::new());
    let mode = RwSignal::new(0);
    let chosen = Memo::new(move |_| screen.chosen.get());
    // The lines stay while switches move; another role or filter draws them anew.
    let lines = move || {
        let (_, text, mode) = (chosen.get(), text.get(), mode.get());
        let wanted = Wanted { text, differences: false };
        let shown =
            Permission::all().filter(|permission| wanted.finds(*permission) && shows(screen, *permission, mode));
        let groups = by_group(shown);
        if groups.is_empty() {
            return view! { <p class="empty">"No permission matches."</p> }.into_any();
        }
        let editable = untrack(|| screen.editable());
        groups.into_iter().map(|(group, lines)| group_view(screen, group, lines, editable)).collect_view().into_any()
    };
    let on = move || screen.draft.with(|draft| draft.permissions.iter().count());
    view! {
        {move || { chosen.track(); head_view(screen) }}
        {screen.task.problem_view()}
        {move || { chosen.track(); untrack(|| words_view(screen)) }}
        {move || { chosen.track(); untrack(|| held_view(screen)) }}
        <section class="card flush" aria-labelledby="permissions">
            <header>
                <h2 id="permissions">"Permissions"</h2>
                <span class="small muted num" aria-live="polite">{on}" of "{Permission::COUNT}" on"</span>
                {search(text, "Filter permissions", format!("Filter {}", Permission::COUNT))}
                {segment("Which permissions", mode, &["All", "On", "Changed"])}
            </header>
            <div class="lines">{lines}</div>
        </section>
    }
    .into_any()
}

/// Whether a line is shown: all, those that are on, those that differ from the role that this one was copied from.
fn shows(screen: Screen, permission: Permission, mode: usize) -> bool {
    let grant = screen.draft.with_untracked(|draft| draft.permissions.grant(permission));
    let base = untrack(|| screen.role()).map(|role| role.base.permissions().grant(permission));
    match mode {
        0 => true,
        1 => grant != Grant::No,
        _ => base != Some(grant),
    }
}

fn head_view(screen: Screen) -> AnyView {
    let Some(role) = screen.role() else { return ().into_any() };
    let built_in = role.is_built_in();
    let used = match role.members {
        0 => "Nobody has it.".to_owned(),
        1 => "Used by 1 person.".to_owned(),
        count => format!("Used by {count} people."),
    };
    let about =
        if built_in { format!("{} {used}", role.about) } else { format!("Starts from {}. {used}", role.base.label()) };
    let dirty = Memo::new(move |_| screen.changes());
    let unsaved = move || {
        (dirty.get() > 0).then(|| {
            let count = dirty.get();
            let text = if count == 1 { "Unsaved: 1 change".to_owned() } else { format!("Unsaved: {count} changes") };
            view! { <span class="badge warn">{text}</span> }
        })
    };
    let id = role.role;
    let buttons = screen.editable().then(|| {
        let idle = move || dirty.get() == 0 || screen.task.busy.get();
        view! {
            <button class="btn ghost danger script" type="button" on:click=move |_| screen.ask.set(Some(Ask::Delete))>
                "Delete"
            </button>
            <button class="btn ghost script" type="button" disabled=idle on:click=move |_| screen.choose(id)>
                "Discard"
            </button>
            <button class="btn primary script" type="button" disabled=idle on:click=move |_| save(screen)>
                "Save role"
            </button>
        }
    });
    let kind = if built_in { "badge" } else { "badge accent" };
    view! {
        <div class="page__head">
            <div>
                <div class="row wrap">
                    <h1>{role.name.clone()}</h1>
                    <span class=kind>{if built_in { "Built in" } else { "Custom" }}</span>
                    {unsaved}
                </div>
                <p>{about}</p>
            </div>
            {buttons}
        </div>
    }
    .into_any()
}

fn save(screen: Screen) {
    let RoleRef::Custom(id) = screen.chosen.get_untracked() else { return };
    let frame = screen.frame();
    let draft = screen.draft.get_untracked();
    let said = format!("{} is saved. It holds at once, for everybody who has it.", draft.name);
    let me = frame.me.id;
    let own = screen.holders.get_value().iter().any(|holder| holder.id == me && holder.role == RoleRef::Custom(id));
    let ask = save_role(frame.workspace.slug.clone(), id, draft.name, draft.about, draft.permissions);
    screen.task.run(ask, move |roles| {
        screen.roles.set(roles);
        screen.choose(RoleRef::Custom(id));
        if own {
            // Their own page is drawn for what they may do now.
            reload();
        }
        screen.toast.say(said);
    });
}

/// Name and purpose, where they can be changed.
fn words_view(screen: Screen) -> AnyView {
    if !screen.editable() {
        return ().into_any();
    }
    let draft = screen.draft;
    let tally = move || format!("{} / {}", draft.with(|draft| draft.name.chars().count()), CustomRole::NAME_LIMIT);
    view! {
        <div class="halves">
            <div class="field">
                <label for="role-name">"Name"<span class="tally">{tally}</span></label>
                <input
                    class="input"
                    id="role-name"
                    maxlength=CustomRole::NAME_LIMIT.to_string()
                    autocomplete="off"
                    prop:value=move || draft.with(|draft| draft.name.clone())
                    value=draft.with_untracked(|draft| draft.name.clone())
                    on:input=move |event| draft.update(|draft| draft.name = event_target_value(&event))
                />
            </div>
            <div class="field">
                <label for="role-about">"What it is for"</label>
                <input
                    class="input"
                    id="role-about"
                    maxlength=CustomRole::ABOUT_LIMIT.to_string()
                    autocomplete="off"
                    prop:value=move || draft.with(|draft| draft.about.clone())
                    value=draft.with_untracked(|draft| draft.about.clone())
                    on:input=move |event| draft.update(|draft| draft.about = event_target_value(&event))
                />
            </div>
        </div>
    }
    .into_any()
}

/// Why some switches do not move.
fn held_view(screen: Screen) -> AnyView {
    let Some(role) = screen.role() else { return ().into_any() };
    let held = screen.frame().access.permissions;
    let lacking = Permission::all().filter(|permission| held.grant(*permission) != Grant::All).count();
    let (strong, text) = if role.is_built_in() {
        ("Built-in roles do not change.", " Copy one to make a role of your own.".to_owned())
    } else if !screen.editable() {
        (
            "You cannot change this role.",
            " It reaches further than your own, or you may not manage the team.".to_owned(),
        )
    } else if lacking == 0 {
        return ().into_any();
    } else {
        let what = if lacking == 1 { "1 permission stays" } else { "permissions stay" };
        let count = if lacking == 1 { String::new() } else { format!("{lacking} ") };
        ("You cannot grant what you do not hold.", format!(" {count}{what} as they are."))
    };
    view! { <p class="banner">{icon("lock", "")}<span class="grow"><b>{strong}</b>{text}</span></p> }.into_any()
}

fn group_view(screen: Screen, group: Group, lines: Vec<Permission>, editable: bool) -> AnyView {
    let id = format!("group-{}", group.label().replace(' ', "-"));
    let labelled = id.clone();
    let counted = lines.clone();
    let on = move || screen.draft.with(|draft| counted.iter().filter(|line| draft.permissions.allows(**line)).count());
    let count = lines.len();
    let lines = lines.into_iter().map(|permission| line_view(screen, permission, editable)).collect_view();
    view! {
        <div role="group" aria-labelledby=labelled>
            <h3 class="lines__head" id=id>{group.label()}" "<span class="muted">{on}" of "{count}</span></h3>
            {lines}
        </div>
    }
    .into_any()
}

fn line_view(screen: Screen, permission: Permission, editable: bool) -> AnyView {
    let held = screen.frame().access.permissions.grant(permission);
    let grant = move || screen.draft.with(|draft| draft.permissions.grant(permission));
    let put = move |grant| screen.draft.update(|draft| draft.permissions = draft.permissions.with(permission, grant));
    let name = permission.as_str();
    let control = if permission.can_be_own() {
        let radio = |wanted: Grant, label: &'static str| {
            let allowed = editable && wanted <= held;
            view! {
                <label>
                    <input
                        type="radio"
                        name=name
                        disabled=!allowed
                        checked=untrack(grant) == wanted
                        prop:checked=move || grant() == wanted
                        on:change=move |_| put(wanted)
                    />
                    {label}
                </label>
            }
        };
        view! {
            <div class="segment" role="radiogroup" aria-label=permission.label()>
                {radio(Grant::No, "No")} {radio(Grant::Own, "Own")} {radio(Grant::All, "All")}
            </div>
        }
        .into_any()
    } else {
        view! {
            <input
                class="switch"
                type="checkbox"
                role="switch"
                aria-label=permission.label()
                disabled=!editable || held != Grant::All
                checked=untrack(grant) == Grant::All
                prop:checked=move || grant() == Grant::All
                on:change=move |event| put(if event_target_checked(&event) { Grant::All } else { Grant::No })
            />
        }
        .into_any()
    };
    view! {
        <div class="lines__line">
            <span>{permission.label()}" "<code class="small muted">{name}</code></span>
            {control}
        </div>
    }
    .into_any()
}

/// Who has it, and how it differs from what it was copied from.
pub fn side_view(screen: Screen) -> AnyView {
    let Some(role) = screen.role() else { return ().into_any() };
    let holders: Vec<_> =
        screen.holders.get_value().iter().filter(|holder| holder.role == role.role).cloned().collect();
    let count = holders.len();
    let people = holders
        .into_iter()
        .map(|holder| {
            let contacts = match holder.contacts {
                1 => "1 contact".to_owned(),
                count => format!("{count} contacts"),
            };
            view! {
                <li class="person">
                    {avatar(holder.id.0, &holder.name, "")}
                    <span><b>{holder.name}</b><small>{contacts}</small></span>
                </li>
            }
        })
        .collect_view();
    let against = (!role.is_built_in()).then(|| {
        let diff = screen.draft.with(|draft| Diff::between(role.base.permissions(), draft.permissions));
        let same = diff.is_empty().then(|| view! { <p class="muted">"No difference."</p> });
        view! {
            <section class="stack">
                <h2>"Against "{role.base.label()}</h2>
                {same}
                {diff_view(&diff)}
            </section>
        }
    });
    let after = (screen.changes() > 0 && count > 0).then(|| {
        let who = if count == 1 { "1 person has".to_owned() } else { format!("{count} people have") };
        view! {
            <section class="stack">
                <h2>"After saving"</h2>
                <p class="muted">{who}" it at once, on every device. The change is recorded in the audit trail."</p>
            </section>
        }
    });
    view! {
        <section class="stack">
            <h2>"Members with this role "<span class="muted">{count}</span></h2>
            <ul class="stack">{people}</ul>
            {(count == 0).then(|| view! { <p class="muted">"Nobody."</p> })}
        </section>
        {against}
        {after}
    }
    .into_any()
}
