//! Rows that something is to be done with together.

use domain::id::ConversationId;
use leptos::prelude::*;
use uuid::Uuid;

use super::{
    lazy::{Extra, show},
    screen::Screen,
};

impl Screen {
    pub fn is_selected(&self, id: Uuid) -> bool {
        self.selected.read().iter().any(|selected| selected.0 == id)
    }

    /// Selects a row, or no more; `range`: and all between it and the last one that was selected.
    pub fn select(&self, id: ConversationId, range: bool) {
        let ids = self.rows.with_untracked(|rows| rows.iter().map(|cell| ConversationId(cell.id)).collect::<Vec<_>>());
        let place = |wanted: ConversationId| ids.iter().position(|id| *id == wanted);
        let from = self.anchor.get_value().and_then(place);
        self.anchor.set_value(Some(id));
        self.selected.update(|selected| match (place(id), from) {
            (Some(to), Some(from)) if range => {
                for id in &ids[from.min(to)..=from.max(to)] {
                    if !selected.contains(id) {
                        selected.push(*id);
                    }
                }
            }
            _ if selected.contains(&id) => selected.retain(|known| *known != id),
            _ => selected.push(id),
        });
    }

    /// All rows that are loaded.
    pub fn select_all(&self) {
        let ids = self.rows.with_untracked(|rows| rows.iter().map(|cell| ConversationId(cell.id)).collect());
        self.selected.set(ids);
    }

    pub fn select_none(&self) {
        self.anchor.set_value(None);
        self.selected.set(Vec::new());
    }

    /// Those that are selected and shown, in the order of the list.
    pub fn chosen(&self) -> Vec<ConversationId> {
        let selected = self.selected.get();
        self.rows
            .with(|rows| rows.iter().map(|cell| ConversationId(cell.id)).filter(|id| selected.contains(id)).collect())
    }
}

/// The box over the picture of a row. By key it is `X`, so that rows stay one stop each.
pub fn pick_view(screen: Screen, id: ConversationId, name: Memo<String>) -> AnyView {
    let click = move |event: leptos::ev::MouseEvent| screen.select(id, event.shift_key());
    view! {
        <input
            class="check pick script"
            type="checkbox"
            tabindex="-1"
            aria-label=move || format!("Select {}", name.get())
            prop:checked=move || screen.is_selected(id.0)
            on:click=click
        />
    }
    .into_any()
}

/// Above the rows, once something is selected.
pub fn bulk_place(screen: Screen) -> AnyView {
    let any = Memo::new(move |_| !screen.selected.read().is_empty());
    view! { {move || any.get().then(|| show(screen, Extra::Bulk))} }.into_any()
}
