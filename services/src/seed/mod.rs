//! The demo's workspace: a shop for home textiles, its team, and what its customers wrote in the last days.

mod people;
mod wamids;
mod write;

pub use wamids::wamids;

use crate::{
    Result, Services, accounts,
    clock::new_id,
    members,
    numbers::{self, Connect},
    vault::{self, Kind, Purpose},
    workspaces,
};
use domain::{
    id::{MemberId, UserId},
    role::Role,
    workspace::{AssignmentRule, MemberBrief, Slug},
};
use rand::RngCore;
use secrecy::ExposeSecret;
use write::Team;

const WORKSPACE: &str = "Kaveri Home";

const TEAM: [(&str, &str, Role); 4] = [
    ("Asha Menon", "asha@kaveri-home.example", Role::Owner),
    ("Beatriz Lima", "beatriz@kaveri-home.example", Role::Manager),
    ("Rohan Iyer", "rohan@kaveri-home.example", Role::Agent),
    ("Tomasz Nowak", "tomasz@kaveri-home.example", Role::Viewer),
];

/// What the demo is given.
pub struct SeedConfig {
    /// The shop's number and the export desk's.
    pub numbers: [Connect; 2],
}

/// What stands in the demo.
pub struct SeedResult {
    pub slug: Slug,
    /// One member a role, the owner first.
    pub users: Vec<(UserId, MemberBrief)>,
    pub customers: Vec<Customer>,
}

/// A customer with a phone of their own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Customer {
    pub name: String,
    /// Digits with country code; `None` for those known by `bsuid` alone.
    pub wa_id: Option<String>,
    /// Meta's business-scoped user id.
    pub bsuid: Option<String>,
    /// Which of the two numbers they write to: 0 or 1.
    pub number: usize,
}

/// Marks the database as a demo and fills it, unless that was done before; then only the numbers' tokens are kept in step.
///
/// # Errors
/// `Conflict` when the database holds real workspaces.
pub async fn demo(services: &Services, config: SeedConfig) -> Result<SeedResult> {
    workspaces::mark_demo(services).await?;
    let slug = Slug::from_name(WORKSPACE);
    let mut users = accounts::demo_members(services, &slug).await?;
    if users.is_empty() {
        fill(services, &config).await?;
        users = accounts::demo_members(services, &slug).await?;
    } else if let Some((owner, _)) = users.first() {
        let ctx = services.ctx(*owner, &slug).await?;
        let known = numbers::list(&ctx).await?;
        for number in config.numbers {
            if !is_current(services, &ctx, &known, &number).await {
                numbers::connect(services, &slug, number).await?;
            }
        }
    }
    Ok(SeedResult { slug, users, customers: customers() })
}

/// Whether one of the connected numbers has this token already.
async fn is_current(
    services: &Services,
    ctx: &crate::Ctx,
    known: &[domain::number::NumberBrief],
    number: &Connect,
) -> bool {
    let Some(brief) = known.iter().find(|brief| brief.display_number == number.display_number) else { return false };
    match vault::load(services, ctx.workspace().id, Kind::AccessToken, brief.id.0, Purpose::Check).await {
        Ok(token) => token.expose_secret() == number.token.expose_secret(),
        Err(_) => false,
    }
}

async fn fill(services: &Services, config: &SeedConfig) -> Result<()> {
    // Nobody knows it: demo members sign in with one click.
    let mut password = [0; 32];
    rand::rng().fill_bytes(&mut password);
    let hash = services.passwords().hash(&hex::encode(password)).await?;
    let now = services.clock().now();
    let mut tx = services.db().begin().await?;
    let (rule, plan) = (AssignmentRule::RoundRobin, services.default_plan());
    let (workspace, _) = workspaces::insert(services, tx.conn(), WORKSPACE, rule, plan, now).await?;
    let mut team = Vec::new();
    for (name, email, role) in TEAM {
        let person = members::Person { email, name, hash: &hash };
        let user = members::insert_user(tx.conn(), person, now).await?;
        let user = user.ok_or_else(|| crate::Error::Internal(format!("{email} exists already")))?;
        let member = MemberId(new_id());
        members::insert(tx.conn(), workspace, member.0, user, role, now).await?;
        team.push(member);
    }
    let mut connected = Vec::new();
    for number in &config.numbers {
        connected.push(numbers::connect_in(services, tx.conn(), workspace, number, now).await?);
    }
    let team = Team { asha: team[0], beatriz: team[1], rohan: team[2] };
    write::histories(&mut tx, workspace, [connected[0], connected[1]], &team, now).await?;
    Ok(tx.commit().await?)
}

fn customers() -> Vec<Customer> {
    let text = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    let mut customers: Vec<Customer> = Vec::new();
    for person in people::all() {
        let (wa_id, bsuid) = (text(person.phone), text(person.bsuid));
        if !customers.iter().any(|c| c.wa_id == wa_id && c.bsuid == bsuid) {
            customers.push(Customer { name: person.name.to_owned(), wa_id, bsuid, number: person.number });
        }
    }
    customers
}
