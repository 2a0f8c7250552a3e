//! Everybody who may come to a door, and everything they may ask for.

use std::{collections::HashMap, time::Duration};

use axum::{
    body::Body,
    http::{Request, Response, header},
};
use domain::{
    conversation::View,
    id::{
        ConversationId, FieldId, ImportId, InvitationId, LabelId, MemberId, MessageId, NoteId, QuickReplyId, RoleId,
        TokenId, UserId,
    },
    permission::{Access, Grant, Permission as P, Permissions},
    role::{Role, RoleRef},
    workspace::Slug,
};
use serde_json::json;
use services::{Ctx, accounts, conversations, members, numbers, numbers::Connect, team};

use super::{
    kept::{invitation, label, note, quick_reply},
    things::{dead_letter, field, file, import, revoked_token, sign_in},
};
use crate::{
    conversations::{Inbox, inbox_in},
    support::{EMAIL, Engine, Installation, PASSWORD, Wishes},
};

/// Who stands at the door.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Who {
    Owner,
    Manager,
    Agent,
    Viewer,
    /// Holds a role that the workspace made: reads everything, answers its own.
    Custom,
    /// Belongs to another workspace.
    Stranger,
    /// Belonged to this one.
    Removed,
    /// Comes with the token of an Owner, which was revoked.
    RevokedToken,
    Nobody,
}

impl Who {
    pub const ALL: [Who; 9] = [
        Who::Owner,
        Who::Manager,
        Who::Agent,
        Who::Viewer,
        Who::Custom,
        Who::Stranger,
        Who::Removed,
        Who::RevokedToken,
        Who::Nobody,
    ];

    /// Whether they belong to the workspace.
    pub fn is_member(self) -> bool {
        matches!(self, Who::Owner | Who::Manager | Who::Agent | Who::Viewer | Who::Custom)
    }
}

/// Whose the thing is that they ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Whose {
    Own,
    Colleagues,
    /// Of another workspace.
    Foreign,
}

impl Whose {
    pub const ALL: [Whose; 3] = [Whose::Own, Whose::Colleagues, Whose::Foreign];
}

/// A conversation that is asked for, what is in it, and whose it is.
#[derive(Clone, Copy, Debug)]
pub struct Thing {
    pub conversation: ConversationId,
    pub contact: domain::id::ContactId,
    /// An outbound message in it.
    pub message: MessageId,
    /// The file of a message in it.
    pub media: uuid::Uuid,
    /// A dead letter: a message in it that Meta never confirmed.
    pub dead: uuid::Uuid,
    /// The Owner's note in it.
    pub note: NoteId,
    pub assignee: Option<MemberId>,
    /// The business number it came to.
    pub number: domain::id::NumberId,
    pub has: Has,
}

/// What the workspace of a conversation has besides.
#[derive(Clone, Copy, Debug)]
pub struct Has {
    pub member: MemberId,
    pub role: RoleId,
    /// A token that was revoked.
    pub token: TokenId,
    pub invitation: InvitationId,
    /// An invitation that may be revoked.
    pub spare: InvitationId,
    pub label: LabelId,
    /// One that may be deleted, and a quick reply.
    pub spare_label: LabelId,
    pub reply: QuickReplyId,
    pub spare_reply: QuickReplyId,
    /// A file of contacts that nobody has started to import.
    pub import: ImportId,
    /// A custom field, and one that may be removed.
    pub field: FieldId,
    pub spare_field: FieldId,
}

pub struct Person {
    pub access: Access,
    pub member: MemberId,
    cookie: String,
}

pub struct World {
    inbox: Inbox,
    /// The Owner of the other workspace.
    pub elsewhere: Ctx,
    pub slug: Slug,
    people: HashMap<Who, Person>,
    things: HashMap<(Who, Whose), Thing>,
    pub revoked: String,
}

/// What the custom role holds.
pub fn custom() -> Permissions {
    Role::Viewer.permissions().with(P::MessagesSend, Grant::Own).with(P::ConversationsClose, Grant::Own)
}

impl World {
    /// `None` where the engine is not there.
    pub async fn new(engine: Engine) -> Option<Self> {
        Self::with_custom(engine, custom()).await
    }

