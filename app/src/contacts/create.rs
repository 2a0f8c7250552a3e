use leptos::prelude::*;

use super::{screen::Screen, server::create_contact};
use crate::{
    frame::Here,
    ui::{Task, dialog},
};

const ID: &str = "new-contact";

/// Asks for the number, and leads to the new contact.
pub fn create_dialog(screen: Screen) -> AnyView {
    let task = Task::default();
    let (phone, name) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let save = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let frame = screen.frame();
        let base = frame.path(Here::Contacts);
        let ask = create_contact(frame.workspace.slug.clone(), phone.get_untracked(), name.get_untracked());
        task.run(ask, move |id| go(&format!("{base}/{id}")));
    };
    let content = view! {
        <form on:submit=save>
            <div class="dialog__body">
                {task.problem_view()}
                <div class="field">
                    <label for="new-phone">"Phone number"</label>
                    <input
                        class="input"
                        id="new-phone"
                        type="tel"
                        required
                        autofocus
                        autocomplete="off"
                        maxlength="40"
                        placeholder="+91 98455 50117"
                        on:input=move |event| phone.set(event_target_value(&event))
                    />
                    <span class="hint">"With the country code."</span>
                </div>
                <div class="field">
                    <label for="new-name">"Name"</label>
                    <input
                        class="input"
                        id="new-name"
                        autocomplete="off"
                        maxlength="128"
                        on:input=move |event| name.set(event_target_value(&event))
                    />
                    <span class="hint">"Without one, they are called what they call themselves when they first write."</span>
                </div>
            </div>
            <footer>
                <button class="btn" type="button" on:click=move |_| dialog::close(ID)>"Cancel"</button>
                <button class="btn primary" type="submit" disabled=move || task.busy.get()>"Add contact"</button>
            </footer>
        </form>
    }
    .into_any();
    let about = "Nothing is sent to them.".to_owned();
    dialog::dialog(ID, "New contact".to_owned(), about, move || screen.creating.set(false), content)
}

/// To another page.
pub fn go(path: &str) {
    #[cfg(feature = "hydrate")]
    if window().location().assign(path).is_err() {
        leptos::logging::warn!("the page cannot be left");
    }
    let _ = path;
}
