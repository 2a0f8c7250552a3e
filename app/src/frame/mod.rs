//! What stands around every page of a workspace: the rail, the top bar, the menus.

mod bar;
mod bell;
mod beside;
mod leave;
#[cfg(feature = "hydrate")]
pub mod live;
mod meter;
mod page;
mod rail;
mod subnav;
#[cfg(feature = "hydrate")]
pub mod told;
mod unread;

pub mod server;

pub use leave::sure;
#[cfg(feature = "hydrate")]
pub use meter::heard;
pub use meter::{Meter, grouped, menu_here, meters_view};
pub use page::{Clock, clock, fault_view, page};
pub use subnav::strip;
pub use unread::{many, titled};

use domain::{
    inbox::Unread,
    limits::Usage,
    permission::{Access, Permission},
    time::Millis,
    workspace::{MemberBrief, WorkspaceBrief},
};
use leptos::{ev::SubmitEvent, prelude::*};
use leptos_meta::Title;
use serde::{Deserialize, Serialize};

/// Who looks at which workspace, and what the frame shows of that.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Frame {
    pub me: MemberBrief,
    /// What they may do here.
    pub access: Access,
    pub workspace: WorkspaceBrief,
    /// All that the person belongs to.
    pub workspaces: Vec<WorkspaceBrief>,
    /// `light` or `dark`; otherwise the system decides.
    #[serde(default)]
    pub theme: Option<String>,
    /// Whether this is the demo.
    pub demo: bool,
    /// The server's clock: both sides draw the first paint with it.
    pub now: Millis,
    /// Alerts and notifications that wait for the member.
    #[serde(default)]
    pub waiting: i64,
    /// What waits to be read, and the last event that what is shown knows of; the inbox has its own.
    #[serde(default)]
    pub unread: Unread,
    /// How far the limits are used, for who may send; the inbox asks apart.
    #[serde(default)]
    pub limits: Option<Usage>,
}

/// The pages of a workspace.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Here {
    Inbox,
    Contacts,
    Dashboard,
    Team,
    Permissions,
    Roles,
    Audit,
    DeadLetters,
    Alerts,
    Notifications,
    Tokens,
    Security,
    Settings,
    Labels,
    QuickReplies,
}

impl Here {
    /// The last part of its address.
    pub const fn path(self) -> &'static str {
        match self {
            Here::Inbox => "inbox",
            Here::Contacts => "contacts",
            Here::Dashboard => "dashboard",
            Here::Team => "team",
            Here::Permissions => "permissions",
            Here::Roles => "roles",
            Here::Audit => "audit",
            Here::DeadLetters => "dead-letters",
            Here::Alerts => "alerts",
            Here::Notifications => "notifications",
            Here::Tokens => "tokens",
            Here::Security => "security",
            Here::Settings => "settings",
            Here::Labels => "labels",
            Here::QuickReplies => "quick-replies",
        }
    }

    /// As people read it.
    pub const fn label(self) -> &'static str {
        match self {
            Here::Inbox => "Inbox",
            Here::Contacts => "Contacts",
            Here::Dashboard => "Dashboard",
            Here::Team => "Team",
            Here::Permissions => "Permissions",
            Here::Roles => "Custom roles",
            Here::Audit => "Audit trail",
            Here::DeadLetters => "Operations",
            Here::Alerts => "Alerts",
            Here::Notifications => "Notifications",
            Here::Tokens => "API tokens",
            Here::Security => "Security",
            Here::Settings => "Settings",
            Here::Labels => "Labels",
            Here::QuickReplies => "Quick replies",
        }
    }

    pub(crate) const fn drawing(self) -> &'static str {
        match self {
            Here::Inbox => "inbox",
            Here::Contacts => "contacts",
            Here::Dashboard => "chart",
            Here::Team => "team",
            Here::Permissions => "shield",
            Here::Roles => "key",
            Here::Audit => "audit",
            Here::DeadLetters => "layers",
            Here::Alerts => "alert",
            Here::Notifications => "bell",
            Here::Tokens => "code",
            Here::Security => "lock",
            Here::Settings => "gear",
            Here::Labels => "tag",
            Here::QuickReplies => "bolt",
        }
    }

    /// Whether a member with this access has anything to see there.
    pub const fn offered(self, access: &Access) -> bool {
        let permission = match self {
            Here::Inbox | Here::Dashboard => Permission::ConversationsView,
            Here::Contacts => Permission::ContactsRead,
            Here::Team | Here::Permissions | Here::Roles => Permission::TeamsView,
            Here::Audit => Permission::AuditView,
            Here::DeadLetters => Permission::OperationsView,
            Here::Tokens => Permission::ApiView,
            Here::Settings | Here::Labels | Here::QuickReplies => Permission::WorkspaceSettings,
            // Everybody's own.
            Here::Alerts | Here::Notifications | Here::Security => return true,
        };
        access.allows(permission)
    }

    /// Whether the list of settings stands beside it.
    const fn is_setting(self) -> bool {
        matches!(
            self,
            Here::Settings | Here::Labels | Here::QuickReplies | Here::Tokens | Here::Security | Here::Notifications
        )
    }
}

