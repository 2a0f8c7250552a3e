use super::{Grant, Permission, Permissions};
use crate::id::MemberId;
use serde::{Deserialize, Serialize};

/// What a member may do in a workspace at this moment: their role's permissions and the workspace's setting.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Access {
    pub permissions: Permissions,
    /// Members who see only their own also see, and may take, what is assigned to nobody.
    pub unassigned: bool,
}

/// Which contacts and conversations a member sees, or may act on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sight {
    Nothing,
    /// Those assigned to the member, with `unassigned` also those assigned to nobody.
    Own {
        me: MemberId,
        unassigned: bool,
    },
    All,
}

impl Access {
    /// Held, at least for own ones.
    pub const fn allows(&self, permission: Permission) -> bool {
        self.permissions.allows(permission)
    }

    /// What `me` reaches with a permission.
    pub const fn sight(&self, permission: Permission, me: MemberId) -> Sight {
        match self.permissions.grant(permission) {
            Grant::No => Sight::Nothing,
            Grant::Own => Sight::Own { me, unassigned: self.unassigned },
            Grant::All => Sight::All,
        }
    }

    /// Sees every conversation of the workspace.
    pub const fn sees_all(&self) -> bool {
        matches!(self.permissions.grant(Permission::ConversationsView), Grant::All)
    }

    /// Sees conversations that are assigned to nobody.
    pub const fn sees_unassigned(&self) -> bool {
        self.sees_all() || (self.unassigned && self.allows(Permission::ConversationsView))
    }

    /// May write to customers, at least to own ones.
    pub const fn can_reply(&self) -> bool {
        self.allows(Permission::MessagesSend)
    }
}

impl Sight {
    /// Whether something with this assignee is within it.
    pub fn reaches(self, assignee: Option<MemberId>) -> bool {
        match self {
            Sight::Nothing => false,
            Sight::Own { me, unassigned } => assignee == Some(me) || (unassigned && assignee.is_none()),
            Sight::All => true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::role::Role;
    use uuid::Uuid;

    #[test]
    fn an_agent_reaches_the_unassigned_only_where_the_workspace_says_so() {
        let me = MemberId(Uuid::from_u128(1));
        let colleague = Some(MemberId(Uuid::from_u128(2)));
        for unassigned in [false, true] {
            let access = Access { permissions: Role::Agent.permissions(), unassigned };
            let sight = access.sight(Permission::ConversationsView, me);
            assert!(sight.reaches(Some(me)) && !sight.reaches(colleague));
            assert_eq!(sight.reaches(None), unassigned);
            assert_eq!(access.sees_unassigned(), unassigned);
        }
        let viewer = Access { permissions: Role::Viewer.permissions(), unassigned: false };
        assert!(viewer.sight(Permission::ConversationsView, me).reaches(colleague));
        assert_eq!(viewer.sight(Permission::MessagesSend, me), Sight::Nothing);
    }
}
