-- Times are unix milliseconds UTC. Ids are UUIDv7. Enumerations are text with a check.

CREATE TABLE settings (
    key TEXT PRIMARY KEY NOT NULL,
    value TEXT NOT NULL
);

CREATE TABLE workspaces (
    id UUID PRIMARY KEY NOT NULL,
    slug TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    assignment_rule TEXT NOT NULL CHECK (assignment_rule IN ('unassigned', 'round_robin')),
    created_at BIGINT NOT NULL
);

-- Apart from workspaces, so that the hot row stays small and is locked last.
CREATE TABLE workspace_counters (
    workspace_id UUID PRIMARY KEY NOT NULL REFERENCES workspaces (id),
    event_seq BIGINT NOT NULL
);

CREATE TABLE users (
    id UUID PRIMARY KEY NOT NULL,
    email TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    password_hash TEXT NOT NULL,
    password_changed_at BIGINT NOT NULL,
    created_at BIGINT NOT NULL
);

CREATE TABLE members (
    id UUID PRIMARY KEY NOT NULL,
    workspace_id UUID NOT NULL REFERENCES workspaces (id),
    user_id UUID NOT NULL REFERENCES users (id),
    role TEXT NOT NULL CHECK (role IN ('owner', 'manager', 'agent', 'viewer')),
    available BOOLEAN NOT NULL,
    -- Counts up in the workspace: the available agent with the lowest gets the next conversation.
    last_turn BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    UNIQUE (workspace_id, user_id)
);
CREATE INDEX members_user ON members (user_id);

-- Only a SHA-256 of the session id is kept: a copy of this table signs nobody in.
CREATE TABLE sessions (
    id_hash BYTEA PRIMARY KEY NOT NULL,
    user_id UUID REFERENCES users (id),
    data TEXT NOT NULL,
    user_agent TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    last_seen_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX sessions_user ON sessions (user_id);
CREATE INDEX sessions_expiry ON sessions (expires_at);

-- Failed sign-ins by account and by address.
CREATE TABLE login_throttle (
    key TEXT PRIMARY KEY NOT NULL,
    failures BIGINT NOT NULL,
    window_started_at BIGINT NOT NULL,
    blocked_until BIGINT NOT NULL
);

CREATE TABLE numbers (
    id UUID PRIMARY KEY NOT NULL,
    workspace_id UUID NOT NULL REFERENCES workspaces (id),
    phone_number_id TEXT NOT NULL,
    waba_id TEXT NOT NULL,
    display_number TEXT NOT NULL,
    name TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('active', 'disconnected')),
    token_problem TEXT,
    created_at BIGINT NOT NULL
);
-- One workspace at a time holds a number.
CREATE UNIQUE INDEX numbers_active ON numbers (phone_number_id) WHERE state = 'active';
CREATE INDEX numbers_workspace ON numbers (workspace_id);

-- Sealed with AES-256-GCM under a data key that is wrapped by a master key.
CREATE TABLE secrets (
    id UUID PRIMARY KEY NOT NULL,
    workspace_id UUID NOT NULL REFERENCES workspaces (id),
    kind TEXT NOT NULL CHECK (kind IN ('access_token')),
    subject_id UUID NOT NULL,
    version BIGINT NOT NULL,
    sealed BYTEA NOT NULL,
    created_at BIGINT NOT NULL,
    UNIQUE (workspace_id, kind, subject_id, version)
);

-- A customer is known by a phone number, a business-scoped user id, or both.
CREATE TABLE contacts (
    id UUID PRIMARY KEY NOT NULL,
    workspace_id UUID NOT NULL REFERENCES workspaces (id),
    wa_id TEXT,
    meta_user_id TEXT,
    profile_name TEXT NOT NULL,
    assignee_id UUID REFERENCES members (id),
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    CHECK (wa_id IS NOT NULL OR meta_user_id IS NOT NULL)
);
CREATE UNIQUE INDEX contacts_wa_id ON contacts (workspace_id, wa_id) WHERE wa_id IS NOT NULL;
CREATE UNIQUE INDEX contacts_meta_user_id ON contacts (workspace_id, meta_user_id) WHERE meta_user_id IS NOT NULL;

CREATE TABLE conversations (
    id UUID PRIMARY KEY NOT NULL,
    workspace_id UUID NOT NULL REFERENCES workspaces (id),
    number_id UUID NOT NULL REFERENCES numbers (id),
    contact_id UUID NOT NULL REFERENCES contacts (id),
    state TEXT NOT NULL CHECK (state IN ('open', 'closed')),
    assignee_id UUID REFERENCES members (id),
    last_message_at BIGINT NOT NULL,
    unread BIGINT NOT NULL,
    window_expires_at BIGINT,
    preview_message_id UUID,
    preview_direction TEXT,
    preview_kind TEXT,
    preview_status TEXT,
    preview_text TEXT,
    created_at BIGINT NOT NULL,
    closed_at BIGINT
);
-- One open conversation per contact and number.
CREATE UNIQUE INDEX conversations_open ON conversations (number_id, contact_id) WHERE state = 'open';
CREATE INDEX conversations_list ON conversations (workspace_id, state, last_message_at, id);
CREATE INDEX conversations_own ON conversations (workspace_id, assignee_id, state, last_message_at, id);
CREATE INDEX conversations_counts ON conversations (workspace_id, state, assignee_id);
CREATE INDEX conversations_contact ON conversations (contact_id);

