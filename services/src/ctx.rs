//! Who acts, where, from where, and with what permissions.

use crate::{Result, Services, db, sql};
use domain::{
    id::{MemberId, TokenId, UserId, WorkspaceId},
    permission::{Access, Permission, Permissions, Sight},
    role::Role,
    time::Millis,
    workspace::{MemberBrief, Reads, Slug, WorkspaceBrief},
};
use std::{net::IpAddr, sync::Arc};
use uuid::Uuid;

/// A member acting in a workspace. The only way to a workspace's data: finders take the workspace from here, use cases
/// demand their permission of it.
#[derive(Clone)]
pub struct Ctx {
    pub(crate) services: Services,
    workspace: WorkspaceBrief,
    me: MemberBrief,
    user: UserId,
    access: Access,
    token: Option<TokenId>,
    origin: Arc<Origin>,
    waits: bool,
}

/// Where a request comes from, as the audit trail keeps it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Origin {
    pub address: Option<IpAddr>,
    /// What the browser or program calls itself.
    pub agent: Option<String>,
}

/// Who does something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Actor {
    Member(MemberId),
    /// A token of the REST API, and the member it acts for.
    Token {
        token: TokenId,
        member: MemberId,
    },
    /// Parlance itself, or whoever sits at its command line.
    System,
}

impl Actor {
    /// The member behind it, if there is one.
    pub const fn member(self) -> Option<MemberId> {
        match self {
            Actor::Member(member) | Actor::Token { member, .. } => Some(member),
            Actor::System => None,
        }
    }
}

/// Somebody who was removed is a stranger. The last column: a second factor is wanted and missing.
const MEMBERSHIP: &str = "SELECT w.id, w.name, w.agents_see_unassigned, m.id, m.role, r.name, r.permissions, u.name,
    w.require_totp AND NOT EXISTS (SELECT 1 FROM totp_secrets t WHERE t.user_id = m.user_id)
    FROM workspaces w
    JOIN members m ON m.workspace_id = w.id AND m.removed_at IS NULL
    JOIN users u ON u.id = m.user_id
    LEFT JOIN roles r ON r.workspace_id = m.workspace_id AND r.id = m.role_id
    WHERE w.slug = $1 AND m.user_id = $2";

type Membership = (Uuid, String, bool, Uuid, String, Option<String>, Option<String>, String, bool);

impl Services {
    /// The member that a signed-in person is in a workspace.
    ///
    /// # Errors
    /// `NotFound` alike for a workspace that does not exist and one they do not belong to; `SecondFactor` when the workspace asks
    /// for one that they do not have.
    pub async fn ctx(&self, user: UserId, slug: &Slug) -> Result<Ctx> {
        match self.membership(user, slug).await? {
            (ctx, false) => Ok(ctx),
            (_, true) => Err(domain::Error::SecondFactor.into()),
        }
    }

    /// The same for the page where people set up their second factor, and for nothing else: also before they have one.
    ///
    /// # Errors
    /// `NotFound` as [`Services::ctx`].
    pub async fn ctx_for_security(&self, user: UserId, slug: &Slug) -> Result<Ctx> {
        Ok(self.membership(user, slug).await?.0)
    }

    /// The member, and whether a second factor is missing.
    async fn membership(&self, user: UserId, slug: &Slug) -> Result<(Ctx, bool)> {
        let mut read = self.db().read().await?;
        let row: Option<Membership> = sql!(
            opt(Uuid, String, bool, Uuid, String, Option<String>, Option<String>, String, bool),
            read.conn(),
            MEMBERSHIP,
            slug.as_str(),
            user.0
        )?;
        let (workspace, name, unassigned, member, role, title, own, user_name, missing) =
            row.ok_or(domain::Error::NotFound)?;
        let (role, permissions) = held(&role, own.as_deref())?;
        let access = Access { permissions, unassigned };
        let ctx = Ctx {
            services: self.clone(),
            workspace: WorkspaceBrief { id: WorkspaceId(workspace), slug: slug.clone(), name },
            me: MemberBrief {
                id: MemberId(member),
                name: user_name,
                role,
                title,
                replies: access.can_reply(),
                reads: Reads::of(&access),
            },
            user,
            access,
            token: None,
            origin: Arc::default(),
            waits: false,
        };
        Ok((ctx, missing))
    }
}

