-- What changes a message after it was written. Kept by Meta's id of the message, which may come later than the change.

-- Each as it came. The newest of a side counts: by Meta's time, which knows whole seconds, and within one by the order in which
-- they came. No emoji: taken back.
CREATE TABLE reactions (
    -- Made when it came first.
    id UUID PRIMARY KEY,
    workspace_id UUID NOT NULL REFERENCES workspaces (id),
    number_id UUID NOT NULL,
    target_wamid TEXT NOT NULL,
    direction TEXT NOT NULL CHECK (direction IN ('in', 'out')),
    -- Who, where several customers write (a group); otherwise empty.
    author TEXT NOT NULL,
    emoji TEXT,
    at BIGINT NOT NULL,
    -- Nothing for one of ours that has not gone out.
    wamid TEXT,
    -- The message that carries ours to Meta.
    message_id UUID,
    UNIQUE (number_id, wamid)
);
CREATE INDEX reactions_target ON reactions (workspace_id, number_id, target_wamid);

-- Every wording, the first one too once there is a second; `body` is nothing for a revocation.
CREATE TABLE message_edits (
    -- Made when it came first; counts within a second of Meta's.
    id UUID NOT NULL,
    workspace_id UUID NOT NULL REFERENCES workspaces (id),
    number_id UUID NOT NULL,
    wamid TEXT NOT NULL,
    target_wamid TEXT NOT NULL,
    what TEXT NOT NULL CHECK (what IN ('edit', 'revoke')),
    body TEXT,
    raw TEXT,
    at BIGINT NOT NULL,
    PRIMARY KEY (number_id, wamid)
);
CREATE INDEX message_edits_target ON message_edits (workspace_id, number_id, target_wamid);

-- Answers to a message that comes after them.
CREATE INDEX messages_quoted ON messages (workspace_id, number_id, quoted_wamid) WHERE quoted_wamid IS NOT NULL;
