use leptos::prelude::*;

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
    view! { <nav class="subnav" aria-label="Settings">{sections}</nav> }.into_any()
}
