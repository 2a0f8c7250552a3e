use super::{BY_EMAIL, check};
use crate::{Error, Result, Services, clock::new_id, members, sql, workspaces};
use domain::{
    id::UserId,
    role::Role,
    workspace::{AssignmentRule, Slug},
};
use uuid::Uuid;

/// Creates a workspace with its first owner. An account that exists is used when the password is its own.
///
/// # Errors
/// `Invalid` names the field.
pub async fn create_owner(services: &Services, workspace: &str, email: &str, password: &str) -> Result<Slug> {
    let name = workspaces::name(workspace)?;
    let email = domain::text::email(&domain::text::storable(email))?;
    let known = {
        let mut read = services.db().read().await?;
        sql!(opt(Uuid, String, String), read.conn(), BY_EMAIL, email.as_str())?
    };
    let (user, hash) = match known {
        Some((user, _, hash)) if services.passwords().verify(password, Some(&hash)).await? => {
            (Some(UserId(user)), None)
        }
        Some(_) => {
            let problem = "somebody with this e-mail is here already, and this is not their password";
            return Err(domain::Error::invalid("password", problem).into());
        }
        None => {
            check("password", password)?;
            (None, Some(services.passwords().hash(password).await?))
        }
    };
    let now = services.clock().now();
    let mut tx = services.db().begin().await?;
    let user = match (user, hash) {
        (Some(user), _) => user,
        (None, hash) => {
            let user =
                members::Person { email: &email, name: members::name_of(&email), hash: &hash.unwrap_or_default() };
            members::insert_user(tx.conn(), user, now).await?.ok_or_else(|| {
                Error::Conflict("Somebody signed up with this e-mail in this moment. Try again.".to_owned())
            })?
        }
    };
    let (id, slug) = workspaces::insert(tx.conn(), &name, AssignmentRule::Unassigned, now).await?;
    members::insert(tx.conn(), id, new_id(), user, Role::Owner, now).await?;
    tx.commit().await?;
    Ok(slug)
}
