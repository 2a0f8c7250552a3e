//! Roles that a workspace makes of the built-in ones.

mod create;
mod delete;
mod list;
mod save;

pub use create::create;
pub use delete::delete;
pub use list::list;
pub use save::save;

use crate::Error;
use domain::{
    permission::Permissions,
    role::{CustomRole, Role},
};
use serde_json::{Value, json};

/// A name and a description, fit to be stored.
struct Words {
    name: String,
    /// By this a name is unique in its workspace.
    key: String,
    about: String,
}

impl Words {
    /// # Errors
    /// `Invalid` names the field.
    fn new(name: &str, about: &str) -> Result<Self, domain::Error> {
        let name = joined(name);
        let about = joined(about);
        let limit = CustomRole::NAME_LIMIT;
        let wrong = |problem: String| Err(domain::Error::invalid("name", problem));
        match name.chars().count() {
            0 => return wrong("give the role a name".to_owned()),
            n if n > limit => return wrong(format!("use at most {limit} characters for the name")),
            _ => {}
        }
        let key = name.to_lowercase();
        if Role::ALL.iter().any(|role| role.as_str() == key) {
            return wrong("this is the name of a built-in role".to_owned());
        }
        let limit = CustomRole::ABOUT_LIMIT;
        if about.chars().count() > limit {
            return Err(domain::Error::invalid("about", format!("use at most {limit} characters for the description")));
        }
        Ok(Self { name, key, about })
    }
}

fn joined(text: &str) -> String {
    domain::text::storable(text).split_whitespace().collect::<Vec<_>>().join(" ")
}

fn taken(name: &str) -> Error {
    Error::Conflict(format!("There is a role called {name} already."))
}

/// As the row holds them.
fn stored(permissions: Permissions) -> Result<String, Error> {
    serde_json::to_string(&permissions).map_err(|e| Error::Internal(format!("permissions of a role: {e}")))
}

/// A role as the audit trail shows it.
fn json(role: &CustomRole) -> Value {
    json!({ "name": role.name, "about": role.about, "permissions": role.permissions })
}
