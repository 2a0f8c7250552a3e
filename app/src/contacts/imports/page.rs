use domain::{id::ImportId, import::State};
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

use super::{
    plan::plan_view,
    preview::preview_view,
    progress::progress_view,
    screen::Screen,
    server::{ImportView, load_import},
};
use crate::{
    contacts::nav::{Part, sided},
    frame::{Here, page},
    ui::icon,
};

/// One import: what goes where, what would become of it, how far it is.
#[component]
pub fn ImportPage() -> impl IntoView {
    let id = use_params_map().with_untracked(|params| params.get("id")).and_then(|id| id.parse::<ImportId>().ok());
    page(
        move |slug| async move {
            match id {
                Some(id) => load_import(slug, id).await,
                None => Err(domain::Error::NotFound.into()),
            }
        },
        import_page,
    )
}

pub fn import_page(view: ImportView) -> AnyView {
    let screen = Screen::new(view);
    #[cfg(feature = "hydrate")]
    super::progress::follow(screen);
    let frame = screen.frame.get_value();
    let file = screen.import.with_untracked(|import| import.file_name.clone());
    let about = screen.import.with_untracked(|import| {
        let sign = match import.delimiter {
            ';' => "semicolon",
            '\t' => "tab",
            '|' => "bar",
            _ => "comma",
        };
        format!("{} columns, {sign} between them, UTF-8", import.header.len())
    });
    let state = Memo::new(move |_| screen.import.with(|import| import.state));
    let body = move || match state.get() {
        State::Uploading => {
            view! { <p class="banner warn" role="alert">"This file did not come in whole. Choose it again."</p> }
                .into_any()
        }
        State::Draft => view! {
            {plan_view(screen)}
            {move || preview_view(screen)}
        }
        .into_any(),
        _ => progress_view(screen),
    };
    let cancel = move || {
        matches!(state.get(), State::Draft | State::Running).then(|| {
            let text = if state.get_untracked() == State::Draft { "Discard" } else { "Stop" };
            view! {
                <button
                    class="btn ghost script"
                    type="button"
                    disabled=move || screen.task.busy.get()
                    on:click=move |_| screen.cancel()
                >
                    {icon("x", "sm")}
                    {text}
                </button>
            }
        })
    };
    let content = view! {
        <div class="page__head">
            <div>
                <a class="btn ghost sm" href=format!("{}/imports", frame.path(Here::Contacts)) rel="external">
                    {icon("back", "sm")}
                    "Imports"
                </a>
                <h1 dir="auto">{file}</h1>
                <p>{about}</p>
            </div>
            {cancel}
        </div>
        {stages_view(screen)}
        {screen.task.problem_view()}
        {body}
        {screen.toast.toast_view()}
    }
    .into_any();
    sided(&frame, Part::Imports, "Import", content)
}

/// Where it stands on the way. Nothing is written before the last.
fn stages_view(screen: Screen) -> AnyView {
    let at = Memo::new(move |_| match screen.import.with(|import| import.state) {
        State::Uploading => 0,
        State::Draft if screen.is_checked() => 2,
        State::Draft => 1,
        State::Running | State::Cancelled | State::Failed => 3,
        State::Done => 4,
    });
    let stages = ["Upload", "Map columns", "Check", "Import"].into_iter().enumerate().map(|(place, name)| {
        let done = move || place < at.get();
        view! {
            <li class:done=done aria-current=move || (at.get() == place).then_some("step")>
                {name}
                {move || done().then(|| view! { <span class="sr">", done"</span> })}
            </li>
        }
    });
    view! { <ol class="stages" aria-label="Steps">{stages.collect_view()}</ol> }.into_any()
}
