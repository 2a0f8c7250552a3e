-- Invitations, what removed members leave behind, and mail on its way out.

-- A link is worth nothing to whoever reads this table: only a SHA-256 of its token is kept.
CREATE TABLE invitations (
    id BLOB PRIMARY KEY NOT NULL,
    workspace_id BLOB NOT NULL REFERENCES workspaces (id),
    email TEXT NOT NULL,
    role TEXT NOT NULL CHECK (role IN ('owner', 'manager', 'agent', 'viewer')),
    role_id BLOB REFERENCES roles (id),
    token_hash BLOB NOT NULL UNIQUE,
    -- Who answers for it: whoever made the newest link.
    invited_by BLOB NOT NULL REFERENCES members (id),
    mail_id BLOB,
    sent_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    -- When it was accepted or revoked.
    closed_at INTEGER
);
-- One open invitation per address.
CREATE UNIQUE INDEX invitations_open ON invitations (workspace_id, email) WHERE closed_at IS NULL;

-- Whose conversations and contacts still have to move. A row goes when nothing is left.
CREATE TABLE handovers (
    workspace_id BLOB NOT NULL REFERENCES workspaces (id),
    member_id BLOB NOT NULL REFERENCES members (id),
    -- Nobody when empty.
    to_id BLOB REFERENCES members (id),
    -- Who asked for it, as the audit trail names them.
    asked_by BLOB REFERENCES members (id),
    created_at INTEGER NOT NULL,
    PRIMARY KEY (workspace_id, member_id)
);
CREATE INDEX contacts_assignee ON contacts (workspace_id, assignee_id);

-- Mail that waits for the mail server. The whole message is sealed: it holds one-time links. Sent mail is deleted.
CREATE TABLE mails (
    id BLOB PRIMARY KEY NOT NULL,
    -- Empty once it was given up.
    sealed BLOB NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('waiting', 'failed')),
    attempts INTEGER NOT NULL,
    due_at INTEGER NOT NULL,
    lease_until INTEGER NOT NULL,
    created_at INTEGER NOT NULL
);
CREATE INDEX mails_due ON mails (state, due_at);
