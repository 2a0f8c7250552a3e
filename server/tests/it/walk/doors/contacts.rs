//! Contacts: the list, one of them, custom fields, files in and out.

use axum::http::Request;
use domain::permission::Permission as P;
use serde_json::json;

use super::{Door, Need, door, form, function, get, page};

/// A contact to read.
const READ: Need = Need::First(P::ContactsRead, P::ContactsRead);
/// A contact to change.
const CHANGE: Need = Need::First(P::ContactsRead, P::ContactsUpdate);

pub const DOORS: &[Door] = &[
    page("PAGE /w/{}/contacts", Need::May(P::ContactsRead), |world, _| get(format!("/w/{}/contacts", world.slug))),
    page("PAGE /w/{}/contacts/{}", READ, |world, thing| get(format!("/w/{}/contacts/{}", world.slug, thing.contact))),
    page("PAGE /w/{}/contacts/fields", Need::May(P::ContactsRead), |world, _| {
        get(format!("/w/{}/contacts/fields", world.slug))
    }),
    page("PAGE /w/{}/contacts/imports", Need::May(P::ContactsImport), |world, _| {
        get(format!("/w/{}/contacts/imports", world.slug))
    }),
    page("PAGE /w/{}/contacts/imports/{}", Need::Of(P::ContactsImport), |world, thing| {
        get(format!("/w/{}/contacts/imports/{}", world.slug, thing.has.import))
    }),
    door("POST /fn/contacts", Need::May(P::ContactsRead), |world, _| {
        function("/fn/contacts", json!({"workspace": world.slug, "asked": {}}))
    }),
    door("POST /fn/contacts/assign", CHANGE, |world, thing| {
        let body = json!({"workspace": world.slug, "contacts": [thing.contact], "to": thing.assignee});
        function("/fn/contacts/assign", body)
    }),
    // There is one with this number.
    door("POST /fn/contacts/create", Need::May(P::ContactsCreate), |world, _| {
        function("/fn/contacts/create", json!({"workspace": world.slug, "phone": "+91 98455 50101", "name": ""}))
    }),
    // With itself: that is refused behind the lock.
    door("POST /fn/contacts/merge", CHANGE, |world, thing| {
        function("/fn/contacts/merge", json!({"workspace": world.slug, "kept": thing.contact, "gone": thing.contact}))
    }),
    door("POST /fn/contacts/keep-apart", CHANGE, |world, thing| {
        let body = json!({"workspace": world.slug, "one": thing.contact, "other": thing.contact});
        function("/fn/contacts/keep-apart", body)
    }),
    door("POST /fn/contact", READ, |world, thing| {
        function("/fn/contact", json!({"workspace": world.slug, "contact": thing.contact}))
    }),
    door("POST /fn/contact/about", READ, |world, thing| {
        function("/fn/contact/about", json!({"workspace": world.slug, "contact": thing.contact}))
    }),
    door("POST /fn/contact/edit", CHANGE, |world, thing| {
        let edit = json!({"name": "Asha"});
        function("/fn/contact/edit", json!({"workspace": world.slug, "contact": thing.contact, "edit": edit}))
    }),
    door("POST /fn/contact/past", READ, |world, thing| {
        let before = json!([i64::MAX, thing.conversation]);
        function("/fn/contact/past", json!({"workspace": world.slug, "contact": thing.contact, "before": before}))
    }),
    door("POST /fn/contact-fields", Need::May(P::ContactsRead), |world, _| {
        function("/fn/contact-fields", json!({"workspace": world.slug}))
    }),
    door("POST /fn/contact-fields/save", Need::Of(P::WorkspaceSettings), |world, thing| {
        let wish = json!({"name": "Town", "kind": "text"});
        function("/fn/contact-fields/save", json!({"workspace": world.slug, "field": thing.has.field, "wish": wish}))
    }),
    door("POST /fn/contact-fields/arrange", Need::Of(P::WorkspaceSettings), |world, thing| {
        function("/fn/contact-fields/arrange", json!({"workspace": world.slug, "order": [thing.has.field]}))
    }),
    door("POST /fn/contact-fields/remove", Need::Of(P::WorkspaceSettings), |world, thing| {
        function("/fn/contact-fields/remove", json!({"workspace": world.slug, "field": thing.has.spare_field}))
    }),
    door("POST /fn/imports", Need::May(P::ContactsImport), |world, _| {
        function("/fn/imports", json!({"workspace": world.slug}))
    }),
    door("POST /fn/import", Need::Of(P::ContactsImport), |world, thing| {
        function("/fn/import", json!({"workspace": world.slug, "import": thing.has.import}))
    }),
    door("POST /fn/import/progress", Need::Of(P::ContactsImport), |world, thing| {
        function("/fn/import/progress", json!({"workspace": world.slug, "import": thing.has.import}))
    }),
    door("POST /fn/import/preview", Need::Of(P::ContactsImport), |world, thing| {
        let plan = json!({"targets": ["name", "phone"]});
        function("/fn/import/preview", json!({"workspace": world.slug, "import": thing.has.import, "plan": plan}))
    }),
    door("POST /fn/import/check", Need::Of(P::ContactsImport), |world, thing| {
        let plan = json!({"targets": ["name", "phone"]});
        function("/fn/import/check", json!({"workspace": world.slug, "import": thing.has.import, "plan": plan}))
    }),
    // Without a column for the number it does not start.
    door("POST /fn/import/start", Need::Of(P::ContactsImport), |world, thing| {
        let plan = json!({"targets": ["name", "skip"]});
        function("/fn/import/start", json!({"workspace": world.slug, "import": thing.has.import, "plan": plan}))
    }),
    door("POST /fn/import/cancel", Need::Of(P::ContactsImport), |world, thing| {
        function("/fn/import/cancel", json!({"workspace": world.slug, "import": thing.has.import}))
    }),
    // An empty file is refused behind the lock.
    door("POST /w/{}/contacts/imports", Need::May(P::ContactsImport), |world, _| {
        let path = format!("/w/{}/contacts/imports?name=list.csv", world.slug);
        Request::post(path).body(axum::body::Body::empty()).unwrap()
    }),
    page("GET /w/{}/contacts/imports/{}/report.csv", Need::Of(P::ContactsImport), |world, thing| {
        get(format!("/w/{}/contacts/imports/{}/report.csv", world.slug, thing.has.import))
    }),
    page("GET /w/{}/contacts/export.csv", Need::May(P::ContactsExport), |world, _| {
        get(format!("/w/{}/contacts/export.csv", world.slug))
    }),
    page("POST /w/{}/contacts/export.csv", Need::May(P::ContactsExport), |world, thing| {
        let ids = thing.contact.to_string();
        form(format!("/w/{}/contacts/export.csv", world.slug), &[("ids", &ids)])
    }),
    page("GET /w/{}/contacts/consent.csv", Need::May(P::ContactsExport), |world, _| {
        get(format!("/w/{}/contacts/consent.csv", world.slug))
    }),
];