impl Frame {
    /// A page of this workspace.
    pub fn path(&self, here: Here) -> String {
        format!("/w/{}/{}", self.workspace.slug, here.path())
    }

    pub fn may(&self, permission: Permission) -> bool {
        self.access.allows(permission)
    }
}

/// What a page adds to the frame.
#[derive(Clone, Copy, Default)]
pub struct Extras {
    /// Open conversations with something unread that the member sees.
    pub unread: Option<Memo<i64>>,
    /// Asked before the person is signed out.
    pub leave: Option<Callback<SubmitEvent>>,
    /// The page has a list of its keys, with the id `keys`.
    pub keys: bool,
}

/// A page with everything around it. The content scrolls; its `<h1>` is its own.
pub fn framed(frame: &Frame, here: Here, content: AnyView) -> AnyView {
    let inner = view! {
        <div class="page" tabindex="0" role="region" aria-label=here.label()>
            <div class="page__inner">{content}</div>
        </div>
    }
    .into_any();
    bare(frame, here, inner)
}

/// The same for a page that divides the room itself.
pub fn bare(frame: &Frame, here: Here, content: AnyView) -> AnyView {
    let content = if here.is_setting() {
        view! { <div class="sided">{subnav::subnav_view(frame, here)} {content}</div> }.into_any()
    } else {
        content
    };
    let name = format!("{} · {} · Parlance", here.label(), frame.workspace.name);
    let unread = unread::start(frame);
    #[cfg(feature = "hydrate")]
    let title = move || titled(unread.get(), &name);
    // The server writes the head when what the page hangs on may be gone already.
    #[cfg(not(feature = "hydrate"))]
    let title = titled(unread.get_untracked(), &name);
    // A page that shows them too has started it; the bar takes the same.
    let meter = use_context::<Meter>().unwrap_or_else(|| Meter::start(frame));
    provide_context(meter);
    let limits = frame.limits.is_some().then(|| meter::menu_view(meter));
    let around = around(frame, here, Extras { unread: Some(unread), ..Extras::default() }, content);
    view! {
        <Title text=title/>
        {around}
        {limits}
        {beside::beside_view(frame)}
    }
    .into_any()
}

/// Rail, bar and the main landmark.
pub fn around(frame: &Frame, here: Here, extras: Extras, main: AnyView) -> AnyView {
    view! {
        <a class="skip" href="#main" rel="external">"Skip to content"</a>
        <div class="app">
            {rail::rail_view(frame, here, extras)}
            {bar::bar_view(frame, here, extras)}
            <main id="main" tabindex="-1">{main}</main>
        </div>
    }
    .into_any()
}
