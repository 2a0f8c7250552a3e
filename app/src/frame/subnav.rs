use leptos::{html::Nav, prelude::*};

use super::{Frame, Here};
use crate::ui::icon;

const SECTIONS: [(&str, &[Here]); 3] = [
    ("Workspace", &[Here::Settings, Here::Labels, Here::QuickReplies]),
    ("People", &[Here::Team, Here::Permissions, Here::Roles, Here::Audit]),
    ("Access", &[Here::Security, Here::Notifications, Here::Tokens]),
];

/// The list beside the settings: what the member may open of it.
pub fn subnav_view(frame: &Frame, here: Here) -> AnyView {
    let sections = SECTIONS
        .into_iter()
        .filter_map(|(label, places)| {
            let links: Vec<_> = places
                .iter()
                .filter(|place| place.offered(&frame.access))
                .map(|place| {
                    let current = (*place == here).then_some("page");
                    let name = if *place == Here::Settings { "General" } else { place.label() };
                    view! {
                        <a href=frame.path(*place) rel="external" aria-current=current>
                            {icon(place.drawing(), "sm")}
                            {name}
                        </a>
                    }
                })
                .collect();
            (!links.is_empty()).then(|| {
                view! {
                    <p class="menu__label">{label}</p>
                    {links}
                }
            })
        })
        .collect_view();
    view! { <nav class="subnav" aria-label="Settings" node_ref=strip()>{sections}</nav> }.into_any()
}

/// For a list of pages that is a strip on a phone: the one that is open is not left beyond its edge.
pub fn strip() -> NodeRef<Nav> {
    let strip = NodeRef::<Nav>::new();
    Effect::new(move |_| {
        let nav = strip.get();
        #[cfg(feature = "hydrate")]
        if let Some(nav) = nav
            && let Ok(Some(current)) = nav.query_selector("[aria-current]")
        {
            let how = web_sys::ScrollIntoViewOptions::new();
            how.set_inline(web_sys::ScrollLogicalPosition::Center);
            how.set_block(web_sys::ScrollLogicalPosition::Nearest);
            current.scroll_into_view_with_scroll_into_view_options(&how);
        }
        #[cfg(not(feature = "hydrate"))]
        let _ = nav;
    });
    strip
}
