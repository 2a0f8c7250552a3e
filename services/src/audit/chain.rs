//! How entries are bound to each other.
//!
//! A digest covers what an entry says, with a digest of its personal part (what changed, remarks, address, browser) in
//! place of that part, so that the part can be erased and the rest still be proven. A link covers the link before it,
//! the position and the digest. Everything that could be read in two ways is preceded by its length.

use domain::{id::WorkspaceId, time::Millis};
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};
use uuid::Uuid;

pub(super) type Link = [u8; 32];

/// Bytes of [`Row::salt`].
pub(super) const SALT: usize = 16;

/// The key of one workspace's chain. Keyed once; wiped from memory when dropped.
#[derive(Clone)]
pub(super) struct Key(Hmac<Sha256>);

/// An entry as it is stored.
#[derive(Clone, Debug, sqlx::FromRow)]
pub(super) struct Row {
    pub at: Millis,
    pub id: Uuid,
    pub actor_kind: String,
    pub member_id: Option<Uuid>,
    pub token_id: Option<Uuid>,
    pub action: String,
    pub resource_kind: Option<String>,
    pub resource_id: Option<Uuid>,
    pub was: Option<String>,
    pub became: Option<String>,
    pub about: Option<String>,
    pub address: Option<String>,
    pub agent: Option<String>,
    /// Sealed although nothing proves that Parlance wrote it.
    pub unproven: bool,
    pub position: Option<i64>,
    pub salt: Option<Vec<u8>>,
    pub mac: Option<Vec<u8>>,
    pub erased_at: Option<Millis>,
    pub personal_digest: Option<Vec<u8>>,
    pub erasure: Option<Vec<u8>>,
    /// Only while it waits to be sealed.
    #[sqlx(default)]
    pub proof: Option<Vec<u8>>,
}

/// Both ends of a chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Ends {
    pub position: i64,
    pub mac: Link,
    /// Entries up to this one are gone because they were kept long enough.
    pub anchor_position: i64,
    pub anchor_mac: Link,
    /// Days for which entries were to be kept when the chain was cut last; what was set later stands in the chain. `None` where
    /// the ends were signed before that was signed too.
    pub kept_days: Option<i64>,
}

/// What a check of the whole chain found, as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Checked {
    pub at: Millis,
    pub position: i64,
    pub problem: Option<String>,
}

impl Key {
    pub fn new(bytes: &[u8]) -> Self {
        Self(Hmac::new_from_slice(bytes).expect("HMAC takes keys of any length"))
    }

    fn mac(&self, what: &str, parts: &[&[u8]]) -> Link {
        self.started(what, parts).finalize().into_bytes().into()
    }

    /// Compares in constant time.
    fn matches(&self, what: &str, parts: &[&[u8]], claimed: &[u8]) -> bool {
        self.started(what, parts).verify_slice(claimed).is_ok()
    }

    fn started(&self, what: &str, parts: &[&[u8]]) -> Hmac<Sha256> {
        let mut mac = self.0.clone();
        for part in [what.as_bytes()].iter().chain(parts) {
            mac.update(&length(part));
            mac.update(part);
        }
        mac
    }

    /// What the first entry is linked to.
    pub fn genesis(&self, workspace: WorkspaceId) -> Link {
        self.mac("genesis", &[workspace.0.as_bytes()])
    }

    /// The link of an entry.
    pub fn link(&self, before: &[u8], position: i64, digest: &[u8; 32]) -> Link {
        self.mac("entry", &[before, &position.to_be_bytes(), digest])
    }

    pub fn is_link(&self, before: &[u8], position: i64, digest: &[u8; 32], claimed: &[u8]) -> bool {
        self.matches("entry", &[before, &position.to_be_bytes(), digest], claimed)
    }

    pub fn sign(&self, workspace: WorkspaceId, ends: &Ends) -> Link {
        let (what, parts) = Self::ends(workspace, ends);
        self.mac(what, &parts.iter().map(Vec::as_slice).collect::<Vec<_>>())
    }

    pub fn signed(&self, workspace: WorkspaceId, ends: &Ends, claimed: &[u8]) -> bool {
        let (what, parts) = Self::ends(workspace, ends);
        self.matches(what, &parts.iter().map(Vec::as_slice).collect::<Vec<_>>(), claimed)
    }

