use domain::dead::{Counts, Reason};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use super::{
    Asked,
    act::over,
    drawer::drawer_view,
    queues::queues_view,
    screen::Screen,
    server::{DeadScreen, load_dead},
    table::{bulk_view, table_view},
};
use crate::{
    frame::{Here, clock, framed, page},
    ui::icon,
};

/// Filters, pages and what is opened are the address: a link to them can be handed on, and everything but changing works
/// without a script.
#[component]
pub fn DeadLettersPage() -> impl IntoView {
    let query = use_query_map();
    let asked = Memo::new(move |_| query.with(|query| Asked::read(|key| query.get(key))));
    page(move |slug| load_dead(slug, asked.get_untracked()), move |first| screen_view(first, asked))
}

fn screen_view(first: DeadScreen, asked: Memo<Asked>) -> AnyView {
    let clock = clock(first.frame.now);
    let frame = first.frame.clone();
    let screen = Screen::new(first, clock);
    let busy = RwSignal::new(false);
    #[cfg(feature = "hydrate")]
    {
        follow(screen, asked, busy);
        super::renew::every_two_seconds(screen);
        super::keys::listen(screen);
    }
    let _ = asked;
    let queues = Memo::new(move |_| screen.figures.with(|figures| figures.queues.clone()));
    let content = view! {
        <div class="dead" aria-busy=move || busy.get().to_string()>
            {head_view(screen)}
            {move || queues.with(|queues| queues_view(screen, queues))}
            {screen.task.problem_view()}
            {content_view(screen)}
        </div>
        {over(screen)}
        {screen.toast.toast_view()}
    };
    framed(&frame, Here::DeadLetters, content.into_any())
}

/// The address has changed within the page: what it asks for takes the place of what is shown.
#[cfg(feature = "hydrate")]
fn follow(screen: Screen, asked: Memo<Asked>, busy: RwSignal<bool>) {
    use leptos::task::spawn_local;

    Effect::new(move |before: Option<Asked>| {
        let wanted = asked.get();
        let shown = screen.shown.with_untracked(|shown| shown.asked == wanted);
        if shown || before.as_ref() == Some(&wanted) {
            return wanted;
        }
        busy.set(true);
        let next = wanted.clone();
        spawn_local(async move {
            let answer = load_dead(screen.slug.get_value(), next.clone()).await;
            // Another address may be asked for by now.
            if asked.try_get_untracked() != Some(next) {
                return;
            }
            busy.set(false);
            match answer {
                Ok(next) => screen.set(next),
                // The page that is fetched anew says what is the matter.
                Err(_) => drop(window().location().reload()),
            }
        });
        wanted
    });
}

fn head_view(screen: Screen) -> AnyView {
    let again = move || {
        let asked = screen.shown.with(|shown| shown.asked.clone());
        screen.path(&asked)
    };
    view! {
        <div class="page__head">
            <div>
                <h1>"Operations"</h1>
                <p>
                    "What used up its tries, or was not understood, waits here for you, for 30 days. \
                    Figures are renewed every two seconds; rates are of the server process that answered."
                </p>
            </div>
            <a class="btn" href=again rel="external">{icon("refresh", "sm")}"Refresh"</a>
        </div>
    }
    .into_any()
}

/// Each part is drawn anew only where what it shows has changed: the table keeps its rows, and the drawer what is done in it.
fn content_view(screen: Screen) -> AnyView {
    let drawer =
        move || screen.shown.with(|shown| shown.opened.clone().map(|opened| drawer_view(screen, opened, &shown.asked)));
    let missing = move || {
        screen.shown.with(|shown| shown.missing).then(|| {
            view! {
                <p class="banner warn" role="status">
                    {icon("alert", "")}
                    <span class="grow">"This dead letter is not there any more: somebody has retried or discarded it, or it \
                        has become too old."</span>
                </p>
            }
        })
    };
    let heading = move || screen.figures.with(|figures| figures.counts.deliveries + figures.counts.sends);
    view! {
        {missing}
        <div class="split">
            <section class="card flush" aria-labelledby="dead-title">
                <header>
                    <h2 id="dead-title">"Dead letters " <span class="muted">{heading}</span></h2>
                    {move || screen.shown.with(|shown| filters_view(screen, shown))}
                </header>
                {bulk_view(screen)}
                {table_view(screen)}
                {foot_view(screen)}
            </section>
            {drawer}
        </div>
    }
    .into_any()
}

/// One of the numbers of dead letters.
type Count = fn(&Counts) -> i64;

fn filters_view(screen: Screen, shown: &DeadScreen) -> AnyView {
    let asked = &shown.asked;
    let counted: [(_, _, Count); 3] = [
        ("", "All", |counts| counts.deliveries + counts.sends),
        ("delivery", "Inbound", |counts| counts.deliveries),
        ("send", "Outbound", |counts| counts.sends),
    ];
    let kinds = counted
    .into_iter()
    .map(|(kind, label, count)| {
        let count = move || screen.figures.with(|figures| count(&figures.counts));
        let current = (asked.kind == kind).then_some("true");
        view! {
            <a class="btn sm" class:primary=current.is_some() href=screen.path(&asked.of_kind(kind)) aria-current=current>
                {label} " " {count}
            </a>
        }
    })
    .collect_view();
    let reasons = Reason::ALL
        .iter()
        .map(|reason| {
            let selected = asked.reason == reason.as_str();
            view! { <option value=reason.as_str() selected=selected>{reason.label()}</option> }
        })
        .collect_view();
    let path = shown.frame.path(Here::DeadLetters);
    view! {
        <nav class="dead__kinds" aria-label="Kind">{kinds}</nav>
        <form class="dead__filters" method="get" action=path.clone() role="search" aria-label="Filter dead letters">
            {(!asked.kind.is_empty()).then(|| view! { <input type="hidden" name="kind" value=asked.kind.clone()/> })}
            <select class="input sm" name="reason" aria-label="Reason">
                <option value="">"Any reason"</option>
                {reasons}
            </select>
            <input class="input sm" type="search" name="text" aria-label="Words" placeholder="Reason or customer"
                maxlength="200" value=asked.text.clone()/>
            <button class="btn sm" type="submit">{icon("filter", "xs")}"Filter"</button>
            {asked.narrows().then(|| view! { <a class="btn ghost sm" href=path.clone() rel="external">"Clear"</a> })}
        </form>
    }
    .into_any()
}

fn foot_view(screen: Screen) -> AnyView {
    let asked = Memo::new(move |_| screen.shown.with(|shown| shown.asked.clone()));
    let before = Memo::new(move |_| screen.figures.with(|figures| figures.older.clone()));
    let newest = move || {
        let asked = asked.get();
        let on = !asked.before.is_empty();
        on.then(|| view! { <a class="btn ghost sm" href=screen.path(&asked.older(String::new()))>"Latest"</a> })
    };
    let older = move || {
        before.get().map(|before| {
            let href = screen.path(&asked.get().older(before));
            view! { <a class="btn ghost sm" href=href>{icon("right", "xs")}"Older"</a> }
        })
    };
    view! {
        <footer>
            <span>"What surely did not go out is retried in its place. What may have arrived is sent again only when you say so."</span>
            <nav class="audit__pages" aria-label="Pages">{newest} {older}</nav>
        </footer>
    }
    .into_any()
}
