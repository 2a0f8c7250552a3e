/// What becomes of a conversation besides what is written in it: each is a line between its messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Happened {
    Assigned,
    /// Given to nobody.
    Unassigned,
    Closed,
    Reopened,
    Snoozed,
    /// Back from a snooze.
    Woken,
    OptedOut,
    OptedIn,
}

impl Happened {
    /// Said of whoever gave a conversation to themselves.
    pub const TAKEN: &str = "took this";

    pub const ALL: [Happened; 8] = [
        Happened::Assigned,
        Happened::Unassigned,
        Happened::Closed,
        Happened::Reopened,
        Happened::Snoozed,
        Happened::Woken,
        Happened::OptedOut,
        Happened::OptedIn,
    ];

    pub const fn as_str(self) -> &'static str {
        match self {
            Happened::Assigned => "assigned",
            Happened::Unassigned => "unassigned",
            Happened::Closed => "closed",
            Happened::Reopened => "reopened",
            Happened::Snoozed => "snoozed",
            Happened::Woken => "woken",
            Happened::OptedOut => "opted_out",
            Happened::OptedIn => "opted_in",
        }
    }

    pub fn parse(s: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|happened| happened.as_str() == s)
    }

    /// The drawing before its words, by its name in the sprite.
    pub const fn sign(self) -> &'static str {
        match self {
            Happened::Assigned | Happened::Unassigned => "userplus",
            Happened::Closed | Happened::OptedIn => "check",
            Happened::Reopened | Happened::Woken => "inbox",
            Happened::Snoozed => "clock",
            Happened::OptedOut => "ban",
        }
    }

    /// What stands behind the name of the member who did it, and before that of whoever was given it; without the former, all
    /// that is said.
    pub const fn words(self, by_member: bool) -> &'static str {
        match (self, by_member) {
            (Happened::Assigned, true) => "assigned this to",
            (Happened::Assigned, false) => "Assigned to",
            (Happened::Unassigned, true) => "assigned this to nobody",
            (Happened::Unassigned, false) => "Assigned to nobody",
            (Happened::Closed, true) => "closed this",
            (Happened::Closed, false) => "Closed",
            (Happened::Reopened, true) => "reopened this",
            (Happened::Reopened, false) => "Reopened",
            (Happened::Snoozed, true) => "snoozed this",
            (Happened::Snoozed, false) => "Snoozed",
            (Happened::Woken, true) => "brought this back",
            (Happened::Woken, false) => "Back from snooze",
            (Happened::OptedOut, true) => "noted that the customer opted out",
            (Happened::OptedOut, false) => "The customer opted out",
            (Happened::OptedIn, true) => "noted that the customer opted in",
            (Happened::OptedIn, false) => "The customer opted in",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_has_a_name_of_its_own() {
        for one in Happened::ALL {
            assert_eq!(Happened::parse(one.as_str()), Some(one));
            assert_ne!(one.words(true), one.words(false));
        }
        assert_eq!(Happened::parse(""), None);
    }
}
