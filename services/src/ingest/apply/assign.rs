use super::{Step, contacts::Contact};
use crate::{Result, ctx::held, sql};
use domain::{permission::Permission, workspace::AssignmentRule};
use std::collections::VecDeque;
use uuid::Uuid;

const RULE: &str = "SELECT assignment_rule FROM workspaces WHERE id = $1";
const AGENTS: &str = "SELECT id FROM members
    WHERE workspace_id = $1 AND role = 'agent' AND available AND removed_at IS NULL ORDER BY last_turn, id";
const MEMBERS: &str = "SELECT m.id, m.role, r.permissions FROM members m
    LEFT JOIN roles r ON r.workspace_id = m.workspace_id AND r.id = m.role_id
    WHERE m.workspace_id = $1 AND m.removed_at IS NULL";
const CONTACT: &str = "UPDATE contacts SET assignee_id = $3 WHERE workspace_id = $1 AND id = $2";
// Turns are counted, not timed: several conversations may be given out within one tick of the clock.
const SERVED: &str = "UPDATE members SET last_turn = 1 + (SELECT MAX(last_turn) FROM members WHERE workspace_id = $1)
    WHERE workspace_id = $1 AND id = $2";

/// Gives new conversations out: to the contact's agent, else by the workspace's rule.
#[derive(Default)]
pub struct Dealer {
    loaded: Option<Loaded>,
}

struct Loaded {
    members: Vec<Uuid>,
    /// Available agents, the one who waited longest first; empty when the rule is "unassigned".
    turn: VecDeque<Uuid>,
    /// In the order they were served.
    served: Vec<Uuid>,
    /// Contacts and whom they were given to.
    given: Vec<(Uuid, Uuid)>,
}

impl Dealer {
    pub async fn assignee(&mut self, step: &mut Step<'_>, contact: &Contact) -> Result<Option<Uuid>> {
        if self.loaded.is_none() {
            self.loaded = Some(load(step).await?);
        }
        let Some(loaded) = &mut self.loaded else { return Ok(None) };
        if let Some(agent) = contact.assignee_id.filter(|agent| loaded.members.contains(agent)) {
            return Ok(Some(agent));
        }
        let Some(agent) = loaded.turn.pop_front() else { return Ok(None) };
        loaded.turn.push_back(agent);
        loaded.served.retain(|other| *other != agent);
        loaded.served.push(agent);
        loaded.given.push((contact.id, agent));
        Ok(Some(agent))
    }

    /// Remembers whose turn it was.
    pub async fn save(self, step: &mut Step<'_>) -> Result<()> {
        let Some(loaded) = self.loaded else { return Ok(()) };
        for (contact, agent) in loaded.given {
            // The contact's next conversation goes to the same agent.
            sql!(exec step.tx.conn(), CONTACT, step.workspace, contact, agent)?;
        }
        for agent in loaded.served {
            sql!(exec step.tx.conn(), SERVED, step.workspace, agent)?;
        }
        Ok(())
    }
}

async fn load(step: &mut Step<'_>) -> Result<Loaded> {
    let rule: String = sql!(scalar String, step.tx.conn(), RULE, step.workspace)?;
    let turn = match AssignmentRule::parse(&rule) {
        AssignmentRule::RoundRobin => sql!(scalars Uuid, step.tx.conn(), AGENTS, step.workspace)?.into(),
        AssignmentRule::Unassigned => VecDeque::new(),
    };
    let all = sql!(all(Uuid, String, Option<String>), step.tx.conn(), MEMBERS, step.workspace)?;
    let mut members = Vec::with_capacity(all.len());
    for (id, role, own) in all {
        if held(&role, own.as_deref())?.1.allows(Permission::MessagesSend) {
            members.push(id);
        }
    }
    Ok(Loaded { members, turn, served: Vec::new(), given: Vec::new() })
}
