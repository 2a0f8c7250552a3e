-- What a workspace wants to know of its customers besides name and address.
CREATE TABLE contact_fields (
    id UUID PRIMARY KEY,
    workspace_id UUID NOT NULL REFERENCES workspaces (id),
    name TEXT NOT NULL,
    -- As names are compared.
    name_key TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('text', 'number', 'date', 'yes_no', 'choice')),
    -- JSON array of the words to choose from.
    choices TEXT NOT NULL,
    place BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    -- Removed: the values of contacts are taken out in the background, then the row goes.
    gone_at BIGINT
);
CREATE UNIQUE INDEX contact_fields_name ON contact_fields (workspace_id, name_key) WHERE gone_at IS NULL;
CREATE INDEX contact_fields_gone ON contact_fields (gone_at) WHERE gone_at IS NOT NULL;

-- Values by the field's id, as a JSON object of strings.
ALTER TABLE contacts ADD COLUMN fields TEXT NOT NULL DEFAULT '{}';
-- What colleagues should know.
ALTER TABLE contacts ADD COLUMN note TEXT NOT NULL DEFAULT '';
-- The name as it is searched and sorted by; nothing until it is made.
ALTER TABLE contacts ADD COLUMN name_key TEXT COLLATE "C";
-- The last import that had a line about them.
ALTER TABLE contacts ADD COLUMN import_id UUID;
ALTER TABLE contacts ADD COLUMN import_line BIGINT;
CREATE INDEX contacts_name ON contacts (workspace_id, name_key, id);
CREATE INDEX contacts_unfolded ON contacts (id) WHERE name_key IS NULL;
CREATE INDEX contacts_opted_out ON contacts (workspace_id, id) WHERE opted_out_at IS NOT NULL;

-- Two contacts that a message showed to be one person: the one with the user id, the one with the number.
CREATE TABLE contact_twins (
    workspace_id UUID NOT NULL REFERENCES workspaces (id),
    by_user_id UUID NOT NULL REFERENCES contacts (id),
    by_phone UUID NOT NULL REFERENCES contacts (id),
    -- What the message named.
    meta_user_id TEXT NOT NULL,
    wa_id TEXT NOT NULL,
    found_at BIGINT NOT NULL,
    -- Somebody said that they are two.
    kept_apart BOOLEAN NOT NULL DEFAULT FALSE,
    PRIMARY KEY (by_user_id, by_phone)
);
CREATE INDEX contact_twins_phone ON contact_twins (by_phone);
CREATE INDEX contact_twins_open ON contact_twins (workspace_id, found_at) WHERE NOT kept_apart;

-- Where a contact went that was merged into another one.
CREATE TABLE contact_merges (
    workspace_id UUID NOT NULL REFERENCES workspaces (id),
    from_id UUID NOT NULL,
    into_id UUID NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (workspace_id, from_id)
);
CREATE INDEX contact_merges_into ON contact_merges (workspace_id, into_id);

-- A file of contacts on its way into the workspace.
CREATE TABLE imports (
    id UUID PRIMARY KEY,
    workspace_id UUID NOT NULL REFERENCES workspaces (id),
    -- Who imports: every piece is written with what they may do at that moment.
    member_id UUID NOT NULL REFERENCES members (id),
    file_name TEXT NOT NULL,
    -- Bytes.
    size BIGINT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('uploading', 'draft', 'running', 'done', 'cancelled', 'failed')),
    delimiter TEXT NOT NULL,
    -- JSON array: the names of the columns.
    header TEXT NOT NULL,
    -- JSON: what each column goes to, and the rules.
    plan TEXT NOT NULL,
    -- The place of the next line to write: its first byte, and its number as an editor counts.
    at_byte BIGINT NOT NULL,
    at_line BIGINT NOT NULL,
    -- Pieces of the report so far.
    pieces BIGINT NOT NULL DEFAULT 0,
    added BIGINT NOT NULL DEFAULT 0,
    updated BIGINT NOT NULL DEFAULT 0,
    unchanged BIGINT NOT NULL DEFAULT 0,
    skipped BIGINT NOT NULL DEFAULT 0,
    refused BIGINT NOT NULL DEFAULT 0,
    -- Why it ended early, in words.
    problem TEXT,
    created_at BIGINT NOT NULL,
    started_at BIGINT,
    ended_at BIGINT,
    -- One worker at a time.
    lease_until BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX imports_workspace ON imports (workspace_id, id);
CREATE INDEX imports_running ON imports (lease_until) WHERE state = 'running';

-- The file, in pieces of the same size.
CREATE TABLE import_chunks (
    workspace_id UUID NOT NULL REFERENCES workspaces (id),
    import_id UUID NOT NULL REFERENCES imports (id),
    nth BIGINT NOT NULL,
    bytes BYTEA NOT NULL,
    PRIMARY KEY (import_id, nth)
);

-- What became of the lines, in the order of the file.
CREATE TABLE import_reports (
    workspace_id UUID NOT NULL REFERENCES workspaces (id),
    import_id UUID NOT NULL REFERENCES imports (id),
    nth BIGINT NOT NULL,
    -- JSON array of [line, what, why].
    lines TEXT NOT NULL,
    PRIMARY KEY (import_id, nth)
);
