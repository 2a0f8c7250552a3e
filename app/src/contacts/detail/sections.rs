use domain::{contact::Contact, opt_out::Consent, opt_out::What, permission::Permission};
use leptos::prelude::*;

use super::{
    parts::{consent_badge, note_view, past_line, values_view},
    screen::Screen,
};
use crate::{
    contacts::merge::{Pair, merge_dialog},
    frame::Here,
    ui::{avatar, avatar_none, chips, icon, when},
};

/// Who it is.
pub fn hero_view(screen: Screen) -> AnyView {
    let about = screen.about.get();
    let contact = about.contact;
    let name = contact.label().to_owned();
    let lines: Vec<String> = [contact.phone.clone(), contact.username.clone().map(|name| format!("@{name}"))]
        .into_iter()
        .flatten()
        .collect();
    let consent = consent_badge(contact.opted_out_at.ok_or(about.outline.opted_in_at), screen.clock);
    let labels = chips(&about.labels, &about.outline.labels, usize::MAX);
    let open = about.conversations.items.first().map(|row| {
        let href = format!("{}/{}", screen.frame().path(Here::Inbox), row.id);
        view! { <a class="btn" href=href rel="external">{icon("inbox", "sm")}"Open conversation"</a> }
    });
    let writes = [Permission::TemplatesView, Permission::MessagesSendTemplate];
    let writes = writes.into_iter().all(|permission| screen.frame().access.allows(permission));
    let start = (writes && contact.opted_out_at.is_none()).then(|| {
        let href = format!("{}?to={}", screen.frame().path(Here::Inbox), contact.id);
        view! { <a class="btn script" href=href rel="external">{icon("template", "sm")}"Send a template"</a> }
    });
    let edit = screen.may(Permission::ContactsUpdate, &contact).then(|| {
        view! {
            <button class="btn primary script" type="button" on:click=move |_| screen.editing.set(true)>
                {icon("note", "sm")}
                "Edit"
            </button>
        }
    });
    view! {
        <section class="card contact-hero" aria-label="Who it is">
            {avatar(contact.id.0, &name, "lg")}
            <div>
                <h1 dir="auto">{name}</h1>
                <p class="muted num"><bdi>{lines.join(" · ")}</bdi></p>
                <p class="row wrap">
                    {consent}
                    {labels}
                    {contact.phone.is_none().then(|| view! { <span class="badge">"No phone number"</span> })}
                </p>
            </div>
            <div class="row wrap">{open} {start} {edit}</div>
        </section>
    }
    .into_any()
}

/// The question before another one becomes part of this one.
pub fn merging_view(screen: Screen) -> AnyView {
    let Some(gone) = screen.merging.get() else { return ().into_any() };
    let (kept, fields) = screen.about.with_untracked(|about| (about.contact.clone(), about.fields.clone()));
    let id = gone.id;
    let assignees = [kept.assignee, gone.assignee].map(|member| member.map(|id| screen.member(id)).unwrap_or_default());
    let pair = Pair { kept, gone, fields, assignees };
    merge_dialog(&pair, screen.task, move || screen.merge(id), move || screen.merging.set(None))
}

/// Whom it may be the same as.
pub fn twins_view(screen: Screen) -> AnyView {
    let about = screen.about.get();
    if about.twins.is_empty() {
        return ().into_any();
    }
    let base = screen.frame().path(Here::Contacts);
    let mine = screen.may(Permission::ContactsUpdate, &about.contact);
    let lines = about
        .twins
        .iter()
        .map(|twin: &Contact| {
            let (id, name) = (twin.id, twin.label().to_owned());
            let address = twin.phone.clone().or(twin.user_id.clone()).unwrap_or_default();
            let asked = twin.clone();
            let may = mine && screen.may(Permission::ContactsUpdate, twin);
            view! {
                <li class="stack">
                    <p>
                        "May be the same as "
                        <a class="link" href=format!("{base}/{id}") rel="external"><bdi>{name.clone()}</bdi></a>
                        " "
                        <small class="muted"><bdi>{address}</bdi></small>
                    </p>
                    {may.then(|| view! {
                        <p class="row wrap script">
                            <button
                                class="btn sm primary"
                                type="button"
                                aria-label=format!("Merge with {name}")
                                disabled=move || screen.task.busy.get()
                                on:click=move |_| screen.merging.set(Some(asked.clone()))
                            >
                                "Merge"
                            </button>
                            <button
                                class="btn ghost sm"
                                type="button"
                                aria-label=format!("Not the same as {name}")
                                disabled=move || screen.task.busy.get()
                                on:click=move |_| screen.keep_apart(id)
                            >
                                "Not the same"
                            </button>
                        </p>
                    })}
                </li>
            }
        })
        .collect_view();
    view! {
        <section class="card" aria-labelledby="twins">
            <header>
                <h2 id="twins">"Possible duplicate"</h2>
                <p>"A message named both."</p>
            </header>
            <div class="card__body stack">
                <ul class="stack">{lines}</ul>
            </div>
        </section>
    }
    .into_any()
}

