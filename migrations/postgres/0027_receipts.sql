-- What Meta is told of our side of a conversation: that a message was read, and that somebody types an answer. At most one thing a
-- conversation waits to be told; what is lost is lost.
CREATE TABLE receipts (
    conversation_id UUID PRIMARY KEY NOT NULL REFERENCES conversations (id),
    workspace_id UUID NOT NULL REFERENCES workspaces (id),
    number_id UUID NOT NULL REFERENCES numbers (id),
    -- The newest message of the customer's that was read; it stands for all before it.
    wamid TEXT NOT NULL,
    -- Meta knows, or is not told any more.
    told BOOLEAN NOT NULL DEFAULT FALSE,
    -- When somebody last typed, as far as it was noted.
    typing_at BIGINT,
    -- Nothing: there is nothing to tell.
    due_at BIGINT,
    tries BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX receipts_due ON receipts (due_at) WHERE due_at IS NOT NULL;

-- Customers see that their messages were read.
ALTER TABLE workspaces ADD COLUMN read_receipts BOOLEAN NOT NULL DEFAULT TRUE;
-- And that somebody types: WhatsApp shows it only together with the former.
ALTER TABLE workspaces ADD COLUMN typing_indicator BOOLEAN NOT NULL DEFAULT TRUE;
