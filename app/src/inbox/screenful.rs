#[cfg(feature = "ssr")]
use domain::workspace::Setup;
use domain::{
    id::MessageId,
    inbox::{InboxView, SavedView},
    number::NumberBrief,
    opt_out::Scope,
    permission::{Access, Permission},
    time::Millis,
    workspace::{MemberBrief, WorkspaceBrief},
};
use serde::{Deserialize, Serialize};

use super::{composer::Mode, opted_out::withheld, parked::ParkLine};

/// Everything that the first paint of the inbox needs, from one moment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Screenful {
    pub inbox: InboxView,
    pub workspace: WorkspaceBrief,
    /// All that the person belongs to.
    pub workspaces: Vec<WorkspaceBrief>,
    pub me: MemberBrief,
    /// What they may do here.
    pub access: Access,
    pub members: Vec<MemberBrief>,
    /// The connected numbers.
    #[serde(default)]
    pub numbers: Vec<NumberBrief>,
    /// Lists that the member keeps.
    #[serde(default)]
    pub saved: Vec<SavedView>,
    /// The server's clock: both sides draw the first paint with it.
    pub now: Millis,
    /// The idempotency key of the reply form when it is sent without a script.
    pub form_key: MessageId,
    /// The address names a conversation that is not there or not this member's to see.
    pub missing: bool,
    /// What went wrong with a form that was sent without a script, and the text that was typed.
    #[serde(default)]
    pub error: Option<String>,
    #[serde(default)]
    pub text: Option<String>,
    /// `light` or `dark`; otherwise the system decides.
    #[serde(default)]
    pub theme: Option<String>,
    /// Whether this is the demo.
    pub demo: bool,
    /// Whether the member sets the workspace up and something is left to be done.
    #[serde(default)]
    pub setup: bool,
    /// What of it is done, for the server, which draws the list at once.
    #[cfg(feature = "ssr")]
    #[serde(skip)]
    pub steps: Option<Setup>,
    /// What is withheld from customers who opted out.
    #[serde(default)]
    pub opt_out: Scope,
    /// Alerts and notifications that wait for the person.
    #[serde(default)]
    pub waiting: i64,
    /// Business numbers that send nothing because their access token does not open.
    #[serde(default)]
    pub locked: Vec<String>,
    /// What stands still until somebody resumes it.
    #[serde(default)]
    pub parks: Vec<ParkLine>,
}

impl Screenful {
    /// Whether the first paint has a composer, which holds the text of a form that failed.
    pub fn composes(&self) -> bool {
        let sight = self.access.sight(Permission::MessagesSend, self.me.id);
        self.inbox.thread.as_ref().is_some_and(|thread| {
            let row = &thread.row;
            Mode::of(sight.reaches(row.assignee), row, self.now) == Mode::Open && !withheld(row, self.opt_out)
        })
    }
}
