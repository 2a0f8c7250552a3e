use domain::{permission::Permission, team::Settings};
use leptos::prelude::*;

use super::{
    opt_out::section_view,
    server::{SettingsView, load_settings, save_settings},
};
use crate::{
    frame::{Here, framed, page},
    ui::{Task, Toast},
};

/// The workspace's settings.
#[component]
pub fn SettingsPage() -> impl IntoView {
    page(load_settings, settings_page)
}

pub fn settings_page(view: SettingsView) -> AnyView {
    let SettingsView { frame, settings, opt_out } = view;
    let slug = frame.workspace.slug.clone();
    let saved = RwSignal::new(settings.clone());
    let draft = RwSignal::new(settings);
    let (task, toast) = (Task::default(), Toast::default());
    let dirty = Memo::new(move |_| draft.get() != saved.get());
    let save = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        if !dirty.get_untracked() {
            return;
        }
        task.run(save_settings(slug.clone(), draft.get_untracked()), move |kept| {
            draft.set(kept.clone());
            saved.set(kept);
            toast.say("Saved. It holds for everyone at once.".to_owned());
        });
    };
    let (least, most) = Settings::AUDIT_DAYS.into_inner();
    let days = move |event| {
        if let Ok(days) = event_target_value(&event).trim().parse() {
            draft.update(|draft| draft.audit_days = days);
        }
    };
    // The demo does not let anybody wait.
    let again = match frame.demo {
        true => "Send them once more after 30 seconds",
        false => "Send them once more after 10 minutes",
    };
    let content = view! {
        <form class="stack settings" on:submit=save>
            <div class="page__head">
                <div>
                    <h1>"General"</h1>
                    <p>"Changes apply to everyone in this workspace at once."</p>
                </div>
                <button class="btn primary script" type="submit" disabled=move || !dirty.get() || task.busy.get()>
                    "Save"
                </button>
            </div>
            {task.problem_view()}
            <div class="settings__cards">
                <section class="card" aria-labelledby="workspace">
                    <header><h2 id="workspace">"Workspace"</h2></header>
                    <div class="card__body stack">
                        <div class="field">
                            <label for="name">"Name"</label>
                            <input
                                class="input"
                                id="name"
                                required
                                autocomplete="off"
                                value=draft.with_untracked(|draft| draft.name.clone())
                                prop:value=move || draft.with(|draft| draft.name.clone())
                                on:input=move |event| draft.update(|draft| draft.name = event_target_value(&event))
                            />
                        </div>
                        <div class="field">
                            <span class="label">"Address"</span>
                            <code>{format!("/w/{}", frame.workspace.slug)}</code>
                            <span class="hint">"It stays, so that links go on working."</span>
                        </div>
                    </div>
                </section>
                <section class="card" aria-labelledby="who-sees">
                    <header><h2 id="who-sees">"Who sees what"</h2></header>
                    <div class="card__body">
                        {switch(
                            "unassigned",
                            "Agents see unassigned conversations",
                            "Whoever sees only their own also sees, and may take, contacts and conversations that nobody has.",
                            draft,
                            |settings| &mut settings.agents_see_unassigned,
                        )}
                    </div>
                </section>
                <section class="card" aria-labelledby="seen">
                    <header><h2 id="seen">"What customers see"</h2></header>
                    <div class="card__body">
                        {switch(
                            "read-receipts",
                            "Show customers that their messages were read",
                            "Two blue ticks, when somebody who may answer opens the conversation.",
                            draft,
                            |settings| &mut settings.read_receipts,
                        )}
                        {switch(
                            "typing-indicator",
                            "Show customers that somebody is typing",
                            "WhatsApp shows it together with the blue ticks, so it needs them to be on.",
                            draft,
                            |settings| &mut settings.typing_indicator,
                        )}
                    </div>
                </section>
                <section class="card" aria-labelledby="unconfirmed">
                    <header><h2 id="unconfirmed">"Messages that Meta does not confirm"</h2></header>
                    <div class="card__body">
                        {switch(
                            "resend-unconfirmed",
                            again,
                            "The customer may get one twice. Otherwise it is held, and a person decides.",
                            draft,
                            |settings| &mut settings.resend_unconfirmed,
                        )}
                    </div>
                </section>
                <section class="card" aria-labelledby="sign-in">
                    <header><h2 id="sign-in">"Signing in"</h2></header>
                    <div class="card__body">
                        {switch(
                            "second-factor",
                            "Ask everyone for a second factor",
                            "Members without one set it up before they come in. Set up your own first, under Security.",
                            draft,
                            |settings| &mut settings.require_totp,
                        )}
                    </div>
                </section>
                <section class="card" aria-labelledby="audit">
                    <header><h2 id="audit">"Audit trail"</h2></header>
                    <div class="card__body">
                        <div class="field">
                            <label for="audit-days">"Days that entries are kept"</label>
                            <input
                                class="input num"
                                id="audit-days"
                                type="number"
                                required
                                min=least.to_string()
                                max=most.to_string()
                                value=draft.with_untracked(|draft| draft.audit_days.to_string())
                                prop:value=move || draft.with(|draft| draft.audit_days.to_string())
                                on:input=days
                            />
                            <span class="hint">{format!("{least} to {most}. Older entries are erased daily.")}</span>
                        </div>
                    </div>
                </section>
            </div>
        </form>
        {section_view(frame.workspace.slug.clone(), opt_out, frame.may(Permission::ContactsExport), toast)}
        {toast.toast_view()}
    }
    .into_any();
    framed(&frame, Here::Settings, content)
}

fn switch(
    id: &'static str,
    label: &'static str,
    about: &'static str,
    draft: RwSignal<Settings>,
    field: fn(&mut Settings) -> &mut bool,
) -> AnyView {
    let on = move || *field(&mut draft.get());
    view! {
        <div class="optrow">
            <label for=id>{label}<small>{about}</small></label>
            <input
                class="switch"
                type="checkbox"
                role="switch"
                id=id
                checked=untrack(on)
                prop:checked=on
                on:change=move |event| draft.update(|draft| *field(draft) = event_target_checked(&event))
            />
        </div>
    }
    .into_any()
}