CREATE TABLE messages (
    id UUID PRIMARY KEY NOT NULL,
    workspace_id UUID NOT NULL REFERENCES workspaces (id),
    -- Checked at commit: ingest writes a conversation once, after its messages.
    conversation_id UUID NOT NULL REFERENCES conversations (id) DEFERRABLE INITIALLY DEFERRED,
    number_id UUID NOT NULL,
    direction TEXT NOT NULL CHECK (direction IN ('in', 'out')),
    kind TEXT NOT NULL CHECK (kind IN ('text', 'unsupported')),
    body TEXT NOT NULL,
    raw TEXT,
    wamid TEXT,
    status TEXT NOT NULL CHECK (status IN ('received', 'queued', 'sending', 'accepted', 'sent', 'delivered', 'read',
        'unconfirmed', 'retry_queued', 'failed', 'cancelled', 'dead')),
    status_rank BIGINT NOT NULL,
    author_id UUID,
    error_code BIGINT,
    error_text TEXT,
    at BIGINT NOT NULL,
    accepted_at BIGINT,
    sent_at BIGINT,
    delivered_at BIGINT,
    read_at BIGINT,
    failed_at BIGINT
);
CREATE UNIQUE INDEX messages_wamid ON messages (number_id, wamid) WHERE wamid IS NOT NULL;
CREATE INDEX messages_thread ON messages (conversation_id, at, id);

-- What waits to be sent. The message row holds the content; this one holds whose turn it is.
CREATE TABLE outbox (
    message_id UUID PRIMARY KEY NOT NULL REFERENCES messages (id),
    workspace_id UUID NOT NULL REFERENCES workspaces (id),
    number_id UUID NOT NULL,
    conversation_id UUID NOT NULL,
    -- Messages of a conversation leave in this order.
    queued_at BIGINT NOT NULL,
    due_at BIGINT NOT NULL,
    leased_by TEXT,
    lease_until BIGINT NOT NULL
);
CREATE INDEX outbox_due ON outbox (due_at, message_id);
CREATE INDEX outbox_conversation ON outbox (conversation_id, queued_at, message_id);

-- Statuses that came before their message. They wait a day for it.
CREATE TABLE parked_statuses (
    workspace_id UUID NOT NULL REFERENCES workspaces (id),
    number_id UUID NOT NULL,
    wamid TEXT NOT NULL,
    status TEXT NOT NULL,
    at BIGINT NOT NULL,
    error_code BIGINT,
    error_text TEXT,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (number_id, wamid, status)
);
CREATE INDEX parked_statuses_expiry ON parked_statuses (expires_at);

-- What Meta told us that nothing understands yet: kept as it came.
CREATE TABLE platform_events (
    id UUID PRIMARY KEY NOT NULL,
    workspace_id UUID NOT NULL REFERENCES workspaces (id),
    delivery_key TEXT NOT NULL UNIQUE,
    what TEXT NOT NULL,
    raw TEXT NOT NULL,
    received_at BIGINT NOT NULL
);

-- What happened, in order, for every screen that follows. Kept for a day.
CREATE TABLE events (
    workspace_id UUID NOT NULL REFERENCES workspaces (id),
    seq BIGINT NOT NULL,
    conversation_id UUID NOT NULL,
    body TEXT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (workspace_id, seq)
);
CREATE INDEX events_age ON events (at);

-- One webhook body each, durable before Meta gets its 200. On SQLite this table has a file of its own.
CREATE TABLE deliveries (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    body_hash BYTEA NOT NULL,
    body BYTEA,
    received_at BIGINT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('pending', 'waiting', 'done', 'dead')),
    attempts BIGINT NOT NULL,
    due_at BIGINT NOT NULL,
    waits_for TEXT,
    reason TEXT,
    finished_at BIGINT
);
CREATE INDEX deliveries_pending ON deliveries (due_at, id) WHERE state = 'pending';
-- A repeated body is recognised when it is processed, not when it is taken in: a random index is dear to write, and what
-- is taken in has to be on the disk before Meta gets its answer.
CREATE UNIQUE INDEX deliveries_seen ON deliveries (body_hash) WHERE state <> 'pending';
CREATE INDEX deliveries_waiting ON deliveries (id) WHERE state = 'waiting';
CREATE INDEX deliveries_finished ON deliveries (finished_at) WHERE finished_at IS NOT NULL;

-- A conversation as one row of the list, with the names it shows.
CREATE VIEW conversation_rows AS
SELECT v.id, v.workspace_id, v.number_id, v.contact_id, v.state, v.assignee_id, v.last_message_at, v.unread,
    v.window_expires_at, v.preview_message_id, v.preview_direction, v.preview_kind, v.preview_status, v.preview_text,
    c.profile_name, c.wa_id, c.meta_user_id, n.name AS number_name, n.display_number
FROM conversations v
JOIN contacts c ON c.id = v.contact_id
JOIN numbers n ON n.id = v.number_id;
