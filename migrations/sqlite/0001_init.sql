-- Times are unix milliseconds UTC. Ids are UUIDv7. Enumerations are text with a check.

CREATE TABLE settings (
    key TEXT PRIMARY KEY NOT NULL,
    value TEXT NOT NULL
);

CREATE TABLE workspaces (
    id BLOB PRIMARY KEY NOT NULL,
    slug TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    assignment_rule TEXT NOT NULL CHECK (assignment_rule IN ('unassigned', 'round_robin')),
    created_at INTEGER NOT NULL
);

-- Apart from workspaces, so that the hot row stays small and is locked last.
CREATE TABLE workspace_counters (
    workspace_id BLOB PRIMARY KEY NOT NULL REFERENCES workspaces (id),
    event_seq INTEGER NOT NULL
);

CREATE TABLE users (
    id BLOB PRIMARY KEY NOT NULL,
    email TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    password_hash TEXT NOT NULL,
    password_changed_at INTEGER NOT NULL,
    created_at INTEGER NOT NULL
);

CREATE TABLE members (
    id BLOB PRIMARY KEY NOT NULL,
    workspace_id BLOB NOT NULL REFERENCES workspaces (id),
    user_id BLOB NOT NULL REFERENCES users (id),
    role TEXT NOT NULL CHECK (role IN ('owner', 'manager', 'agent', 'viewer')),
    available BOOLEAN NOT NULL,
    -- Counts up in the workspace: the available agent with the lowest gets the next conversation.
    last_turn INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    UNIQUE (workspace_id, user_id)
);
CREATE INDEX members_user ON members (user_id);

-- Only a SHA-256 of the session id is kept: a copy of this table signs nobody in.
CREATE TABLE sessions (
    id_hash BLOB PRIMARY KEY NOT NULL,
    user_id BLOB REFERENCES users (id),
    data TEXT NOT NULL,
    user_agent TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    last_seen_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
);
CREATE INDEX sessions_user ON sessions (user_id);
CREATE INDEX sessions_expiry ON sessions (expires_at);

-- Failed sign-ins by account and by address.
CREATE TABLE login_throttle (
    key TEXT PRIMARY KEY NOT NULL,
    failures INTEGER NOT NULL,
    window_started_at INTEGER NOT NULL,
    blocked_until INTEGER NOT NULL
);

CREATE TABLE numbers (
    id BLOB PRIMARY KEY NOT NULL,
    workspace_id BLOB NOT NULL REFERENCES workspaces (id),
    phone_number_id TEXT NOT NULL,
    waba_id TEXT NOT NULL,
    display_number TEXT NOT NULL,
    name TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('active', 'disconnected')),
    token_problem TEXT,
    created_at INTEGER NOT NULL
);
-- One workspace at a time holds a number.
CREATE UNIQUE INDEX numbers_active ON numbers (phone_number_id) WHERE state = 'active';
CREATE INDEX numbers_workspace ON numbers (workspace_id);

-- Sealed with AES-256-GCM under a data key that is wrapped by a master key.
CREATE TABLE secrets (
    id BLOB PRIMARY KEY NOT NULL,
    workspace_id BLOB NOT NULL REFERENCES workspaces (id),
    kind TEXT NOT NULL CHECK (kind IN ('access_token')),
    subject_id BLOB NOT NULL,
    version INTEGER NOT NULL,
    sealed BLOB NOT NULL,
    created_at INTEGER NOT NULL,
    UNIQUE (workspace_id, kind, subject_id, version)
);

-- A customer is known by a phone number, a business-scoped user id, or both.
CREATE TABLE contacts (
    id BLOB PRIMARY KEY NOT NULL,
    workspace_id BLOB NOT NULL REFERENCES workspaces (id),
    wa_id TEXT,
    meta_user_id TEXT,
    profile_name TEXT NOT NULL,
    assignee_id BLOB REFERENCES members (id),
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    CHECK (wa_id IS NOT NULL OR meta_user_id IS NOT NULL)
);
CREATE UNIQUE INDEX contacts_wa_id ON contacts (workspace_id, wa_id) WHERE wa_id IS NOT NULL;
CREATE UNIQUE INDEX contacts_meta_user_id ON contacts (workspace_id, meta_user_id) WHERE meta_user_id IS NOT NULL;

