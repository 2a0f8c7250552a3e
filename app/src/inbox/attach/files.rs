//! Files in the dialog: chosen, pasted or dropped, on their way, and ready to be sent.

use domain::{
    id::{ConversationId, MediaId},
    media::size,
    message::Kind,
    outgoing::{CAPTION_LIMIT, Outgoing},
};
use leptos::{html::Input, prelude::*};

use super::{
    Attached,
    upload::{self, Failed, Helps},
};
use crate::{
    inbox::{screen::Screen, server},
    ui::{Task, icon},
};

#[cfg(feature = "hydrate")]
thread_local! {
    /// What was dropped before the dialog was there.
    static WAITING: std::cell::RefCell<Vec<web_sys::File>> = const { std::cell::RefCell::new(Vec::new()) };
}

#[cfg(feature = "hydrate")]
pub(super) fn wait(files: Vec<web_sys::File>) {
    WAITING.with_borrow_mut(|waiting| waiting.extend(files));
}

/// How far a file has come.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(not(feature = "hydrate"), expect(dead_code, reason = "files are chosen in a browser"))]
enum Stage {
    /// Percent.
    Going(u32),
    Ready(Attached),
    Failed(Failed),
    /// Its message is with the server.
    Sent,
}

/// One file; copied into every part.
#[derive(Clone, Copy)]
struct Item {
    /// As the message will be called: however often the file is tried, it is sent once.
    id: MediaId,
    /// As the server calls what was tried last.
    upload: StoredValue<MediaId>,
    #[cfg(feature = "hydrate")]
    file: StoredValue<web_sys::File, LocalStorage>,
    name: StoredValue<String>,
    bytes: u64,
    stage: RwSignal<Stage>,
    caption: RwSignal<String>,
}

impl Item {
    fn ready(&self) -> bool {
        self.stage.with(|stage| matches!(stage, Stage::Ready(_)))
    }
}

/// The files of the dialog, and how they are sent.
#[derive(Clone, Copy)]
pub(super) struct Files {
    screen: Screen,
    conversation: ConversationId,
    items: RwSignal<Vec<Item>>,
}

impl Files {
    pub fn new(screen: Screen, conversation: ConversationId) -> Self {
        let files = Self { screen, conversation, items: RwSignal::new(Vec::new()) };
        #[cfg(feature = "hydrate")]
        {
            files.follow_connection();
            for file in WAITING.take() {
                files.add(file);
            }
        }
        files
    }

    #[cfg(feature = "hydrate")]
    fn add(&self, file: web_sys::File) {
        let Some(key) = crate::inbox::send::new_key() else { return };
        let item = Item {
            id: MediaId(key.0),
            upload: StoredValue::new(MediaId(key.0)),
            file: StoredValue::new_local(file.clone()),
            name: StoredValue::new(file.name()),
            bytes: file.size() as u64,
            stage: RwSignal::new(Stage::Going(0)),
            caption: RwSignal::new(String::new()),
        };
        self.items.update(|items| items.push(item));
        if item.bytes > domain::outgoing::UPLOAD_LIMIT {
            let most = size(domain::outgoing::UPLOAD_LIMIT);
            let why = format!("WhatsApp takes at most {most}.");
            return item.stage.set(Stage::Failed(Failed { why, helps: Helps::Nothing }));
        }
        self.go(item, false);
    }

    /// To the server, from the start; `known`: under the id of an earlier try.
    #[cfg(feature = "hydrate")]
    fn go(self, item: Item, known: bool) {
        item.stage.set(Stage::Going(0));
        let (Some(file), id) = (item.file.try_get_value(), item.upload.get_value()) else { return };
        let url = upload::address(self.screen, self.conversation, id, &file.name());
        let progress = move |percent| {
            item.stage.try_update(|stage| {
                if let Stage::Going(so_far) = stage {
                    *so_far = percent;
                }
            });
        };
        let done = move |answer: Result<Attached, Failed>| match answer {
            // The first try broke off: it is not removed meanwhile, so it goes from the start.
            Err(Failed { helps: Helps::Anew, .. }) if known && self.has(item) => self.go_anew(item),
            answer => {
                item.stage.try_set(answer.map_or_else(Stage::Failed, Stage::Ready));
            }
        };
        if upload::send(&url, &file, progress, done).is_none() {
            let why = "This browser cannot send files.".to_owned();
            item.stage.set(Stage::Failed(Failed { why, helps: Helps::Nothing }));
        }
    }

