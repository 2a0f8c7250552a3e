//! The simulated Meta, with the phones as the database says they must look.

use std::{collections::HashMap, net::SocketAddr};

use domain::{
    conversation::{State, View},
    id::MessageId,
    inbox::{MessageView, Row, Thread},
    message::Direction,
    role::Role,
    workspace::Slug,
};
use services::{
    Ctx, Services, conversations,
    numbers::Connect,
    seed::{self, SeedResult},
};
use simulator::{Config, Customer, Line, Marks, Number, Simulator, Tick};

use super::files::Kept;
use crate::failure::Failure;

/// What both sides know.
pub struct Network {
    pub slug: Slug,
    pub numbers: Vec<Number>,
    pub customers: Vec<Customer>,
    pub chats: Vec<Chat>,
}

/// One customer's thread with one number.
#[derive(Clone)]
pub struct Chat {
    pub phone_number_id: String,
    pub customer: Customer,
    pub lines: Vec<Line>,
    /// Whether somebody may still be talking. The window does not count: a customer may always write.
    pub open: bool,
}

/// The demo's two numbers. Meta's ids are made up; the display numbers lie in ranges that nobody is given.
pub fn numbers(kept: &Kept) -> [Number; 2] {
    let number = |phone_number_id: &str, waba_id: &str, display_number: &str, name: &str| Number {
        phone_number_id: phone_number_id.to_owned(),
        waba_id: waba_id.to_owned(),
        display_number: display_number.to_owned(),
        name: name.to_owned(),
        token: kept.access_token.clone(),
    };
    [
        number("106540352242922", "102290129340398", "+91 80 5550 0142", "Kaveri Home"),
        number("108913745610277", "102290129340398", "+34 900 555 027", "Kaveri Europe"),
    ]
}

/// The same number as the workspace connects it.
pub fn connect(number: &Number) -> Connect {
    Connect {
        phone_number_id: number.phone_number_id.clone(),
        waba_id: number.waba_id.clone(),
        display_number: number.display_number.clone(),
        token: number.token.clone().into(),
        name: Some(number.name.clone()),
    }
}

impl Network {
    /// Every thread of the workspace as the customers' phones hold it, so that a demo that is started again goes on where it
    /// was.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn read(services: &Services, seeded: &SeedResult, numbers: [Number; 2]) -> Result<Self, Failure> {
        let owner = seeded.users.iter().find(|(_, member)| member.role == Role::Owner);
        let (owner, _) = owner.ok_or_else(|| Failure::failed("the demo's workspace has no owner"))?;
        let ctx = services.ctx(*owner, &seeded.slug).await?;
        let wamids = seed::wamids(services, ctx.workspace().id).await?;
        let customers = seeded.customers.iter().map(customer).collect();
        let mut network = Self { slug: seeded.slug.clone(), numbers: numbers.to_vec(), customers, chats: Vec::new() };
        for view in [View::All, View::Closed] {
            let mut before = None;
            loop {
                let page = conversations::list(&ctx, view, before).await?;
                before = page.items.last().map(Row::sort_key);
                for row in page.items {
                    let chat = network.chat(&ctx, &row, &wamids).await?;
                    network.chats.extend(chat);
                }
                if !page.more {
                    break;
                }
            }
        }
        // Oldest first: where a customer has had two conversations, the phone shows one chat.
        network.chats.sort_by_key(|chat| chat.lines.first().map_or(0, |line| line.at));
        Ok(network)
    }

    async fn chat(&self, ctx: &Ctx, row: &Row, wamids: &Wamids) -> Result<Option<Chat>, Failure> {
        let number = self.numbers.iter().find(|number| number.display_number == row.number.display_number);
        let digits = row.contact.phone.as_deref().map(|phone| phone.trim_start_matches('+'));
        let customer = match digits {
            Some(digits) => Some(Customer::phone(digits, row.contact.name.clone())),
            // The inbox does not show the id of those who hide their number; names are enough among the demo's few.
            None => self.customers.iter().find(|who| who.wa_id.is_none() && who.name == row.contact.name).cloned(),
        };
        let (Some(number), Some(customer)) = (number, customer) else { return Ok(None) };
        let Thread { messages, .. } = conversations::thread(ctx, row.id).await?;
        Ok(Some(Chat {
            phone_number_id: number.phone_number_id.clone(),
            customer,
            lines: messages
                .iter()
                .filter(|message| message.error.is_none())
                .map(|message| line(message, wamids))
                .collect(),
            open: row.state != State::Closed,
        }))
    }

    /// A simulator that signs with the kept secret and delivers to `addr`.
    ///
    /// # Errors
    /// When its HTTP client cannot be made.
    pub fn simulator(&self, kept: &Kept, version: &str, addr: SocketAddr) -> Result<Simulator, Failure> {
        let simulator = Simulator::try_new(Config {
            app_id: kept.app_id.clone(),
            app_secret: kept.app_secret.clone(),
            webhook_url: format!("http://{addr}/webhooks/meta"),
            graph_version: Some(version.to_owned()),
            numbers: self.numbers.clone(),
            customers: self.customers.clone(),
            inbox_url: Some(format!("/w/{}/inbox", self.slug)),
            ..Config::default()
        })
        .map_err(Failure::failed)?;
        for chat in &self.chats {
            simulator.seed_chat(&chat.phone_number_id, &chat.customer, chat.lines.clone());
        }
        Ok(simulator)
    }
}

fn customer(who: &seed::Customer) -> Customer {
    Customer { wa_id: who.wa_id.clone(), name: who.name.clone(), bsuid: who.bsuid.clone() }
}

/// Meta's ids of messages.
type Wamids = HashMap<MessageId, String>;

fn line(message: &MessageView, wamids: &Wamids) -> Line {
    let extras = &message.extras;
    let of = |side| extras.reactions.iter().find(|reaction| reaction.direction == side && reaction.failed.is_none());
    let emoji = |side| of(side).map(|reaction| reaction.emoji.clone()).unwrap_or_default();
    let marks = Marks {
        reaction: emoji(Direction::In),
        theirs: emoji(Direction::Out),
        edited: extras.edited_at.is_some(),
        deleted: extras.revoked_at.is_some(),
    };
    Line {
        // One that never went out has none; its phone only needs one that is its alone.
        wamid: wamids.get(&message.id).cloned().unwrap_or_else(|| format!("wamid.demo.{}", message.id)),
        from_customer: message.direction == Direction::In,
        text: if marks.deleted {
            "You deleted this message".to_owned()
        } else {
            message.content.preview(message.kind, &message.text)
        },
        at: message.at,
        // What is history has been seen by both sides.
        tick: Tick::Read,
        replies: Vec::new(),
        marks,
        // What phones held before a restart is not in memory any more.
        choices: Vec::new(),
        quotes: None,
        file: None,
    }
}
