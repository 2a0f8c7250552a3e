//! Play and pause, a line to move along, time, speed. What it looks like is drawn once it is played: then it is here
//! anyway.

use leptos::{html::Audio, prelude::*};

use super::{
    Sound, Tape,
    wave::{BARS, HEIGHT, SILENT, clock, spoken},
};
use crate::ui::icon;

/// How fast it can be heard.
const SPEEDS: [(f64, &str); 3] = [(1.0, "1×"), (1.5, "1.5×"), (2.0, "2×")];
/// From one bar of the drawing to the next, and how wide one is.
const STEP: f32 = 4.0;
const WIDE: f32 = 2.2;

/// Copied into every part.
#[derive(Clone, Copy)]
struct Player {
    audio: NodeRef<Audio>,
    playing: RwSignal<bool>,
    /// Seconds so far, and of the whole where it is known.
    at: RwSignal<f64>,
    length: RwSignal<Option<f64>>,
    speed: RwSignal<usize>,
    bars: RwSignal<Option<Vec<f32>>>,
    broken: RwSignal<bool>,
}

/// `tape`: a recording that is in the browser only.
pub fn player_view(sound: Sound, tape: Option<Tape>) -> AnyView {
    let Sound { at: address, word, drawn } = sound;
    let player = Player {
        audio: NodeRef::new(),
        playing: RwSignal::new(false),
        at: RwSignal::new(0.0),
        length: RwSignal::new(tape.as_ref().map(|tape| tape.seconds)),
        speed: RwSignal::new(0),
        bars: RwSignal::new(None),
        broken: RwSignal::new(false),
    };
    // What is in the browser is drawn at once.
    let tape = StoredValue::new_local(tape);
    if tape.with_value(Option::is_some) {
        player.draw(&address, tape);
    }
    let source = address.clone();
    let toggle = move |_| {
        if drawn && player.bars.with_untracked(Option::is_none) {
            player.draw(&source, tape);
        }
        player.toggle();
    };
    let label = move || match player.length.get() {
        _ if player.playing.get() => "Pause".to_owned(),
        Some(length) => format!("Play {}, {}", word.to_lowercase(), spoken(length)),
        None => format!("Play {}", word.to_lowercase()),
    };
    let seek = move |event: leptos::ev::Event| {
        if let Ok(seconds) = event_target_value(&event).parse() {
            player.seek(seconds);
        }
    };
    let shown = move || clock(if player.at.get() > 0.0 { player.at.get() } else { player.length.get().unwrap_or(0.0) });
    let load = address.clone();
    view! {
        <audio
            node_ref=player.audio
            preload="metadata"
            src=address
            on:loadedmetadata=move |_| player.measure()
            on:durationchange=move |_| player.measure()
            on:timeupdate=move |_| player.follow()
            on:play=move |_| player.playing.set(true)
            on:pause=move |_| player.playing.set(false)
            on:error=move |_| player.broken.set(true)
        ></audio>
        <button class="voice__play" type="button" aria-label=label disabled=move || player.broken.get() on:click=toggle>
            {move || icon(if player.playing.get() { "pause" } else { "play" }, "sm")}
        </button>
        <div class="voice__line">
            {player.wave()}
            <input
                type="range"
                min="0"
                step="0.1"
                max=move || player.length.get().unwrap_or(0.0).to_string()
                disabled=move || player.length.get().is_none() || player.broken.get()
                aria-label="Position"
                aria-valuetext=move || {
                    format!("{} of {}", spoken(player.at.get()), spoken(player.length.get().unwrap_or(0.0)))
                }
                prop:value=move || player.at.get().to_string()
                on:input=seek
                on:keydown=move |event: leptos::ev::KeyboardEvent| {
                    // In the composer Enter would send what is written there.
                    if matches!(event.key().as_str(), "Enter" | " ") {
                        event.prevent_default();
                        player.toggle();
                    }
                }
            />
        </div>
        <span class="voice__time num">{shown}</span>
        <button class="voice__speed num" type="button" on:click=move |_| player.faster()>
            <span class="sr">"Speed "</span>
            {move || SPEEDS[player.speed.get() % SPEEDS.len()].1}
        </button>
        {move || {
            player.broken.get().then(|| {
                let load = load.clone();
                view! {
                    <small class="voice__broken" role="alert">
                        "This browser cannot play it. "
                        <a href=load download="">"Download it"</a>
                    </small>
                }
            })
        }}
    }
    .into_any()
}

