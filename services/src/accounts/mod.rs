//! People who sign in: passwords, second factors, the brake on guessing them, sessions, links for a new password.

mod account;
mod change_password;
mod create_owner;
mod demo;
mod devices;
mod passwords;
mod proof;
mod prove;
mod purge;
mod sessions;
mod set_password;
mod sign_in;
mod tell;
mod throttle;

pub mod reset;
pub mod totp;

pub use account::{Account, account};
pub use change_password::change_password;
pub use create_owner::create_owner;
pub use demo::{demo_members, sign_in_demo};
pub use devices::{CurrentSession, Device, devices, end_other_sessions, end_session, handle_of, sign_out};
pub use passwords::{MAX_PASSWORD, MIN_PASSWORD, Passwords};
pub use proof::Proof;
pub use purge::purge;
pub use sessions::{ADDRESS_KEY, AGENT_KEY, PROOF_KEY, SessionStore, USER_KEY, revoke_all, user_of};
pub use set_password::set_password;
pub use sign_in::{Passed, SignInError, Waiting, complete, note_signed_in, sign_in, sign_in_with_code, signed_in};

pub(crate) use passwords::check;
pub(crate) use sessions::revoke_all_in;

use domain::id::UserId;

/// Somebody who is signed in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedIn {
    pub user: UserId,
    pub name: String,
}

/// The account with this e-mail, folded by [`domain::text::email`]: id, name, password hash.
pub(crate) const BY_EMAIL: &str = "SELECT id, name, password_hash FROM users WHERE email = $1";
