//! Who acts, where, and with what.

use crate::{Result, Services, db, sql};
use domain::{
    id::{MemberId, UserId, WorkspaceId},
    role::{Role, Scope},
    time::Millis,
    workspace::{MemberBrief, Slug, WorkspaceBrief},
};
use uuid::Uuid;

/// A member acting in a workspace. The only way to a workspace's data: finders take the workspace from here.
#[derive(Clone)]
pub struct Ctx {
    pub(crate) services: Services,
    workspace: WorkspaceBrief,
    me: MemberBrief,
    user: UserId,
}

const MEMBERSHIP: &str = "SELECT w.id, w.name, m.id, m.role, u.name FROM workspaces w
    JOIN members m ON m.workspace_id = w.id
    JOIN users u ON u.id = m.user_id
    WHERE w.slug = $1 AND m.user_id = $2";

impl Services {
    /// The member that a signed-in person is in a workspace.
    ///
    /// # Errors
    /// `NotFound` alike for a workspace that does not exist and one they do not belong to.
    pub async fn ctx(&self, user: UserId, slug: &Slug) -> Result<Ctx> {
        let mut read = self.db().read().await?;
        let row: Option<(Uuid, String, Uuid, String, String)> =
            sql!(opt(Uuid, String, Uuid, String, String), read.conn(), MEMBERSHIP, slug.as_str(), user.0)?;
        let (workspace, name, member, role, user_name) = row.ok_or(domain::Error::NotFound)?;
        Ok(Ctx {
            services: self.clone(),
            workspace: WorkspaceBrief { id: WorkspaceId(workspace), slug: slug.clone(), name },
            me: MemberBrief { id: MemberId(member), name: user_name, role: role.parse()? },
            user,
        })
    }
}

impl Ctx {
    pub fn workspace(&self) -> &WorkspaceBrief {
        &self.workspace
    }

    pub fn me(&self) -> &MemberBrief {
        &self.me
    }

    pub fn user(&self) -> UserId {
        self.user
    }

    pub fn role(&self) -> Role {
        self.me.role
    }

    pub fn now(&self) -> Millis {
        self.services.clock().now()
    }

    /// First bind of every statement on a workspace's data.
    pub(crate) fn ws(&self) -> Uuid {
        self.workspace.id.0
    }

    /// For own-only members their id, which finders bind; `None` sees all.
    pub(crate) fn own(&self) -> Option<Uuid> {
        (self.me.role.scope() == Scope::Own).then_some(self.me.id.0)
    }

    pub(crate) async fn read(&self) -> sqlx::Result<db::Read> {
        self.services.db().read().await
    }

    pub(crate) async fn begin(&self) -> sqlx::Result<db::Tx> {
        self.services.db().begin().await
    }

    /// # Errors
    /// `Forbidden` for roles that only read.
    pub(crate) fn may_reply(&self) -> Result<()> {
        if self.me.role.can_reply() {
            Ok(())
        } else {
            Err(domain::Error::Forbidden { permission: "messages.send".to_owned() }.into())
        }
    }
}
