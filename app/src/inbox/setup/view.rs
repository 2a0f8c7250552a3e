use domain::workspace::Setup;
use leptos::prelude::*;

use super::server::hide_setup;
use crate::{
    inbox::screen::Screen,
    ui::{Task, icon},
};

/// The steps, with what is done and what comes next. Each ticks itself, whoever does it and wherever. From the first answer on
/// the list is `alive`, and what the server drew goes.
pub fn setup_view(screen: Screen, alive: RwSignal<bool>) -> AnyView {
    let setup = RwSignal::new(None::<Setup>);
    #[cfg(feature = "hydrate")]
    follow(screen, setup, alive);
    let view = move || {
        let list = list_view(screen, setup.read().as_ref()?);
        Some(view! { <section class="thread blank" aria-label="Set-up">{list}</section> })
    };
    let _ = alive;
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

#[cfg(feature = "hydrate")]
fn follow(screen: Screen, setup: RwSignal<Option<Setup>>, alive: RwSignal<bool>) {
    use super::server::load_setup;
    use crate::frame::live::{Heard, listen, one_at_a_time};
    use domain::inbox::Event;

    let ask = one_at_a_time(move || async move {
        match load_setup(screen.slug()).await {
            Ok(None) => drop(screen.setup.try_set(false)),
            Ok(found) => {
                drop(setup.try_set(found));
                let _ = alive.try_set(true);
            }
            Err(fault) => screen.fail(fault),
        }
    });
    let first = ask.clone();
    Effect::new(move |_| first());
    listen(move |heard| {
        let heard_from = setup.with_untracked(|setup| setup.as_ref().is_some_and(|setup| setup.heard));
        let concerns = match heard {
            Heard::Afresh => true,
            Heard::Event(live) => match &live.event {
                Event::Setup | Event::Team => true,
                // It may be what the list waits for.
                Event::Message { .. } | Event::Conversation { .. } => !heard_from,
                _ => false,
            },
            Heard::Present(_) => false,
        };
        if concerns {
            ask();
        }
    });
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
