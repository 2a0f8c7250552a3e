//! The message as the customer will see it, filled in as one types.

use domain::template::{ButtonKind, Content, Header, Media, Part, Values, parts};
use leptos::prelude::*;

use crate::ui::{avatar, icon};

pub fn preview_view(number: (uuid::Uuid, String), to: &str, content: Content, values: RwSignal<Values>) -> AnyView {
    let (number, name) = number;
    let header = content.header.clone().map(|header| match header {
        Header::Text(text) => view! { <b>{filled("header", text, values)}</b> }.into_any(),
        Header::Media(media) => media_view(media),
    });
    let footer = content.footer.clone().map(|footer| view! { <p class="tpl__foot">{footer}</p> });
    let buttons = (!content.buttons.is_empty()).then(|| {
        let button = |button: &domain::template::Button| {
            let drawing = match button.kind {
                ButtonKind::Url(_) => Some("ext"),
                ButtonKind::QuickReply => Some("reply"),
                ButtonKind::CopyCode | ButtonKind::OneTimeCode => Some("copy"),
                ButtonKind::Phone | ButtonKind::Other => None,
            };
            view! { <span>{drawing.map(|name| icon(name, "xs"))}{button.text.clone()}</span> }
        };
        view! { <div class="tpl__buttons">{content.buttons.iter().map(button).collect_view()}</div> }
    });
    view! {
        <section class="handset" aria-label="Preview">
            <header>
                {avatar(number, &name, "sm")}
                <span class="grow"><b class="small">{name.clone()}</b><small>{format!("As {to} will see it")}</small></span>
            </header>
            <div class="handset__body">
                <div class="tpl" dir="auto">
                    {header}
                    <p class="tpl__body" dir="auto">{filled("body", content.body, values)}</p>
                    {footer}
                    {buttons}
                </div>
            </div>
        </section>
    }
    .into_any()
}

fn media_view(media: Media) -> AnyView {
    let what = match media {
        Media::Image => "Picture",
        Media::Video => "Video",
        Media::Document => "Document",
    };
    view! { <p class="tpl__media">{icon("link", "sm")}{what}" from your link"</p> }.into_any()
}

/// The text with the values in it, marked; what is still missing stands as it was written.
fn filled(place: &'static str, text: String, values: RwSignal<Values>) -> AnyView {
    let pieces = move || {
        let values = values.read();
        let piece = |part: Part<'_>| match part {
            Part::Text(text) => text.to_owned().into_any(),
            Part::Variable(name) => {
                let given = values.get(&format!("{place}.{name}")).map(|value| value.trim().to_owned());
                let given = given.filter(|value| !value.is_empty());
                let class = if given.is_some() { "var" } else { "var missing" };
                view! { <span class=class>{given.unwrap_or_else(|| format!("{{{{{name}}}}}"))}</span> }.into_any()
            }
        };
        parts(&text).into_iter().map(piece).collect_view()
    };
    view! { {pieces} }.into_any()
}
