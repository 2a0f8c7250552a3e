-- What members began to write and have not sent: theirs alone, until it is sent, they leave, or nobody touches it for long.
CREATE TABLE drafts (
    workspace_id BLOB NOT NULL REFERENCES workspaces (id),
    member_id BLOB NOT NULL REFERENCES members (id),
    conversation_id BLOB NOT NULL REFERENCES conversations (id),
    kind TEXT NOT NULL CHECK (kind IN ('reply', 'note')),
    body TEXT NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (workspace_id, member_id, conversation_id, kind)
);
CREATE INDEX drafts_at ON drafts (at);