    fn ends(workspace: WorkspaceId, ends: &Ends) -> (&'static str, Vec<Vec<u8>>) {
        let mut parts = vec![
            workspace.0.as_bytes().to_vec(),
            ends.position.to_be_bytes().to_vec(),
            ends.mac.to_vec(),
            ends.anchor_position.to_be_bytes().to_vec(),
            ends.anchor_mac.to_vec(),
        ];
        let Some(days) = ends.kept_days else { return ("ends", parts) };
        parts.push(days.to_be_bytes().to_vec());
        ("ends and days", parts)
    }

    pub fn sign_check(&self, workspace: WorkspaceId, check: &Checked) -> Link {
        let (at, position, problem) = Self::check(check);
        self.mac("check", &[workspace.0.as_bytes(), &at, &position, &problem])
    }

    pub fn signed_check(&self, workspace: WorkspaceId, check: &Checked, claimed: &[u8]) -> bool {
        let (at, position, problem) = Self::check(check);
        self.matches("check", &[workspace.0.as_bytes(), &at, &position, &problem], claimed)
    }

    /// No problem differs from one of which nothing is said.
    fn check(check: &Checked) -> ([u8; 8], [u8; 8], Vec<u8>) {
        let problem = check.problem.as_ref().map_or_else(Vec::new, |problem| [b"!", problem.as_bytes()].concat());
        (check.at.to_be_bytes(), check.position.to_be_bytes(), problem)
    }

    /// The proof that an entry's personal part was erased by somebody who holds the key.
    pub fn erasure(&self, workspace: WorkspaceId, position: i64, erased_at: Millis, personal: &[u8]) -> Link {
        let (position, erased_at) = (position.to_be_bytes(), erased_at.to_be_bytes());
        self.mac("erasure", &[workspace.0.as_bytes(), &position, &erased_at, personal])
    }

    pub fn is_erasure(
        &self,
        workspace: WorkspaceId,
        position: i64,
        erased_at: Millis,
        personal: &[u8],
        claimed: &[u8],
    ) -> bool {
        let (position, erased_at) = (position.to_be_bytes(), erased_at.to_be_bytes());
        self.matches("erasure", &[workspace.0.as_bytes(), &position, &erased_at, personal], claimed)
    }
}

impl Row {
    /// Over the part that may be erased.
    pub fn personal_digest(&self, salt: &[u8]) -> [u8; 32] {
        let mut digest = Sha256::new();
        put(&mut digest, Some(salt));
        for part in [&self.was, &self.became, &self.about, &self.address, &self.agent] {
            put(&mut digest, part.as_deref().map(str::as_bytes));
        }
        digest.finalize().into()
    }

    /// Over the whole entry, with `personal` in place of the part that may be erased.
    pub fn digest(&self, workspace: WorkspaceId, personal: &[u8]) -> [u8; 32] {
        let mut digest = Sha256::new();
        let at = self.at.to_be_bytes();
        for part in [
            Some(workspace.0.as_bytes().as_slice()),
            Some(at.as_slice()),
            Some(self.id.as_bytes()),
            Some(self.actor_kind.as_bytes()),
            self.member_id.as_ref().map(|id| id.as_bytes().as_slice()),
            self.token_id.as_ref().map(|id| id.as_bytes().as_slice()),
            Some(self.action.as_bytes()),
            self.resource_kind.as_deref().map(str::as_bytes),
            self.resource_id.as_ref().map(|id| id.as_bytes().as_slice()),
            Some(&[u8::from(self.unproven)]),
            Some(personal),
        ] {
            put(&mut digest, part);
        }
        digest.finalize().into()
    }

    /// Over everything that is known when it is written.
    pub fn digest_as_written(&self, workspace: WorkspaceId) -> String {
        hex::encode(self.digest(workspace, &self.personal_digest(&[])))
    }

    /// Whether anything of the part that may be erased is left.
    pub fn has_personal(&self) -> bool {
        let parts = [&self.was, &self.became, &self.about, &self.address, &self.agent];
        self.salt.is_some() || parts.iter().any(|part| part.is_some())
    }
}

