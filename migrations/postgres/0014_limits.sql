-- Limits: what was sent in a minute, in a day, to whom outside of a window.

-- What of a workspace's UTC minute is promised, to processes that admit in memory or to messages that wait for that minute.
CREATE TABLE send_minutes (
    workspace_id UUID NOT NULL REFERENCES workspaces (id),
    -- Minutes since 1970.
    minute BIGINT NOT NULL,
    taken BIGINT NOT NULL,
    -- What the last process that asked was given.
    granted BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (workspace_id, minute)
);

-- What of it was used, counted by each process in the transaction that writes the message.
CREATE TABLE send_leases (
    workspace_id UUID NOT NULL REFERENCES workspaces (id),
    minute BIGINT NOT NULL,
    holder TEXT NOT NULL,
    used BIGINT NOT NULL,
    PRIMARY KEY (workspace_id, minute, holder)
);
CREATE INDEX send_leases_minute ON send_leases (minute);
CREATE INDEX send_minutes_minute ON send_minutes (minute);

-- Messages of a number in a UTC day (days since 1970).
CREATE TABLE number_days (
    workspace_id UUID NOT NULL REFERENCES workspaces (id),
    number_id UUID NOT NULL REFERENCES numbers (id),
    day BIGINT NOT NULL,
    sent BIGINT NOT NULL,
    PRIMARY KEY (number_id, day)
);

-- What programs sent through a number in the last second.
CREATE TABLE number_instants (
    workspace_id UUID NOT NULL REFERENCES workspaces (id),
    number_id UUID NOT NULL REFERENCES numbers (id),
    at BIGINT NOT NULL,
    sent BIGINT NOT NULL,
    PRIMARY KEY (number_id, at)
);

-- Different customers who were written to outside of a window in the last 24 hours, and how many there are.
CREATE TABLE portfolios (
    workspace_id UUID NOT NULL REFERENCES workspaces (id),
    waba_id TEXT NOT NULL,
    contacts BIGINT NOT NULL,
    PRIMARY KEY (workspace_id, waba_id)
);
CREATE TABLE portfolio_contacts (
    workspace_id UUID NOT NULL REFERENCES workspaces (id),
    waba_id TEXT NOT NULL,
    contact_id UUID NOT NULL REFERENCES contacts (id),
    -- The last time.
    at BIGINT NOT NULL,
    PRIMARY KEY (workspace_id, waba_id, contact_id)
);
CREATE INDEX portfolio_contacts_at ON portfolio_contacts (workspace_id, waba_id, at);

-- When screens were last told how far the limits are used, and by which event, which the next one replaces.
CREATE TABLE limit_news (
    workspace_id UUID PRIMARY KEY NOT NULL REFERENCES workspaces (id),
    told_at BIGINT NOT NULL,
    seq BIGINT NOT NULL
);

-- When Graph was last asked about the number.
ALTER TABLE numbers ADD COLUMN asked_at BIGINT;
