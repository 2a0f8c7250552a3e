-- Who did what. See docs/adr/0005-the-audit-trail.md.

-- Entries stand in the order in which they are read, so the table is its own index. There is no reference to a workspace or a
-- member: the trail outlives what it speaks of, and the chain of the installation itself has the id of zeros.
CREATE TABLE audit_entries (
    workspace_id BLOB NOT NULL,
    at INTEGER NOT NULL,
    id BLOB NOT NULL,
    actor_kind TEXT NOT NULL CHECK (actor_kind IN ('member', 'token', 'system')),
    member_id BLOB,
    token_id BLOB,
    action TEXT NOT NULL,
    resource_kind TEXT,
    resource_id BLOB,
    -- JSON.
    was TEXT,
    became TEXT,
    about TEXT,
    address TEXT,
    agent TEXT,
    -- That a process with the master key wrote it; empty as soon as the chain holds it.
    proof BLOB,
    -- Sealed without such a proof: somebody else wrote it.
    unproven BOOLEAN NOT NULL DEFAULT FALSE,
    -- Place in the workspace's chain, from 1; empty until the entry is sealed.
    position INTEGER,
    -- Random bytes under the digest of what may be erased, so that it cannot be guessed from the digest.
    salt BLOB,
    mac BLOB,
    erased_at INTEGER,
    -- In place of what was erased, and the proof that it was erased with the key at hand.
    personal_digest BLOB,
    erasure BLOB,
    PRIMARY KEY (workspace_id, at, id)
) WITHOUT ROWID;
CREATE INDEX audit_unsealed ON audit_entries (workspace_id, at, id) WHERE position IS NULL;
CREATE UNIQUE INDEX audit_chain ON audit_entries (workspace_id, position) WHERE position IS NOT NULL;

-- Where each chain begins and ends, signed.
CREATE TABLE audit_heads (
    workspace_id BLOB PRIMARY KEY NOT NULL,
    position INTEGER NOT NULL,
    mac BLOB NOT NULL,
    -- Entries up to here were kept long enough and are gone.
    anchor_position INTEGER NOT NULL,
    anchor_mac BLOB NOT NULL,
    signature BLOB NOT NULL,
    sealed_at INTEGER NOT NULL,
    checked_at INTEGER,
    checked_position INTEGER,
    -- What the last check found, empty when all is well.
    problem TEXT
);

-- The chain of the installation has a key too, so a secret need not belong to a workspace that exists.
CREATE TABLE secrets_any (
    id BLOB PRIMARY KEY NOT NULL,
    workspace_id BLOB NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('access_token', 'audit_key')),
    subject_id BLOB NOT NULL,
    version INTEGER NOT NULL,
    sealed BLOB NOT NULL,
    created_at INTEGER NOT NULL,
    UNIQUE (workspace_id, kind, subject_id, version)
);
INSERT INTO secrets_any SELECT id, workspace_id, kind, subject_id, version, sealed, created_at FROM secrets;
DROP TABLE secrets;
ALTER TABLE secrets_any RENAME TO secrets;
