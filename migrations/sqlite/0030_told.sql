-- What members are told of while they look elsewhere, and how they want to be told.

-- A colleague named them in a note, or gave them a conversation.
CREATE TABLE notices (
    id BLOB PRIMARY KEY NOT NULL,
    workspace_id BLOB NOT NULL REFERENCES workspaces (id),
    member_id BLOB NOT NULL REFERENCES members (id),
    kind TEXT NOT NULL CHECK (kind IN ('mention', 'assigned')),
    conversation_id BLOB NOT NULL REFERENCES conversations (id),
    actor_id BLOB NOT NULL REFERENCES members (id),
    -- Of a mention. The note may be gone: then the notice goes with it.
    note_id BLOB,
    at INTEGER NOT NULL,
    read_at INTEGER
);
CREATE INDEX notices_member ON notices (workspace_id, member_id, at, id);
CREATE INDEX notices_unread ON notices (workspace_id, member_id) WHERE read_at IS NULL;
CREATE UNIQUE INDEX notices_note ON notices (note_id, member_id) WHERE note_id IS NOT NULL;
CREATE UNIQUE INDEX notices_assigned ON notices (member_id, conversation_id)
    WHERE kind = 'assigned' AND read_at IS NULL;
CREATE INDEX notices_at ON notices (at);

-- `choices` is JSON. Without a row they are what they are at first.
CREATE TABLE notify_choices (
    member_id BLOB PRIMARY KEY NOT NULL REFERENCES members (id),
    workspace_id BLOB NOT NULL REFERENCES workspaces (id),
    choices TEXT NOT NULL
);

-- The installation's own key for Web Push: one row. `public` is the point of the curve that browsers are given.
CREATE TABLE push_keys (
    id BLOB PRIMARY KEY NOT NULL,
    public BLOB NOT NULL,
    sealed BLOB NOT NULL,
    created_at INTEGER NOT NULL
);

-- Browsers that are told. `sealed` holds the address and the browser's keys.
CREATE TABLE push_subscriptions (
    id BLOB PRIMARY KEY NOT NULL,
    workspace_id BLOB NOT NULL REFERENCES workspaces (id),
    member_id BLOB NOT NULL REFERENCES members (id),
    endpoint_hash BLOB NOT NULL,
    sealed BLOB NOT NULL,
    -- The session that asked: whoever is signed out there is told nothing there.
    session_hash BLOB NOT NULL,
    -- What the browser calls itself.
    agent TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    UNIQUE (workspace_id, member_id, endpoint_hash)
);
CREATE INDEX push_subscriptions_endpoint ON push_subscriptions (endpoint_hash);

-- What is to be told to which browser: of each conversation once, however much is written meanwhile.
CREATE TABLE pushes (
    id BLOB PRIMARY KEY NOT NULL,
    workspace_id BLOB NOT NULL REFERENCES workspaces (id),
    subscription_id BLOB NOT NULL REFERENCES push_subscriptions (id) ON DELETE CASCADE,
    conversation_id BLOB NOT NULL REFERENCES conversations (id),
    kind TEXT NOT NULL CHECK (kind IN ('message', 'mention', 'assigned')),
    -- When it was asked for last.
    wanted_at INTEGER NOT NULL,
    attempts INTEGER NOT NULL,
    due_at INTEGER NOT NULL,
    lease_until INTEGER NOT NULL,
    UNIQUE (subscription_id, conversation_id, kind)
);
CREATE INDEX pushes_due ON pushes (due_at, id);
