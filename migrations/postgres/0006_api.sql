-- Tokens of the REST API, what their watch remembers, and requests that must not be done twice.

-- Only a SHA-256 of the token is kept: a copy of this table opens nothing.
CREATE TABLE api_tokens (
    id UUID PRIMARY KEY NOT NULL,
    workspace_id UUID NOT NULL REFERENCES workspaces (id),
    -- Who made it, and for whom it acts.
    member_id UUID NOT NULL REFERENCES members (id),
    -- The token that made it, if one did: it ends with that one.
    parent_id UUID REFERENCES api_tokens (id),
    name TEXT NOT NULL,
    -- The beginning of the token, by which people recognise it.
    prefix TEXT NOT NULL,
    hash BYTEA NOT NULL UNIQUE,
    -- A JSON array of names: "contacts.read", "contacts.update:own".
    permissions TEXT NOT NULL,
    -- Called from many addresses on purpose: they are not counted.
    any_address BOOLEAN NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT,
    last_used_at BIGINT,
    last_address TEXT,
    ended_at BIGINT,
    ended_why TEXT CHECK (ended_why IN ('revoked', 'misuse', 'removed', 'parent'))
);
CREATE INDEX api_tokens_workspace ON api_tokens (workspace_id, id);
CREATE INDEX api_tokens_parent ON api_tokens (parent_id) WHERE parent_id IS NOT NULL;

-- From which networks a token was used, by the minute; kept for an hour. The network is empty where they are not counted.
CREATE TABLE api_token_uses (
    workspace_id UUID NOT NULL REFERENCES workspaces (id),
    token_id UUID NOT NULL REFERENCES api_tokens (id),
    minute BIGINT NOT NULL,
    network TEXT NOT NULL,
    uses BIGINT NOT NULL,
    PRIMARY KEY (token_id, minute, network)
);
CREATE INDEX api_token_uses_age ON api_token_uses (minute);

-- How often a token was used, by the hour; kept for two weeks.
CREATE TABLE api_token_hours (
    workspace_id UUID NOT NULL REFERENCES workspaces (id),
    token_id UUID NOT NULL REFERENCES api_tokens (id),
    hour BIGINT NOT NULL,
    uses BIGINT NOT NULL,
    PRIMARY KEY (token_id, hour)
);
CREATE INDEX api_token_hours_age ON api_token_hours (hour);

-- Requests that came with an Idempotency-Key, and what was answered; kept for a day.
CREATE TABLE api_requests (
    workspace_id UUID NOT NULL REFERENCES workspaces (id),
    -- The token or member that asked.
    caller_id UUID NOT NULL,
    key TEXT NOT NULL,
    request_hash BYTEA NOT NULL,
    -- Empty while it is being worked on.
    status BIGINT,
    body BYTEA,
    started_at BIGINT NOT NULL,
    PRIMARY KEY (workspace_id, caller_id, key)
);
CREATE INDEX api_requests_age ON api_requests (started_at);

-- Given by a colleague: what the customer calls themselves does not replace it.
ALTER TABLE contacts ADD COLUMN named BOOLEAN NOT NULL DEFAULT FALSE;
CREATE INDEX contacts_page ON contacts (workspace_id, id);
