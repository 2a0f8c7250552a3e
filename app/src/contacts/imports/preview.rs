use domain::import::{Outcome, Previewed};
use leptos::prelude::*;

use super::screen::Screen;
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
    view! {
        <section class="card flush" aria-labelledby="preview">
            <header><h2 id="preview">"First lines, as they would be saved"</h2><p role="status">{lines.len()}" lines"</p></header>
            <div class="table-wrap" tabindex="0" role="region" aria-label="First lines, table">
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
            <footer>{start}</footer>
        </section>
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