/// What a member's row grants: the built-in role, or the permissions of the workspace's own role.
pub(crate) fn held(role: &str, own: Option<&str>) -> Result<(Role, Permissions)> {
    let role: Role = role.parse()?;
    let permissions = match own {
        None => role.permissions(),
        Some(json) => parse_permissions(json)?,
    };
    Ok((role, permissions))
}

/// The permissions of a role as its row holds them.
pub(crate) fn parse_permissions(json: &str) -> Result<Permissions> {
    serde_json::from_str(json).map_err(|e| crate::Error::Internal(format!("permissions of a role: {e}")))
}

impl Ctx {
    /// The same member, with where the request comes from.
    #[must_use]
    pub fn from(self, origin: Origin) -> Self {
        Self { origin: Arc::new(origin), ..self }
    }

    /// The same member, who would rather have what is beyond a limit wait than be refused.
    #[must_use]
    pub fn waiting(self) -> Self {
        Self { waits: true, ..self }
    }

    /// Whether what is beyond a limit waits.
    pub fn waits(&self) -> bool {
        self.waits
    }

    /// The same member acting through an API token: no more than both may.
    #[must_use]
    pub fn limited_to(mut self, token: TokenId, permissions: Permissions) -> Self {
        self.access.permissions = self.access.permissions.and(permissions);
        self.me.replies = self.access.can_reply();
        self.token = Some(token);
        self
    }

    /// What the same member may do now.
    ///
    /// # Errors
    /// `NotFound` when they belong to the workspace no more.
    pub async fn again(&self) -> Result<Self> {
        let now = self.services.ctx(self.user, &self.workspace.slug).await?;
        let now = Self { origin: self.origin.clone(), ..now };
        Ok(match self.token {
            Some(token) => now.limited_to(token, self.access.permissions),
            None => now,
        })
    }

    pub fn workspace(&self) -> &WorkspaceBrief {
        &self.workspace
    }

    pub fn me(&self) -> &MemberBrief {
        &self.me
    }

    pub fn user(&self) -> UserId {
        self.user
    }

    pub fn access(&self) -> &Access {
        &self.access
    }

    pub fn permissions(&self) -> Permissions {
        self.access.permissions
    }

    pub fn origin(&self) -> &Origin {
        &self.origin
    }

    pub fn actor(&self) -> Actor {
        let member = self.me.id;
        self.token.map_or(Actor::Member(member), |token| Actor::Token { token, member })
    }

    pub fn services(&self) -> &Services {
        &self.services
    }

    pub fn now(&self) -> Millis {
        self.services.clock().now()
    }

    /// # Errors
    /// `Forbidden` with the permission's name unless it is held, at least for own ones.
    pub fn demand(&self, permission: Permission) -> Result<()> {
        if self.access.allows(permission) { Ok(()) } else { Err(forbidden(permission)) }
    }

    /// # Errors
    /// `Forbidden` unless it is held for the whole workspace.
    pub fn demand_all(&self, permission: Permission) -> Result<()> {
        if self.sight(permission) == Sight::All { Ok(()) } else { Err(forbidden(permission)) }
    }

    /// # Errors
    /// `Forbidden` unless it is held and reaches what is assigned to `assignee`.
    pub fn demand_on(&self, permission: Permission, assignee: Option<MemberId>) -> Result<()> {
        if self.sight(permission).reaches(assignee) { Ok(()) } else { Err(forbidden(permission)) }
    }

    /// What the member reaches with a permission; finders ask it.
    pub fn sight(&self, permission: Permission) -> Sight {
        self.access.sight(permission, self.me.id)
    }

    /// First bind of every statement on a workspace's data.
    pub(crate) fn ws(&self) -> Uuid {
        self.workspace.id.0
    }

    pub(crate) async fn read(&self) -> sqlx::Result<db::Read> {
        self.services.db().read().await
    }

    pub(crate) async fn begin(&self) -> sqlx::Result<db::Tx> {
        self.services.db().begin().await
    }
}

fn forbidden(permission: Permission) -> crate::Error {
    domain::Error::Forbidden { permission: permission.to_string() }.into()
}
