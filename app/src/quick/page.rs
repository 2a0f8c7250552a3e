use domain::{
    message::TEXT_LIMIT,
    quick::{Draft, LIMIT, QuickReply, SHORTCUT_LIMIT, TITLE_LIMIT, Variable},
    text::preview,
    workspace::Slug,
};
use leptos::prelude::*;

use super::server::{QuickView, create_quick_reply, delete_quick_reply, load_quick_replies, save_quick_reply};
use crate::{
    frame::{Here, framed, page},
    ui::{Task, Toast, dialog, icon},
};

/// Characters of a text in the table.
const SHOWN: usize = 120;

/// What quick replies there are.
#[component]
pub fn QuickRepliesPage() -> impl IntoView {
    page(load_quick_replies, quick_page)
}

/// What the person is asked, over the page.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Ask {
    New,
    Change(QuickReply),
    Delete(QuickReply),
}

/// Copied into every part of the page.
#[derive(Clone, Copy)]
struct Screen {
    slug: StoredValue<Slug>,
    replies: RwSignal<Vec<QuickReply>>,
    ask: RwSignal<Option<Ask>>,
    toast: Toast,
}

impl Screen {
    /// In its place by shortcut.
    fn put(self, reply: QuickReply) {
        self.replies.update(|replies| {
            replies.retain(|known| known.id != reply.id);
            let place = replies.partition_point(|known| known.shortcut < reply.shortcut);
            replies.insert(place, reply);
        });
    }
}

pub fn quick_page(view: QuickView) -> AnyView {
    let QuickView { frame, replies } = view;
    let screen = Screen {
        slug: StoredValue::new(frame.workspace.slug.clone()),
        replies: RwSignal::new(replies),
        ask: RwSignal::new(None),
        toast: Toast::default(),
    };
    let over = move || match screen.ask.get() {
        None => ().into_any(),
        Some(Ask::New) => edit_dialog(screen, None),
        Some(Ask::Change(reply)) => edit_dialog(screen, Some(reply)),
        Some(Ask::Delete(reply)) => delete_dialog(screen, &reply),
    };
    let full = move || screen.replies.with(Vec::len) >= LIMIT;
    let content = view! {
        <div class="page__head">
            <div>
                <h1>"Quick replies"</h1>
                <p>"Type / at the beginning of a word in the composer. Variables are filled from the conversation."</p>
            </div>
            <button
                class="btn primary script"
                type="button"
                disabled=full
                on:click=move |_| screen.ask.set(Some(Ask::New))
            >
                {icon("plus", "sm")}
                "New quick reply"
            </button>
        </div>
        <section class="card flush" aria-label="Quick replies">
            {move || if screen.replies.with(Vec::is_empty) { nothing_view() } else { table_view(screen) }}
        </section>
        {over}
        {screen.toast.toast_view()}
    };
    framed(&frame, Here::QuickReplies, content.into_any())
}

fn nothing_view() -> AnyView {
    view! {
        <div class="empty">
            {icon("bolt", "")}
            <h2>"No quick replies yet"</h2>
            <p>"Keep what you write every day: opening hours, where a parcel is, how to send something back."</p>
        </div>
    }
    .into_any()
}

fn table_view(screen: Screen) -> AnyView {
    view! {
        <div class="table-wrap" tabindex="0" role="region" aria-label="Quick replies of the workspace">
            <table class="table fold">
                <thead>
                    <tr>
                        <th scope="col">"Shortcut"</th>
                        <th scope="col">"Title"</th>
                        <th class="fold-hide" scope="col">"Text"</th>
                        <th scope="col"><span class="sr">"Actions"</span></th>
                    </tr>
                </thead>
                <tbody>{move || screen.replies.get().into_iter().map(|reply| row(screen, reply)).collect_view()}</tbody>
            </table>
        </div>
    }
    .into_any()
}

fn row(screen: Screen, reply: QuickReply) -> AnyView {
    let (one, other) = (reply.clone(), reply.clone());
    let change = move |_| screen.ask.set(Some(Ask::Change(one.clone())));
    let delete = move |_| screen.ask.set(Some(Ask::Delete(other.clone())));
    view! {
        <tr>
            <th scope="row"><code>"/"<bdi>{reply.shortcut.clone()}</bdi></code></th>
            <td dir="auto">{reply.title}</td>
            <td class="muted fold-hide" dir="auto">{preview(&reply.body, SHOWN)}</td>
            <td class="end tight nowrap">
                <button class="btn ghost sm script" type="button" on:click=change>
                    "Change" <span class="sr">" /" <bdi>{reply.shortcut.clone()}</bdi></span>
                </button>
                <button class="btn ghost danger sm script" type="button" on:click=delete>
                    "Delete" <span class="sr">" /" <bdi>{reply.shortcut}</bdi></span>
                </button>
            </td>
        </tr>
    }
    .into_any()
}

