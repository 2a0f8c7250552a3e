//! The inbox, and what has no lock.

use axum::{body::Body, http::Request};
use domain::permission::Permission as P;
use serde_json::json;

use super::{Door, Need, door, form, function, get, page, public, typed};

/// A conversation to read.
const READ: Need = Need::On(P::ConversationsView, P::MessagesView);

/// The pages, forms and server functions of the inbox, and what has no lock.
pub const DOORS: &[Door] = &[
    public("POST /webhooks/meta", "Meta calls it, and proves itself with a signature"),
    public("GET /webhooks/meta", "Meta's handshake, with the verify token"),
    public("GET /healthz", "says that the process lives"),
    public("GET /readyz", "says that the database answers"),
    public("GET /favicon.ico", "the same for everybody"),
    public("GET /notice.wav", "the same for everybody"),
    public("GET /push.js", "the same for everybody"),
    public("GET /assets/{}", "the same for everybody"),
    public("GET /", "leads to the sign-in page or to the person's own inbox"),
    public("GET /w/{}", "leads to the inbox, which is locked"),
    public("GET /w/{}/", "leads to the inbox, which is locked"),
    public("GET /w/{}/inbox/", "leads to the inbox, which is locked"),
    public("POST /theme", "sets a cookie"),
    public("POST /demo/sign-in", "exists in a demo only, where everybody may be anybody"),
    public("PAGE /login", "where people prove who they are"),
    public("PAGE /invite/{}", "whoever holds the link of an invitation"),
    public("POST /invite/{}", "whoever holds the link of an invitation; accepting is tested apart"),
    public("POST /invite/{}/sign-out", "ends the caller's own session, if there is one"),
    page("POST /account/password", Need::Person, |_, _| {
        form("/account/password".into(), &[("current", "wrong"), ("new", "as long as it has to be")])
    }),
    door("GET /w/{}/events", Need::May(P::ConversationsView), |world, _| get(format!("/w/{}/events", world.slug))),
    page("PAGE /w/{}/inbox", Need::May(P::ConversationsView), |world, _| get(format!("/w/{}/inbox", world.slug))),
    page("PAGE /w/{}/inbox/{}", READ, |world, thing| get(format!("/w/{}/inbox/{}", world.slug, thing.conversation))),
    page("PAGE /w/{}/inbox/{}/{}", READ, |world, thing| {
        get(format!("/w/{}/inbox/{}/contact", world.slug, thing.conversation))
    }),
    page("GET /w/{}/media/{}", READ, |world, thing| get(format!("/w/{}/media/{}", world.slug, thing.media))),
    // Nothing is in the body: whoever is let in is told that it is empty.
    door("POST /w/{}/conversations/{}/files", Need::On(P::ConversationsView, P::MessagesSend), |world, thing| {
        let id = services::clock::new_id();
        form(format!("/w/{}/conversations/{}/files?id={id}", world.slug, thing.conversation), &[])
    }),
    door("DELETE /w/{}/files/{}", Need::Member, |world, _| {
        let path = format!("/w/{}/files/{}", world.slug, services::clock::new_id());
        Request::delete(path).body(Body::empty()).unwrap()
    }),
    door("POST /fn/send", Need::On(P::ConversationsView, P::MessagesSend), |world, thing| {
        let key = services::clock::new_id();
        let place = json!({"place": {"latitude": 1.5, "longitude": 2.5}});
        function(
            "/fn/send",
            json!({"workspace": world.slug, "conversation": thing.conversation, "key": key, "text": "", "content": place,
                "quotes": null, "despite": false}),
        )
    }),
    door("POST /fn/react", Need::On(P::ConversationsView, P::MessagesSend), |world, thing| {
        let key = services::clock::new_id();
        let body = json!({"workspace": world.slug, "message": thing.message, "key": key, "emoji": "👍"});
        function("/fn/react", body)
    }),
    door("POST /fn/types", Need::On(P::ConversationsView, P::MessagesSend), |world, thing| {
        function("/fn/types", json!({"workspace": world.slug, "conversation": thing.conversation}))
    }),
    door("POST /fn/media/again", READ, |world, thing| {
        function("/fn/media/again", json!({"workspace": world.slug, "media": thing.media}))
    }),
    door("POST /fn/inbox", Need::May(P::ConversationsView), |world, _| {
        function(
            "/fn/inbox",
            json!({"workspace": world.slug, "view": null, "open": null, "before": null, "older": null}),
        )
    }),
    door("POST /fn/thread", READ, |world, thing| {
        function("/fn/thread", json!({"workspace": world.slug, "conversation": thing.conversation}))
    }),
    door("POST /fn/older", READ, |world, thing| {
        let before = json!([i64::MAX, thing.message]);
        function("/fn/older", json!({"workspace": world.slug, "conversation": thing.conversation, "before": before}))
    }),
    door("POST /fn/newer", READ, |world, thing| {
        let after = json!([0, thing.message]);
        function("/fn/newer", json!({"workspace": world.slug, "conversation": thing.conversation, "after": after}))
    }),
    door("POST /fn/around", READ, |world, thing| {
        let body = json!({"workspace": world.slug, "conversation": thing.conversation, "message": thing.message});
        function("/fn/around", body)
    }),
    door("POST /fn/around-note", READ, |world, thing| {
        let body = json!({"workspace": world.slug, "conversation": thing.conversation, "note": thing.note});
        function("/fn/around-note", body)
    }),
    door("POST /fn/team-load", Need::May(P::ConversationsAssign), |world, _| {
        function("/fn/team-load", json!({"workspace": world.slug}))
    }),
    door("POST /fn/search", Need::May(P::ConversationsView), |world, _| {
        function("/fn/search", json!({"workspace": world.slug, "words": "hello"}))
    }),
    door("POST /fn/search-people", Need::May(P::ConversationsView), |world, _| {
        function("/fn/search-people", json!({"workspace": world.slug, "words": "hello", "before": i64::MAX}))
    }),
    door("POST /fn/search-messages", Need::May(P::MessagesView), |world, _| {
        function("/fn/search-messages", json!({"workspace": world.slug, "words": "hello", "before": i64::MAX}))
    }),
    door("POST /fn/list", Need::May(P::ConversationsView), |world, thing| {
        let before = json!([i64::MAX, thing.conversation]);
        function("/fn/list", json!({"workspace": world.slug, "view": "all", "before": before}))
    }),
    door("POST /fn/reply", Need::On(P::ConversationsView, P::MessagesSend), |world, thing| {
        let key = services::clock::new_id();
        function(
            "/fn/reply",
            json!({"workspace": world.slug, "conversation": thing.conversation, "key": key, "text": "Yes"}),
        )
    }),
    page("PAGE /w/{}/dashboard", Need::May(P::ConversationsView), |world, _| {
        get(format!("/w/{}/dashboard", world.slug))
    }),
    door("POST /fn/dashboard", Need::May(P::ConversationsView), |world, _| {
        function("/fn/dashboard", json!({"workspace": world.slug}))
    }),
    door("POST /fn/limits", Need::May(P::MessagesSend), |world, _| {
        function("/fn/limits", json!({"workspace": world.slug}))
    }),
    door("POST /fn/consent", Need::First(P::ContactsRead, P::ContactsRead), |world, thing| {
        function("/fn/consent", json!({"workspace": world.slug, "contact": thing.contact, "before": null}))
    }),
    door("POST /fn/consent/record", Need::First(P::ContactsRead, P::ContactsConsent), |world, thing| {
        let body = json!({"workspace": world.slug, "contact": thing.contact, "what": "opted_in", "note": null});
        function("/fn/consent/record", body)
    }),
    door("POST /fn/drafts", READ, |world, thing| {
        function("/fn/drafts", json!({"workspace": world.slug, "conversation": thing.conversation}))
    }),
    door("POST /fn/draft", Need::On(P::ConversationsView, P::MessagesSend), |world, thing| {
        let body = json!({"workspace": world.slug, "conversation": thing.conversation, "note": false, "text": "Hel"});
        function("/fn/draft", body)
    }),
    door("POST /fn/note", Need::On(P::ConversationsView, P::MessagesNote), |world, thing| {
        let key = services::clock::new_id();
        let body = json!({"workspace": world.slug, "conversation": thing.conversation, "key": key, "text": "VIP"});
        function("/fn/note", body)
    }),
    door("POST /fn/note/change", Need::On(P::ConversationsView, P::MessagesNote), |world, thing| {
        function(
            "/fn/note/change",
            json!({"workspace": world.slug, "note": thing.note, "text": "For us", "mentions": []}),
        )
    }),
    // Only its author removes it: the Owner, once in each of their conversations.
    door("POST /fn/note/remove", Need::On(P::ConversationsView, P::MessagesNote), |world, thing| {
        function("/fn/note/remove", json!({"workspace": world.slug, "note": thing.note}))
    }),
    door("POST /fn/send-again", Need::On(P::ConversationsView, P::MessagesRetry), |world, thing| {
        function("/fn/send-again", json!({"workspace": world.slug, "message": thing.message}))
    }),
    door("POST /fn/send-template", Need::On(P::ConversationsView, P::MessagesSendTemplate), |world, thing| {
        let (key, template) = (services::clock::new_id(), services::clock::new_id());
        function(
            "/fn/send-template",
            json!({"workspace": world.slug, "conversation": thing.conversation, "key": key, "template": template,
                "values": {}}),
        )
    }),
    door("POST /fn/setup", Need::Member, |world, _| function("/fn/setup", json!({"workspace": world.slug}))),
    door("POST /fn/setup-hide", Need::May(P::WorkspaceSettings), |world, _| {
        function("/fn/setup-hide", json!({"workspace": world.slug}))
    }),
    // What it begins with is not there: whoever is let in is told so.
    door("POST /fn/start", Need::May(P::MessagesSendTemplate), |world, thing| {
        let (key, template) = (services::clock::new_id(), services::clock::new_id());
        function(
            "/fn/start",
            json!({"workspace": world.slug, "number": thing.number, "whom": {"phone": "+49 151 12345678"}, "key": key,
                "template": template, "values": {}}),
        )
    }),
    door("POST /fn/start-people", Need::May(P::ContactsRead), |world, _| {
        function("/fn/start-people", json!({"workspace": world.slug, "who": null, "words": ""}))
    }),
    door("POST /fn/templates", Need::May(P::TemplatesView), |world, thing| {
        function("/fn/templates", json!({"workspace": world.slug, "number": thing.number}))
    }),
    door("POST /fn/templates-refresh", Need::Of(P::TemplatesView), |world, thing| {
        function("/fn/templates-refresh", json!({"workspace": world.slug, "number": thing.number}))
    }),
    // Of what is not theirs to see they are told nothing.
    door("POST /fn/presence", Need::May(P::ConversationsView), |world, thing| {
        let page = services::clock::new_id();
        let body =
            json!({"workspace": world.slug, "conversation": thing.conversation, "page": page, "doing": "looking"});
        function("/fn/presence", body)
    }),
    door("POST /fn/attempts", READ, |world, thing| {
        function("/fn/attempts", json!({"workspace": world.slug, "message": thing.message}))
    }),
    door("POST /fn/retry-now", Need::On(P::ConversationsView, P::MessagesRetry), |world, thing| {
        function("/fn/retry-now", json!({"workspace": world.slug, "message": thing.message}))
    }),
    door("POST /fn/discard", Need::On(P::ConversationsView, P::MessagesRetry), |world, thing| {
        function("/fn/discard", json!({"workspace": world.slug, "message": thing.message}))
    }),
    door("POST /fn/parks", Need::Member, |world, _| function("/fn/parks", json!({"workspace": world.slug}))),
    door("POST /fn/resume", Need::May(P::OperationsManage), |world, thing| {
        function("/fn/resume", json!({"workspace": world.slug, "number": thing.number, "scope": "number", "what": ""}))
    }),
    door("POST /fn/close", Need::On(P::ConversationsView, P::ConversationsClose), |world, thing| {
        function("/fn/close", json!({"workspace": world.slug, "conversation": thing.conversation}))
    }),
    door("POST /fn/reopen", Need::On(P::ConversationsView, P::ConversationsClose), |world, thing| {
        function("/fn/reopen", json!({"workspace": world.slug, "conversation": thing.conversation}))
    }),
    // Everything there belongs to somebody: whoever is let in is told that nobody waits.
    door("POST /fn/take-next", Need::May(P::ConversationsAssign), |world, _| {
        function("/fn/take-next", json!({"workspace": world.slug}))
    }),
    door("POST /fn/assign", Need::On(P::ConversationsView, P::ConversationsAssign), |world, thing| {
        let body = json!({"workspace": world.slug, "conversation": thing.conversation, "member": thing.assignee});
        function("/fn/assign", body)
    }),
    door("POST /fn/snooze", Need::On(P::ConversationsView, P::ConversationsClose), |world, thing| {
        let body = json!({"workspace": world.slug, "conversation": thing.conversation, "until": "customer"});
        function("/fn/snooze", body)
    }),
    door("POST /fn/wake", Need::On(P::ConversationsView, P::ConversationsClose), |world, thing| {
        function("/fn/wake", json!({"workspace": world.slug, "conversation": thing.conversation}))
    }),
    door("POST /fn/mark-unread", Need::On(P::ConversationsView, P::MessagesSend), |world, thing| {
        function("/fn/mark-unread", json!({"workspace": world.slug, "conversation": thing.conversation}))
    }),
    door("POST /fn/mark-read", Need::On(P::ConversationsView, P::ConversationsView), |world, thing| {
        function("/fn/mark-read", json!({"workspace": world.slug, "conversation": thing.conversation}))
    }),
    // Of each it is said what became of it: what is not theirs to see is answered as not there, in words.
    door("POST /fn/bulk", Need::May(P::ConversationsView), |world, thing| {
        let item = json!({"conversation": thing.conversation, "change": {"label": {"label": services::clock::new_id(), "on": true}}});
        function("/fn/bulk", json!({"workspace": world.slug, "items": [item]}))
    }),
    door("POST /fn/views/save", Need::May(P::ConversationsView), |world, _| {
        function("/fn/views/save", json!({"workspace": world.slug, "name": " ", "view": "all", "filter": {}}))
    }),
    door("POST /fn/views/forget", Need::May(P::ConversationsView), |world, _| {
        function("/fn/views/forget", json!({"workspace": world.slug, "saved": services::clock::new_id()}))
    }),
    door("POST /fn/quick-replies", Need::May(P::MessagesSend), |world, _| {
        function("/fn/quick-replies", json!({"workspace": world.slug}))
    }),
    typed("POST /w/{}/conversations/{}/reply", Need::On(P::ConversationsView, P::MessagesSend), |world, thing| {
        form(format!("/w/{}/conversations/{}/reply", world.slug, thing.conversation), &[("text", "Yes")])
    }),
    page("POST /w/{}/conversations/{}/close", Need::On(P::ConversationsView, P::ConversationsClose), |world, thing| {
        form(format!("/w/{}/conversations/{}/close", world.slug, thing.conversation), &[])
    }),
    page(
        "POST /w/{}/conversations/{}/reopen",
        Need::On(P::ConversationsView, P::ConversationsClose),
        |world, thing| form(format!("/w/{}/conversations/{}/reopen", world.slug, thing.conversation), &[]),
    ),
    page(
        "POST /w/{}/conversations/{}/assign",
        Need::On(P::ConversationsView, P::ConversationsAssign),
        |world, thing| {
            let member = thing.assignee.map(|member| member.to_string()).unwrap_or_default();
            form(format!("/w/{}/conversations/{}/assign", world.slug, thing.conversation), &[("member", &member)])
        },
    ),
    page("POST /w/{}/messages/{}/send-again", Need::On(P::ConversationsView, P::MessagesRetry), |world, thing| {
        form(format!("/w/{}/messages/{}/send-again", world.slug, thing.message), &[])
    }),
];