    /// Once more what failed, where that may help.
    fn again(self, item: Item) {
        #[cfg(feature = "hydrate")]
        self.go_again(item);
        let _ = item;
    }

    #[cfg(feature = "hydrate")]
    fn go_again(self, item: Item) {
        let helps = item.stage.with_untracked(|stage| match stage {
            Stage::Failed(failed) => failed.helps,
            _ => Helps::Nothing,
        });
        match helps {
            Helps::Nothing => {}
            Helps::Again | Helps::Anew => self.go_anew(item),
            // Under the old id the server answers what it has.
            Helps::Connection => self.go(item, true),
        }
    }

    /// Nothing of an earlier try stays behind.
    #[cfg(feature = "hydrate")]
    fn go_anew(self, item: Item) {
        let Some(key) = crate::inbox::send::new_key() else { return };
        upload::forget(self.screen, item.upload.get_value());
        item.upload.set_value(MediaId(key.0));
        self.go(item, false);
    }

    #[cfg(feature = "hydrate")]
    fn has(self, item: Item) -> bool {
        self.items.try_with_untracked(|items| items.iter().any(|known| known.id == item.id)) == Some(true)
    }

    /// Once the connection is back, what it broke off goes by itself: one try each time.
    #[cfg(feature = "hydrate")]
    fn follow_connection(self) {
        Effect::new(move |before: Option<bool>| {
            let offline = self.screen.offline.get();
            if before == Some(true) && !offline {
                for item in self.items.get_untracked() {
                    let waits =
                        |stage: &Stage| matches!(stage, Stage::Failed(failed) if failed.helps == Helps::Connection);
                    if item.stage.with_untracked(waits) {
                        self.again(item);
                    }
                }
            }
            offline
        });
    }

    fn remove(&self, item: Item) {
        self.items.update(|items| items.retain(|known| known.id != item.id));
        upload::forget(self.screen, item.upload.get_value());
    }

    /// Nothing of it stays behind; whoever closes the dialog asks.
    pub fn forget(&self) {
        for item in self.items.try_get_untracked().into_iter().flatten() {
            if item.stage.try_with_untracked(|stage| *stage != Stage::Sent) == Some(true) {
                upload::forget(self.screen, item.upload.get_value());
            }
        }
    }

    /// Something is there, and all of it can be sent.
    pub fn can_go(&self) -> bool {
        self.items.with(|items| !items.is_empty() && items.iter().all(Item::ready))
    }

    /// Sends one after the other; `done` once all are with the server.
    pub fn send(&self, task: Task, done: impl FnOnce() + 'static) {
        let (screen, conversation) = (self.screen, self.conversation);
        let items = self.items.get_untracked();
        let all = async move {
            for item in items {
                let sent = item.stage.with_untracked(|stage| *stage == Stage::Sent);
                let Some(key) = Some(domain::id::MessageId(item.id.0)).filter(|_| !sent) else { continue };
                let (text, content) = (item.caption.get_untracked(), Outgoing::File(item.upload.get_value()));
                let despite = screen.despite_of(conversation);
                let quotes = screen.quote_of(conversation);
                let sent = server::send(screen.slug(), conversation, key, text, content, quotes, despite).await?;
                item.stage.try_set(Stage::Sent);
                // The first of them answers.
                screen.take_quote(conversation);
                screen.put_message(conversation, sent);
            }
            Ok(())
        };
        task.run(all, |()| done());
    }

