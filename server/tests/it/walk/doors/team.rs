//! Everything for managers: team, roles, settings, tokens, alerts, the audit trail.

use domain::permission::Permission as P;
use serde_json::json;

use super::{super::world, Door, Need, door, function, get, page, public};
use crate::support::EMAIL;

pub const DOORS: &[Door] = &[
    public("PAGE /invite/{}", "whoever has the link may look at the invitation"),
    public("POST /invite/{}", "whoever has the link proves with it that they are invited"),
    public("POST /invite/{}/sign-out", "ends the caller's own session, if there is one"),
    page("PAGE /w/{}/team", Need::May(P::TeamsView), |world, _| get(format!("/w/{}/team", world.slug))),
    door("POST /fn/team", Need::May(P::TeamsView), |world, _| function("/fn/team", json!({"workspace": world.slug}))),
    door("POST /fn/team/role", Need::Of(P::TeamsManage), |world, thing| {
        function("/fn/team/role", json!({"workspace": world.slug, "member": thing.has.member, "role": "agent"}))
    }),
    // Whom they leave everything to is themselves: that is refused.
    door("POST /fn/team/remove", Need::Of(P::TeamsManage), |world, thing| {
        let body = json!({"workspace": world.slug, "member": thing.has.member, "hand_over_to": thing.has.member});
        function("/fn/team/remove", body)
    }),
    door("POST /fn/team/restore", Need::Of(P::TeamsManage), |world, thing| {
        function("/fn/team/restore", json!({"workspace": world.slug, "member": thing.has.member}))
    }),
    door("POST /fn/team/reset-link", Need::Of(P::TeamsManage), |world, thing| {
        function("/fn/team/reset-link", json!({"workspace": world.slug, "member": thing.has.member}))
    }),
    door("POST /fn/team/invite", Need::May(P::TeamsInvite), |world, _| {
        function("/fn/team/invite", json!({"workspace": world.slug, "email": EMAIL, "role": "agent"}))
    }),
    door("POST /fn/team/resend", Need::Of(P::TeamsInvite), |world, thing| {
        function("/fn/team/resend", json!({"workspace": world.slug, "invitation": thing.has.invitation}))
    }),
    door("POST /fn/team/revoke", Need::Of(P::TeamsInvite), |world, thing| {
        function("/fn/team/revoke", json!({"workspace": world.slug, "invitation": thing.has.spare}))
    }),
    page("PAGE /w/{}/permissions", Need::May(P::TeamsView), |world, _| get(format!("/w/{}/permissions", world.slug))),
    door("POST /fn/permissions", Need::May(P::TeamsView), |world, _| {
        function("/fn/permissions", json!({"workspace": world.slug}))
    }),
    page("PAGE /w/{}/roles", Need::May(P::TeamsView), |world, _| get(format!("/w/{}/roles", world.slug))),
    door("POST /fn/roles", Need::May(P::TeamsView), |world, _| function("/fn/roles", json!({"workspace": world.slug}))),
    door("POST /fn/roles/create", Need::May(P::TeamsManage), |world, _| {
        function(
            "/fn/roles/create",
            json!({"workspace": world.slug, "name": "Bookkeeper", "about": "", "base": "viewer"}),
        )
    }),
    door("POST /fn/roles/save", Need::Of(P::TeamsManage), |world, thing| {
        let as_it_is = json!({"workspace": world.slug, "role": thing.has.role, "name": "Bookkeeper", "about": "",
            "permissions": world::custom()});
        function("/fn/roles/save", as_it_is)
    }),
    // Somebody has the role: it stays.
    door("POST /fn/roles/delete", Need::Of(P::TeamsManage), |world, thing| {
        function("/fn/roles/delete", json!({"workspace": world.slug, "role": thing.has.role}))
    }),
    page("PAGE /w/{}/settings", Need::May(P::WorkspaceSettings), |world, _| get(format!("/w/{}/settings", world.slug))),
    door("POST /fn/settings", Need::May(P::WorkspaceSettings), |world, _| {
        function("/fn/settings", json!({"workspace": world.slug}))
    }),
    door("POST /fn/settings/save", Need::May(P::WorkspaceSettings), |world, _| {
        let settings = json!({"name": "Kaveri Home", "agents_see_unassigned": false, "require_totp": false,
            "read_receipts": true, "typing_indicator": true, "resend_unconfirmed": false, "audit_days": 90});
        function("/fn/settings/save", json!({"workspace": world.slug, "settings": settings}))
    }),
    page("PAGE /w/{}/labels", Need::May(P::WorkspaceSettings), |world, _| get(format!("/w/{}/labels", world.slug))),
    door("POST /fn/labels", Need::May(P::WorkspaceSettings), |world, _| {
        function("/fn/labels", json!({"workspace": world.slug}))
    }),
    door("POST /fn/labels/create", Need::May(P::WorkspaceSettings), |world, _| {
        function("/fn/labels/create", json!({"workspace": world.slug, "name": " ", "colour": "blue"}))
    }),
    door("POST /fn/labels/change", Need::Of(P::WorkspaceSettings), |world, thing| {
        let body = json!({"workspace": world.slug, "label": thing.has.label, "name": "VIP", "colour": "blue"});
        function("/fn/labels/change", body)
    }),
    door("POST /fn/labels/delete", Need::Of(P::WorkspaceSettings), |world, thing| {
        function("/fn/labels/delete", json!({"workspace": world.slug, "label": thing.has.spare_label}))
    }),
    page("PAGE /w/{}/quick-replies", Need::May(P::WorkspaceSettings), |world, _| {
        get(format!("/w/{}/quick-replies", world.slug))
    }),
    door("POST /fn/quick-replies/manage", Need::May(P::WorkspaceSettings), |world, _| {
        function("/fn/quick-replies/manage", json!({"workspace": world.slug}))
    }),
    door("POST /fn/quick-replies/create", Need::May(P::WorkspaceSettings), |world, _| {
        let draft = json!({"shortcut": " ", "title": "Hello", "body": "Hi"});
        function("/fn/quick-replies/create", json!({"workspace": world.slug, "draft": draft}))
    }),
    door("POST /fn/quick-replies/save", Need::Of(P::WorkspaceSettings), |world, thing| {
        let draft = json!({"shortcut": "hello", "title": "Hello", "body": "Hi"});
        function("/fn/quick-replies/save", json!({"workspace": world.slug, "reply": thing.has.reply, "draft": draft}))
    }),
    door("POST /fn/quick-replies/delete", Need::Of(P::WorkspaceSettings), |world, thing| {
        function("/fn/quick-replies/delete", json!({"workspace": world.slug, "reply": thing.has.spare_reply}))
    }),
    door("POST /fn/settings/opt-out", Need::May(P::WorkspaceSettings), |world, _| {
        function("/fn/settings/opt-out", json!({"workspace": world.slug, "settings": {}}))
    }),
    page("PAGE /w/{}/tokens", Need::May(P::ApiView), |world, _| get(format!("/w/{}/tokens", world.slug))),
    door("POST /fn/tokens", Need::May(P::ApiView), |world, _| {
        function("/fn/tokens", json!({"workspace": world.slug, "before": null}))
    }),
    door("POST /fn/tokens/create", Need::May(P::ApiManage), |world, _| {
        let wish = json!({"name": "till", "permissions": ["contacts.read"], "days": null, "any_address": false});
        function("/fn/tokens/create", json!({"workspace": world.slug, "wish": wish}))
    }),
    // It was revoked before.
    door("POST /fn/tokens/revoke", Need::Of(P::ApiManage), |world, thing| {
        function("/fn/tokens/revoke", json!({"workspace": world.slug, "token": thing.has.token}))
    }),
    page("PAGE /w/{}/alerts", Need::Member, |world, _| get(format!("/w/{}/alerts", world.slug))),
    door("POST /fn/alerts", Need::Member, |world, _| {
        function("/fn/alerts", json!({"workspace": world.slug, "before": null}))
    }),
    door("POST /fn/alerts/read", Need::Member, |world, _| {
        function("/fn/alerts/read", json!({"workspace": world.slug, "alert": null}))
    }),
    door("POST /fn/unread", Need::Member, |world, _| function("/fn/unread", json!({"workspace": world.slug}))),
    door("POST /fn/waiting", Need::Member, |world, _| function("/fn/waiting", json!({"workspace": world.slug}))),
    page("PAGE /w/{}/dead-letters", Need::May(P::OperationsView), |world, _| {
        get(format!("/w/{}/dead-letters", world.slug))
    }),
    door("POST /fn/dead-letters", Need::May(P::OperationsView), |world, _| {
        function("/fn/dead-letters", json!({"workspace": world.slug, "asked": {}}))
    }),
    door("POST /fn/dead-letters/figures", Need::May(P::OperationsView), |world, _| {
        function("/fn/dead-letters/figures", json!({"workspace": world.slug, "asked": {}}))
    }),
    door("POST /fn/dead-letters/retry", Need::Of(P::OperationsManage), |world, thing| {
        let body = json!({"workspace": world.slug, "letter": thing.dead, "text": null, "twice": false});
        function("/fn/dead-letters/retry", body)
    }),
    door("POST /fn/dead-letters/retry-many", Need::May(P::OperationsManage), |world, thing| {
        function("/fn/dead-letters/retry-many", json!({"workspace": world.slug, "letters": [thing.dead]}))
    }),
    door("POST /fn/dead-letters/discard-many", Need::May(P::OperationsManage), |world, _| {
        function("/fn/dead-letters/discard-many", json!({"workspace": world.slug, "letters": [uuid::Uuid::nil()]}))
    }),
    door("POST /fn/queues/pause", Need::Of(P::OperationsManage), |world, thing| {
        function("/fn/queues/pause", json!({"workspace": world.slug, "number": thing.number}))
    }),
    door("POST /fn/queues/resume", Need::Of(P::OperationsManage), |world, thing| {
        function("/fn/queues/resume", json!({"workspace": world.slug, "number": thing.number}))
    }),
    page("PAGE /w/{}/audit", Need::May(P::AuditView), |world, _| get(format!("/w/{}/audit", world.slug))),
    door("POST /fn/audit", Need::May(P::AuditView), |world, _| {
        function("/fn/audit", json!({"workspace": world.slug, "asked": {}}))
    }),
    page("GET /w/{}/audit/export.csv", Need::May(P::AuditExport), |world, _| {
        get(format!("/w/{}/audit/export.csv", world.slug))
    }),
    page("GET /w/{}/audit/export.jsonl", Need::May(P::AuditExport), |world, _| {
        get(format!("/w/{}/audit/export.jsonl", world.slug))
    }),
];
