-- Roles that a workspace makes, members who left, and what a workspace lets its agents see.

CREATE TABLE roles (
    id BLOB PRIMARY KEY NOT NULL,
    workspace_id BLOB NOT NULL REFERENCES workspaces (id),
    name TEXT NOT NULL,
    -- The name without case: one role of a name per workspace.
    name_key TEXT NOT NULL,
    about TEXT NOT NULL,
    base TEXT NOT NULL CHECK (base IN ('owner', 'manager', 'agent', 'viewer')),
    -- A JSON array of names: "contacts.read", "contacts.update:own".
    permissions TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    UNIQUE (workspace_id, name_key)
);

-- `role` is then what the workspace's own role was copied from.
ALTER TABLE members ADD COLUMN role_id BLOB REFERENCES roles (id);
ALTER TABLE members ADD COLUMN removed_at INTEGER;
ALTER TABLE members ADD COLUMN last_active_at INTEGER;

ALTER TABLE workspaces ADD COLUMN agents_see_unassigned BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE workspaces ADD COLUMN require_totp BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE workspaces ADD COLUMN audit_days INTEGER NOT NULL DEFAULT 90;

-- More kinds of secrets.
CREATE TABLE secrets_new (
    id BLOB PRIMARY KEY NOT NULL,
    workspace_id BLOB NOT NULL REFERENCES workspaces (id),
    kind TEXT NOT NULL CHECK (kind IN ('access_token', 'audit_key')),
    subject_id BLOB NOT NULL,
    version INTEGER NOT NULL,
    sealed BLOB NOT NULL,
    created_at INTEGER NOT NULL,
    UNIQUE (workspace_id, kind, subject_id, version)
);
INSERT INTO secrets_new SELECT id, workspace_id, kind, subject_id, version, sealed, created_at FROM secrets;
DROP TABLE secrets;
ALTER TABLE secrets_new RENAME TO secrets;
