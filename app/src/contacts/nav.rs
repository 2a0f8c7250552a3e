use domain::permission::Permission;
use leptos::prelude::*;

use crate::{
    frame::{Frame, Here, bare, strip},
    ui::icon,
};

/// The pages beside the list.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Part {
    All,
    OptedOut,
    Imports,
    Fields,
    /// One contact.
    One,
}

/// A page about contacts: what else there is stands beside it.
pub fn sided(frame: &Frame, part: Part, label: &'static str, content: AnyView) -> AnyView {
    let base = frame.path(Here::Contacts);
    let link = |which: Part, drawing: &'static str, text: &'static str, rest: &str| {
        let current = (which == part).then_some("page");
        view! { <a href=format!("{base}{rest}") rel="external" aria-current=current>{icon(drawing, "sm")}{text}</a> }
            .into_any()
    };
    let imports = frame.may(Permission::ContactsImport).then(|| link(Part::Imports, "up", "Imports", "/imports"));
    let content = view! {
        <div class="sided">
            <nav class="subnav" aria-label="Contacts" node_ref=strip()>
                <p class="menu__label">"Contacts"</p>
                {link(Part::All, "contacts", "All contacts", "")}
                {link(Part::OptedOut, "ban", "Opted out", "?show=opted-out")}
                <p class="menu__label">"Housekeeping"</p>
                {imports}
                {link(Part::Fields, "note", "Custom fields", "/fields")}
            </nav>
            <div class="page" tabindex="0" role="region" aria-label=label>
                <div class="page__inner">{content}</div>
            </div>
        </div>
    }
    .into_any();
    bare(frame, Here::Contacts, content)
}
