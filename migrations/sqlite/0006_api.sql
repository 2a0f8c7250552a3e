-- Tokens of the REST API, what their watch remembers, and requests that must not be done twice.

-- Only a SHA-256 of the token is kept: a copy of this table opens nothing.
CREATE TABLE api_tokens (
    id BLOB PRIMARY KEY NOT NULL,
    workspace_id BLOB NOT NULL REFERENCES workspaces (id),
    -- Who made it, and for whom it acts.
    member_id BLOB NOT NULL REFERENCES members (id),
    -- The token that made it, if one did: it ends with that one.
    parent_id BLOB REFERENCES api_tokens (id),
    name TEXT NOT NULL,
    -- The beginning of the token, by which people recognise it.
    prefix TEXT NOT NULL,
    hash BLOB NOT NULL UNIQUE,
    -- A JSON array of names: "contacts.read", "contacts.update:own".
    permissions TEXT NOT NULL,
    -- Called from many addresses on purpose: they are not counted.
    any_address BOOLEAN NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER,
    last_used_at INTEGER,
    last_address TEXT,
    ended_at INTEGER,
    ended_why TEXT CHECK (ended_why IN ('revoked', 'misuse', 'removed', 'parent'))
);
CREATE INDEX api_tokens_workspace ON api_tokens (workspace_id, id);
CREATE INDEX api_tokens_parent ON api_tokens (parent_id) WHERE parent_id IS NOT NULL;

-- From which networks a token was used, by the minute; kept for an hour. The network is empty where they are not counted.
CREATE TABLE api_token_uses (
    workspace_id BLOB NOT NULL REFERENCES workspaces (id),
    token_id BLOB NOT NULL REFERENCES api_tokens (id),
    minute INTEGER NOT NULL,
    network TEXT NOT NULL,
    uses INTEGER NOT NULL,
    PRIMARY KEY (token_id, minute, network)
);
CREATE INDEX api_token_uses_age ON api_token_uses (minute);

-- How often a token was used, by the hour; kept for two weeks.
CREATE TABLE api_token_hours (
    workspace_id BLOB NOT NULL REFERENCES workspaces (id),
    token_id BLOB NOT NULL REFERENCES api_tokens (id),
    hour INTEGER NOT NULL,
    uses INTEGER NOT NULL,
    PRIMARY KEY (token_id, hour)
);
CREATE INDEX api_token_hours_age ON api_token_hours (hour);

-- Requests that came with an Idempotency-Key, and what was answered; kept for a day.
CREATE TABLE api_requests (
    workspace_id BLOB NOT NULL REFERENCES workspaces (id),
    -- The token or member that asked.
    caller_id BLOB NOT NULL,
    key TEXT NOT NULL,
    request_hash BLOB NOT NULL,
    -- Empty while it is being worked on.
    status INTEGER,
    body BLOB,
    started_at INTEGER NOT NULL,
    PRIMARY KEY (workspace_id, caller_id, key)
);
CREATE INDEX api_requests_age ON api_requests (started_at);

-- Given by a colleague: what the customer calls themselves does not replace it.
ALTER TABLE contacts ADD COLUMN named BOOLEAN NOT NULL DEFAULT FALSE;
CREATE INDEX contacts_page ON contacts (workspace_id, id);
