//! Files: seen, heard or downloaded, and what is known while they are not here.

use domain::{
    content::{Extras, File, MediaBrief, MediaState},
    media::{Shown, shown, size},
    message::Kind,
};
use leptos::prelude::*;

use super::formatted::formatted;
use crate::{
    inbox::{
        lazy::{Extra, show},
        over::Over,
        screen::Screen,
        voice::Sound,
    },
    ui::icon,
};

/// Bytes of a recording of some ten minutes: what is longer is heard without being drawn.
const DRAWN: u64 = 2_000_000;

/// The drawing and the word for a file.
fn named(kind: Kind, file: &File) -> (&'static str, &'static str) {
    match kind {
        Kind::Audio if file.voice => ("mic", "Voice message"),
        Kind::Audio => ("mic", "Audio"),
        Kind::Video => ("play", "Video"),
        Kind::Document => ("file", "Document"),
        Kind::Sticker => ("sticker", "Sticker"),
        _ => ("image", "Photo"),
    }
}

pub(super) fn file(screen: Screen, kind: Kind, file: &File, extras: &Extras, caption: &str) -> AnyView {
    let below = formatted(caption);
    let word = named(kind, file).1;
    let kept = extras.media.as_ref().filter(|media| media.state == MediaState::Kept);
    let drawn = kept.and_then(|media| {
        let at = screen.path(&format!("/media/{}", media.id));
        let alone = kind != Kind::Document;
        match shown(media.mime.as_deref()?)? {
            Shown::Picture if alone => Some(picture(&at, kind, word, media)),
            Shown::Sound if alone => {
                let drawn = file.voice && media.size.is_some_and(|bytes| bytes <= DRAWN);
                Some(sound(screen, Sound { at, word, drawn }))
            }
            Shown::Film if alone => Some(film(at, word, media)),
            _ => None,
        }
    });
    let drawn = drawn.unwrap_or_else(|| line(screen, kind, file, extras.media.as_ref()));
    view! { {drawn} {below} }.into_any()
}

/// Its size is known before its bytes are there: nothing jumps.
fn picture(at: &str, kind: Kind, word: &'static str, media: &MediaBrief) -> AnyView {
    let small = format!("{at}?small");
    let class = if kind == Kind::Sticker { "picture sticker" } else { "picture" };
    view! {
        <a class=class href=at.to_owned() target="_blank" rel="noopener" aria-label=format!("{word}, open it whole")>
            <img src=small alt=word width=media.width height=media.height loading="lazy" decoding="async"/>
        </a>
    }
    .into_any()
}

/// Its code comes later than the page; where none comes, the browser's own has to do. The address has no sign that means
/// something in HTML.
fn sound(screen: Screen, sound: Sound) -> AnyView {
    let word = sound.word;
    let plain = format!("<audio class=\"sound\" controls preload=\"metadata\" src=\"{}\"></audio>", sound.at);
    view! {
        <div class="voice" role="group" aria-label=word>
            <noscript inner_html=plain></noscript>
            {show(screen, Extra::Player(sound))}
        </div>
    }
    .into_any()
}

fn film(at: String, word: &'static str, media: &MediaBrief) -> AnyView {
    view! {
        <video
            class="film"
            controls
            preload="metadata"
            playsinline
            src=at
            aria-label=word
            width=media.width
            height=media.height
        ></video>
    }
    .into_any()
}

/// What is downloaded, what is on its way, and what will not come.
fn line(screen: Screen, kind: Kind, file: &File, media: Option<&MediaBrief>) -> AnyView {
    let (drawing, word) = named(kind, file);
    let name = file.name.clone().unwrap_or_else(|| word.to_owned());
    let why = media.and_then(|media| media.reason.as_deref());
    let said = match media.map(|media| media.state) {
        None => "This file was not kept.".to_owned(),
        Some(MediaState::Wanted) if why.is_some() => {
            format!("Not here yet. {} It is tried again by itself.", why.unwrap_or_default())
        }
        Some(MediaState::Wanted) => "Is being fetched from WhatsApp …".to_owned(),
        Some(MediaState::Receiving) => "Is being received …".to_owned(),
        Some(MediaState::Kept) => media.and_then(|media| media.size).map(size).unwrap_or_default(),
        Some(MediaState::Gone | MediaState::Refused | MediaState::Failed) => {
            why.unwrap_or("Could not be fetched.").to_owned()
        }
    };
    // While WhatsApp keeps it still, somebody may not want to wait, or may have mended what was in the way.
    let again = media.filter(|media| media.state != MediaState::Gone && why.is_some()).map(|media| {
        let id = media.id;
        let ask = move |_| screen.over.set(Some(Over::Fetch(id)));
        view! { <button class="btn ghost sm script" type="button" on:click=ask>{icon("refresh", "xs")}"Try again"</button> }
    });
    let load = media.filter(|media| media.state == MediaState::Kept).map(|media| {
        let at = screen.path(&format!("/media/{}", media.id));
        view! { <a href=at download="">{icon("download", "xs")}"Download"<span class="sr">" "{name.clone()}</span></a> }
    });
    view! {
        <div class="holds">
            {icon(drawing, "sm")}
            <div><b dir="auto">{name.clone()}</b><small>{said}</small>{load}{again}</div>
        </div>
    }
    .into_any()
}
