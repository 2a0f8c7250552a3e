-- Who did what. See docs/adr/0005-the-audit-trail.md.

-- Entries stand in the order in which they are read. There is no reference to a workspace or a member: the trail outlives what
-- it speaks of, and the chain of the installation itself has the id of zeros.
CREATE TABLE audit_entries (
    workspace_id UUID NOT NULL,
    at BIGINT NOT NULL,
    id UUID NOT NULL,
    actor_kind TEXT NOT NULL CHECK (actor_kind IN ('member', 'token', 'system')),
    member_id UUID,
    token_id UUID,
    action TEXT NOT NULL,
    resource_kind TEXT,
    resource_id UUID,
    -- JSON, as text: the chain covers the bytes.
    was TEXT,
    became TEXT,
    about TEXT,
    address TEXT,
    agent TEXT,
    -- That a process with the master key wrote it; empty as soon as the chain holds it.
    proof BYTEA,
    -- Sealed without such a proof: somebody else wrote it.
    unproven BOOLEAN NOT NULL DEFAULT FALSE,
    -- Place in the workspace's chain, from 1; empty until the entry is sealed.
    position BIGINT,
    -- Random bytes under the digest of what may be erased, so that it cannot be guessed from the digest.
    salt BYTEA,
    mac BYTEA,
    erased_at BIGINT,
    -- In place of what was erased, and the proof that it was erased with the key at hand.
    personal_digest BYTEA,
    erasure BYTEA,
    PRIMARY KEY (workspace_id, at, id)
);
CREATE INDEX audit_unsealed ON audit_entries (workspace_id, at, id) WHERE position IS NULL;
CREATE UNIQUE INDEX audit_chain ON audit_entries (workspace_id, position) WHERE position IS NOT NULL;

-- Where each chain begins and ends, signed.
CREATE TABLE audit_heads (
    workspace_id UUID PRIMARY KEY NOT NULL,
    position BIGINT NOT NULL,
    mac BYTEA NOT NULL,
    -- Entries up to here were kept long enough and are gone.
    anchor_position BIGINT NOT NULL,
    anchor_mac BYTEA NOT NULL,
    signature BYTEA NOT NULL,
    sealed_at BIGINT NOT NULL,
    checked_at BIGINT,
    checked_position BIGINT,
    -- What the last check found, empty when all is well.
    problem TEXT
);

-- The chain of the installation has a key too, so a secret need not belong to a workspace that exists.
ALTER TABLE secrets DROP CONSTRAINT secrets_workspace_id_fkey;
