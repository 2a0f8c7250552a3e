-- What members write for colleagues, between the messages of a conversation. Never leaves the workspace.
CREATE TABLE notes (
    id UUID PRIMARY KEY,
    workspace_id UUID NOT NULL REFERENCES workspaces (id),
    conversation_id UUID NOT NULL REFERENCES conversations (id),
    author_id UUID NOT NULL REFERENCES members (id),
    body TEXT NOT NULL,
    at BIGINT NOT NULL
);
CREATE INDEX notes_place ON notes (workspace_id, conversation_id, at, id);
