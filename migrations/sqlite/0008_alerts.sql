-- What somebody should look at, and who did.

CREATE TABLE alerts (
    id BLOB PRIMARY KEY NOT NULL,
    workspace_id BLOB NOT NULL REFERENCES workspaces (id),
    kind TEXT NOT NULL CHECK (kind IN ('audit_broken', 'secret_unreadable', 'access_token_old', 'access_token_refused',
        'token_misused', 'token_unusual', 'quality_dropped', 'dead_letters')),
    severity TEXT NOT NULL CHECK (severity IN ('low', 'medium', 'high')),
    title TEXT NOT NULL,
    body TEXT NOT NULL,
    -- A path inside the workspace.
    link TEXT NOT NULL,
    -- What makes two of them the same.
    key TEXT NOT NULL,
    times INTEGER NOT NULL,
    first_at INTEGER NOT NULL,
    last_at INTEGER NOT NULL,
    -- Empty until the first member has read it.
    first_read_at INTEGER,
    -- Still to be mailed to those who may see it.
    mail_due BOOLEAN NOT NULL
);
-- Until somebody has read it, the same again is counted.
CREATE UNIQUE INDEX alerts_unread ON alerts (workspace_id, key) WHERE first_read_at IS NULL;
CREATE INDEX alerts_list ON alerts (workspace_id, last_at, id);
CREATE INDEX alerts_age ON alerts (last_at);
CREATE INDEX alerts_mail ON alerts (last_at) WHERE mail_due;

CREATE TABLE alert_reads (
    workspace_id BLOB NOT NULL REFERENCES workspaces (id),
    alert_id BLOB NOT NULL REFERENCES alerts (id),
    member_id BLOB NOT NULL REFERENCES members (id),
    at INTEGER NOT NULL,
    PRIMARY KEY (alert_id, member_id)
);
