-- Who opened which secret, for what: one row per secret, purpose and minute. What belongs to a user has the workspace of
-- zeros. Kept for 90 days.
CREATE TABLE secret_access (
    workspace_id UUID NOT NULL,
    kind TEXT NOT NULL,
    subject_id UUID NOT NULL,
    purpose TEXT NOT NULL CHECK (purpose IN ('send', 'check', 'audit', 'sign_in', 'renew')),
    -- When the minute began.
    minute BIGINT NOT NULL,
    outcome TEXT NOT NULL CHECK (outcome IN ('opened', 'failed')),
    times BIGINT NOT NULL,
    -- Why it did not open.
    reason TEXT,
    PRIMARY KEY (workspace_id, kind, subject_id, purpose, minute, outcome)
);
CREATE INDEX secret_access_age ON secret_access (minute);

-- Since when the access token does not open; what is to be sent waits.
ALTER TABLE numbers ADD COLUMN token_locked_at BIGINT;
