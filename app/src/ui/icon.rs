use leptos::prelude::*;

/// One drawing of the sprite. It says nothing by itself: the label sits on the control.
#[component]
pub fn Icon(name: &'static str, #[prop(optional)] class: &'static str) -> impl IntoView {
    let class = if class.is_empty() { "icon".to_owned() } else { format!("icon {class}") };
    view! {
        <svg class=class aria-hidden="true">
            <use href=format!("#i-{name}")></use>
        </svg>
    }
}

/// Name and paths, on a 24 grid, drawn with a stroke.
const DRAWINGS: [(&str, &str); 22] = [
    ("alert", r#"<path d="M12 4l9 15.5H3zM12 10v4.5M12 17v.1"/>"#),
    ("back", r#"<path d="M19 12H5M11 6l-6 6 6 6"/>"#),
    ("check", r#"<path d="M5 12.5l4.7 4.7L19 7.5"/>"#),
    ("checks", r#"<path d="M2.5 12.8l4.2 4.2 8.8-9.5M10.6 15.9l1.2 1.1 9.7-9.5"/>"#),
    ("clock", r#"<circle cx="12" cy="12" r="8.5"/><path d="M12 7.5V12l3 2"/>"#),
    ("device", r#"<rect x="6.5" y="2.5" width="11" height="19" rx="2.8"/><path d="M10.5 18.5h3"/>"#),
    ("down", r#"<path d="M6.5 9.5L12 15l5.5-5.5"/>"#),
    ("inbox", r#"<path d="M4 13l2.4-7.4A2 2 0 0 1 8.3 4.3h7.4a2 2 0 0 1 1.9 1.3L20 13v4.7a2 2 0 0 1-2 2H6a2 2 0 0 1-2-2z"/><path d="M4 13h4.5a3.5 3.5 0 0 0 7 0H20"/>"#),
    ("keyboard", r#"<rect x="2.5" y="6" width="19" height="12" rx="2.5"/><path d="M6.5 10h.1M10 10h.1M14 10h.1M17.5 10h.1M8 14h8"/>"#),
    ("mark", r#"<path d="M4 6.5A3.5 3.5 0 0 1 7.5 3h9A3.5 3.5 0 0 1 20 6.5v6a3.5 3.5 0 0 1-3.5 3.5H11l-4.5 4.5V16A3 3 0 0 1 4 12.5z" fill="currentColor" stroke="none"/><path d="M8.5 8h7M8.5 11.3h4" stroke="var(--rail)" stroke-width="1.9"/>"#),
    ("offline", r#"<path d="M3 9a13.5 13.5 0 0 1 18 0M6.2 12.7a8.8 8.8 0 0 1 11.6 0M9.4 16.3a4.2 4.2 0 0 1 5.2 0M4 4l16 16"/>"#),
    ("out", r#"<path d="M14 4.5H6.5a2 2 0 0 0-2 2v11a2 2 0 0 0 2 2H14M10.5 12H20M16.5 8l4 4-4 4"/>"#),
    ("panel", r#"<rect x="3.5" y="4.5" width="17" height="15" rx="2.5"/><path d="M14.5 4.5v15"/>"#),
    ("person", r#"<circle cx="12" cy="8" r="3.7"/><path d="M4.8 20a7.2 7.2 0 0 1 14.4 0"/>"#),
    ("puzzle", r#"<path d="M9.5 5.5a2.2 2.2 0 0 1 4.4 0v1.3h4.3v4.4h-1.3a2.2 2.2 0 0 0 0 4.4h1.3v3.6H5.5v-4.4h1.2a2.2 2.2 0 0 0 0-4.4H5.5V6.8h4z"/>"#),
    ("reopen", r#"<path d="M4.5 9.5h10a5 5 0 0 1 0 10H9M8.5 5.5l-4 4 4 4"/>"#),
    ("retry", r#"<path d="M19.5 12a7.5 7.5 0 1 1-2.2-5.3L19.5 9M19.5 4.5V9H15"/>"#),
    ("send", r#"<path d="M4.5 12L4 4.5 20.5 12 4 19.5zM4.5 12H12"/>"#),
    ("theme", r#"<circle cx="12" cy="12" r="8.2"/><path d="M12 3.8a8.2 8.2 0 0 1 0 16.4z" fill="currentColor" stroke="none"/>"#),
    ("userplus", r#"<circle cx="10" cy="8" r="3.5"/><path d="M3.5 20a6.5 6.5 0 0 1 13 0M18.5 7.5v6M15.5 10.5h6"/>"#),
    ("window", r#"<circle cx="12" cy="12" r="8.5"/><path d="M8.5 12h7"/>"#),
    ("x", r#"<path d="M6 6l12 12M18 6L6 18"/>"#),
];

/// All drawings, once per page.
#[component]
pub fn Sprite() -> impl IntoView {
    let symbols: String = DRAWINGS
        .iter()
        .map(|(name, paths)| format!(r#"<symbol id="i-{name}" viewBox="0 0 24 24">{paths}</symbol>"#))
        .collect();
    view! { <svg width="0" height="0" class="sprite" aria-hidden="true" inner_html=symbols></svg> }
}
