//! Who is in a workspace and what they may do: members, roles, invitations, settings, and who looks after whom.
//!
//! Three rules hold everywhere here: nobody grants what they do not hold, nobody touches a member above them, and the last
//! Owner stays.

mod assign_contacts;
mod change;
mod handover;
pub mod invitations;
mod load;
pub mod members;
mod moved;
pub mod roles;
pub mod settings;
mod stored;

pub use assign_contacts::assign_contacts;
pub use handover::resume as resume_handovers;
pub use load::load;

pub(crate) use change::lock;
