-- What became of conversations besides what was written in them: lines between their messages. By nobody: the customer, or time.
CREATE TABLE conversation_events (
    id BLOB PRIMARY KEY NOT NULL,
    workspace_id BLOB NOT NULL REFERENCES workspaces (id),
    conversation_id BLOB NOT NULL REFERENCES conversations (id),
    at INTEGER NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN
        ('assigned', 'unassigned', 'closed', 'reopened', 'snoozed', 'woken', 'opted_out', 'opted_in')),
    actor_id BLOB REFERENCES members (id),
    subject_id BLOB REFERENCES members (id)
);
CREATE INDEX conversation_events_place ON conversation_events (workspace_id, conversation_id, at, id);
