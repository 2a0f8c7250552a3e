-- Limits: what was sent in a minute, in a day, to whom outside of a window.

-- What of a workspace's UTC minute is promised, to processes that admit in memory or to messages that wait for that minute.
CREATE TABLE send_minutes (
    workspace_id BLOB NOT NULL REFERENCES workspaces (id),
    -- Minutes since 1970.
    minute INTEGER NOT NULL,
    taken INTEGER NOT NULL,
    -- What the last process that asked was given.
    granted INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (workspace_id, minute)
);

-- What of it was used, counted by each process in the transaction that writes the message.
CREATE TABLE send_leases (
    workspace_id BLOB NOT NULL REFERENCES workspaces (id),
    minute INTEGER NOT NULL,
    holder TEXT NOT NULL,
    used INTEGER NOT NULL,
    PRIMARY KEY (workspace_id, minute, holder)
);
CREATE INDEX send_leases_minute ON send_leases (minute);
CREATE INDEX send_minutes_minute ON send_minutes (minute);

-- Messages of a number in a UTC day (days since 1970).
CREATE TABLE number_days (
    workspace_id BLOB NOT NULL REFERENCES workspaces (id),
    number_id BLOB NOT NULL REFERENCES numbers (id),
    day INTEGER NOT NULL,
    sent INTEGER NOT NULL,
    PRIMARY KEY (number_id, day)
);

-- What programs sent through a number in the last second.
CREATE TABLE number_instants (
    workspace_id BLOB NOT NULL REFERENCES workspaces (id),
    number_id BLOB NOT NULL REFERENCES numbers (id),
    at INTEGER NOT NULL,
    sent INTEGER NOT NULL,
    PRIMARY KEY (number_id, at)
);

-- Different customers who were written to outside of a window in the last 24 hours, and how many there are.
CREATE TABLE portfolios (
    workspace_id BLOB NOT NULL REFERENCES workspaces (id),
    waba_id TEXT NOT NULL,
    contacts INTEGER NOT NULL,
    PRIMARY KEY (workspace_id, waba_id)
);
CREATE TABLE portfolio_contacts (
    workspace_id BLOB NOT NULL REFERENCES workspaces (id),
    waba_id TEXT NOT NULL,
    contact_id BLOB NOT NULL REFERENCES contacts (id),
    -- The last time.
    at INTEGER NOT NULL,
    PRIMARY KEY (workspace_id, waba_id, contact_id)
);
CREATE INDEX portfolio_contacts_at ON portfolio_contacts (workspace_id, waba_id, at);

-- When screens were last told how far the limits are used, and by which event, which the next one replaces.
CREATE TABLE limit_news (
    workspace_id BLOB PRIMARY KEY NOT NULL REFERENCES workspaces (id),
    told_at INTEGER NOT NULL,
    seq INTEGER NOT NULL
);

-- When Graph was last asked about the number.
ALTER TABLE numbers ADD COLUMN asked_at INTEGER;
