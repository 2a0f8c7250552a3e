use leptos::prelude::*;

/// A drawing from the sprite; the label sits on the control around it. Sizes: `""`, `xs`, `sm`, `lg`.
pub fn icon(name: &str, size: &'static str) -> AnyView {
    view! {
        <svg class=format!("icon {size}") aria-hidden="true">
            <use_ href=format!("#i-{name}")></use_>
        </svg>
    }
    .into_any()
}

/// All drawings, once a page, behind everything else: only the server renders it.
#[cfg(feature = "ssr")]
#[component]
pub fn Sprite() -> impl IntoView {
    let symbols: String = ICONS
        .iter()
        .map(|(name, shapes)| format!("<symbol id=\"i-{name}\" viewBox=\"0 0 24 24\">{shapes}</symbol>"))
        .collect();
    view! { <svg class="sprite" width="0" height="0" aria-hidden="true" inner_html=symbols></svg> }
}

/// On a grid of 24, drawn with a stroke of 1.75.
#[cfg(feature = "ssr")]
const ICONS: &[(&str, &str)] = &[
    ("alert", r#"<path d="M12 4l9 15.5H3zM12 10v4.5M12 17v.1"/>"#),
    ("audit", r#"<path d="M6 4h12v16H6zM9 8.5h6M9 12h6M9 15.5h3.5"/>"#),
    ("back", r#"<path d="M19 12H5.5M11 6l-6 6 6 6"/>"#),
    ("ban", r#"<circle cx="12" cy="12" r="8.5"/><path d="M6 6l12 12"/>"#),
    ("bell", r#"<path d="M6 10a6 6 0 0 1 12 0c0 5 2 6.5 2 6.5H4S6 15 6 10zM10 20a2.3 2.3 0 0 0 4 0"/>"#),
    ("bolt", r#"<path d="M13 3L5 13.5h6L10 21l8.5-11h-6z"/>"#),
    (
        "cart",
        r#"<path d="M3.5 4.5h2.3l2 10.5h9.4l2-7.5H6.5"/><circle cx="9" cy="19" r="1.4"/><circle cx="16" cy="19" r="1.4"/>"#,
    ),
    ("chart", r#"<path d="M4 20V4M4 20h16M8.5 16v-4M13 16V7.5M17.5 16v-6"/>"#),
    ("check", r#"<path d="M5 12.5l4.8 4.8L19.5 7"/>"#),
    ("checks", r#"<path d="M2.5 12.8l4.3 4.3L15.5 7.5M10.5 15.8l1.3 1.3L21.5 7.5"/>"#),
    (
        "clip",
        r#"<path d="M19 11.5l-7.2 7.2a4.6 4.6 0 0 1-6.5-6.5l7.9-7.9a3.1 3.1 0 0 1 4.4 4.4l-7.8 7.8a1.5 1.5 0 0 1-2.2-2.2l7-7"/>"#,
    ),
    ("clock", r#"<circle cx="12" cy="12" r="8.2"/><path d="M12 7.5V12l3 2"/>"#),
    ("code", r#"<path d="M8.5 7.5L4 12l4.5 4.5M15.5 7.5L20 12l-4.5 4.5M13.5 5l-3 14"/>"#),
    (
        "contacts",
        r#"<circle cx="9" cy="8" r="3.5"/><path d="M2.8 19.5a6.2 6.2 0 0 1 12.4 0M15.5 4.8a3.5 3.5 0 0 1 0 6.4M17.5 14a6 6 0 0 1 3.7 5.5"/>"#,
    ),
    (
        "copy",
        r#"<rect x="8.5" y="8.5" width="12" height="12" rx="2.5"/><path d="M15.5 5.5a2 2 0 0 0-2-2h-8a2 2 0 0 0-2 2v8a2 2 0 0 0 2 2"/>"#,
    ),
    ("device", r#"<rect x="6.5" y="2.5" width="11" height="19" rx="2.8"/><path d="M10.5 18.5h3"/>"#),
    ("dots", r#"<path d="M5.5 12h.1M12 12h.1M18.5 12h.1" stroke-width="2.6"/>"#),
    ("down", r#"<path d="M6.5 9.5l5.5 5.5 5.5-5.5"/>"#),
    ("download", r#"<path d="M12 4v11M7 10.5l5 5 5-5M4.5 19.5h15"/>"#),
    (
        "eye",
        r#"<path d="M2.5 12s3.5-6.5 9.5-6.5S21.5 12 21.5 12 18 18.5 12 18.5 2.5 12 2.5 12z"/><circle cx="12" cy="12" r="2.8"/>"#,
    ),
    ("ext", r#"<path d="M13.5 4.5h6v6M19.5 4.5l-8.5 8.5M17.5 14v5.5h-13v-13H10"/>"#),
    ("file", r#"<path d="M6.5 3.5h7l4 4v13h-11zM13.5 3.5v4h4"/>"#),
    ("filter", r#"<path d="M4 6.5h16M7 12h10M10 17.5h4"/>"#),
    ("forward", r#"<path d="M14 6l6 5.5-6 5.5v-3.5c-5 0-8 1.5-10 4.5.5-5 3.5-8.5 10-8.7z"/>"#),
    (
        "gear",
        r#"<path d="M10.3 3.5h3.4l.6 2.4 1.9 1.1 2.4-.7 1.7 2.9-1.8 1.7v2.2l1.8 1.7-1.7 2.9-2.4-.7-1.9 1.1-.6 2.4h-3.4l-.6-2.4-1.9-1.1-2.4.7-1.7-2.9 1.8-1.7v-2.2L3.7 9.2l1.7-2.9 2.4.7 1.9-1.1z"/><circle cx="12" cy="12" r="2.8"/>"#,
    ),
    (
        "image",
        r#"<rect x="3.5" y="5" width="17" height="14" rx="2.5"/><path d="M3.5 16l4.5-4.5 4 4 3-3 5.5 5"/><circle cx="15.5" cy="9" r="1.3"/>"#,
    ),
    (
        "inbox",
        r#"<path d="M4 13l2.3-7.2A2 2 0 0 1 8.2 4.4h7.6a2 2 0 0 1 1.9 1.4L20 13v4.6a2 2 0 0 1-2 2H6a2 2 0 0 1-2-2z"/><path d="M4 13h4.5a3.5 3.5 0 0 0 7 0H20"/>"#,
    ),
    ("key", r#"<circle cx="8" cy="15" r="4.5"/><path d="M11.3 11.7L20 3M16.5 6.5l3 3"/>"#),
    (
        "keyboard",
        r#"<rect x="2.5" y="6" width="19" height="12" rx="2.5"/><path d="M6.5 10h.1M10 10h.1M14 10h.1M17.5 10h.1M8 14h8"/>"#,
    ),
    ("laptop", r#"<rect x="5" y="5" width="14" height="10" rx="2"/><path d="M2.5 19h19"/>"#),
    ("layers", r#"<path d="M12 3.5l8.5 4.5-8.5 4.5L3.5 8zM3.5 12.3L12 16.8l8.5-4.5M3.5 16.5L12 21l8.5-4.5"/>"#),
    ("leave", r#"<path d="M10 4H6.5a2 2 0 0 0-2 2v12a2 2 0 0 0 2 2H10M15 8l4 4-4 4M19 12H9.5"/>"#),
    (
        "link",
        r#"<path d="M10 14a4 4 0 0 0 5.7 0l3-3A4 4 0 0 0 13 5.3l-1 1M14 10a4 4 0 0 0-5.7 0l-3 3a4 4 0 0 0 5.7 5.7l1-1"/>"#,
    ),
    ("lock", r#"<rect x="5" y="10.5" width="14" height="10" rx="2.5"/><path d="M8 10.5V8a4 4 0 0 1 8 0v2.5"/>"#),
    (
        "mark",
        r#"<path d="M4 6.5A3.5 3.5 0 0 1 7.5 3h9A3.5 3.5 0 0 1 20 6.5v6A3.5 3.5 0 0 1 16.5 16H11l-4.5 4.5V16A3 3 0 0 1 4 12.5z" fill="currentColor" stroke="none"/><path d="M8.5 8h7M8.5 11.3h4" stroke="var(--rail)" stroke-width="1.9"/>"#,
    ),
    ("mic", r#"<rect x="9" y="3" width="6" height="11" rx="3"/><path d="M5.5 11.5a6.5 6.5 0 0 0 13 0M12 18v3"/>"#),
    ("minus", r#"<path d="M6 12h12"/>"#),
    ("moon", r#"<path d="M19.5 14.5A8 8 0 0 1 9.5 4.5a8 8 0 1 0 10 10z"/>"#),
    ("note", r#"<path d="M5 4h14v10l-5.5 6H5zM13.5 20v-6H19M8.5 8.5h7M8.5 12h4"/>"#),
    ("panel", r#"<rect x="3.5" y="4.5" width="17" height="15" rx="2.5"/><path d="M14.5 4.5v15"/>"#),
    ("pause", r#"<path d="M9 6v12M15 6v12"/>"#),
    (
        "pin",
        r#"<path d="M12 21c4.5-4.7 6.5-8 6.5-10.8a6.5 6.5 0 0 0-13 0C5.5 13 7.5 16.3 12 21z"/><circle cx="12" cy="10.2" r="2.3"/>"#,
    ),
    ("play", r#"<path d="M7.5 5l11 7-11 7z"/>"#),
    ("plus", r#"<path d="M12 5v14M5 12h14"/>"#),
    (
        "refresh",
        r#"<path d="M19.5 11a7.8 7.8 0 0 0-14-3.5L4 9M4 4.5V9h4.5M4.5 13a7.8 7.8 0 0 0 14 3.5L20 15M20 19.5V15h-4.5"/>"#,
    ),
    ("reply", r#"<path d="M10 6l-6 5.5 6 5.5v-3.5c5 0 8 1.5 10 5-.5-6-4-9-10-9z"/>"#),
    ("right", r#"<path d="M9.5 6.5l5.5 5.5-5.5 5.5"/>"#),
    ("search", r#"<circle cx="10.8" cy="10.8" r="6.3"/><path d="M15.5 15.5L20.5 20.5"/>"#),
    ("send", r#"<path d="M4.5 12L4 4.5 20.5 12 4 19.5zM4.5 12H12"/>"#),
    (
        "shield",
        r#"<path d="M12 3l7.5 2.8v5.7c0 4.5-3.2 7.8-7.5 9.5-4.3-1.7-7.5-5-7.5-9.5V5.8z"/><path d="M8.8 12l2.3 2.3 4.2-4.5"/>"#,
    ),
    ("smile", r#"<circle cx="12" cy="12" r="8.5"/><path d="M8.5 14.2a4.2 4.2 0 0 0 7 0M9 9.6v.6M15 9.6v.6"/>"#),
    ("sticker", r#"<path d="M5 4.5h14v9l-6 6H5z"/><path d="M13 19.5v-6h6"/>"#),
    (
        "sun",
        r#"<circle cx="12" cy="12" r="4"/><path d="M12 2.5v2.7M12 18.8v2.7M2.5 12h2.7M18.8 12h2.7M5.3 5.3l1.9 1.9M16.8 16.8l1.9 1.9M18.7 5.3l-1.9 1.9M7.2 16.8l-1.9 1.9"/>"#,
    ),
    (
        "team",
        r#"<circle cx="12" cy="8" r="3.5"/><path d="M5.5 20a6.5 6.5 0 0 1 13 0M4 11a2.5 2.5 0 0 1 1.5-4.5M20 11a2.5 2.5 0 0 0-1.5-4.5"/>"#,
    ),
    ("template", r#"<rect x="4" y="3.5" width="16" height="17" rx="2.5"/><path d="M8 8h8M8 12h8M8 16h4.5"/>"#),
    ("trash", r#"<path d="M4.5 7h15M9.5 7V4.5h5V7M6.5 7l1 13h9l1-13M10.5 11v5M13.5 11v5"/>"#),
    (
        "theme",
        r#"<circle cx="12" cy="12" r="8.2"/><path d="M12 3.8a8.2 8.2 0 0 1 0 16.4z" fill="currentColor" stroke="none"/>"#,
    ),
    (
        "unknown",
        r#"<circle cx="12" cy="12" r="8.2"/><path d="M9.7 9.6a2.4 2.4 0 1 1 3.4 2.6c-.8.4-1.1.9-1.1 1.6M12 16.6v.1"/>"#,
    ),
    ("up", r#"<path d="M12 19V5.5M6 11l6-6 6 6"/>"#),
    ("tag", r#"<path d="M3.5 12.2V5a1.5 1.5 0 0 1 1.500-1.5h7.2l8.3 8.3-8.7 8.7zM8 8v.1" />"#),
    ("userplus", r#"<circle cx="10" cy="8" r="3.5"/><path d="M3.5 20a6.5 6.5 0 0 1 13 0M18.5 7.5v6M15.5 10.5h6"/>"#),
    (
        "wifi",
        r#"<path d="M3 9.5a13 13 0 0 1 18 0M6.3 13a8.3 8.3 0 0 1 11.4 0M9.5 16.5a3.8 3.8 0 0 1 5 0M12 19.5v.1M4 4l16 16"/>"#,
    ),
    ("x", r#"<path d="M6 6l12 12M18 6L6 18"/>"#),
];