impl Player {
    /// The bars; what was heard of them stands out.
    fn wave(self) -> AnyView {
        let heard = Memo::new(move |_| {
            let length = self.length.get().filter(|length| *length > 0.0).unwrap_or(f64::INFINITY);
            (self.at.get() / length * BARS as f64).round() as usize
        });
        let bar = move |nth: usize| {
            let height = move || self.bars.with(|bars| bars.as_ref().and_then(|bars| bars.get(nth).copied()));
            let height = Memo::new(move |_| height().unwrap_or(SILENT));
            view! {
                <rect
                    class:heard=move || nth < heard.get()
                    x=(nth as f32 * STEP).to_string()
                    y=move || format!("{:.1}", (HEIGHT - height.get()) / 2.0)
                    width=WIDE.to_string()
                    height=move || format!("{:.1}", height.get())
                    rx="1.1"
                ></rect>
            }
        };
        let view_box = format!("0 0 {} {HEIGHT}", BARS as f32 * STEP);
        view! {
            <svg viewBox=view_box preserveAspectRatio="none" aria-hidden="true">{(0..BARS).map(bar).collect_view()}</svg>
        }
        .into_any()
    }
}

#[cfg(not(feature = "hydrate"))]
impl Player {
    fn draw(self, _: &str, _: StoredValue<Option<Tape>, LocalStorage>) {}
    fn toggle(self) {}
    fn seek(self, _: f64) {}
    fn faster(self) {}
    fn measure(self) {}
    fn follow(self) {}
}

#[cfg(feature = "hydrate")]
impl Player {
    fn toggle(self) {
        let Some(audio) = self.audio.get_untracked() else { return };
        if !audio.paused() {
            // Refused where it is paused already: then it is as wanted.
            let _ = audio.pause();
            return;
        }
        pause_others();
        let Ok(playing) = audio.play() else { return };
        leptos::task::spawn_local(async move {
            // What cannot be played says so by `error`; paused before it began is no trouble.
            drop(wasm_bindgen_futures::JsFuture::from(playing).await);
        });
    }

    fn seek(self, seconds: f64) {
        if let Some(audio) = self.audio.get_untracked() {
            audio.set_current_time(seconds);
            self.at.set(seconds);
        }
    }

    fn faster(self) {
        self.speed.update(|speed| *speed = (*speed + 1) % SPEEDS.len());
        if let Some(audio) = self.audio.get_untracked() {
            audio.set_playback_rate(SPEEDS[self.speed.get_untracked() % SPEEDS.len()].0);
        }
    }

    /// A recording of Chromium's says that it is endless until it was heard.
    fn measure(self) {
        let length = self.audio.get_untracked().map(|audio| audio.duration());
        if let Some(length) = length.filter(|length| length.is_finite() && *length > 0.0) {
            self.length.set(Some(length));
        }
    }

    fn follow(self) {
        if let Some(audio) = self.audio.get_untracked() {
            self.at.set(audio.current_time());
        }
    }

    fn draw(self, at: &str, tape: StoredValue<Option<Tape>, LocalStorage>) {
        let (at, blob) = (at.to_owned(), tape.with_value(|tape| tape.as_ref().map(|tape| tape.blob.clone())));
        leptos::task::spawn_local(async move {
            // Without a drawing it is heard all the same.
            if let Some(bars) = samples(&at, blob).await.map(|samples| super::wave::bars(&samples)) {
                self.bars.try_set(Some(bars));
            }
        });
    }
}

/// Two at once are understood by nobody.
#[cfg(feature = "hydrate")]
fn pause_others() {
    use wasm_bindgen::JsCast;
    let Ok(all) = document().query_selector_all("audio") else { return };
    for nth in 0..all.length() {
        let one = all.item(nth).and_then(|node| node.dyn_into::<web_sys::HtmlMediaElement>().ok());
        if let Some(one) = one.filter(|one| !one.paused()) {
            let _ = one.pause();
        }
    }
}

/// What is heard, at a rate that is enough for a drawing.
#[cfg(feature = "hydrate")]
async fn samples(at: &str, blob: Option<web_sys::Blob>) -> Option<Vec<f32>> {
    use wasm_bindgen::JsCast;
    use wasm_bindgen_futures::JsFuture;
    let bytes = match blob {
        Some(blob) => JsFuture::from(blob.array_buffer()).await.ok()?,
        None => {
            let answer: web_sys::Response = JsFuture::from(window().fetch_with_str(at)).await.ok()?.dyn_into().ok()?;
            JsFuture::from(answer.ok().then(|| answer.array_buffer())?.ok()?).await.ok()?
        }
    };
    let context = web_sys::OfflineAudioContext::new_with_number_of_channels_and_length_and_sample_rate(1, 1, 8_000.0);
    let decoding = context.ok()?.decode_audio_data(bytes.unchecked_ref()).ok()?;
    let decoded: web_sys::AudioBuffer = JsFuture::from(decoding).await.ok()?.dyn_into().ok()?;
    decoded.get_channel_data(0).ok()
}
