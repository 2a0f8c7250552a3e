use std::sync::Arc;

use domain::{
    permission::{Access, Permission},
    role::RoleRef,
    team::Member,
};
use leptos::prelude::*;

use super::{
    diff::Diff,
    diff_view,
    matrix::{Wanted, matrix_view},
    server::{Matrix, load_matrix},
};
use crate::{
    frame::{Here, framed, page},
    roles::RoleOption,
    team::{first_name, server::set_role, with_article},
    ui::{Task, Toast, avatar, icon, reload, search, segment},
};

/// Every role beside the others.
#[component]
pub fn PermissionsPage() -> impl IntoView {
    page(load_matrix, matrix_page)
}

pub fn matrix_page(data: Matrix) -> AnyView {
    let Matrix { frame, roles, members } = data;
    let toast = Toast::default();
    let text = RwSignal::new(String::new());
    let mode = RwSignal::new(0);
    let roles = RwSignal::new(roles);
    let table = move || {
        let wanted = Wanted { text: text.get(), differences: mode.get() == 1 };
        roles.with(|roles| matrix_view(roles, &wanted))
    };
    let edit = frame.may(Permission::TeamsManage).then(|| {
        view! { <a class="btn" href=frame.path(Here::Roles) rel="external">{icon("key", "sm")}"Custom roles"</a> }
    });
    let panel = compare_view(Compare {
        access: frame.access,
        slug: frame.workspace.slug.clone(),
        roles: Arc::new(roles.get_untracked()),
        members: RwSignal::new(members),
        toast,
    });
    let content = view! {
        <div class="page__head">
            <div>
                <h1>"Permissions"</h1>
                <p>"What each role may do. “Own only” means contacts and conversations assigned to that person."</p>
            </div>
            {search(text, "Filter permissions", format!("Filter {} permissions", Permission::COUNT))}
            {segment("Which permissions", mode, &["All", "Differences only"])}
            {edit}
        </div>
        <div class="split">
            <section class="card flush" aria-label="Matrix">
                <div class="table-wrap" tabindex="0" role="region" aria-label="Permissions by role">{table}</div>
            </section>
            {panel}
        </div>
        {toast.toast_view()}
    }
    .into_any();
    framed(&frame, Here::Permissions, content)
}

struct Compare {
    access: Access,
    slug: domain::workspace::Slug,
    roles: Arc<Vec<RoleOption>>,
    members: RwSignal<Vec<Member>>,
    toast: Toast,
}

