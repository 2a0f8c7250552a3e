use domain::workspace::Setup;
use leptos::{prelude::*, task::spawn_local};

use super::server::{hide_setup, load_setup};
use crate::{
    inbox::screen::Screen,
    ui::{Task, icon},
};

/// The steps, with what is done and what comes next. The step that waits for a customer's message ticks itself. From then on
/// the list is `alive`, and what the server drew goes.
pub fn setup_view(screen: Screen, alive: RwSignal<bool>) -> AnyView {
    let setup = RwSignal::new(None::<Setup>);
    // A new row may be what it waits for.
    let rows = Memo::new(move |_| screen.rows.read().len());
    Effect::new(move |_| {
        // Read, not tracked: a memo that nobody reads is never worked out, and follows nothing.
        let _rows = rows.get();
        spawn_local(async move {
            match load_setup(screen.slug()).await {
                Ok(None) => drop(screen.setup.try_set(false)),
                Ok(found) => {
                    drop(setup.try_set(found));
                    let _ = alive.try_set(true);
                }
                Err(fault) => screen.fail(fault),
            }
        });
    });
    let view = move || {
        let list = list_view(screen, setup.read().as_ref()?);
        Some(view! { <section class="thread blank" aria-label="Set-up">{list}</section> })
    };
    view! { {view} }.into_any()
}

/// The list as it stands.
pub fn list_view(screen: Screen, setup: &Setup) -> AnyView {
    let hide = Task::default();
    let put_away = move |_| hide.run(hide_setup(screen.slug()), move |()| screen.setup.set(false));
    let (done, facts) = (setup.done(), screen.facts());
    let left = Setup::STEPS - done;
    let word = if left == 1 { "One more step".to_owned() } else { format!("{left} more steps") };
    let percent = done * 100 / Setup::STEPS;
    view! {
        <div class="setup">
            <h2>"Welcome, "<bdi>{facts.me.name.clone()}</bdi></h2>
            <p class="muted">
                {word}" and "<bdi>{facts.workspace.name.clone()}</bdi>" is ready for customers. Come back to them at any time."
            </p>
            <div class="row">
                <progress class="grow" max="100" value=percent.to_string() aria-label="Set-up progress"></progress>
                <span class="small muted">{format!("{done} of {}", Setup::STEPS)}</span>
            </div>
            <ol class="steps" aria-label="Set-up">{steps(screen, setup)}</ol>
            {hide.problem_view()}
            <p><button class="btn ghost sm" type="button" disabled=move || hide.busy.get() on:click=put_away>"Hide this list"</button></p>
        </div>
    }
    .into_any()
}

fn steps(screen: Screen, setup: &Setup) -> AnyView {
    let workspace = screen.facts().workspace.name.clone();
    let (connected, to) = match &setup.number {
        Some(number) => (format!("{}, {}", number.name, number.display_number), number.display_number.clone()),
        None => {
            let slug = screen.slug();
            let command = format!("Whoever runs Parlance does it with: parlance connect-number --workspace {slug}");
            (command, String::new())
        }
    };
    let send = match setup.number {
        Some(_) => format!("From your phone to {to}. It appears here the moment it comes."),
        None => "Once a number is connected.".to_owned(),
    };
    let listening = setup.number.is_some() && !setup.heard;
    let team = (screen.path("/team"), "Invite", "userplus");
    view! {
        {step(State::Done, "Create the workspace", workspace, None)}
        {step(State::of(setup.number.is_some()), "Connect a number", connected, None)}
        {step(if listening { State::Now } else { State::of(setup.heard) }, "Send yourself a message", send, None)}
        {step(State::of(setup.colleagues), "Invite your team", "Agents see only what is assigned to them.".to_owned(), Some(team))}
        {step(
            State::of(setup.template),
            "Have a template approved",
            "Needed to write first, or after 24 hours. Write it in WhatsApp Manager; it is listed here within the hour.".to_owned(),
            None,
        )}
    }
    .into_any()
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Done,
    Now,
    Waiting,
}

impl State {
    const fn of(done: bool) -> Self {
        if done { Self::Done } else { Self::Waiting }
    }
}

fn step(state: State, what: &'static str, about: String, way: Option<(String, &'static str, &'static str)>) -> AnyView {
    let (class, picture, said) = match state {
        State::Done => ("done", "check", "Done: "),
        State::Now => ("now", "clock", "Running: "),
        State::Waiting => ("todo", "clock", "Waiting: "),
    };
    let way = way.filter(|_| state != State::Done);
    view! {
        <li class=class>
            {icon(picture, "sm")}
            <span><span class="sr">{said}</span><b>{what}</b><small>{about}</small></span>
            {way.map(|(href, word, picture)| view! {
                <a class="btn sm" href=href rel="external">{icon(picture, "xs")}{word}</a>
            })}
        </li>
    }
    .into_any()
}