    /// The same, where the custom role holds something else.
    pub async fn with_custom(engine: Engine, custom: Permissions) -> Option<Self> {
        let installation = Installation::on(Wishes { engine, ..Wishes::default() }).await?;
        let inbox = inbox_in(installation).await;
        let slug = inbox.slug().clone();
        let owner = inbox.ctx().clone();
        let services = owner.services().clone();
        let colleague = add(&owner, "colleague", Role::Agent).await;
        let mut ids = vec![(Who::Owner, owner.user())];
        for (who, name, role) in [
            (Who::Manager, "manager", Role::Manager),
            (Who::Agent, "agent", Role::Agent),
            (Who::Viewer, "viewer", Role::Viewer),
            (Who::Custom, "custom", Role::Viewer),
            (Who::Removed, "removed", Role::Agent),
        ] {
            ids.push((who, add(&owner, name, role).await.0));
        }
        let role = team::roles::create(&owner, "Bookkeeper", "", RoleRef::BuiltIn(Role::Viewer)).await.unwrap();
        team::roles::save(&owner, role.id, "Bookkeeper", "", custom).await.unwrap();
        let member = |user: UserId| {
            let (services, slug) = (services.clone(), slug.clone());
            async move { services.ctx(user, &slug).await.unwrap() }
        };
        let of = |who: Who| ids.iter().find(|(other, _)| *other == who).map(|(_, user)| *user).unwrap();
        let someone = member(of(Who::Custom)).await.me().id;
        team::members::set_role(&owner, someone, RoleRef::Custom(role.id)).await.unwrap();
        let gone = member(of(Who::Removed)).await.me().id;

        let has = Has {
            member: colleague.1,
            role: role.id,
            token: revoked_token(&owner).await.1,
            invitation: invitation(&owner).await,
            spare: invitation(&owner).await,
            label: label(&owner).await,
            spare_label: label(&owner).await,
            reply: quick_reply(&owner).await,
            spare_reply: quick_reply(&owner).await,
            import: import(&owner).await,
            field: field(&owner).await,
            spare_field: field(&owner).await,
        };

        // Conversations: one for everybody, one for a colleague, one in another workspace.
        let mut things = HashMap::new();
        let mut n = 0;
        for who in Who::ALL.into_iter().filter(|who| who.is_member()) {
            let me = member(of(who)).await.me().clone();
            for (whose, to) in [(Whose::Own, me.replies.then_some(me.id)), (Whose::Colleagues, Some(colleague.1))] {
                n += 1;
                things.insert((who, whose), thing(&inbox, &owner, n, to, has).await);
            }
        }
        let (foreign, elsewhere) = foreign(&inbox.installation).await;
        for who in Who::ALL {
            things.insert((who, Whose::Foreign), foreign);
            for whose in [Whose::Own, Whose::Colleagues] {
                let owners = things[&(Who::Owner, whose)];
                things.entry((who, whose)).or_insert(owners);
            }
        }
        team::members::remove(&owner, gone, None).await.unwrap();

        let mut people = HashMap::new();
        for (who, user) in &ids {
            let email = if *who == Who::Owner { EMAIL.to_owned() } else { format!("{}@kaveri.example", name(*who)) };
            let ctx = services.ctx(*user, &slug).await.ok();
            let person = Person {
                access: ctx.as_ref().map(|ctx| *ctx.access()).unwrap_or_default(),
                member: ctx.map_or(gone, |ctx| ctx.me().id),
                cookie: sign_in(&inbox.installation, &email).await,
            };
            people.insert(*who, person);
        }
        let stranger = Person {
            access: Access::default(),
            member: owner.me().id,
            cookie: sign_in(&inbox.installation, "owner@other.example").await,
        };
        people.insert(Who::Stranger, stranger);
        let revoked = revoked_token(&owner).await.0;
        Some(Self { inbox, elsewhere, slug, people, things, revoked })
    }

    /// Ends the workers: what they would still tell of, such as how far limits are used, comes in between no more.
    pub async fn rest(&mut self) {
        self.inbox.rest().await;
    }

    /// The Owner of the workspace that is asked.
    pub fn owner(&self) -> &Ctx {
        self.inbox.ctx()
    }

    pub fn thing(&self, who: Who, whose: Whose) -> Thing {
        self.things[&(who, whose)]
    }

    pub fn person(&self, who: Who) -> Option<&Person> {
        self.people.get(&who)
    }

    /// Sends a request as somebody.
    pub async fn ask(&self, who: Who, mut request: Request<Body>) -> Response<Body> {
        request.headers_mut().insert("sec-fetch-site", "same-origin".parse().unwrap());
        if let Some(person) = self.people.get(&who) {
            request.headers_mut().insert(header::COOKIE, person.cookie.parse().unwrap());
        }
        if who == Who::RevokedToken {
            request.headers_mut().insert(header::AUTHORIZATION, format!("Bearer {}", self.revoked).parse().unwrap());
        }
        self.inbox.installation.send(request).await
    }
}