    pub fn view(self) -> AnyView {
        let input = NodeRef::<Input>::new();
        let chosen = move |_| {
            #[cfg(feature = "hydrate")]
            if let Some(input) = input.get_untracked() {
                let files = input.files();
                for nth in 0..files.as_ref().map_or(0, web_sys::FileList::length) {
                    if let Some(file) = files.as_ref().and_then(|files| files.get(nth)) {
                        self.add(file);
                    }
                }
                // The same one may be chosen again.
                input.set_value("");
            }
        };
        let over = move |event: leptos::ev::DragEvent| event.prevent_default();
        let drop = move |event: leptos::ev::DragEvent| {
            event.prevent_default();
            #[cfg(feature = "hydrate")]
            if let Some(files) = event.data_transfer().and_then(|data| data.files()) {
                for file in (0..files.length()).filter_map(|nth| files.get(nth)) {
                    self.add(file);
                }
            }
        };
        view! {
            <div class="dropzone" on:dragover=over on:drop=drop>
                <label class="btn" for="attach-files">{icon("clip", "sm")}"Choose files"</label>
                <input class="sr" id="attach-files" type="file" multiple node_ref=input on:change=chosen/>
                <span class="hint">"Or drop them here, or paste a picture into your reply. Photos up to 5 MB, recordings and videos up to 16 MB, documents up to 100 MB."</span>
            </div>
            <ul class="files">
                <For each=move || self.items.get() key=|item| item.id children=move |item| self.line(item)/>
            </ul>
        }
        .into_any()
    }

    fn again_button(self, item: Item) -> AnyView {
        let label = format!("Try {} again", item.name.get_value());
        view! {
            <button class="btn sm" type="button" aria-label=label on:click=move |_| self.again(item)>
                {icon("refresh", "xs")}
                "Try again"
            </button>
        }
        .into_any()
    }

    fn line(self, item: Item) -> AnyView {
        let name = item.name.get_value();
        let (caption_id, remove) = (format!("caption-{}", item.id), format!("Remove {name}"));
        let stage = move || {
            match item.stage.get() {
            Stage::Going(percent) => view! {
                <progress max="100" value=percent aria-label="Sent to the server"></progress>
                // The last step is Meta's.
                <small>{if percent < 100 { format!("{percent} %") } else { "Is handed in at WhatsApp …".to_owned() }}</small>
            }
            .into_any(),
            Stage::Ready(attached) => view! { <small>{ready(attached.kind, item.bytes)}</small> }.into_any(),
            Stage::Failed(Failed { why, helps }) => view! {
                <small class="error" role="alert">{why}</small>
                {(helps == Helps::Connection)
                    .then(|| view! { <small>"It is tried again when the connection is back."</small> })}
                {(helps != Helps::Nothing).then(|| self.again_button(item))}
            }
            .into_any(),
            Stage::Sent => view! { <small>"Sent."</small> }.into_any(),
        }
        };
        let captioned = Memo::new(move |_| {
            item.stage.with(|stage| match stage {
                Stage::Ready(attached) => matches!(attached.kind, Kind::Image | Kind::Video | Kind::Document),
                _ => false,
            })
        });
        view! {
            <li>
                <div class="files__head">
                    <b dir="auto">{name}</b>
                    <button class="btn ghost square sm" type="button" aria-label=remove on:click=move |_| self.remove(item)>
                        {icon("x", "sm")}
                    </button>
                </div>
                {stage}
                <Show when=move || captioned.get()>
                    <label class="sr" for=caption_id.clone()>"Caption"</label>
                    <input
                        class="input"
                        id=caption_id.clone()
                        type="text"
                        dir="auto"
                        autocomplete="off"
                        placeholder="Caption"
                        maxlength=CAPTION_LIMIT.to_string()
                        on:input=move |event| item.caption.set(event_target_value(&event))
                    />
                </Show>
            </li>
        }
        .into_any()
    }
}

fn ready(kind: Kind, bytes: u64) -> String {
    let what = match kind {
        Kind::Image => "photo",
        Kind::Video => "video",
        Kind::Audio => "recording",
        Kind::Sticker => "sticker",
        _ => "document",
    };
    format!("{}, ready to be sent as a {what}.", size(bytes))
}
