-- What members write for colleagues, between the messages of a conversation. Never leaves the workspace.
CREATE TABLE notes (
    id BLOB PRIMARY KEY NOT NULL,
    workspace_id BLOB NOT NULL REFERENCES workspaces (id),
    conversation_id BLOB NOT NULL REFERENCES conversations (id),
    author_id BLOB NOT NULL REFERENCES members (id),
    body TEXT NOT NULL,
    at INTEGER NOT NULL
);
CREATE INDEX notes_place ON notes (workspace_id, conversation_id, at, id);
