-- Roles that a workspace makes, members who left, and what a workspace lets its agents see.

CREATE TABLE roles (
    id UUID PRIMARY KEY NOT NULL,
    workspace_id UUID NOT NULL REFERENCES workspaces (id),
    name TEXT NOT NULL,
    -- The name without case: one role of a name per workspace.
    name_key TEXT NOT NULL,
    about TEXT NOT NULL,
    base TEXT NOT NULL CHECK (base IN ('owner', 'manager', 'agent', 'viewer')),
    -- A JSON array of names: "contacts.read", "contacts.update:own".
    permissions TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    UNIQUE (workspace_id, name_key)
);

-- `role` is then what the workspace's own role was copied from.
ALTER TABLE members ADD COLUMN role_id UUID REFERENCES roles (id);
ALTER TABLE members ADD COLUMN removed_at BIGINT;
ALTER TABLE members ADD COLUMN last_active_at BIGINT;

ALTER TABLE workspaces ADD COLUMN agents_see_unassigned BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE workspaces ADD COLUMN require_totp BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE workspaces ADD COLUMN audit_days BIGINT NOT NULL DEFAULT 90;

-- More kinds of secrets.
ALTER TABLE secrets DROP CONSTRAINT secrets_kind_check;
ALTER TABLE secrets ADD CONSTRAINT secrets_kind_check CHECK (kind IN ('access_token', 'audit_key'));