/// What they decided.
pub fn consent_view(screen: Screen) -> AnyView {
    let page = screen.consent.get();
    let id = screen.about.with(|about| about.contact.id);
    let body = if page.items.is_empty() {
        view! { <p class="muted">"Nothing was recorded yet."</p> }.into_any()
    } else {
        let lines = page.items.iter().map(|line| consent_line(screen, line)).collect_view();
        view! { <ol class="decisions" aria-label="Consent history">{lines}</ol> }.into_any()
    };
    let frame = screen.frame();
    let export = frame.may(Permission::ContactsExport).then(|| {
        let href = format!("{}/consent.csv?contact={id}", frame.path(Here::Contacts));
        view! { <a class="btn ghost sm" href=href rel="external" download="">{icon("download", "xs")}"Export proof"</a> }
    });
    let more = page.more.then(|| view! { <span>"Older lines are in the exported proof."</span> });
    view! {
        <section class="card" aria-labelledby="consent">
            <header><h2 id="consent">"Consent history"</h2><p>"Cannot be edited, only added to"</p></header>
            <div class="card__body">{body}</div>
            <footer>{more} {export}</footer>
        </section>
    }
    .into_any()
}

fn consent_line(screen: Screen, line: &Consent) -> AnyView {
    let (at, clock) = (line.at, screen.clock);
    let who = line.actor_name.clone().map(|name| format!(", {name}")).unwrap_or_default();
    let said = line.said.clone().map(|said| view! { <q dir="auto">{said}</q> });
    view! {
        <li class:out=line.what == What::OptedOut>
            <b>{line.what.label()}</b>
            <small>{line.source.label()}{who}</small>
            {said}
            <time datetime=when::iso(at)>{move || when::full(at, clock.local.get())}</time>
        </li>
    }
    .into_any()
}

/// What colleagues should know.
pub fn note_section(screen: Screen) -> AnyView {
    let note = screen.about.with(|about| about.contact.note.clone());
    view! {
        <section class="card" aria-labelledby="note">
            <header><h2 id="note">"Note"</h2><p>"For colleagues; it is never sent"</p></header>
            <div class="card__body">{note_view(&note)}</div>
        </section>
    }
    .into_any()
}

pub fn details_view(screen: Screen) -> AnyView {
    let contact = screen.about.with(|about| about.contact.clone());
    let clock = screen.clock;
    let assignee = match contact.assignee {
        None => view! { {avatar_none("xs")}"Nobody" }.into_any(),
        Some(member) => {
            let name = screen.member(member);
            view! { {avatar(member.0, &name, "xs")}{name} }.into_any()
        }
    };
    let fact = |label: &'static str, value: Option<String>| {
        value.map(|value| view! { <dt>{label}</dt><dd><bdi>{value}</bdi></dd> })
    };
    let moment = move |at: i64| move || when::full(at, clock.local.get());
    let out = contact.opted_out_at.map(|at| view! { <dt>"Opted out"</dt><dd>{moment(at)}</dd> });
    let phone = contact.phone.clone().unwrap_or_else(|| "Not shared: known to WhatsApp by a user id".to_owned());
    view! {
        <section class="card" aria-labelledby="details">
            <header><h2 id="details">"Details"</h2></header>
            <div class="card__body">
                <dl class="facts">
                    <dt>"Assignee"</dt>
                    <dd class="line">{assignee}</dd>
                    {fact("Phone number", Some(phone))}
                    {fact("Username", contact.username.clone().map(|name| format!("@{name}")))}
                    {fact("WhatsApp id", contact.user_id.clone())}
                    {out}
                    <dt>"Added"</dt>
                    <dd>{moment(contact.created_at)}</dd>
                    <dt>"Changed"</dt>
                    <dd>{moment(contact.updated_at)}</dd>
                </dl>
            </div>
        </section>
    }
    .into_any()
}

pub fn fields_view(screen: Screen) -> AnyView {
    let body = screen.about.with(values_view);
    let manage = screen.frame().may(Permission::WorkspaceSettings).then(|| {
        let href = format!("{}/fields", screen.frame().path(Here::Contacts));
        view! { <footer><a class="link" href=href rel="external">"Manage fields"</a></footer> }
    });
    view! {
        <section class="card" aria-labelledby="values">
            <header><h2 id="values">"Custom fields"</h2></header>
            <div class="card__body">{body}</div>
            {manage}
        </section>
    }
    .into_any()
}

pub fn past_view(screen: Screen) -> AnyView {
    let page = screen.about.with(|about| about.conversations.clone());
    let inbox = screen.frame().path(Here::Inbox);
    let (now, local) = (screen.clock.now.get(), screen.clock.local.get());
    let body = if page.items.is_empty() {
        view! { <p class="muted small">"Nothing was written yet that you may see."</p> }.into_any()
    } else {
        let lines = page.items.iter().map(|row| past_line(row, &inbox, now, local)).collect_view();
        view! { <ul class="past">{lines}</ul> }.into_any()
    };
    let more = page.more.then(|| {
        view! {
            <footer class="script">
                <button
                    class="btn ghost sm"
                    type="button"
                    disabled=move || screen.task.busy.get()
                    on:click=move |_| screen.load_past()
                >
                    "Earlier"
                </button>
            </footer>
        }
    });
    view! {
        <section class="card" aria-labelledby="past">
            <header><h2 id="past">"Conversations"</h2></header>
            <div class="card__body">{body}</div>
            {more}
        </section>
    }
    .into_any()
}