fn edit_dialog(screen: Screen, reply: Option<QuickReply>) -> AnyView {
    const ID: &str = "quick-reply";
    let task = Task::default();
    let id = reply.as_ref().map(|reply| reply.id);
    let title =
        reply.as_ref().map_or_else(|| "New quick reply".to_owned(), |reply| format!("Change /{}", reply.shortcut));
    let draft = RwSignal::new(
        reply.map(|QuickReply { shortcut, title, body, .. }| Draft { shortcut, title, body }).unwrap_or_default(),
    );
    let send = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let (slug, draft) = (screen.slug.get_value(), draft.get_untracked());
        let done = move |reply: QuickReply| {
            dialog::close(ID);
            screen.toast.say(format!("/{} is there for everyone.", reply.shortcut));
            screen.put(reply);
        };
        match id {
            Some(id) => task.run(save_quick_reply(slug, id, draft), done),
            None => task.run(create_quick_reply(slug, draft), done),
        }
    };
    let variables = Variable::ALL
        .map(|variable| view! { <li><code>{format!("{{{{{}}}}}", variable.as_str())}</code>" "{variable.label()}</li> })
        .collect_view();
    let length = move || draft.with(|draft| draft.body.chars().count());
    let left = move || (length() + 200 > TEXT_LIMIT).then(|| format!("{} of {TEXT_LIMIT}", length()));
    let content = view! {
        <form on:submit=send>
            <div class="dialog__body">
                {task.problem_view()}
                {line("quick-shortcut", "Shortcut", SHORTCUT_LIMIT + 1, draft, |draft| &mut draft.shortcut)}
                {line("quick-title", "Title", TITLE_LIMIT, draft, |draft| &mut draft.title)}
                <div class="field">
                    <label for="quick-body">"Text"</label>
                    <span class="tally" aria-live="polite">{left}</span>
                    <textarea
                        class="input"
                        id="quick-body"
                        rows="6"
                        dir="auto"
                        required
                        prop:value=move || draft.with(|draft| draft.body.clone())
                        on:input=move |event| draft.update(|draft| draft.body = event_target_value(&event))
                    ></textarea>
                </div>
                <details class="variables">
                    <summary>"Variables"</summary>
                    <ul class="small">{variables}</ul>
                </details>
            </div>
            <footer>
                <button class="btn" type="button" on:click=move |_| dialog::close(ID)>"Cancel"</button>
                <button class="btn primary" type="submit" disabled=move || task.busy.get()>
                    {if id.is_some() { "Save" } else { "Keep the quick reply" }}
                </button>
            </footer>
        </form>
    }
    .into_any();
    dialog::dialog(ID, title, String::new(), move || screen.ask.set(None), content)
}

fn line(
    id: &'static str,
    label: &'static str,
    limit: usize,
    draft: RwSignal<Draft>,
    field: fn(&mut Draft) -> &mut String,
) -> AnyView {
    view! {
        <div class="field">
            <label for=id>{label}</label>
            <input
                class="input"
                id=id
                required
                dir="auto"
                autocomplete="off"
                maxlength=limit.to_string()
                prop:value=move || field(&mut draft.get()).clone()
                on:input=move |event| draft.update(|draft| *field(draft) = event_target_value(&event))
            />
        </div>
    }
    .into_any()
}

fn delete_dialog(screen: Screen, reply: &QuickReply) -> AnyView {
    const ID: &str = "delete-quick-reply";
    let task = Task::default();
    let (id, shortcut) = (reply.id, reply.shortcut.clone());
    let title = format!("Delete /{shortcut}?");
    let yes = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let shortcut = shortcut.clone();
        task.run(delete_quick_reply(screen.slug.get_value(), id), move |()| {
            dialog::close(ID);
            screen.replies.update(|replies| replies.retain(|reply| reply.id != id));
            screen.toast.say(format!("/{shortcut} is deleted."));
        });
    };
    let content = view! {
        <form on:submit=yes>
            <div class="dialog__body">
                {task.problem_view()}
                <p>"What was sent with it stays as it was sent. This cannot be undone."</p>
            </div>
            <footer>
                <button class="btn" type="button" on:click=move |_| dialog::close(ID)>"Cancel"</button>
                <button class="btn danger solid" type="submit" disabled=move || task.busy.get()>"Delete the quick reply"</button>
            </footer>
        </form>
    }
    .into_any();
    dialog::dialog(ID, title, String::new(), move || screen.ask.set(None), content)
}