/// Nothing differs from an empty text.
fn put(digest: &mut Sha256, part: Option<&[u8]>) {
    match part {
        None => digest.update([0]),
        Some(part) => {
            digest.update([1]);
            digest.update(length(part));
            digest.update(part);
        }
    }
}

fn length(part: &[u8]) -> [u8; 8] {
    (part.len() as u64).to_be_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    const WS: WorkspaceId = WorkspaceId(Uuid::from_u128(1));

    fn row() -> Row {
        Row {
            at: 5,
            id: Uuid::from_u128(2),
            actor_kind: "member".into(),
            member_id: Some(Uuid::from_u128(3)),
            token_id: None,
            action: "contact.updated".into(),
            resource_kind: Some("contact".into()),
            resource_id: Some(Uuid::from_u128(4)),
            was: Some("1".into()),
            became: None,
            about: None,
            address: None,
            agent: None,
            unproven: false,
            position: None,
            salt: None,
            mac: None,
            erased_at: None,
            personal_digest: None,
            erasure: None,
            proof: None,
        }
    }

    fn whole(row: &Row) -> [u8; 32] {
        row.digest(WS, &row.personal_digest(b"salt"))
    }

    #[test]
    fn every_field_counts() {
        let changes: [fn(&mut Row); 17] = [
            |row| row.unproven = true,
            |row| row.at += 1,
            |row| row.id = Uuid::from_u128(9),
            |row| row.actor_kind = "token".into(),
            |row| row.member_id = None,
            |row| row.token_id = row.member_id,
            |row| (row.token_id, row.member_id) = (row.member_id, None),
            |row| row.action.push('x'),
            |row| row.resource_kind = None,
            |row| row.resource_id = None,
            |row| row.was = None,
            |row| row.was = Some(String::new()),
            |row| (row.was, row.became) = (None, row.was.take()),
            |row| row.became = Some(String::new()),
            |row| row.about = Some("x".into()),
            |row| row.address = Some("x".into()),
            |row| row.agent = Some("x".into()),
        ];
        for (i, change) in changes.iter().enumerate() {
            let mut changed = row();
            change(&mut changed);
            assert_ne!(whole(&changed), whole(&row()), "change {i}");
        }
        assert_ne!(row().personal_digest(b"salt"), row().personal_digest(b"pepper"));
        assert_ne!(row().digest(WS, b"p"), row().digest(WorkspaceId(Uuid::nil()), b"p"));
    }

    #[test]
    fn links_and_signatures_need_the_key_and_the_place() {
        let (key, other) = (Key::new(b"key"), Key::new(b"other"));
        let digest = whole(&row());
        let link = key.link(b"before", 7, &digest);
        assert!(key.is_link(b"before", 7, &digest, &link));
        assert!(!key.is_link(b"before", 8, &digest, &link));
        assert!(!key.is_link(b"befor", 7, &digest, &link));
        assert!(!other.is_link(b"before", 7, &digest, &link));
        let ends =
            Ends { position: 7, mac: link, anchor_position: 2, anchor_mac: key.genesis(WS), kept_days: Some(90) };
        let signature = key.sign(WS, &ends);
        assert!(key.signed(WS, &ends, &signature) && !other.signed(WS, &ends, &signature));
        for wrong in [
            Ends { position: 8, ..ends },
            Ends { anchor_position: 1, ..ends },
            Ends { mac: [0; 32], ..ends },
            Ends { kept_days: Some(7), ..ends },
            Ends { kept_days: None, ..ends },
        ] {
            assert!(!key.signed(WS, &wrong, &signature));
        }
        let check = Checked { at: 5, position: 7, problem: Some(String::new()) };
        let signature = key.sign_check(WS, &check);
        assert!(key.signed_check(WS, &check, &signature) && !other.signed_check(WS, &check, &signature));
        for wrong in [
            Checked { at: 6, ..check.clone() },
            Checked { position: 8, ..check.clone() },
            Checked { problem: None, ..check.clone() },
        ] {
            assert!(!key.signed_check(WS, &wrong, &signature));
        }
    }
}
