use domain::import::{Outcome, Previewed};
use leptos::prelude::*;

use super::{many, screen::Screen};
use crate::ui::icon;

/// What would become of the first lines; from here it starts.
pub fn preview_view(screen: Screen) -> AnyView {
    let Some((_, lines)) = screen.shown.get() else { return ().into_any() };
    let rows = lines.iter().map(line).collect_view();
    let start = move || {
        if screen.is_checked() {
            view! {
                <button
                    class="btn primary script"
                    type="button"
                    disabled=move || screen.task.busy.get()
                    on:click=move |_| screen.start()
                >
                    "Import the file"
                </button>
            }
            .into_any()
        } else {
            view! { <span>"Something was changed: show the first lines again."</span> }.into_any()
        }
    };
    let is_read = Memo::new(move |_| screen.checked.with(Option::is_some) && screen.is_checked());
    view! {
        <section class="card flush" aria-labelledby="preview">
            <header><h2 id="preview">"First lines, as they would be saved"</h2><p role="status">{lines.len()}" lines"</p></header>
            {table("First lines, table", rows)}
            <footer>{start}</footer>
        </section>
        {move || is_read.get().then(|| whole_view(screen))}
    }
    .into_any()
}

/// What stands in the whole file: how many lines, and which cannot be taken.
fn whole_view(screen: Screen) -> AnyView {
    let said = Memo::new(move |_| match screen.checked.get() {
        Some((checked, true)) if checked.refused == 0 => {
            format!("{} lines, none of which is refused", many(checked.lines))
        }
        Some((checked, true)) => {
            format!("{} lines, {} of them are refused", many(checked.lines), many(checked.refused))
        }
        _ => "Reading the file".to_owned(),
    });
    let percent = move || {
        let byte = screen.checked.get().and_then(|(checked, _)| checked.next).map_or(0, |next| next.byte);
        screen.import.with_untracked(|import| (byte * 100).checked_div(import.size).unwrap_or(0))
    };
    let is_read = Memo::new(move |_| screen.checked.with(|checked| matches!(checked, Some((_, true)))));
    // Not within the status: each stretch would be read out.
    let reading = move || {
        (!is_read.get()).then(|| {
            view! { <progress max="100" prop:value=percent aria-label="How much of the file is read"></progress> }
        })
    };
    view! {
        <section class="card flush" aria-labelledby="whole">
            <header><h2 id="whole">"The whole file"</h2><p role="status">{said}</p>{reading}</header>
            {move || refused_view(screen)}
        </section>
    }
    .into_any()
}

/// The first lines that are refused. Those that the preview shows are not named twice.
fn refused_view(screen: Screen) -> Option<AnyView> {
    let (checked, _) = screen.checked.get()?;
    let above = screen.shown.with(|shown| shown.as_ref()?.1.last().map(|last| last.line));
    let named: Vec<_> = checked.first.iter().filter(|one| Some(one.line) > above).map(line).collect();
    if named.is_empty() {
        return None;
    }
    let more = checked.refused > i64::try_from(checked.first.len()).unwrap_or(i64::MAX);
    let foot =
        more.then(|| view! { <footer><span>"The first ones. After the import the report names all."</span></footer> });
    let view = view! {
        {table("Refused lines, table", named)}
        {foot}
    };
    Some(view.into_any())
}

fn table(label: &'static str, rows: Vec<AnyView>) -> AnyView {
    view! {
        <div class="table-wrap" tabindex="0" role="region" aria-label=label>
            <table class="table">
                <thead>
                    <tr>
                        <th scope="col">"Line"</th>
                        <th scope="col">"Name"</th>
                        <th scope="col">"Phone number"</th>
                        <th scope="col">"What happens"</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    }
    .into_any()
}

fn line(line: &Previewed) -> AnyView {
    let (class, drawing, text) = match line.outcome {
        Outcome::Added => ("badge ok", "plus", "Is added"),
        Outcome::Updated => ("badge ok", "check", "Is updated"),
        Outcome::Unchanged => ("badge", "check", "Stays as it is"),
        Outcome::Skipped => ("badge", "minus", "Is skipped"),
        Outcome::Refused => ("badge warn", "alert", "Is refused"),
    };
    view! {
        <tr>
            <td class="num">{line.line}</td>
            <th scope="row" dir="auto">{line.name.clone()}</th>
            <td class="num nowrap"><bdi>{line.phone.clone()}</bdi></td>
            <td>
                <span class=class>{icon(drawing, "xs")}{text}</span>
                {(!line.why.is_empty()).then(|| view! { <small class="muted" dir="auto">" "{line.why.clone()}</small> })}
            </td>
        </tr>
    }
    .into_any()
}
