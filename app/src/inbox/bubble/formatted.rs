//! Words with WhatsApp's formatting.

use domain::formatting::{self, Block, Span, Style};
use leptos::prelude::*;

/// Words as their writer meant them; nothing where there are none.
pub(super) fn formatted(text: &str) -> Option<AnyView> {
    drawn(&formatting::read(text))
}

/// The same of what was read.
pub(super) fn drawn(blocks: &[Block]) -> Option<AnyView> {
    Some(match blocks {
        [] => return None,
        [Block::Lines(spans)] => view! { <div class="text" dir="auto">{words(spans)}</div> }.into_any(),
        blocks => {
            let blocks = blocks.iter().map(block).collect_view();
            view! { <div class="text">{blocks}</div> }.into_any()
        }
    })
}

fn block(block: &Block) -> AnyView {
    match block {
        Block::Lines(spans) => view! { <div dir="auto">{words(spans)}</div> }.into_any(),
        Block::Quote(spans) => view! { <blockquote dir="auto">{words(spans)}</blockquote> }.into_any(),
        Block::Bullets(items) => view! { <ul dir="auto">{lines(items)}</ul> }.into_any(),
        Block::Numbers(from, items) => view! { <ol dir="auto" start=from.to_string()>{lines(items)}</ol> }.into_any(),
        // A stranger's code is read from left to right.
        Block::Code(code) => view! { <pre dir="ltr"><code>{code.clone()}</code></pre> }.into_any(),
    }
}

fn lines(items: &[Vec<Span>]) -> impl IntoView {
    items.iter().map(|spans| view! { <li>{words(spans)}</li> }).collect_view()
}

fn words(spans: &[Span]) -> AnyView {
    if let [Span { text, styles, link: None }] = spans
        && styles.is_empty()
    {
        return text.clone().into_any();
    }
    spans.iter().map(span).collect_view().into_any()
}

fn span(Span { text, styles, link }: &Span) -> AnyView {
    let words = match link {
        Some(to) => view! { <a href=to.clone() target="_blank" rel="noopener noreferrer nofollow">{text.clone()}</a> }
            .into_any(),
        None => text.clone().into_any(),
    };
    styles.iter().rev().fold(words, |words, style| match style {
        Style::Bold => view! { <strong>{words}</strong> }.into_any(),
        Style::Italic => view! { <em>{words}</em> }.into_any(),
        Style::Struck => view! { <s>{words}</s> }.into_any(),
        Style::Code => view! { <code>{words}</code> }.into_any(),
        Style::Named | Style::Me => {
            let me = *style == Style::Me;
            view! { <b class="mention" class:me=me><bdi>{words}</bdi></b> }.into_any()
        }
    })
}
