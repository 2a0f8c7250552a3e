use crate::{Ctx, Result, ctx::parse_permissions};
use domain::{
    permission::Permissions,
    time::Millis,
    token::{End, Ended, Token},
};
use uuid::Uuid;

/// A row of `api_tokens` with its member's name.
#[derive(sqlx::FromRow)]
pub struct TokenRecord {
    pub id: Uuid,
    pub member_id: Uuid,
    pub member_name: String,
    pub name: String,
    pub prefix: String,
    pub permissions: String,
    pub any_address: bool,
    pub created_at: Millis,
    pub expires_at: Option<Millis>,
    pub last_used_at: Option<Millis>,
    pub last_address: Option<String>,
    pub ended_at: Option<Millis>,
    pub ended_why: Option<String>,
}

impl TokenRecord {
    pub fn into_token(self, ctx: &Ctx, networks: Vec<String>) -> Result<Token> {
        let permissions = parse_permissions(&self.permissions)?;
        let ended = self.ended_at.zip(self.ended_why.as_deref()).map(|(at, why)| Ended { at, why: End::parse(why) });
        Ok(Token {
            within_reach: reaches(ctx, self.member_id, permissions),
            id: self.id.into(),
            name: self.name,
            prefix: self.prefix,
            member: self.member_id.into(),
            member_name: self.member_name,
            permissions,
            any_address: self.any_address,
            created_at: self.created_at,
            expires_at: self.expires_at,
            last_used_at: self.last_used_at,
            last_address: self.last_address,
            networks,
            ended,
        })
    }
}

/// Whether somebody may revoke a token: their own, and those that may no more than they themselves.
pub fn reaches(ctx: &Ctx, member: Uuid, permissions: Permissions) -> bool {
    ctx.permissions().allows(domain::permission::Permission::ApiManage)
        && (member == ctx.me().id.0 || ctx.permissions().covers(permissions))
}
