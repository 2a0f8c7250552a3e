//! What stands around every page: the head, the icons, the script.

use domain::{id::UserId, role::Role};

/// The address of each file that a page loads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AssetUrls {
    /// The module that loads the WebAssembly.
    pub js: String,
    pub wasm: String,
    /// Empty when the build found no style sheet.
    pub css: String,
}

/// A member that the demo offers for signing in with one click.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DemoMember {
    pub user: UserId,
    pub name: String,
    pub role: Role,
}

/// What the server tells a page about itself, on the request.
#[derive(Clone, Debug, Default)]
pub struct PageConfig {
    /// `None` in a binary built without assets: pages come without style and script, and work.
    pub assets: Option<AssetUrls>,
    /// `light` or `dark`; otherwise the system decides.
    pub theme: Option<String>,
    /// Present in demo mode only.
    pub demo: Option<Vec<DemoMember>>,
    /// The address under which people reach this installation.
    pub public_url: String,
}

#[cfg(feature = "ssr")]
pub use document::{config, shell};

#[cfg(feature = "ssr")]
mod document {
    use http::request::Parts;
    use leptos::{nonce::use_nonce, prelude::*};
    use leptos_meta::MetaTags;

    use super::{AssetUrls, PageConfig};
    use crate::{App, ui::Sprite};

    /// What the server put on the request.
    pub fn config() -> PageConfig {
        with_context::<Parts, _>(|parts| parts.extensions.get::<PageConfig>().cloned()).flatten().unwrap_or_default()
    }

    /// The whole document.
    pub fn shell(_options: LeptosOptions) -> impl IntoView {
        let PageConfig { assets, theme, .. } = config();
        let live = with_context::<Parts, _>(|parts| parts.uri.path().starts_with("/w/")).unwrap_or_default();
        view! {
            <!DOCTYPE html>
            <html lang="en" data-theme=theme>
                <head>
                    <meta charset="utf-8"/>
                    <meta name="viewport" content="width=device-width, initial-scale=1, interactive-widget=resizes-content"/>
                    <meta name="theme-color" content="#1d3038"/>
                    <link rel="icon" href="/favicon.ico" type="image/svg+xml"/>
                    {assets.map(|assets| head(assets, live))}
                    <MetaTags/>
                </head>
                <body>
                    <App/>
                    <Sprite/>
                </body>
            </html>
        }
    }

    /// The sign-in page only fetches the module ahead: it has nothing that a script would do better.
    fn head(assets: AssetUrls, live: bool) -> impl IntoView {
        let AssetUrls { js, wasm, css } = assets;
        let nonce = use_nonce();
        let start =
            format!("import init, {{ hydrate }} from \"{js}\";\ninit({{ module_or_path: \"{wasm}\" }}).then(hydrate);");
        view! {
            {(!css.is_empty()).then(|| view! { <link rel="stylesheet" href=css/> })}
            <link rel="modulepreload" href=js/>
            {live
                .then(|| {
                    view! {
                        <link rel="preload" href=wasm r#as="fetch" type="application/wasm" crossorigin="anonymous"/>
                        <script type="module" nonce=nonce inner_html=start></script>
                    }
                })}
        }
    }
}
