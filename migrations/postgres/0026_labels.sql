-- Labels, kept lists, quick replies; notes that name colleagues and can be changed.

-- What a workspace calls things by. Deleted ones stay until they are off every conversation, so that a process that ends in
-- between leaves nothing behind.
CREATE TABLE labels (
    id UUID PRIMARY KEY,
    workspace_id UUID NOT NULL REFERENCES workspaces (id),
    name TEXT NOT NULL,
    -- By this a name is unique.
    name_key TEXT NOT NULL,
    colour TEXT NOT NULL CHECK (colour IN
        ('blue', 'teal', 'green', 'lime', 'yellow', 'orange', 'red', 'pink', 'purple', 'grey')),
    created_at BIGINT NOT NULL,
    deleted_at BIGINT
);
CREATE UNIQUE INDEX labels_name ON labels (workspace_id, name_key) WHERE deleted_at IS NULL;
CREATE INDEX labels_deleted ON labels (deleted_at) WHERE deleted_at IS NOT NULL;
-- The column is the truth: what has no label costs nothing here.
CREATE INDEX conversations_labelled ON conversations (workspace_id, state, last_message_at, id) WHERE labels <> '[]';

-- Lists of conversations that a member keeps. `asked` is JSON: the view and the filter.
CREATE TABLE saved_views (
    id UUID PRIMARY KEY,
    workspace_id UUID NOT NULL REFERENCES workspaces (id),
    member_id UUID NOT NULL REFERENCES members (id),
    name TEXT NOT NULL,
    asked TEXT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX saved_views_member ON saved_views (workspace_id, member_id, created_at);

CREATE TABLE quick_replies (
    id UUID PRIMARY KEY,
    workspace_id UUID NOT NULL REFERENCES workspaces (id),
    shortcut TEXT NOT NULL,
    title TEXT NOT NULL,
    body TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    UNIQUE (workspace_id, shortcut)
);

-- A JSON array of member ids.
ALTER TABLE notes ADD COLUMN mentions TEXT NOT NULL DEFAULT '[]';
ALTER TABLE notes ADD COLUMN edited_at BIGINT;
