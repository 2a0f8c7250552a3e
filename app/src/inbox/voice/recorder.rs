//! A voice message: recorded, listened to, sent. Until it is sent it lies in the browser; whoever leaves the
//! conversation lets go of the microphone, and of what was recorded.

use domain::id::ConversationId;
#[cfg(feature = "hydrate")]
use domain::{
    id::{MediaId, MessageId},
    outgoing::Outgoing,
};
use leptos::prelude::*;

use super::{
    Sound, Tape,
    player::player_view,
    wave::{clock, spoken},
};
use crate::{
    inbox::{composer::focus, screen::Screen},
    ui::icon,
};

/// What opened it, and gets the focus back.
const OPENER: &str = "voice-button";
const STOP: &str = "voice-stop";
const SEND: &str = "voice-send";

/// How far it has come.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(not(feature = "hydrate"), expect(dead_code, reason = "voices are recorded in a browser"))]
enum Stage {
    /// The browser asks for the microphone.
    Asking,
    Recording,
    /// It can be listened to, at this address.
    Recorded(String),
    /// Percent of it that are with the server.
    Going(u32),
    /// No microphone.
    Refused(String),
}

#[derive(Clone, Copy)]
struct Recorder {
    screen: Screen,
    conversation: ConversationId,
    open: RwSignal<bool>,
    stage: RwSignal<Stage>,
    seconds: RwSignal<f64>,
    /// What is wrong with what was recorded, or with sending it.
    problem: RwSignal<Option<String>>,
    tape: StoredValue<Option<Tape>, LocalStorage>,
    #[cfg(feature = "hydrate")]
    microphone: StoredValue<Option<super::microphone::Microphone>, LocalStorage>,
    /// With the server already: what is left is its message.
    #[cfg(feature = "hydrate")]
    uploaded: StoredValue<Option<MediaId>>,
}

/// Stands in the composer while `open`.
pub fn recorder_view(screen: Screen, conversation: ConversationId, open: RwSignal<bool>) -> AnyView {
    let recorder = Recorder {
        screen,
        conversation,
        open,
        stage: RwSignal::new(Stage::Asking),
        seconds: RwSignal::new(0.0),
        problem: RwSignal::new(None),
        tape: StoredValue::new_local(None),
        #[cfg(feature = "hydrate")]
        microphone: StoredValue::new_local(None),
        #[cfg(feature = "hydrate")]
        uploaded: StoredValue::new(None),
    };
    recorder.begin();
    on_cleanup(move || recorder.let_go());
    let keydown = move |event: leptos::ev::KeyboardEvent| {
        if event.key() == "Escape" {
            event.prevent_default();
            recorder.close();
        }
    };
    // Said once for each step, not every second.
    let said = move || match recorder.stage.get() {
        Stage::Asking => "Allow the microphone in the browser.",
        Stage::Recording => "Recording.",
        Stage::Recorded(_) => "Recorded. Listen to it, or send it.",
        Stage::Going(_) => "Is sent.",
        Stage::Refused(_) => "",
    };
    let middle = Memo::new(move |_| match recorder.stage.get() {
        Stage::Going(_) => Stage::Going(0),
        other => other,
    });
    view! {
        <div class="recorder" role="group" aria-label="Voice message" on:keydown=keydown>
            <span class="sr" role="status">{said}</span>
            {move || {
                recorder.problem.get().map(|problem| {
                    view! { <p class="banner bad" role="alert">{icon("alert", "")}<span class="grow">{problem}</span></p> }
                })
            }}
            {move || recorder.step(middle.get())}
        </div>
    }
    .into_any()
}

impl Recorder {
    fn step(self, stage: Stage) -> AnyView {
        let cancel = move |words: &'static str| {
            view! { <button class="btn ghost sm" type="button" on:click=move |_| self.close()>{words}</button> }
        };
        match stage {
            Stage::Asking => view! {
                <div class="recorder__row">
                    {icon("mic", "sm")}<span class="grow">"Allow the microphone in the browser."</span>{cancel("Cancel")}
                </div>
            }
            .into_any(),
            Stage::Refused(why) => view! {
                <div class="recorder__row">
                    {icon("alert", "sm")}<span class="grow" role="alert">{why}</span>{cancel("Close")}
                </div>
            }
            .into_any(),
            Stage::Recording => view! {
                <div class="recorder__row">
                    <i class="recorder__dot" aria-hidden="true"></i>
                    <span class="num" role="timer" aria-label="Recorded so far">{move || clock(self.seconds.get())}</span>
                    <span class="grow hint">"Recording"</span>
                    {cancel("Cancel")}
                    <button class="btn sm" type="button" id=STOP on:click=move |_| self.stop(false)>
                        {icon("pause", "sm")}"Stop"
                    </button>
                    <button
                        class="btn primary sm"
                        type="button"
                        aria-label="Stop and send"
                        on:click=move |_| self.stop(true)
                    >
                        {icon("send", "sm")}"Send"
                    </button>
                </div>
            }
            .into_any(),
            Stage::Recorded(at) => {
                let sound = Sound { at, word: "Your recording", drawn: true };
                let label = format!("Send voice message, {}", spoken(self.seconds.get_untracked()));
                view! {
                    <div class="recorder__row">
                        <div class="voice" role="group" aria-label="Your recording">
                            {player_view(sound, self.tape.get_value())}
                        </div>
                        <span class="grow"></span>
                        {cancel("Discard")}
                        <button class="btn primary sm" type="button" id=SEND aria-label=label on:click=move |_| self.send()>
                            {icon("send", "sm")}"Send"
                        </button>
                    </div>
                }
                .into_any()
            }
            Stage::Going(_) => {
                let percent = move || if let Stage::Going(percent) = self.stage.get() { percent } else { 100 };
                // The last step is Meta's.
                let said = move || match percent() {
                    100.. => "Is handed in at WhatsApp …".to_owned(),
                    percent => format!("{percent} %"),
                };
                view! {
                    <div class="recorder__row">
                        <progress max="100" value=percent aria-label="Sent to the server"></progress>
                        <small class="grow">{said}</small>
                    </div>
                }
                .into_any()
            }
        }
    }

    /// Nothing of it stays.
    fn close(self) {
        self.open.set(false);
        request_animation_frame(|| focus(OPENER));
    }
}

