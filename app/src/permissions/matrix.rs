use domain::permission::{Grant, Group, Permission};
use leptos::prelude::*;

use crate::{roles::RoleOption, ui::icon};

/// Which lines of the matrix are shown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    pub text: String,
    /// Only where the roles differ.
    pub differences: bool,
}

impl Wanted {
    /// By its words, its name and its heading.
    pub fn finds(&self, permission: Permission) -> bool {
        let text = self.text.trim().to_lowercase();
        text.is_empty()
            || permission.as_str().contains(&text)
            || permission.label().to_lowercase().contains(&text)
            || permission.group().label().to_lowercase().contains(&text)
    }

    fn shows(&self, permission: Permission, roles: &[RoleOption]) -> bool {
        let mut grants = roles.iter().map(|role| role.permissions.grant(permission));
        let first = grants.next();
        self.finds(permission) && (!self.differences || grants.any(|grant| Some(grant) != first))
    }
}

/// Permissions by group, each with its lines.
pub fn by_group(permissions: impl Iterator<Item = Permission>) -> Vec<(Group, Vec<Permission>)> {
    let mut groups: Vec<(Group, Vec<Permission>)> = Vec::new();
    for permission in permissions {
        match groups.last_mut() {
            Some((group, lines)) if *group == permission.group() => lines.push(permission),
            _ => groups.push((permission.group(), vec![permission])),
        }
    }
    groups
}

/// A line a permission, a column a role.
pub fn matrix_view(roles: &[RoleOption], wanted: &Wanted) -> AnyView {
    let groups = by_group(Permission::all().filter(|permission| wanted.shows(*permission, roles)));
    if groups.is_empty() {
        return view! {
            <div class="empty">
                {icon("search", "")}
                <h3>"No permission matches"</h3>
                <p>"Search for another word, or show all of them."</p>
            </div>
        }
        .into_any();
    }
    let heads = roles.iter().map(head).collect_view();
    let span = (roles.len() + 1).to_string();
    let bodies = groups
        .into_iter()
        .map(|(group, lines)| {
            let count = lines.len();
            let lines = lines.into_iter().map(|permission| line(permission, roles)).collect_view();
            view! {
                <tbody>
                    <tr class="group">
                        <th scope="rowgroup" colspan=span.clone()>{group.label()}" "<span class="muted">{count}</span></th>
                    </tr>
                    {lines}
                </tbody>
            }
            .into_any()
        })
        .collect_view();
    view! {
        <table class="table matrix">
            <thead>
                <tr><th scope="col">"Permission"</th>{heads}</tr>
            </thead>
            {bodies}
        </table>
    }
    .into_any()
}

fn head(role: &RoleOption) -> AnyView {
    let (all, own) = role.permissions.count();
    let count = if own == 0 {
        format!("{all} of {}", Permission::COUNT)
    } else {
        format!("{all} + {own} own of {}", Permission::COUNT)
    };
    view! { <th scope="col"><b>{role.name.clone()}</b><small>{count}</small></th> }.into_any()
}

fn line(permission: Permission, roles: &[RoleOption]) -> AnyView {
    let marks = roles.iter().map(|role| view! { <td>{mark(role.permissions.grant(permission))}</td> }).collect_view();
    view! {
        <tr>
            <th scope="row">{permission.label()}" "<code class="small muted">{permission.as_str()}</code></th>
            {marks}
        </tr>
    }
    .into_any()
}

fn mark(grant: Grant) -> AnyView {
    match grant {
        Grant::All => {
            view! { <span class="mark yes">{icon("check", "xs")}<span class="sr">"Yes"</span></span> }.into_any()
        }
        Grant::Own => view! { <span class="mark own">"Own only"</span> }.into_any(),
        Grant::No => view! { <span class="mark no">{icon("x", "xs")}<span class="sr">"No"</span></span> }.into_any(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::role::Role;

    #[test]
    fn found_by_words_name_and_heading() {
        let found = |text: &str| {
            let wanted = Wanted { text: text.to_owned(), differences: false };
            Permission::all().filter(|permission| wanted.finds(*permission)).count()
        };
        assert_eq!(found(""), Permission::COUNT);
        assert_eq!(found(" CONTACTS.READ "), 1);
        assert_eq!(found("Phone numbers"), 2);
        assert_eq!(found("nonsense"), 0);
    }

    #[test]
    fn roles_that_agree_show_no_differences() {
        let manager = RoleOption::built_in(Role::Manager, 1);
        let wanted = Wanted { text: String::new(), differences: true };
        let same = [manager.clone(), manager.clone()];
        assert!(Permission::all().all(|permission| !wanted.shows(permission, &same)));
        let owner = [RoleOption::built_in(Role::Owner, 1), manager];
        assert_eq!(Permission::all().filter(|permission| wanted.shows(*permission, &owner)).count(), 4);
    }

    #[test]
    fn every_permission_stands_under_its_heading() {
        let groups = by_group(Permission::all());
        assert_eq!(groups.len(), 13);
        assert_eq!(groups.iter().map(|(_, lines)| lines.len()).sum::<usize>(), Permission::COUNT);
    }
}
