use domain::import::{Known, Target};
use leptos::prelude::*;

use super::screen::Screen;

/// What goes where, and by which rules.
pub fn plan_view(screen: Screen) -> AnyView {
    view! {
        <div class="split">
            {columns(screen)}
            {rules(screen)}
        </div>
    }
    .into_any()
}

fn columns(screen: Screen) -> AnyView {
    let header = screen.import.with_untracked(|import| import.header.clone());
    let rows = header.into_iter().enumerate().map(|(place, name)| column(screen, place, name)).collect_view();
    view! {
        <section class="card flush" aria-labelledby="columns">
            <header><h2 id="columns">"Columns"</h2><p>"Proposed from their names"</p></header>
            <div class="table-wrap" tabindex="0" role="region" aria-label="Columns, table">
                <table class="table fold">
                    <thead>
                        <tr>
                            <th scope="col">"Column in your file"</th>
                            <th scope="col" class="fold-hide">"First values"</th>
                            <th scope="col">"Goes to"</th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        </section>
    }
    .into_any()
}

fn column(screen: Screen, place: usize, name: String) -> AnyView {
    let samples = screen.samples.with_value(|lines| {
        let cells = lines.iter().filter_map(|cells| cells.get(place)).filter(|cell| !cell.trim().is_empty());
        cells.cloned().collect::<Vec<_>>().join(", ")
    });
    let label = if name.is_empty() { format!("Column {}", place + 1) } else { name };
    let current = Memo::new(move |_| screen.plan.with(|plan| plan.targets.get(place).copied().unwrap_or_default()));
    let mut goals: Vec<(Target, String)> = vec![
        (Target::Skip, "Skip this column".to_owned()),
        (Target::Name, "Name".to_owned()),
        (Target::Phone, "Phone number".to_owned()),
        (Target::Consent, "Wants messages: yes or no".to_owned()),
        (Target::Note, "Note".to_owned()),
    ];
    let fields = screen.fields.get_value();
    goals.extend(fields.into_iter().map(|field| (Target::Field(field.id), field.name)));
    let options = goals
        .into_iter()
        .map(|(goal, text)| {
            view! { <option value=goal.to_string() selected=move || current.get() == goal>{text}</option> }
        })
        .collect_view();
    view! {
        <tr>
            <th scope="row"><b dir="auto">{label.clone()}</b></th>
            <td class="fold-hide muted" dir="auto">{samples}</td>
            <td>
                <select
                    class="input sm"
                    aria-label=format!("Where {label} goes")
                    prop:value=move || current.get().to_string()
                    on:change=move |event| screen.send(place, event_target_value(&event).parse().unwrap_or_default())
                >
                    {options}
                </select>
            </td>
        </tr>
    }
    .into_any()
}

fn rules(screen: Screen) -> AnyView {
    let known = Known::ALL
        .into_iter()
        .map(|rule| {
            let chosen = screen.plan.with_untracked(|plan| plan.known) == rule;
            view! { <option value=rule.as_str() selected=chosen>{rule.label()}</option> }
        })
        .collect_view();
    let choose = move |event| {
        let value = event_target_value(&event);
        let rule = Known::ALL.into_iter().find(|rule| rule.as_str() == value).unwrap_or_default();
        screen.plan.update(|plan| plan.known = rule);
    };
    let says_consent = move || screen.plan.with(|plan| plan.targets.contains(&Target::Consent));
    let proof = move || {
        says_consent().then(|| {
            view! {
                <div class="field">
                    <label for="proof">"Where and how they opted in"</label>
                    <input
                        class="input"
                        id="proof"
                        autocomplete="off"
                        maxlength="200"
                        placeholder="Signed the list at the fair in Kochi, 3 May"
                        value=screen.plan.with_untracked(|plan| plan.proof.clone())
                        on:input=move |event| screen.plan.update(|plan| plan.proof = event_target_value(&event))
                    />
                    <span class="hint">"Kept as proof. Without it a yes opts nobody in; a no counts in any case."</span>
                </div>
            }
        })
    };
    view! {
        <section class="card" aria-labelledby="rules">
            <header><h2 id="rules">"Rules"</h2></header>
            <div class="card__body stack">
                <div class="field">
                    <label for="code">"Country calling code"</label>
                    <input
                        class="input num"
                        id="code"
                        inputmode="tel"
                        autocomplete="off"
                        maxlength="4"
                        placeholder="91"
                        value=screen.plan.with_untracked(|plan| plan.calling_code.clone())
                        on:input=move |event| screen.plan.update(|plan| plan.calling_code = event_target_value(&event))
                    />
                    <span class="hint">"For numbers that have none. Empty: they are refused."</span>
                </div>
                <div class="field">
                    <label for="known">"When a contact exists"</label>
                    <select class="input" id="known" on:change=choose>{known}</select>
                    <span class="hint">"An empty cell never replaces anything."</span>
                </div>
                {proof}
                <button
                    class="btn primary script"
                    type="button"
                    disabled=move || screen.task.busy.get()
                    on:click=move |_| screen.check()
                >
                    "Show the first lines"
                </button>
            </div>
        </section>
    }
    .into_any()
}
