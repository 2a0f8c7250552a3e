//! What a form hands to the next page.

/// Kept in the session by a form that failed, shown once. The server puts it on the request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Flash {
    /// Why it failed and what to do about it.
    pub error: Option<String>,
    /// The text that was typed.
    pub text: Option<String>,
    /// The e-mail that was typed on the sign-in page.
    pub email: Option<String>,
}

/// Says on the next page that something is done. The server puts it on the request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Done(pub String);
