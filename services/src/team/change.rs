use super::stored::{self, Stored};
use crate::{
    Ctx, Result,
    db::{Conn, Tx, dialect},
    live,
};
use domain::{
    id::MemberId,
    permission::{Permission, Permissions},
};
use uuid::Uuid;

/// A change of the team that has begun: until it is committed nobody else changes this team, so what was read stays true.
pub(super) struct Change<'a> {
    pub ctx: &'a Ctx,
    pub tx: Tx,
    /// What the actor holds at this moment, which may be less than when the request came in.
    pub holds: Permissions,
}

/// Keeps other changes of the workspace out until the transaction ends. On SQLite the writing transaction does so already.
pub(crate) async fn lock(tx: &mut Tx, workspace: Uuid) -> sqlx::Result<()> {
    match tx {
        Tx::Postgres(tx) => dialect::postgres::lock_workspace(tx, workspace).await,
        Tx::Sqlite(_) => Ok(()),
    }
}

/// # Errors
/// `Forbidden` names the first permission that would be given or touched and is not held as far.
pub(super) fn must_cover(holds: Permissions, other: Permissions) -> Result<()> {
    match other.iter().find(|(permission, grant)| *grant > holds.grant(*permission)) {
        None => Ok(()),
        Some((permission, _)) => Err(domain::Error::Forbidden { permission: permission.to_string() }.into()),
    }
}

impl<'a> Change<'a> {
    /// # Errors
    /// `Forbidden` unless the actor holds the permission, also now that everybody else has to wait; `NotFound` for somebody who
    /// was removed meanwhile.
    pub async fn begin(ctx: &'a Ctx, permission: Permission) -> Result<Self> {
        ctx.demand(permission)?;
        let mut tx = ctx.begin().await?;
        lock(&mut tx, ctx.ws()).await?;
        let me = stored::member(tx.conn(), ctx.ws(), ctx.me().id).await?;
        if me.removed_at.is_some() {
            return Err(domain::Error::NotFound.into());
        }
        // A token holds no more than both it and its member.
        let holds = me.permissions()?.and(ctx.permissions());
        must_cover(holds, Permissions::NONE.with(permission, domain::permission::Grant::All))?;
        Ok(Self { ctx, tx, holds })
    }

    pub fn conn(&mut self) -> Conn<'_> {
        self.tx.conn()
    }

    /// A member of this workspace whom the actor may touch.
    ///
    /// # Errors
    /// `NotFound`; `Forbidden` for a member above the actor.
    pub async fn member(&mut self, id: MemberId) -> Result<Stored> {
        let member = stored::member(self.tx.conn(), self.ctx.ws(), id).await?;
        self.must_cover(member.permissions()?)?;
        Ok(member)
    }

    /// # Errors
    /// `Forbidden` names the first permission that the actor does not hold as far.
    pub fn must_cover(&self, other: Permissions) -> Result<()> {
        must_cover(self.holds, other)
    }

    /// Commits what changes nobody's access; whoever looks at the team sees it at once.
    pub async fn commit(mut self) -> Result<()> {
        let seq = live::team_changed(&mut self.tx, self.ctx.ws(), self.ctx.now()).await?;
        self.tx.commit().await?;
        self.ctx.services.bus().publish(self.ctx.ws(), seq);
        Ok(())
    }

    /// Commits, and lets streams be narrowed, widened or ended at once: a member's, or with `None` everybody's.
    pub async fn commit_access(mut self, member: Option<MemberId>) -> Result<()> {
        let (ws, now) = (self.ctx.ws(), self.ctx.now());
        let seq = live::member_changed(&mut self.tx, ws, member, now).await?;
        self.tx.commit().await?;
        self.ctx.services.bus().publish(ws, seq);
        Ok(())
    }
}
