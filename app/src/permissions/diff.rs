use domain::permission::{Grant, Permission, Permissions};

/// What another set of permissions would change, in the order of the matrix.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Diff {
    /// From own ones to everybody's.
    pub widened: Vec<Permission>,
    pub gained: Vec<(Permission, Grant)>,
    /// From everybody's to own ones.
    pub narrowed: Vec<Permission>,
    pub lost: Vec<Permission>,
    /// Held before and after, as far as before.
    pub kept: usize,
}

impl Diff {
    pub fn between(before: Permissions, after: Permissions) -> Self {
        let mut diff = Self::default();
        for permission in Permission::all() {
            match (before.grant(permission), after.grant(permission)) {
                (Grant::No, Grant::No) => {}
                (Grant::No, now) => diff.gained.push((permission, now)),
                (_, Grant::No) => diff.lost.push(permission),
                (Grant::Own, Grant::All) => diff.widened.push(permission),
                (Grant::All, Grant::Own) => diff.narrowed.push(permission),
                _ => diff.kept += 1,
            }
        }
        diff
    }

    /// How many permissions it touches.
    pub fn len(&self) -> usize {
        self.widened.len() + self.gained.len() + self.narrowed.len() + self.lost.len()
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::role::Role;

    #[test]
    fn from_agent_to_manager() {
        let diff = Diff::between(Role::Agent.permissions(), Role::Manager.permissions());
        assert_eq!((diff.widened.len(), diff.gained.len(), diff.narrowed.len(), diff.lost.len()), (12, 20, 0, 0));
        assert_eq!(diff.kept, 4);
    }

    #[test]
    fn there_and_back() {
        for before in Role::ALL.map(Role::permissions) {
            assert!(Diff::between(before, before).is_empty());
            for after in Role::ALL.map(Role::permissions) {
                let (there, back) = (Diff::between(before, after), Diff::between(after, before));
                assert_eq!((there.len(), there.kept), (back.len(), back.kept));
                assert_eq!((there.widened, there.lost.len()), (back.narrowed, back.gained.len()));
            }
        }
    }
}
