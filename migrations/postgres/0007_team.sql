-- Invitations, what removed members leave behind, and mail on its way out.

-- A link is worth nothing to whoever reads this table: only a SHA-256 of its token is kept.
CREATE TABLE invitations (
    id UUID PRIMARY KEY NOT NULL,
    workspace_id UUID NOT NULL REFERENCES workspaces (id),
    email TEXT NOT NULL,
    role TEXT NOT NULL CHECK (role IN ('owner', 'manager', 'agent', 'viewer')),
    role_id UUID REFERENCES roles (id),
    token_hash BYTEA NOT NULL UNIQUE,
    -- Who answers for it: whoever made the newest link.
    invited_by UUID NOT NULL REFERENCES members (id),
    mail_id UUID,
    sent_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    -- When it was accepted or revoked.
    closed_at BIGINT
);
-- One open invitation per address.
CREATE UNIQUE INDEX invitations_open ON invitations (workspace_id, email) WHERE closed_at IS NULL;

-- Whose conversations and contacts still have to move. A row goes when nothing is left.
CREATE TABLE handovers (
    workspace_id UUID NOT NULL REFERENCES workspaces (id),
    member_id UUID NOT NULL REFERENCES members (id),
    -- Nobody when empty.
    to_id UUID REFERENCES members (id),
    -- Who asked for it, as the audit trail names them.
    asked_by UUID REFERENCES members (id),
    created_at BIGINT NOT NULL,
    PRIMARY KEY (workspace_id, member_id)
);
CREATE INDEX contacts_assignee ON contacts (workspace_id, assignee_id);

-- Mail that waits for the mail server. The whole message is sealed: it holds one-time links. Sent mail is deleted.
CREATE TABLE mails (
    id UUID PRIMARY KEY NOT NULL,
    -- Empty once it was given up.
    sealed BYTEA NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('waiting', 'failed')),
    attempts BIGINT NOT NULL,
    due_at BIGINT NOT NULL,
    lease_until BIGINT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX mails_due ON mails (state, due_at);
