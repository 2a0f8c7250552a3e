use domain::time::Millis;

/// What becomes of a delivery after a try.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Everything in it has had its effect.
    Done,
    /// It speaks of a number that nobody has connected; `phone:<id>`.
    Waiting(String),
    /// It is tried again then.
    Retry {
        due_at: Millis,
        reason: String,
        /// Whether it counts as a failed try: the database being away does not.
        counts: bool,
    },
    /// It used up its tries, or no try could help.
    Dead { reason: String },
}

impl Outcome {
    pub const fn state(&self) -> &'static str {
        match self {
            Outcome::Done => "done",
            Outcome::Waiting(_) => "waiting",
            Outcome::Retry { .. } => "pending",
            Outcome::Dead { .. } => "dead",
        }
    }

    pub fn reason(&self) -> Option<&str> {
        match self {
            Outcome::Retry { reason, .. } | Outcome::Dead { reason } => Some(reason),
            Outcome::Done | Outcome::Waiting(_) => None,
        }
    }

    pub fn waits_for(&self) -> Option<&str> {
        match self {
            Outcome::Waiting(key) => Some(key),
            _ => None,
        }
    }

    pub const fn due_at(&self) -> Option<Millis> {
        match self {
            Outcome::Retry { due_at, .. } => Some(*due_at),
            _ => None,
        }
    }

    /// 1 for a failed try, 0 otherwise.
    pub const fn tries(&self) -> i64 {
        matches!(self, Outcome::Retry { counts: true, .. } | Outcome::Dead { .. }) as i64
    }

    /// Whether the delivery is out of the worker's hands.
    pub const fn is_final(&self) -> bool {
        matches!(self, Outcome::Done | Outcome::Dead { .. })
    }
}
