use leptos::prelude::*;

/// The second step. Only the server draws this page; no script takes it over.
#[component]
pub fn CodePage() -> impl IntoView {
    #[cfg(feature = "ssr")]
    drawn::page()
}

#[cfg(feature = "ssr")]
mod drawn {
    use leptos::prelude::*;

    use crate::login::plain::{around, left, problem};

    pub fn page() -> AnyView {
        let error = left().0.error;
        let invalid = error.is_some().then_some("true");
        let content = view! {
            <form class="stack" method="post" action="/login/code" aria-labelledby="second">
                <div>
                    <h1 id="second">"One more step"</h1>
                    <p class="muted">"Type the code that your authenticator app shows now."</p>
                </div>
                {problem(error)}
                <div class="field">
                    <label for="code">"Code"</label>
                    <input
                        class="input lg"
                        id="code"
                        name="code"
                        type="text"
                        autocomplete="one-time-code"
                        autocapitalize="characters"
                        spellcheck="false"
                        maxlength="30"
                        required
                        autofocus
                        aria-invalid=invalid
                        aria-describedby=if invalid.is_some() { "problem hint" } else { "hint" }
                    />
                    <span class="hint" id="hint">"No phone at hand? Type one of your recovery codes."</span>
                </div>
                <button class="btn primary lg" type="submit">"Sign in"</button>
                <a class="link" href="/login" rel="external">"Sign in as somebody else"</a>
            </form>
        };
        around("One more step", content.into_any())
    }
}
