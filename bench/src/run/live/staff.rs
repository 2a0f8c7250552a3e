//! Who listens, and whose conversations there are.

use std::{collections::HashMap, time::Duration};

use anyhow::{Context, Result, ensure};
use domain::{id::MemberId, role::Role};
use services::{members, sql};
use tokio::time::{Instant, sleep};
use uuid::Uuid;

use crate::{
    database::Probe,
    http,
    meta::{self, Text},
    world::{OWNER, PASSWORD, World},
};

/// Listeners who see the whole workspace, the owner among them.
const SEE_ALL: usize = 5;
/// Listeners who see their own conversations only.
const SEE_OWN: usize = 15;
/// Customers; the first few wrote while nobody was given conversations.
pub const CONTACTS: usize = 165;
const UNASSIGNED: usize = 15;
/// Until those conversations are there.
const PATIENCE: Duration = Duration::from_secs(30);

const ROUND_ROBIN: &str = "UPDATE workspaces SET assignment_rule = 'round_robin'";
const CONVERSATIONS: &str =
    "SELECT v.id, v.assignee_id, c.wa_id FROM conversations v JOIN contacts c ON c.id = v.contact_id";

/// A member with a screen.
pub struct Listener {
    pub email: String,
    /// For those who see only their own conversations: who they are.
    pub own: Option<MemberId>,
}

/// Everybody who listens.
pub struct Staff(pub Vec<Listener>);

impl Staff {
    /// Makes the accounts; no server runs yet.
    pub async fn hire(world: &World) -> Result<Self> {
        let services = world.services().await?;
        let mut listeners = vec![Listener { email: OWNER.to_owned(), own: None }];
        for nth in 1..SEE_ALL + SEE_OWN {
            let role = if nth < SEE_ALL { Role::Manager } else { Role::Agent };
            let (email, name) = (format!("member{nth}@example.com"), format!("Member {nth}"));
            let added = members::add(&services, &world.offices[0].slug, &email, &name, PASSWORD, role).await?;
            listeners.push(Listener { email, own: (role == Role::Agent).then_some(added.member.id) });
        }
        services.db().close().await;
        Ok(Self(listeners))
    }
}

/// A conversation and whose it is.
pub struct Conversation {
    pub contact: usize,
    pub assignee: Option<MemberId>,
}

/// Lets every customer write once, and reads who was given whom.
pub async fn conversations(world: &World) -> Result<HashMap<Uuid, Conversation>> {
    let mut probe = world.database.probe().await?;
    greet(world, &mut probe, 0..UNASSIGNED).await?;
    sql!(exec probe.conn(), ROUND_ROBIN)?;
    greet(world, &mut probe, UNASSIGNED..CONTACTS).await?;
    let rows: Vec<(Uuid, Option<Uuid>, String)> = sql!(all(Uuid, Option<Uuid>, String), probe.conn(), CONVERSATIONS)?;
    probe.close().await?;
    let contacts: HashMap<String, usize> = (0..CONTACTS).map(|contact| (meta::phone(contact), contact)).collect();
    let mut all = HashMap::new();
    let mut owners: HashMap<MemberId, usize> = HashMap::new();
    for (id, assignee, wa_id) in rows {
        let contact = *contacts.get(&wa_id).with_context(|| format!("nobody wrote from {wa_id}"))?;
        let assignee = assignee.map(MemberId);
        ensure!(assignee.is_none() == (contact < UNASSIGNED), "customer {contact} was given to {assignee:?}");
        if let Some(agent) = assignee {
            *owners.entry(agent).or_default() += 1;
        }
        all.insert(id, Conversation { contact, assignee });
    }
    ensure!(all.len() == CONTACTS, "{} conversations instead of {CONTACTS}", all.len());
    ensure!(owners.len() == SEE_OWN, "only {} of {SEE_OWN} agents were given conversations", owners.len());
    Ok(all)
}

async fn greet(world: &World, probe: &mut Probe, contacts: std::ops::Range<usize>) -> Result<()> {
    let (signer, until) = (world.signer(), Instant::now() + PATIENCE);
    let expected = i64::try_from(contacts.end)?;
    for contact in contacts {
        let wamid = meta::wamid(1, contact);
        let text = Text { wamid: &wamid, contact, at: meta::now(), text: "hello" };
        let body = meta::texts(&world.offices[0].number, &[text]);
        ensure!(http::once(world.addr, &signer.request(&body)).await? == 200, "a delivery was refused");
    }
    while probe.messages().await? < expected {
        ensure!(Instant::now() < until, "the first messages do not become visible");
        sleep(Duration::from_millis(20)).await;
    }
    Ok(())
}
