use super::Permission;
use serde::{Deserialize, Serialize};
use std::fmt;

/// How far a permission reaches.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Grant {
    /// Not at all.
    #[default]
    No,
    /// Contacts and conversations assigned to the member.
    Own,
    /// All of the workspace.
    All,
}

/// A set of permissions, each held fully or for own contacts and conversations only. Travels and is stored as a list of
/// names, with `:own` behind those that reach no further.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "Vec<String>", into = "Vec<String>")]
pub struct Permissions {
    /// Held at all.
    held: u64,
    /// Held for own ones only; a subset of `held`.
    own: u64,
}

impl Permissions {
    pub const NONE: Self = Self { held: 0, own: 0 };

    /// Every permission, fully.
    pub const fn all() -> Self {
        Self { held: (1 << Permission::COUNT) - 1, own: 0 }
    }

    pub const fn grant(self, permission: Permission) -> Grant {
        let bit = permission.bit();
        if self.held & bit == 0 {
            Grant::No
        } else if self.own & bit == 0 {
            Grant::All
        } else {
            Grant::Own
        }
    }

    /// Held, at least for own ones.
    pub const fn allows(self, permission: Permission) -> bool {
        self.held & permission.bit() != 0
    }

    /// The same set with one permission changed. What cannot be held for own ones only is then held not at all: nobody gets
    /// more than was meant.
    #[must_use]
    pub const fn with(self, permission: Permission, grant: Grant) -> Self {
        let bit = permission.bit();
        let (held, own) = (self.held & !bit, self.own & !bit);
        match grant {
            Grant::All => Self { held: held | bit, own },
            Grant::Own if permission.can_be_own() => Self { held: held | bit, own: own | bit },
            Grant::Own | Grant::No => Self { held, own },
        }
    }

    /// Whether whoever holds this set may give `other` to somebody: nothing in it reaches further.
    pub fn covers(self, other: Self) -> bool {
        Permission::all().all(|permission| other.grant(permission) <= self.grant(permission))
    }

    /// What both reach.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Permission::all().fold(Self::NONE, |set, permission| {
            set.with(permission, self.grant(permission).min(other.grant(permission)))
        })
    }

    /// What is held, in the order of the matrix.
    pub fn iter(self) -> impl Iterator<Item = (Permission, Grant)> {
        Permission::all().map(move |p| (p, self.grant(p))).filter(|(_, grant)| *grant != Grant::No)
    }

    /// How many are held fully, and how many for own ones only.
    pub const fn count(self) -> (u32, u32) {
        ((self.held & !self.own).count_ones(), self.own.count_ones())
    }

    /// From names as they are stored: `contacts.read`, `contacts.update:own`.
    ///
    /// # Errors
    /// `Invalid` names the first that is unknown or cannot be held for own ones only.
    pub fn parse<'a>(names: impl IntoIterator<Item = &'a str>) -> Result<Self, crate::Error> {
        names.into_iter().try_fold(Self::NONE, |set, name| {
            let (plain, grant) = name.strip_suffix(":own").map_or((name, Grant::All), |plain| (plain, Grant::Own));
            let permission: Permission = plain.parse()?;
            if grant == Grant::Own && !permission.can_be_own() {
                return Err(crate::Error::invalid("permission", format!("{plain} cannot be held for own ones only")));
            }
            Ok(set.with(permission, grant))
        })
    }
}

impl FromIterator<(Permission, Grant)> for Permissions {
    fn from_iter<T: IntoIterator<Item = (Permission, Grant)>>(iter: T) -> Self {
        iter.into_iter().fold(Self::NONE, |set, (permission, grant)| set.with(permission, grant))
    }
}

impl From<Permissions> for Vec<String> {
    fn from(set: Permissions) -> Self {
        let name = |(permission, grant): (Permission, Grant)| match grant {
            Grant::Own => format!("{permission}:own"),
            _ => permission.to_string(),
        };
        set.iter().map(name).collect()
    }
}

impl TryFrom<Vec<String>> for Permissions {
    type Error = crate::Error;
    fn try_from(names: Vec<String>) -> Result<Self, Self::Error> {
        Self::parse(names.iter().map(String::as_str))
    }
}

impl fmt::Debug for Permissions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(Vec::<String>::from(*self)).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::role::Role;
    use proptest::prelude::*;

    fn any_set() -> impl Strategy<Value = Permissions> {
        proptest::collection::vec(0..3_u8, Permission::COUNT).prop_map(|grants| {
            let grant = |n: u8| [Grant::No, Grant::Own, Grant::All][usize::from(n)];
            Permission::all().zip(grants).map(|(p, n)| (p, grant(n))).collect()
        })
    }

    proptest! {
        #[test]
        fn a_set_survives_its_names(set in any_set()) {
            let names = Vec::<String>::from(set);
            prop_assert_eq!(Permissions::try_from(names), Ok(set));
        }

        #[test]
        fn covering_is_having_no_more(a in any_set(), b in any_set()) {
            prop_assert!(a.covers(a) && Permissions::all().covers(a) && a.covers(Permissions::NONE));
            prop_assert!(a.covers(a.and(b)) && b.covers(a.and(b)));
            prop_assert_eq!(a.covers(b), a.and(b) == b);
        }
    }

    #[test]
    fn own_only_is_refused_where_nothing_is_owned() {
        assert!(Permissions::parse(["billing.view:own"]).is_err());
        assert!(Permissions::parse(["contacts.fly"]).is_err());
        assert_eq!(Permissions::NONE.with(Permission::BillingView, Grant::Own), Permissions::NONE);
    }

    #[test]
    fn roles_hold_what_the_table_says() {
        let counts = Role::ALL.map(|role| role.permissions().count());
        assert_eq!(counts, [(40, 0), (36, 0), (4, 12), (9, 0)]);
        let owner = Role::Owner.permissions();
        assert!(Role::ALL.iter().all(|role| owner.covers(role.permissions())));
        assert!(!Role::Manager.permissions().covers(owner));
        assert!(!Role::Viewer.permissions().covers(Role::Agent.permissions()));
    }
}
