//! What opens over the inbox. Its code comes after the page, so that the first screen is there sooner.

use domain::{
    id::{ContactId, ConversationId, MemberId, NumberId},
    inbox::Row,
    opt_out::What,
};
use leptos::{html::Textarea, prelude::*, reactive::computed::ScopedFuture, task::spawn_local};

use super::{
    about::about_view,
    assign::menu::menu_view,
    attach::dialog::dialog_view,
    attempts::tries_view,
    bubble::Bubble,
    bulk::bar_view,
    composer::{note::note_view, quick::Quick},
    consent::{Decided, badge_view, decisions_view, record_dialog},
    drafts::drafts_view,
    label_menu::add_view,
    lightbox::lightbox_view,
    next::next_view,
    opted_out::question,
    over::{Over, over_view},
    presence::beside::beside_view,
    quick_list::{people_view, replies_view, tools_view},
    reach::reach_view,
    screen::Screen,
    search::panel::panel_view,
    setup::view::setup_view,
    templates::{Picking, offer::shelf_view, picker::picker_view},
    told,
    types::types_view,
    voice::{Sound, player::player_view, recorder::recorder_view},
};
use crate::frame::menu_here;

/// Something that nobody sees until they ask for it.
#[derive(Clone)]
pub enum Extra {
    /// Choose, fill and send a template.
    Template(Picking),
    /// The first templates that can be sent, where a reply would be written.
    Shelf(Memo<Option<NumberId>>),
    /// To whom it is given, and who has it.
    Assign(ConversationId, Memo<Option<MemberId>>),
    /// Send more than words.
    Attach(ConversationId),
    /// Whether to answer a customer who opted out.
    Answer { row: Memo<Option<Row>>, asking: RwSignal<bool> },
    /// How often a message was tried, and what was answered.
    Tries(ArcMemo<Bubble>),
    /// Filters, or labels.
    Over(Over),
    /// Quick replies that fit what is typed.
    Quick(Quick),
    /// Colleagues whose name fits what is typed.
    Names(Quick),
    /// The way to one more label, behind those of a conversation.
    AddLabel(ConversationId),
    /// The way to the next conversation, where nothing of the member's own waits.
    Next,
    /// What can be done with the rows that are selected.
    Bulk,
    /// Whether a contact opted in or out.
    Decided(Decided),
    /// The same, and how it came to that; fetched anew whenever that changes.
    Decisions(Decided),
    /// The proof of a consent that is recorded by hand.
    Consent { contact: ContactId, what: What, asking: RwSignal<bool> },
    /// What is left to be set up, in place of a thread; then it is alive.
    Setup(RwSignal<bool>),
    /// What was found, in place of the list.
    Search,
    /// A customer's number: it can be copied, and tells what time it is there.
    Reach(String),
    /// What is known of the contact beside a conversation.
    About(ContactId),
    /// The customer is told that somebody types.
    Types(ConversationId),
    /// What the person is told of while they look elsewhere, photos over the thread, and all limits: they wait.
    Told,
    /// Colleagues who are at the open conversation too.
    Beside(ConversationId),
    /// Drafts of a conversation are kept with the server.
    Drafts(ConversationId),
    /// Write a note for colleagues.
    Note(ConversationId),
    /// Record a voice message, while `open`.
    Voice { conversation: ConversationId, open: RwSignal<bool> },
    /// Emoji and quick replies, for the field of a reply.
    Tools(NodeRef<Textarea>),
    /// Hear a sound.
    Player(Sound),
}

/// One function for all, so that they come as one file: cut apart one by one they would share dozens of crumbs.
#[lazy]
fn extra(screen: Screen, what: Extra) -> AnyView {
    // It came when the person had gone.
    if screen.is_gone() {
        return ().into_any();
    }
    match what {
        Extra::Template(picking) => picker_view(screen, picking),
        Extra::Shelf(number) => shelf_view(screen, number),
        Extra::Assign(conversation, assignee) => menu_view(screen, conversation, assignee),
        Extra::Attach(conversation) => dialog_view(screen, conversation),
        Extra::Answer { row, asking } => question(screen, row, asking),
        Extra::Tries(bubble) => tries_view(screen, bubble),
        Extra::Over(over) => over_view(screen, over),
        Extra::AddLabel(conversation) => add_view(screen, conversation),
        Extra::Next => next_view(screen),
        Extra::Bulk => bar_view(screen),
        Extra::Quick(quick) => replies_view(screen, quick),
        Extra::Names(quick) => people_view(screen, quick),
        Extra::Decided(decided) => badge_view(screen, decided),
        Extra::Decisions(decided) => decisions_view(screen, decided),
        Extra::Consent { contact, what, asking } => record_dialog(screen, contact, what, asking),
        Extra::Setup(alive) => setup_view(screen, alive),
        Extra::Search => panel_view(screen),
        Extra::Reach(phone) => reach_view(screen, phone),
        Extra::About(contact) => about_view(screen, contact),
        Extra::Types(id) => types_view(screen, id),
        Extra::Told => view! { {told::start(screen)} {lightbox_view()} {menu_here()} }.into_any(),
        Extra::Beside(id) => beside_view(screen, id),
        Extra::Drafts(id) => drafts_view(screen, id),
        Extra::Note(id) => note_view(screen, id),
        Extra::Voice { conversation, open } => recorder_view(screen, conversation, open),
        Extra::Tools(area) => tools_view(area),
        Extra::Player(sound) => player_view(sound, None),
    }
}

/// It appears as soon as its code is there. Not by `Suspend`: the page would wait for it, as for its first data, and be drawn anew.
pub fn show(screen: Screen, what: Extra) -> AnyView {
    if cfg!(not(feature = "hydrate")) {
        // Nothing that only one thread may touch is made on the server.
        return view! { {move || None::<AnyView>} }.into_any();
    }
    let (there, drawn) = (RwSignal::new(false), StoredValue::new_local(None::<AnyView>));
    let what = StoredValue::new_local(Some(what));
    // Once the page stands: an effect.
    Effect::new(move |_| {
        let Some(what) = what.try_update_value(Option::take).flatten() else { return };
        let draw = ScopedFuture::new_untracked(extra(screen, what));
        spawn_local(async move {
            let view = draw.await;
            // Whoever asked may have gone on meanwhile.
            if drawn.try_set_value(Some(view)).is_none() {
                there.try_set(true);
            }
        });
    });
    view! { {move || there.get().then(|| drawn.try_update_value(Option::take).flatten())} }.into_any()
}

/// Fetches the code, once the page stands: what is asked for then opens at once, and without a connection too.
#[cfg(feature = "hydrate")]
pub fn preload() {
    spawn_local(__preload_extra());
}
