use domain::{
    permission::Permissions,
    role::{Role, RoleRef},
};
use serde::{Deserialize, Serialize};

/// A role that a member can have: a built-in one or one of the workspace's own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoleOption {
    pub role: RoleRef,
    /// What it is, or was copied from.
    pub base: Role,
    pub name: String,
    /// What it is for; may be empty.
    pub about: String,
    pub permissions: Permissions,
    /// Members who have it.
    pub members: i64,
}

impl RoleOption {
    pub fn built_in(role: Role, members: i64) -> Self {
        Self {
            role: role.into(),
            base: role,
            name: role.label().to_owned(),
            about: role.about().to_owned(),
            permissions: role.permissions(),
            members,
        }
    }

    pub const fn is_built_in(&self) -> bool {
        matches!(self.role, RoleRef::BuiltIn(_))
    }

    /// `36 permissions`, `4 and 12 own`.
    pub fn reach(&self) -> String {
        match self.permissions.count() {
            (1, 0) => "1 permission".to_owned(),
            (all, 0) => format!("{all} permissions"),
            (all, own) => format!("{all} and {own} own"),
        }
    }
}

#[cfg(feature = "ssr")]
mod native {
    use std::collections::HashMap;

    use domain::team::Member;
    use services::{Ctx, team};

    use super::*;
    use crate::error::Fault;

    impl RoleOption {
        /// The built-in roles, the widest first, then the workspace's own by name.
        ///
        /// # Errors
        /// `Forbidden` without `teams.view`.
        pub async fn list(ctx: &Ctx, members: &[Member]) -> Result<Vec<Self>, Fault> {
            let mut holders: HashMap<RoleRef, i64> = HashMap::new();
            for member in members.iter().filter(|member| member.removed_at.is_none()) {
                *holders.entry(member.role).or_default() += 1;
            }
            let built_in =
                Role::ALL.map(|role| Self::built_in(role, holders.get(&role.into()).copied().unwrap_or_default()));
            let own = team::roles::list(ctx).await?.into_iter().map(|(role, members)| Self {
                role: RoleRef::Custom(role.id),
                base: role.base,
                name: role.name,
                about: role.about,
                permissions: role.permissions,
                members,
            });
            Ok(built_in.into_iter().chain(own).collect())
        }
    }
}
