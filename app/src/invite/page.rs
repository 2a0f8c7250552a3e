use leptos::prelude::*;

/// Only the server draws this page; no script takes it over.
#[component]
pub fn InvitePage() -> impl IntoView {
    #[cfg(feature = "ssr")]
    drawn::page()
}

#[cfg(feature = "ssr")]
mod drawn {
    use http::{StatusCode, request::Parts};
    use leptos::prelude::*;
    use leptos_axum::ResponseOptions;
    use leptos_router::hooks::use_params_map;
    use services::{Error, Services, accounts::SignedIn, team::invitations};

    use super::super::view::{Asked, Caller, dead_link, invitation};
    use crate::{
        error::Fault,
        flash::Flash,
        frame::{fault_view, server::native::services},
    };

    pub fn page() -> AnyView {
        let token = use_params_map().with_untracked(|params| params.get("token")).unwrap_or_default();
        let (signed_in, flash) = with_context::<Parts, _>(|parts| {
            (parts.extensions.get::<SignedIn>().cloned(), parts.extensions.get::<Flash>().cloned().unwrap_or_default())
        })
        .unwrap_or_default();
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
            match asked(&services, token, signed_in, flash).await {
                Ok(asked) => invitation(asked),
                Err(Error::Domain(domain::Error::NotFound)) => {
                    answer(StatusCode::NOT_FOUND);
                    dead_link("It was made anew since, or it was copied incompletely. Whoever invited you can send a new one.".to_owned())
                }
                Err(Error::Gone(why)) => {
                    answer(StatusCode::GONE);
                    dead_link(why)
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

    async fn asked(
        services: &Services,
        token: String,
        signed_in: Option<SignedIn>,
        flash: Flash,
    ) -> Result<Asked, Error> {
        let invited = invitations::look_at(services, &token.clone().into()).await?;
        let address = match &signed_in {
            Some(who) => invitations::address_of(services, who.user).await?,
            None => None,
        };
        let caller = match address {
            Some(address) if address == invited.email => Caller::Invited,
            Some(address) => Caller::Another(address),
            None => Caller::Nobody,
        };
        Ok(Asked { token, invited, caller, error: flash.error, name: flash.text })
    }
}
