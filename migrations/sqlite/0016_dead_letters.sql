-- Dead letters: deliveries that were given up, as their workspaces see them. The bodies stay where deliveries are kept.
CREATE TABLE dead_letters (
    id BLOB PRIMARY KEY NOT NULL,
    workspace_id BLOB NOT NULL REFERENCES workspaces (id),
    delivery_id INTEGER NOT NULL,
    number_id BLOB REFERENCES numbers (id),
    -- No try could help: it was not understood.
    unreadable BOOLEAN NOT NULL,
    reason TEXT NOT NULL,
    received_at INTEGER NOT NULL,
    died_at INTEGER NOT NULL
);
CREATE UNIQUE INDEX dead_letters_delivery ON dead_letters (delivery_id, workspace_id);
CREATE INDEX dead_letters_place ON dead_letters (workspace_id, died_at, id);
CREATE INDEX dead_letters_died ON dead_letters (died_at);

-- Every try of a delivery that failed, and why.
CREATE TABLE delivery_tries (
    workspace_id BLOB NOT NULL REFERENCES workspaces (id),
    delivery_id INTEGER NOT NULL,
    nth INTEGER NOT NULL,
    at INTEGER NOT NULL,
    said TEXT NOT NULL,
    PRIMARY KEY (workspace_id, delivery_id, nth)
);
CREATE INDEX delivery_tries_at ON delivery_tries (at);
