use super::{BY_EMAIL, check};
use crate::{
    Actor, Error, Origin, Result, Services,
    audit::{self, Entry},
    clock::new_id,
    members, sql, workspaces,
};
use domain::{
    audit::Action,
    id::UserId,
    role::Role,
    workspace::{AssignmentRule, Slug},
};
use serde_json::{Value, json};
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
    let (rule, plan) = (AssignmentRule::Unassigned, services.default_plan());
    let (id, slug) = workspaces::insert(services, tx.conn(), &name, rule, plan, now).await?;
    let owner = new_id();
    members::insert(tx.conn(), id, owner, user, Role::Owner, now).await?;
    let entry = Entry::new(Action::WorkspaceCreated).on("workspace", id.0);
    let entry = entry.change(Value::Null, json!({ "name": name, "owner": owner }));
    audit::record_as(services, &mut tx, id, Actor::System, &Origin::default(), now, entry).await?;
    tx.commit().await?;
    Ok(slug)
}
