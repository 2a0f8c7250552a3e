//! Why nothing can be written here.

use domain::id::ConversationId;
use leptos::prelude::*;

use crate::{inbox::screen::Screen, ui::icon};

pub(super) fn reader() -> AnyView {
    view! {
        <div class="composer instead" role="note">
            <p>{icon("eye", "sm")}<span><b>"You can read this workspace."</b><small>"Replies come from its Owners, Managers and Agents."</small></span></p>
        </div>
    }
    .into_any()
}

pub(super) fn group() -> AnyView {
    view! {
        <div class="composer instead" role="note">
            <p>{icon("team", "sm")}<span><b>"This is a WhatsApp group."</b><small>"It is only read here. Answer on the phone, or in the chat of whoever wrote."</small></span></p>
        </div>
    }
    .into_any()
}

pub(super) fn closed(screen: Screen, id: ConversationId) -> AnyView {
    view! {
        <form
            class="composer instead"
            method="post"
            action=screen.path(&format!("/conversations/{id}/reopen"))
            aria-label="Reopen"
            on:submit=move |event| {
                event.prevent_default();
                screen.reopen(id);
            }
        >
            <p>{icon("check", "sm")}<span><b>"This conversation is closed."</b><small>"If the customer writes again, a new conversation begins."</small></span></p>
            <button class="btn" type="submit">{icon("refresh", "sm")}"Reopen to reply"</button>
        </form>
    }
    .into_any()
}

pub(super) fn too_late(name: Memo<String>) -> AnyView {
    view! {
        <div class="composer instead" role="note">
            <p>
                {icon("lock", "sm")}
                <span>
                    <b>"The window for replies is closed."</b>
                    <small>
                        "WhatsApp takes free-form messages for 24 hours after the customer last wrote. A message from "
                        <bdi>{name}</bdi>
                        " opens it again."
                    </small>
                </span>
            </p>
        </div>
    }
    .into_any()
}
