use std::sync::Arc;

use domain::{
    permission::{Permission, Permissions},
    role::{Role, RoleRef},
};
use leptos::prelude::*;

use super::{
    RoleOption,
    editor::{editor_view, side_view},
    new::{delete_dialog, leave_dialog, new_dialog},
    server::{Holder, RolesView, load_roles},
};
use crate::{
    frame::{Frame, Here, bare, page},
    ui::{Task, Toast, icon},
};

/// The workspace's own roles and the built-in ones.
#[component]
pub fn RolesPage() -> impl IntoView {
    page(load_roles, roles_page)
}

/// A role as it is being changed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Draft {
    pub name: String,
    pub about: String,
    pub permissions: Permissions,
}

/// What the person is asked, over the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ask {
    New,
    Delete,
    /// Whether to leave what is not saved, for another role.
    Leave(RoleRef),
}

/// Copied into every part of the page.
#[derive(Clone, Copy)]
pub struct Screen {
    pub frame: StoredValue<Arc<Frame>>,
    pub holders: StoredValue<Arc<Vec<Holder>>>,
    pub roles: RwSignal<Vec<RoleOption>>,
    pub chosen: RwSignal<RoleRef>,
    pub draft: RwSignal<Draft>,
    pub ask: RwSignal<Option<Ask>>,
    pub task: Task,
    pub toast: Toast,
}

impl Screen {
    fn new(view: RolesView) -> Self {
        let RolesView { frame, roles, holders } = view;
        let first = roles.iter().find(|role| !role.is_built_in()).map_or(Role::Agent.into(), |role| role.role);
        let screen = Self {
            frame: StoredValue::new(Arc::new(frame)),
            holders: StoredValue::new(Arc::new(holders)),
            roles: RwSignal::new(roles),
            chosen: RwSignal::new(first),
            draft: RwSignal::new(Draft::default()),
            ask: RwSignal::new(None),
            task: Task::default(),
            toast: Toast::default(),
        };
        screen.choose(first);
        screen
    }

    pub fn frame(&self) -> Arc<Frame> {
        self.frame.get_value()
    }

    /// The chosen role as it is stored.
    pub fn role(&self) -> Option<RoleOption> {
        let chosen = self.chosen.get();
        self.roles.with(|roles| roles.iter().find(|role| role.role == chosen).cloned())
    }

    /// Takes up a role as it is stored.
    pub fn choose(&self, wanted: RoleRef) {
        self.chosen.set(wanted);
        let found = self.roles.with_untracked(|roles| roles.iter().find(|role| role.role == wanted).cloned());
        if let Some(RoleOption { name, about, permissions, .. }) = found {
            self.draft.set(Draft { name, about, permissions });
        }
        self.task.problem.set(None);
    }

    /// The same, after a question where something is not saved.
    pub fn go_to(&self, wanted: RoleRef) {
        if self.changes() == 0 {
            self.choose(wanted);
        } else if self.chosen.get_untracked() != wanted {
            self.ask.set(Some(Ask::Leave(wanted)));
        }
    }

    /// How much is not saved.
    pub fn changes(&self) -> usize {
        let Some(role) = self.role() else { return 0 };
        self.draft.with(|draft| {
            let differs = |p: &Permission| role.permissions.grant(*p) != draft.permissions.grant(*p);
            usize::from(role.name != draft.name)
                + usize::from(role.about != draft.about)
                + Permission::all().filter(differs).count()
        })
    }

    /// Whether the member may change the chosen role.
    pub fn editable(&self) -> bool {
        let access = self.frame().access;
        access.allows(Permission::TeamsManage)
            && self.role().is_some_and(|role| !role.is_built_in() && access.permissions.covers(role.permissions))
    }
}

pub fn roles_page(view: RolesView) -> AnyView {
    let screen = Screen::new(view);
    let frame = screen.frame();
    #[cfg(feature = "hydrate")]
    stay(screen);
    let manage = frame.may(Permission::TeamsManage);
    let content = view! {
        <div class="roles">
            <nav class="subnav roles__list" aria-label="Roles" node_ref=crate::frame::strip()>
                <div class="row between roles__head">
                    <h2>"Roles "<span class="muted">{move || screen.roles.with(Vec::len)}</span></h2>
                    {manage
                        .then(|| {
                            view! {
                                <button class="btn primary sm script" type="button" on:click=move |_| screen.ask.set(Some(Ask::New))>
                                    {icon("plus", "xs")}
                                    "New"
                                </button>
                            }
                        })}
                </div>
                {move || list(screen)}
            </nav>
            <div class="page" tabindex="0" role="region" aria-label="Role">
                <div class="page__inner">{editor_view(screen)}</div>
            </div>
            <aside class="roles__side" tabindex="0" aria-label="About this role">{move || side_view(screen)}</aside>
        </div>
        {move || screen.ask.get().map(|ask| match ask {
            Ask::New => new_dialog(screen),
            Ask::Delete => delete_dialog(screen),
            Ask::Leave(role) => leave_dialog(screen, role),
        })}
        {screen.toast.toast_view()}
    }
    .into_any();
    bare(&frame, Here::Roles, content)
}

/// The workspace's own, then the built-in ones.
fn list(screen: Screen) -> AnyView {
    let roles = screen.roles.get();
    let (built_in, own): (Vec<_>, Vec<_>) = roles.into_iter().partition(RoleOption::is_built_in);
    let none = own
        .is_empty()
        .then(|| view! { <p class="small muted roles__none">"None yet. A new one starts as a copy."</p> });
    let entries = |roles: Vec<RoleOption>| roles.into_iter().map(|role| entry(screen, role)).collect_view();
    view! {
        <p class="menu__label">"Custom"</p>
        {none}
        {entries(own)}
        <p class="menu__label">"Built in"</p>
        {entries(built_in)}
    }
    .into_any()
}

fn entry(screen: Screen, role: RoleOption) -> AnyView {
    let about =
        if role.is_built_in() { role.reach() } else { format!("Copy of {}, {}", role.base.label(), role.reach()) };
    let wanted = role.role;
    let members = match role.members {
        1 => ", 1 member".to_owned(),
        count => format!(", {count} members"),
    };
    view! {
        <button
            type="button"
            aria-current=move || (screen.chosen.get() == wanted).then_some("true")
            on:click=move |_| screen.go_to(wanted)
        >
            <span class="grow"><b>{role.name}</b><small>{about}</small></span>
            <span class="num" aria-hidden="true">{role.members}</span>
            <span class="sr">{members}</span>
        </button>
    }
    .into_any()
}

/// What is not saved is not left by accident.
#[cfg(feature = "hydrate")]
fn stay(screen: Screen) {
    let handle = window_event_listener(leptos::ev::beforeunload, move |event| {
        if untrack(|| screen.changes()) > 0 {
            event.prevent_default();
        }
    });
    on_cleanup(move || handle.remove());
}
