use domain::{
    permission::{Grant, Permission, Permissions},
    token::Token,
};
use leptos::prelude::*;

use super::{
    screen::{Ask, Screen},
    server::{Wish, create_token},
};
use crate::{
    permissions::by_group,
    ui::{Task, dialog},
};

const ID: &str = "create";

/// Days that a token works, with the words for them.
const LIVES: [(&str, &str); 4] =
    [("30", "30 days"), ("90", "90 days"), ("365", "One year"), ("", "Until somebody revokes it")];

/// What a token is to be. Only what the person may themselves can be chosen.
pub fn create_dialog(screen: Screen, held: Permissions) -> AnyView {
    let task = Task::default();
    let name = RwSignal::new(String::new());
    let days = RwSignal::new(Some(90_i64));
    let any_address = RwSignal::new(false);
    let chosen = RwSignal::new(Permissions::NONE);
    let send = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let wish = Wish {
            name: name.get_untracked(),
            permissions: chosen.get_untracked(),
            days: days.get_untracked(),
            any_address: any_address.get_untracked(),
        };
        task.run(create_token(screen.slug.get_value(), wish), move |made| {
            dialog::close(ID);
            screen.made(made);
        });
    };
    let lives = LIVES
        .into_iter()
        .map(|(value, words)| view! { <option value=value selected=value == "90">{words}</option> })
        .collect_view();
    let count = move || chosen.with(|chosen| chosen.iter().count());
    let groups = by_group(held.iter().map(|(permission, _)| permission))
        .into_iter()
        .map(|(group, lines)| {
            let lines =
                lines.into_iter().map(|permission| line(permission, held.grant(permission), chosen)).collect_view();
            view! { <fieldset class="stack tight-stack"><legend>{group.label()}</legend>{lines}</fieldset> }
        })
        .collect_view();
    let content = view! {
        <form on:submit=send>
            <div class="dialog__body">
                {task.problem_view()}
                <div class="field">
                    <label for="token-name">"What it is for"</label>
                    <input
                        class="input"
                        id="token-name"
                        required
                        autofocus
                        autocomplete="off"
                        maxlength=Token::NAME_LIMIT.to_string()
                        on:input=move |event| name.set(event_target_value(&event))
                    />
                </div>
                <div class="field">
                    <label for="token-life">"It works for"</label>
                    <select
                        class="input"
                        id="token-life"
                        on:change=move |event| days.set(event_target_value(&event).parse().ok())
                    >
                        {lives}
                    </select>
                </div>
                <div class="optrow">
                    <label for="token-any">
                        "Called from changing addresses"
                        <small>"For serverless functions. Others are revoked when more than 5 networks use them within an hour."</small>
                    </label>
                    <input
                        class="switch"
                        type="checkbox"
                        role="switch"
                        id="token-any"
                        on:change=move |event| any_address.set(event_target_checked(&event))
                    />
                </div>
                <section class="token-permissions" aria-labelledby="token-permissions">
                    <h3 id="token-permissions">
                        "What it may do " <span class="small muted num" aria-live="polite">{count}" chosen"</span>
                    </h3>
                    <div class="token-permissions__groups">{groups}</div>
                </section>
            </div>
            <footer>
                <button class="btn" type="button" on:click=move |_| dialog::close(ID)>"Cancel"</button>
                <button
                    class="btn primary"
                    type="submit"
                    disabled=move || task.busy.get() || chosen.with(|chosen| *chosen == Permissions::NONE)
                >
                    "Make the token"
                </button>
            </footer>
        </form>
    }
    .into_any();
    let about = "It acts for you, with no more than you may yourself, now and later.".to_owned();
    let closed = move || {
        // The secret of the one that was made stands there already.
        if screen.ask.get_untracked() == Some(Ask::Create) {
            screen.ask.set(None);
        }
    };
    dialog::dialog(ID, "New API token".to_owned(), about, closed, content)
}

fn line(permission: Permission, held: Grant, chosen: RwSignal<Permissions>) -> AnyView {
    let own = (held == Grant::Own).then(|| view! { <span class="badge">"Own only"</span> });
    let change = move |event| {
        let grant = if event_target_checked(&event) { held } else { Grant::No };
        chosen.update(|chosen| *chosen = chosen.with(permission, grant));
    };
    view! {
        <label class="token-permission">
            <input class="check" type="checkbox" on:change=change/>
            <span>{permission.label()} " " <code>{permission.as_str()}</code> {own}</span>
        </label>
    }
    .into_any()
}
