//! Workspaces and the people in them.

use crate::{
    id::{MemberId, WorkspaceId},
    number::NumberBrief,
    permission::{Access, Grant, Permission},
    role::Role,
};
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// The part of a path that names a workspace: 1 to 48 of `a-z`, `0-9` and inner hyphens.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Slug(String);

impl Slug {
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// A slug from a name in any script. A name without a usable letter becomes `workspace`.
    pub fn from_name(name: &str) -> Self {
        let mut slug = String::new();
        for c in crate::text::ascii_fold(name).chars() {
            if c.is_ascii_alphanumeric() {
                slug.push(c);
            } else if !slug.is_empty() && !slug.ends_with('-') {
                slug.push('-');
            }
            if slug.len() >= 40 {
                break;
            }
        }
        let slug = slug.trim_matches('-');
        Self(if slug.is_empty() { "workspace".to_owned() } else { slug.to_owned() })
    }

    /// The same slug with a number behind it, for when it is taken.
    pub fn numbered(&self, n: u32) -> Self {
        Self(format!("{}-{n}", self.0))
    }
}

impl fmt::Display for Slug {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for Slug {
    type Err = crate::Error;

    fn from_str(s: &str) -> Result<Self, Self::Err> {
        let fine = (1..=48).contains(&s.len())
            && s.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
            && !s.starts_with('-')
            && !s.ends_with('-');
        if fine {
            Ok(Self(s.to_owned()))
        } else {
            Err(crate::Error::invalid("workspace", "expected a slug of a-z, 0-9 and hyphens"))
        }
    }
}

impl TryFrom<String> for Slug {
    type Error = crate::Error;
    fn try_from(s: String) -> Result<Self, Self::Error> {
        s.parse()
    }
}

impl From<Slug> for String {
    fn from(slug: Slug) -> Self {
        slug.0
    }
}

/// Who gets a conversation that belongs to nobody yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AssignmentRule {
    /// Nobody: it waits in Unassigned.
    Unassigned,
    /// The available agent who was given one longest ago.
    RoundRobin,
}

impl AssignmentRule {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Unassigned => "unassigned",
            Self::RoundRobin => "round_robin",
        }
    }

    pub fn parse(s: &str) -> Self {
        if s == "round_robin" { Self::RoundRobin } else { Self::Unassigned }
    }
}

/// What there is to do in a new workspace, and how far it is done. The workspace itself is the first step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Setup {
    /// The first number that was connected.
    pub number: Option<NumberBrief>,
    /// A customer's message has come.
    pub heard: bool,
    /// Somebody else belongs to the workspace, or is invited.
    pub colleagues: bool,
    /// Meta has approved one.
    pub template: bool,
}

impl Setup {
    pub const STEPS: usize = 5;

    /// Steps that are done.
    pub fn done(&self) -> usize {
        1 + [self.number.is_some(), self.heard, self.colleagues, self.template].into_iter().filter(|done| *done).count()
    }
}

/// A member as colleagues see them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MemberBrief {
    pub id: MemberId,
    pub name: String,
    /// What their role is, or was copied from.
    pub role: Role,
    /// The name of their role, where the workspace made it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Whether conversations can be given to them.
    pub replies: bool,
    /// Whose messages they read.
    #[serde(default)]
    pub reads: Reads,
}

/// Conversations whose messages a member reads, by their assignee.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reads {
    #[default]
    Nothing,
    Own,
    OwnAndNobodys,
    All,
}

impl Reads {
    pub fn of(access: &Access) -> Self {
        let grant = |permission| access.permissions.grant(permission);
        match (grant(Permission::ConversationsView), grant(Permission::MessagesView)) {
            (Grant::No, _) | (_, Grant::No) => Self::Nothing,
            (Grant::All, Grant::All) => Self::All,
            _ if access.unassigned => Self::OwnAndNobodys,
            _ => Self::Own,
        }
    }

    /// Whether `member`, who reads these, reads what has this assignee.
    pub fn reaches(self, member: MemberId, assignee: Option<MemberId>) -> bool {
        match self {
            Self::Nothing => false,
            Self::Own => assignee == Some(member),
            Self::OwnAndNobodys => assignee.is_none_or(|assignee| assignee == member),
            Self::All => true,
        }
    }
}

impl MemberBrief {
    /// The name of their role, as people read it.
    pub fn role_label(&self) -> &str {
        self.title.as_deref().unwrap_or(self.role.label())
    }
}

/// A workspace that the signed-in person belongs to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WorkspaceBrief {
    pub id: WorkspaceId,
    pub slug: Slug,
    pub name: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slugs_from_names() {
        for (name, slug) in [
            ("Kaveri Home", "kaveri-home"),
            ("  Café  São Paulo! ", "cafe-sao-paulo"),
            ("शॉप", "workspace"),
            ("A/B -- c", "a-b-c"),
        ] {
            assert_eq!(Slug::from_name(name).as_str(), slug);
        }
    }

    /// As the two sights of which it is made.
    #[test]
    fn who_reads_what() {
        let me = MemberId(uuid::Uuid::from_u128(1));
        let other = Some(MemberId(uuid::Uuid::from_u128(2)));
        for role in Role::ALL {
            for unassigned in [false, true] {
                let access = Access { permissions: role.permissions(), unassigned };
                for assignee in [None, Some(me), other] {
                    let both = [Permission::ConversationsView, Permission::MessagesView];
                    let sees = both.into_iter().all(|permission| access.sight(permission, me).reaches(assignee));
                    assert_eq!(Reads::of(&access).reaches(me, assignee), sees, "{role:?} {unassigned} {assignee:?}");
                }
            }
        }
        assert!(!Reads::of(&Access::default()).reaches(me, Some(me)));
    }

    #[test]
    fn slugs_are_checked() {
        assert!("a-1".parse::<Slug>().is_ok());
        for bad in ["", "-a", "a-", "A", "a/b", "é"] {
            assert!(bad.parse::<Slug>().is_err(), "{bad}");
        }
    }
}