fn name(who: Who) -> &'static str {
    match who {
        Who::Owner => "owner",
        Who::Manager => "manager",
        Who::Agent => "agent",
        Who::Viewer => "viewer",
        Who::Custom => "custom",
        Who::Stranger => "stranger",
        Who::Removed => "removed",
        Who::RevokedToken | Who::Nobody => "nobody",
    }
}

async fn add(owner: &Ctx, name: &str, role: Role) -> (UserId, MemberId) {
    let email = format!("{name}@kaveri.example");
    let slug = &owner.workspace().slug;
    let added = members::add(owner.services(), slug, &email, name, PASSWORD, role).await.unwrap();
    (added.user, added.member.id)
}

/// A customer writes, somebody gets the conversation, and the Owner has answered in it.
async fn thing(inbox: &Inbox, owner: &Ctx, n: u32, to: Option<MemberId>, has: Has) -> Thing {
    let row = inbox.receive_from(&format!("9198455501{n:02}"), &format!("wamid.{n}"), &format!("Hello {n}")).await;
    let message = MessageId(services::clock::new_id());
    conversations::reply(owner, row.id, message, "Good morning").await.unwrap();
    conversations::assign(owner, row.id, to).await.unwrap();
    let has = Has {
        spare: invitation(owner).await,
        spare_label: label(owner).await,
        spare_reply: quick_reply(owner).await,
        spare_field: field(owner).await,
        ..has
    };
    let (dead, media, note) =
        (dead_letter(owner, message).await, file(owner, message).await, note(owner, row.id).await);
    let (contact, number) = (row.contact.id, row.number.id);
    Thing { conversation: row.id, contact, message, media, dead, note, assignee: to, number, has }
}

/// Another workspace with a conversation of its own.
async fn foreign(installation: &Installation) -> (Thing, Ctx) {
    let services = &installation.services;
    let slug = accounts::create_owner(services, "Other", "owner@other.example", PASSWORD).await.unwrap();
    let number = Connect {
        phone_number_id: "206540352242922".to_owned(),
        waba_id: "202290129340398".to_owned(),
        display_number: "+91 80 5550 0143".to_owned(),
        token: "EAAGother".into(),
        name: None,
    };
    numbers::connect(services, &slug, number).await.unwrap();
    let address = "127.0.0.1".parse().unwrap();
    let user = accounts::sign_in(services, "owner@other.example", PASSWORD, address).await.unwrap().user;
    let ctx = services.ctx(user, &slug).await.unwrap();
    let at = installation.clock.now() / 1_000;
    let delivery = json!({"object": "whatsapp_business_account", "entry": [{"id": "202290129340398", "changes": [{
        "field": "messages", "value": {"messaging_product": "whatsapp",
            "metadata": {"display_phone_number": "918055500143", "phone_number_id": "206540352242922"},
            "contacts": [{"profile": {"name": "Ines"}, "wa_id": "34600000001"}],
            "messages": [{"from": "34600000001", "id": "wamid.other", "timestamp": at.to_string(), "type": "text",
                "text": {"body": "Hola"}}]}}]}]});
    installation.deliver(delivery.to_string()).await;
    let shown = async {
        loop {
            let page = conversations::list(&ctx, View::All, None).await.unwrap();
            match page.items.into_iter().next() {
                Some(row) => return row,
                None => tokio::task::yield_now().await,
            }
        }
    };
    let row = tokio::time::timeout(Duration::from_secs(10), shown).await.unwrap();
    let message = MessageId(services::clock::new_id());
    conversations::reply(&ctx, row.id, message, "Buenos días").await.unwrap();
    let base = RoleRef::BuiltIn(Role::Viewer);
    let has = Has {
        member: ctx.me().id,
        role: team::roles::create(&ctx, "Bookkeeper", "", base).await.unwrap().id,
        token: revoked_token(&ctx).await.1,
        invitation: invitation(&ctx).await,
        spare: invitation(&ctx).await,
        label: label(&ctx).await,
        spare_label: label(&ctx).await,
        reply: quick_reply(&ctx).await,
        spare_reply: quick_reply(&ctx).await,
        import: import(&ctx).await,
        field: field(&ctx).await,
        spare_field: field(&ctx).await,
    };
    let (dead, media) = (dead_letter(&ctx, message).await, file(&ctx, message).await);
    let number = row.number.id;
    let note = note(&ctx, row.id).await;
    (
        Thing {
            conversation: row.id,
            contact: row.contact.id,
            message,
            media,
            dead,
            note,
            assignee: None,
            number,
            has,
        },
        ctx,
    )
}
