-- Files: of customers, fetched from Meta; and of members, on their way to customers.
CREATE TABLE media (
    id UUID PRIMARY KEY NOT NULL,
    workspace_id UUID NOT NULL REFERENCES workspaces (id),
    number_id UUID NOT NULL REFERENCES numbers (id),
    -- What it belongs to; an upload belongs to nothing until it is sent.
    message_id UUID REFERENCES messages (id),
    -- Of an upload: whose, and for which conversation.
    author_id UUID REFERENCES members (id),
    conversation_id UUID REFERENCES conversations (id),
    -- Recorded to be heard as a voice message.
    voice BOOLEAN NOT NULL DEFAULT FALSE,
    state TEXT NOT NULL CHECK (state IN ('wanted', 'receiving', 'kept', 'gone', 'refused', 'failed')),
    -- Why it is not here, in words.
    reason TEXT,
    -- Meta's id: a customer's file is asked for by it for seven days, an upload is sent by it until `meta_until`.
    meta_id TEXT,
    meta_until BIGINT,
    -- What Meta says of it; not to be believed.
    claimed_mime TEXT,
    claimed_sha256 TEXT,
    name TEXT,
    -- What was found: the type by its content, bytes, hexadecimal digest.
    mime TEXT,
    size BIGINT,
    sha256 TEXT,
    width BIGINT,
    height BIGINT,
    thumbnail BOOLEAN NOT NULL DEFAULT FALSE,
    -- Whether its bytes are in the store.
    stored BOOLEAN NOT NULL DEFAULT FALSE,
    tries BIGINT NOT NULL DEFAULT 0,
    due_at BIGINT NOT NULL,
    lease_until BIGINT NOT NULL DEFAULT 0,
    created_at BIGINT NOT NULL,
    -- Since when nobody may see it: its bytes go soon.
    removed_at BIGINT
);
CREATE INDEX media_due ON media (due_at) WHERE state = 'wanted';
CREATE INDEX media_message ON media (workspace_id, message_id);
CREATE INDEX media_removed ON media (removed_at) WHERE removed_at IS NOT NULL AND stored;
CREATE INDEX media_unsent ON media (created_at) WHERE message_id IS NULL AND removed_at IS NULL;

-- Secrets are opened to fetch and to hand in files, too.
ALTER TABLE secret_access DROP CONSTRAINT secret_access_purpose_check;
ALTER TABLE secret_access ADD CONSTRAINT secret_access_purpose_check
    CHECK (purpose IN ('send', 'check', 'audit', 'sign_in', 'renew', 'media'));
