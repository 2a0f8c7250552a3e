//! The microphone, as the browser gives it: it is let go of when this is dropped, whatever happened.

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
};

use js_sys::{Array, Reflect};
use leptos::prelude::*;
use wasm_bindgen::{JsCast, JsValue, prelude::Closure};
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    Blob, BlobEvent, BlobPropertyBag, DomException, MediaRecorder, MediaRecorderOptions, MediaStream,
    MediaStreamConstraints, MediaStreamTrack, MediaTrackConstraints, RecordingState,
};

use super::Tape;
use crate::inbox::send::clock;

/// Opus, in what the server can put into Ogg; the first that a browser knows.
const TYPES: [&str; 2] = ["audio/ogg;codecs=opus", "audio/webm;codecs=opus"];
/// Speech needs no more.
const BITS: u32 = 32_000;
/// So often a piece of the recording is handed over, in milliseconds.
const EVERY: i32 = 1_000;
/// It ends by itself at this many bytes: WhatsApp takes 16 MB, and Ogg needs a little more than WebM.
const MOST: f64 = 15.5 * 1_024.0 * 1_024.0;

pub(super) struct Microphone {
    stream: MediaStream,
    recorder: MediaRecorder,
    pieces: Rc<RefCell<Vec<Blob>>>,
    begun: f64,
    _taken: Closure<dyn FnMut(BlobEvent)>,
}

impl Microphone {
    /// Asks for it and records; `full` is called once when no more can be sent.
    ///
    /// # Errors
    /// Why not, in words.
    pub async fn open(full: impl Fn() + 'static) -> Result<Self, String> {
        let navigator = window().navigator();
        // Browsers keep it from pages that came over plain http.
        let there = Reflect::get(&navigator, &"mediaDevices".into()).is_ok_and(|devices| !devices.is_undefined());
        if !there {
            return Err(
                "Browsers record on https pages alone. Ask whoever runs this installation to set it up.".to_owned()
            );
        }
        let known = Reflect::has(&window(), &"MediaRecorder".into()).unwrap_or(false);
        let kind = TYPES.into_iter().find(|kind| known && MediaRecorder::is_type_supported(kind));
        let Some(kind) = kind else {
            return Err(
                "This browser cannot record what WhatsApp takes. Use Chrome, Edge or Firefox, or a newer Safari."
                    .to_owned(),
            );
        };
        let track = MediaTrackConstraints::new();
        // WhatsApp takes voice messages with one channel.
        track.set_channel_count(&JsValue::from(1));
        track.set_echo_cancellation(&JsValue::TRUE);
        track.set_noise_suppression(&JsValue::TRUE);
        let wanted = MediaStreamConstraints::new();
        wanted.set_audio(&track);
        let devices = navigator.media_devices().map_err(|why| words(&why))?;
        let asked = devices.get_user_media_with_constraints(&wanted).map_err(|why| words(&why))?;
        let stream: MediaStream = JsFuture::from(asked).await.map_err(|why| words(&why))?.unchecked_into();
        let options = MediaRecorderOptions::new();
        options.set_mime_type(kind);
        options.set_audio_bits_per_second(BITS);
        let recorder = MediaRecorder::new_with_media_stream_and_media_recorder_options(&stream, &options);
        let recorder = recorder.map_err(|why| {
            release(&stream);
            words(&why)
        })?;
        let pieces = Rc::new(RefCell::new(Vec::new()));
        let taken = {
            let (pieces, bytes, told) = (Rc::clone(&pieces), Cell::new(0.0), Cell::new(false));
            Closure::<dyn FnMut(BlobEvent)>::new(move |event: BlobEvent| {
                let Some(piece) = event.data() else { return };
                bytes.set(bytes.get() + piece.size());
                pieces.borrow_mut().push(piece);
                if bytes.get() > MOST && !told.replace(true) {
                    full();
                }
            })
        };
        recorder.set_ondataavailable(Some(taken.as_ref().unchecked_ref()));
        let microphone = Self { stream, recorder, pieces, begun: clock() as f64, _taken: taken };
        microphone.recorder.start_with_time_slice(EVERY).map_err(|why| words(&why))?;
        Ok(microphone)
    }

    /// So far.
    pub fn seconds(&self) -> f64 {
        (clock() as f64 - self.begun) / 1_000.0
    }

    /// Ends the recording; `done` gets it once its last piece is there.
    pub fn stop(self, done: impl FnOnce(Tape) + 'static) {
        let (seconds, recorder) = (self.seconds(), self.recorder.clone());
        let give = move || {
            if let Some(blob) = self.blob() {
                done(Tape { blob, seconds });
            }
        };
        // The device may have ended it: then all of it is here.
        if recorder.state() == RecordingState::Inactive {
            return give();
        }
        let ended = Closure::once_into_js(give);
        recorder.set_onstop(Some(ended.unchecked_ref()));
        // It is recording: that is not refused.
        let _ = recorder.stop();
    }

    fn blob(&self) -> Option<Blob> {
        let parts = Array::new();
        for piece in self.pieces.borrow().iter() {
            parts.push(piece);
        }
        let kind = BlobPropertyBag::new();
        kind.set_type(&self.recorder.mime_type());
        Blob::new_with_blob_sequence_and_options(&parts, &kind).ok()
    }
}

impl Drop for Microphone {
    fn drop(&mut self) {
        self.recorder.set_ondataavailable(None);
        if self.recorder.state() != RecordingState::Inactive {
            let _ = self.recorder.stop();
        }
        release(&self.stream);
    }
}

fn release(stream: &MediaStream) {
    for track in stream.get_tracks().iter() {
        if let Ok(track) = track.dyn_into::<MediaStreamTrack>() {
            track.stop();
        }
    }
}

/// What to do about it.
fn words(why: &JsValue) -> String {
    let name = why.dyn_ref::<DomException>().map(DomException::name).unwrap_or_default();
    match name.as_str() {
        "NotAllowedError" | "SecurityError" => {
            "The microphone is not allowed here. Allow it beside the address of this page, then record again."
                .to_owned()
        }
        "NotFoundError" | "OverconstrainedError" => {
            "No microphone was found. Connect one, then record again.".to_owned()
        }
        "NotReadableError" | "AbortError" => {
            "The microphone does not answer: another program may use it. Close that one, then record again.".to_owned()
        }
        _ => "The browser could not record. Reload the page, then record again.".to_owned(),
    }
}
