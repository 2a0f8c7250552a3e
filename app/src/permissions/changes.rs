use domain::permission::{Grant, Permission};
use leptos::prelude::*;

use super::diff::Diff;
use crate::ui::icon;

/// Lines of one kind that are shown before the rest is counted.
const SHOWN: usize = 6;

/// What changes, in lists.
pub fn diff_view(diff: &Diff) -> AnyView {
    let gained = diff.gained.iter().map(|(permission, grant)| (*permission, *grant == Grant::Own));
    let plain = |permissions: &[Permission]| permissions.iter().map(|permission| (*permission, false)).collect();
    view! {
        {list("Widens from own to everyone’s", "widen", "up", plain(&diff.widened))}
        {list("Gains", "gain", "plus", gained.collect())}
        {list("Narrows to own only", "lose", "minus", plain(&diff.narrowed))}
        {list("Loses", "lose", "x", plain(&diff.lost))}
    }
    .into_any()
}

fn list(title: &'static str, class: &'static str, drawing: &'static str, lines: Vec<(Permission, bool)>) -> AnyView {
    let count = lines.len();
    if count == 0 {
        return ().into_any();
    }
    // One more line says no less than "and 1 more".
    let shown = if count == SHOWN + 1 { count } else { SHOWN };
    let rest = count.saturating_sub(shown);
    let lines = lines
        .into_iter()
        .take(shown)
        .map(|(permission, own)| {
            let place = if own { "own only" } else { permission.group().label() };
            view! { <li>{icon(drawing, "xs")}<span>{permission.label()}</span><small>{place}</small></li> }.into_any()
        })
        .collect_view();
    view! {
        <div class=format!("diff {class}")>
            <h3>{title}" "<span class="muted">{count}</span></h3>
            <ul>{lines}</ul>
            {(rest > 0).then(|| view! { <p class="small muted">"and "{rest}" more"</p> })}
        </div>
    }
    .into_any()
}
