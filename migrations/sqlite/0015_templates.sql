-- What Meta's list of message templates says. Meta owns the words: categories and states may be new ones, so no checks.
CREATE TABLE templates (
    id BLOB PRIMARY KEY NOT NULL,
    workspace_id BLOB NOT NULL REFERENCES workspaces (id),
    waba_id TEXT NOT NULL,
    meta_id TEXT NOT NULL,
    name TEXT NOT NULL,
    language TEXT NOT NULL,
    category TEXT NOT NULL,
    status TEXT NOT NULL,
    -- JSON as Meta has it.
    components TEXT NOT NULL,
    -- When it was found to be so.
    synced_at INTEGER NOT NULL
);
CREATE UNIQUE INDEX templates_name ON templates (workspace_id, waba_id, name, language);

-- One row an account: when its list is fetched next, and what came of the last time.
CREATE TABLE template_syncs (
    workspace_id BLOB NOT NULL REFERENCES workspaces (id),
    waba_id TEXT NOT NULL,
    due_at INTEGER NOT NULL,
    synced_at INTEGER,
    problem TEXT,
    PRIMARY KEY (workspace_id, waba_id)
);
CREATE INDEX template_syncs_due ON template_syncs (due_at);