/// "What changes if X becomes Y?"
fn compare_view(Compare { access, slug, roles, members, toast }: Compare) -> AnyView {
    let first = members.with_untracked(|members| {
        // Whom it is most likely asked about: somebody who is below the one who asks.
        members.iter().find(|member| member.within_reach && !member.me).or(members.first()).map(|member| member.id)
    });
    let Some(first) = first else { return ().into_any() };
    let chosen = RwSignal::new(first);
    let wanted = RwSignal::new(None::<RoleRef>);
    let task = Task::default();
    let who =
        Memo::new(move |_| members.with(|members| members.iter().find(|member| member.id == chosen.get()).cloned()));
    let target = {
        let roles = roles.clone();
        Memo::new(move |_| {
            let now = who.get()?.role;
            let next = wanted.get().filter(|role| *role != now);
            // Until something is chosen: the next role up, so that the panel shows what it is for.
            next.or_else(|| {
                let place = roles.iter().position(|role| role.role == now)?;
                let up = place.checked_sub(1).unwrap_or(1);
                roles.get(up).map(|role| role.role)
            })
        })
    };
    let people = move || {
        members.with(|members| {
            let option = |member: &Member| {
                let value = member.id.to_string();
                let selected = member.id == chosen.get_untracked();
                view! { <option value=value selected=selected>{member.name.clone()}</option> }
            };
            members.iter().map(option).collect_view()
        })
    };
    let options = {
        let roles = roles.clone();
        move || {
            let (target, now) = (target.get(), who.get().map(|member| member.role));
            let option = |role: &RoleOption| {
                view! { <option value=role.role.to_string() selected=Some(role.role) == target>{role.name.clone()}</option> }
            };
            roles.iter().filter(|role| Some(role.role) != now).map(option).collect_view()
        }
    };
    let body = move || {
        let (Some(member), Some(target)) = (who.get(), target.get()) else { return ().into_any() };
        let find = |wanted: RoleRef| roles.iter().find(|role| role.role == wanted);
        let (Some(before), Some(after)) = (find(member.role), find(target)) else { return ().into_any() };
        let diff = Diff::between(before.permissions, after.permissions);
        let may = member.within_reach && access.permissions.covers(after.permissions) && member.removed_at.is_none();
        let (short, name, me) = (first_name(&member.name).to_owned(), with_article(&after.name), member.me);
        let said = format!("{short} is {name} now.");
        let apply = {
            let slug = slug.clone();
            move |_| {
                let said = said.clone();
                task.run(set_role(slug.clone(), member.id, target), move |team| {
                    if me {
                        reload();
                    }
                    members.set(team.members.into_iter().filter(|member| member.removed_at.is_none()).collect());
                    wanted.set(None);
                    toast.say(said);
                });
            }
        };
        let lost = diff.narrowed.len() + diff.lost.len();
        view! {
            {sees_view(&member, before, after)}
            {diff_view(&diff)}
            <p class="small muted">
                "Stays the same: "{diff.kept}". "{(lost == 0).then_some("Loses: nothing. ")}
                "A change is recorded in the audit trail."
            </p>
            {task.problem_view()}
            {may
                .then(|| {
                    view! {
                        <button class="btn primary" type="button" disabled=move || task.busy.get() on:click=apply>
                            {format!("Make {short} {name}")}
                        </button>
                    }
                })}
        }
        .into_any()
    };
    let portrait = move || {
        who.get().map(|member| {
            view! {
                <div class="person">
                    {avatar(member.id.0, &member.name, "")}
                    <span>
                        <b>{member.name.clone()}</b>
                        <small>{member.role_name.clone()}", "{counted(member.contacts, "assigned contact")}</small>
                    </span>
                </div>
            }
        })
    };
    view! {
        <aside class="card compare script" aria-labelledby="compare">
            <header><h2 id="compare">"What changes if …"</h2></header>
            <div class="card__body stack">
                <div class="field">
                    <label for="who">"Member"</label>
                    <select
                        class="input"
                        id="who"
                        on:change=move |event| {
                            if let Ok(id) = event_target_value(&event).parse() {
                                wanted.set(None);
                                chosen.set(id);
                            }
                        }
                    >
                        {people}
                    </select>
                </div>
                <div class="field">
                    <label for="becomes">"becomes"</label>
                    <select
                        class="input"
                        id="becomes"
                        on:change=move |event| wanted.set(event_target_value(&event).parse().ok())
                    >
                        {options}
                    </select>
                </div>
                {portrait}
                <div class="stack" aria-live="polite">{body}</div>
            </div>
        </aside>
    }
    .into_any()
}

/// The one change that people feel first.
fn sees_view(member: &Member, before: &RoleOption, after: &RoleOption) -> AnyView {
    use domain::permission::Grant;
    let grant = |role: &RoleOption| role.permissions.grant(Permission::ContactsRead);
    let short = first_name(&member.name).to_owned();
    let text = match (grant(before), grant(after)) {
        (before, Grant::All) if before != Grant::All => format!("{short} would see every contact and conversation."),
        (Grant::All, Grant::Own) => format!("{short} would see only what is assigned to them."),
        (Grant::All | Grant::Own, Grant::No) => format!("{short} would see no contact any more."),
        _ => return ().into_any(),
    };
    view! { <p class="banner warn">{icon("eye", "")}<span class="grow">{text}</span></p> }.into_any()
}

/// `1 contact`, `2 contacts`.
fn counted(count: i64, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}