#[cfg(not(feature = "hydrate"))]
impl Recorder {
    fn begin(self) {}
    fn stop(self, _: bool) {}
    fn send(self) {
        let _ = (self.screen, self.conversation, SEND);
    }
    fn let_go(self) {}
}

#[cfg(feature = "hydrate")]
impl Recorder {
    fn begin(self) {
        leptos::task::spawn_local(async move {
            let full = move || {
                self.problem.try_set(Some("WhatsApp takes no longer voice message. This one can be sent.".to_owned()));
                self.stop(false);
            };
            let opened = super::microphone::Microphone::open(full).await;
            // Whoever asked may have gone on meanwhile: then it is let go of here.
            if self.stage.try_get_untracked() != Some(Stage::Asking) {
                return;
            }
            match opened {
                Err(why) => self.stage.set(Stage::Refused(why)),
                Ok(microphone) => {
                    self.microphone.set_value(Some(microphone));
                    self.stage.set(Stage::Recording);
                    request_animation_frame(|| focus(STOP));
                    self.tick();
                }
            }
        });
    }

    fn tick(self) {
        let again = move || {
            let recorded = self.microphone.try_with_value(|microphone| microphone.as_ref().map(|it| it.seconds()));
            if let Some(seconds) = recorded.flatten() {
                self.seconds.try_set(seconds);
                self.tick();
            }
        };
        set_timeout(again, std::time::Duration::from_millis(250));
    }

    fn stop(self, send: bool) {
        let Some(Some(microphone)) = self.microphone.try_update_value(Option::take) else { return };
        microphone.stop(move |tape| {
            // Whoever recorded it may have gone on meanwhile.
            if self.stage.try_get_untracked() != Some(Stage::Recording) {
                return;
            }
            let Ok(at) = web_sys::Url::create_object_url_with_blob(&tape.blob) else { return };
            self.seconds.set(tape.seconds);
            self.tape.set_value(Some(tape));
            self.stage.set(Stage::Recorded(at));
            match send {
                true => self.send(),
                false => request_animation_frame(|| focus(SEND)),
            }
        });
    }

    /// To the server, which makes of it what WhatsApp takes, and then its message.
    fn send(self) {
        use crate::inbox::{attach::upload, send::new_key};
        let (Stage::Recorded(at), Some(tape)) = (self.stage.get_untracked(), self.tape.get_value()) else { return };
        self.problem.set(None);
        if let Some(id) = self.uploaded.get_value() {
            self.stage.set(Stage::Going(100));
            return self.message(id, at);
        }
        let Some(id) = new_key().map(|key| MediaId(key.0)) else { return };
        self.stage.set(Stage::Going(0));
        let address = upload::address(self.screen, self.conversation, id, "voice-message.ogg") + "&voice=true";
        let progress = move |percent| {
            self.stage.try_set(Stage::Going(percent));
        };
        let failed = at.clone();
        let done = move |answer: Result<_, upload::Failed>| match answer {
            // Closed meanwhile: it was taken back, and this says so again.
            Ok(_) if self.stage.try_get_untracked().is_none() => upload::forget(self.screen, id),
            Ok(_) => {
                self.uploaded.set_value(Some(id));
                self.message(id, at);
            }
            Err(upload::Failed { why, .. }) => self.failed(why, failed),
        };
        if upload::send(&address, &tape.blob, progress, done).is_none() {
            self.stage.try_set(Stage::Refused("This browser cannot send files.".to_owned()));
        }
    }

    fn message(self, id: MediaId, at: String) {
        let (screen, conversation) = (self.screen, self.conversation);
        leptos::task::spawn_local(async move {
            let (quotes, despite) = (screen.quote_of(conversation), screen.despite_of(conversation));
            let (key, content) = (MessageId(id.0), Outgoing::File(id));
            let sent =
                crate::inbox::server::send(screen.slug(), conversation, key, String::new(), content, quotes, despite);
            match sent.await {
                Ok(message) => {
                    // It is its message's now.
                    self.uploaded.try_set_value(None);
                    screen.take_quote(conversation);
                    screen.put_message(conversation, message);
                    screen.to_newest();
                    self.open.try_set(false);
                    request_animation_frame(|| focus(OPENER));
                }
                Err(fault) => self.failed(fault.to_string(), at),
            }
        });
    }

    /// It is still here, and can be sent again.
    fn failed(self, why: String, at: String) {
        self.problem.try_set(Some(why));
        self.stage.try_set(Stage::Recorded(at));
        request_animation_frame(|| focus(SEND));
    }

    fn let_go(self) {
        self.microphone.try_update_value(Option::take);
        if let Some(Stage::Recorded(at)) = self.stage.try_get_untracked() {
            // It was made here: it is there.
            let _ = web_sys::Url::revoke_object_url(&at);
        }
        if let Some(Some(id)) = self.uploaded.try_update_value(Option::take) {
            crate::inbox::attach::upload::forget(self.screen, id);
        }
    }
}