CREATE TABLE conversations (
    id BLOB PRIMARY KEY NOT NULL,
    workspace_id BLOB NOT NULL REFERENCES workspaces (id),
    number_id BLOB NOT NULL REFERENCES numbers (id),
    contact_id BLOB NOT NULL REFERENCES contacts (id),
    state TEXT NOT NULL CHECK (state IN ('open', 'closed')),
    assignee_id BLOB REFERENCES members (id),
    last_message_at INTEGER NOT NULL,
    unread INTEGER NOT NULL,
    window_expires_at INTEGER,
    preview_message_id BLOB,
    preview_direction TEXT,
    preview_kind TEXT,
    preview_status TEXT,
    preview_text TEXT,
    created_at INTEGER NOT NULL,
    closed_at INTEGER
);
-- One open conversation per contact and number.
CREATE UNIQUE INDEX conversations_open ON conversations (number_id, contact_id) WHERE state = 'open';
CREATE INDEX conversations_list ON conversations (workspace_id, state, last_message_at, id);
CREATE INDEX conversations_own ON conversations (workspace_id, assignee_id, state, last_message_at, id);
CREATE INDEX conversations_counts ON conversations (workspace_id, state, assignee_id);
CREATE INDEX conversations_contact ON conversations (contact_id);

CREATE TABLE messages (
    id BLOB PRIMARY KEY NOT NULL,
    workspace_id BLOB NOT NULL REFERENCES workspaces (id),
    -- Checked at commit: ingest writes a conversation once, after its messages.
    conversation_id BLOB NOT NULL REFERENCES conversations (id) DEFERRABLE INITIALLY DEFERRED,
    number_id BLOB NOT NULL,
    direction TEXT NOT NULL CHECK (direction IN ('in', 'out')),
    kind TEXT NOT NULL CHECK (kind IN ('text', 'unsupported')),
    body TEXT NOT NULL,
    raw TEXT,
    wamid TEXT,
    status TEXT NOT NULL CHECK (status IN ('received', 'queued', 'sending', 'accepted', 'sent', 'delivered', 'read',
        'unconfirmed', 'retry_queued', 'failed', 'cancelled', 'dead')),
    status_rank INTEGER NOT NULL,
    author_id BLOB,
    error_code INTEGER,
    error_text TEXT,
    at INTEGER NOT NULL,
    accepted_at INTEGER,
    sent_at INTEGER,
    delivered_at INTEGER,
    read_at INTEGER,
    failed_at INTEGER
);
CREATE UNIQUE INDEX messages_wamid ON messages (number_id, wamid) WHERE wamid IS NOT NULL;
CREATE INDEX messages_thread ON messages (conversation_id, at, id);

-- What waits to be sent. The message row holds the content; this one holds whose turn it is.
CREATE TABLE outbox (
    message_id BLOB PRIMARY KEY NOT NULL REFERENCES messages (id),
    workspace_id BLOB NOT NULL REFERENCES workspaces (id),
    number_id BLOB NOT NULL,
    conversation_id BLOB NOT NULL,
    -- Messages of a conversation leave in this order.
    queued_at INTEGER NOT NULL,
    due_at INTEGER NOT NULL,
    leased_by TEXT,
    lease_until INTEGER NOT NULL
);
CREATE INDEX outbox_due ON outbox (due_at, message_id);
CREATE INDEX outbox_conversation ON outbox (conversation_id, queued_at, message_id);

-- Statuses that came before their message. They wait a day for it.
CREATE TABLE parked_statuses (
    workspace_id BLOB NOT NULL REFERENCES workspaces (id),
    number_id BLOB NOT NULL,
    wamid TEXT NOT NULL,
    status TEXT NOT NULL,
    at INTEGER NOT NULL,
    error_code INTEGER,
    error_text TEXT,
    expires_at INTEGER NOT NULL,
    PRIMARY KEY (number_id, wamid, status)
);
CREATE INDEX parked_statuses_expiry ON parked_statuses (expires_at);

-- What Meta told us that nothing understands yet: kept as it came.
CREATE TABLE platform_events (
    id BLOB PRIMARY KEY NOT NULL,
    workspace_id BLOB NOT NULL REFERENCES workspaces (id),
    delivery_key TEXT NOT NULL UNIQUE,
    what TEXT NOT NULL,
    raw TEXT NOT NULL,
    received_at INTEGER NOT NULL
);

-- What happened, in order, for every screen that follows. Kept for a day.
CREATE TABLE events (
    workspace_id BLOB NOT NULL REFERENCES workspaces (id),
    seq INTEGER NOT NULL,
    conversation_id BLOB NOT NULL,
    body TEXT NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (workspace_id, seq)
);
CREATE INDEX events_age ON events (at);

-- A conversation as one row of the list, with the names it shows.
CREATE VIEW conversation_rows AS
SELECT v.id, v.workspace_id, v.number_id, v.contact_id, v.state, v.assignee_id, v.last_message_at, v.unread,
    v.window_expires_at, v.preview_message_id, v.preview_direction, v.preview_kind, v.preview_status, v.preview_text,
    c.profile_name, c.wa_id, c.meta_user_id, n.name AS number_name, n.display_number
FROM conversations v
JOIN contacts c ON c.id = v.contact_id
JOIN numbers n ON n.id = v.number_id;
