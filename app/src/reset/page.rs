use leptos::prelude::*;

/// Where a link leads. Only the server draws this page; no script takes it over.
#[component]
pub fn ResetPage() -> impl IntoView {
    #[cfg(feature = "ssr")]
    drawn::page()
}

#[cfg(feature = "ssr")]
mod drawn {
    use http::StatusCode;
    use leptos::prelude::*;
    use leptos_axum::ResponseOptions;
    use leptos_router::hooks::use_params_map;
    use services::{
        Error,
        accounts::{MIN_PASSWORD, reset},
    };

    use crate::{
        error::Fault,
        frame::{fault_view, server::native::services},
        login::plain::{around, left, problem},
    };

    pub fn page() -> AnyView {
        let token = use_params_map().with_untracked(|params| params.get("token")).unwrap_or_default();
        let error = left().0.error;
        let response = use_context::<ResponseOptions>();
        let services = services();
        let answer = move |status| {
            if let Some(response) = &response {
                response.set_status(status);
            }
        };
        let drawn = Suspend::new(async move {
            let services = match services {
                Ok(services) => services,
                Err(fault) => return fault_view(fault),
            };
            match reset::look_at(&services, &token.clone().into()).await {
                Ok(email) => form(&token, email, error),
                Err(Error::Domain(domain::Error::NotFound)) => {
                    answer(StatusCode::NOT_FOUND);
                    dead_link()
                }
                Err(error) => {
                    let fault = Fault::from(error);
                    answer(fault.status());
                    fault_view(fault)
                }
            }
        });
        view! { <Suspense>{drawn}</Suspense> }.into_any()
    }

    fn form(token: &str, email: String, error: Option<String>) -> AnyView {
        let invalid = error.is_some().then_some("true");
        let content = view! {
            <form class="stack" method="post" action=format!("/reset/{token}") aria-labelledby="choose">
                <div>
                    <h1 id="choose">"Choose a new password"</h1>
                    <p class="muted">"For "<b>{email.clone()}</b>". You are signed out everywhere."</p>
                </div>
                {problem(error)}
                // For password managers: under this name they keep it.
                <input type="hidden" name="username" autocomplete="username" value=email/>
                <div class="field">
                    <label for="password">"New password"</label>
                    <input
                        class="input lg"
                        id="password"
                        name="password"
                        type="password"
                        autocomplete="new-password"
                        minlength=MIN_PASSWORD
                        required
                        aria-invalid=invalid
                        aria-describedby=if invalid.is_some() { "problem rule" } else { "rule" }
                    />
                    <span class="hint" id="rule">"At least "{MIN_PASSWORD}" characters."</span>
                </div>
                <button class="btn primary lg" type="submit">"Save the password"</button>
            </form>
        };
        around("Choose a new password", content.into_any())
    }

    fn dead_link() -> AnyView {
        let content = view! {
            <div class="stack">
                <h1>"This link does not work"</h1>
                <p class="muted">"It works once and for an hour, and a newer one replaces it. Or it was copied incompletely."</p>
                <a class="btn lg" href="/forgot" rel="external">"Ask for a new one"</a>
            </div>
        };
        around("This link does not work", content.into_any())
    }
}
