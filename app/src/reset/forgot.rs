use leptos::prelude::*;

/// Where a link is asked for. Only the server draws this page; no script takes it over.
#[component]
pub fn ForgotPage() -> impl IntoView {
    #[cfg(feature = "ssr")]
    drawn::page()
}

#[cfg(feature = "ssr")]
mod drawn {
    use leptos::prelude::*;

    use crate::{
        flash::Flash,
        frame::server::native::services,
        login::plain::{around, done, left, problem},
    };

    pub fn page() -> AnyView {
        let mails = services().is_ok_and(|services| services.mailer().is_some());
        let content = if mails { form() } else { by_hand() };
        around("Forgot your password?", content)
    }

    fn form() -> AnyView {
        let (Flash { error, email, .. }, said) = left();
        let invalid = error.is_some().then_some("true");
        view! {
            <form class="stack" method="post" action="/forgot" aria-labelledby="forgot">
                <div>
                    <h1 id="forgot">"Forgot your password?"</h1>
                    <p class="muted">"We mail you a link with which you choose a new one."</p>
                </div>
                {done(said)}
                {problem(error)}
                <div class="field">
                    <label for="email">"Email"</label>
                    <input
                        class="input lg"
                        id="email"
                        name="email"
                        type="email"
                        autocomplete="username"
                        required
                        value=email
                        aria-invalid=invalid
                        aria-describedby=invalid.map(|_| "problem")
                    />
                </div>
                <button class="btn primary lg" type="submit">"Send the link"</button>
                <a class="link" href="/login" rel="external">"Back to sign in"</a>
            </form>
        }
        .into_any()
    }

    /// This installation sends no mail.
    fn by_hand() -> AnyView {
        view! {
            <div class="stack">
                <h1>"Forgot your password?"</h1>
                <p>"Ask an Owner or Manager of your workspace for a link with which you choose a new one."</p>
                <p class="muted">
                    "An Owner asks whoever runs this installation, who makes the link with "
                    <code>"parlance reset-password"</code> "."
                </p>
                <a class="btn lg" href="/login" rel="external">"Back to sign in"</a>
            </div>
        }
        .into_any()
    }
}
