-- Files: of customers, fetched from Meta; and of members, on their way to customers.
CREATE TABLE media (
    id BLOB PRIMARY KEY NOT NULL,
    workspace_id BLOB NOT NULL REFERENCES workspaces (id),
    number_id BLOB NOT NULL REFERENCES numbers (id),
    -- What it belongs to; an upload belongs to nothing until it is sent.
    message_id BLOB REFERENCES messages (id),
    -- Of an upload: whose, and for which conversation.
    author_id BLOB REFERENCES members (id),
    conversation_id BLOB REFERENCES conversations (id),
    -- Recorded to be heard as a voice message.
    voice BOOLEAN NOT NULL DEFAULT FALSE,
    state TEXT NOT NULL CHECK (state IN ('wanted', 'receiving', 'kept', 'gone', 'refused', 'failed')),
    -- Why it is not here, in words.
    reason TEXT,
    -- Meta's id: a customer's file is asked for by it for seven days, an upload is sent by it until `meta_until`.
    meta_id TEXT,
    meta_until INTEGER,
    -- What Meta says of it; not to be believed.
    claimed_mime TEXT,
    claimed_sha256 TEXT,
    name TEXT,
    -- What was found: the type by its content, bytes, hexadecimal digest.
    mime TEXT,
    size INTEGER,
    sha256 TEXT,
    width INTEGER,
    height INTEGER,
    thumbnail BOOLEAN NOT NULL DEFAULT FALSE,
    -- Whether its bytes are in the store.
    stored BOOLEAN NOT NULL DEFAULT FALSE,
    tries INTEGER NOT NULL DEFAULT 0,
    due_at INTEGER NOT NULL,
    lease_until INTEGER NOT NULL DEFAULT 0,
    created_at INTEGER NOT NULL,
    -- Since when nobody may see it: its bytes go soon.
    removed_at INTEGER
);
CREATE INDEX media_due ON media (due_at) WHERE state = 'wanted';
CREATE INDEX media_message ON media (workspace_id, message_id);
CREATE INDEX media_removed ON media (removed_at) WHERE removed_at IS NOT NULL AND stored;
CREATE INDEX media_unsent ON media (created_at) WHERE message_id IS NULL AND removed_at IS NULL;

-- Secrets are opened to fetch and to hand in files, too. SQLite cannot change a CHECK.
CREATE TABLE secret_access_new (
    workspace_id BLOB NOT NULL,
    kind TEXT NOT NULL,
    subject_id BLOB NOT NULL,
    purpose TEXT NOT NULL CHECK (purpose IN ('send', 'check', 'audit', 'sign_in', 'renew', 'media')),
    minute INTEGER NOT NULL,
    outcome TEXT NOT NULL CHECK (outcome IN ('opened', 'failed')),
    times INTEGER NOT NULL,
    reason TEXT,
    PRIMARY KEY (workspace_id, kind, subject_id, purpose, minute, outcome)
);
INSERT INTO secret_access_new SELECT workspace_id, kind, subject_id, purpose, minute, outcome, times, reason FROM secret_access;
DROP TABLE secret_access;
ALTER TABLE secret_access_new RENAME TO secret_access;
CREATE INDEX secret_access_age ON secret_access (minute);
