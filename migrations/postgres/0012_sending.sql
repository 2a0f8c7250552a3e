-- Sending: every kind of message there is, tries, lanes, what Meta said each time.

ALTER TABLE messages DROP CONSTRAINT messages_kind_check;
ALTER TABLE messages ADD CONSTRAINT messages_kind_check CHECK (kind IN ('text', 'image', 'audio', 'video', 'document',
    'sticker', 'reaction', 'location', 'contacts', 'button', 'interactive', 'order', 'system', 'template', 'unsupported'));
-- What else an outbound message is made of, as JSON: a template's name, language and values.
ALTER TABLE messages ADD COLUMN payload TEXT;
-- Tries that failed and count.
ALTER TABLE messages ADD COLUMN tries BIGINT NOT NULL DEFAULT 0;
-- When the next try is due, or when an unconfirmed one is given up.
ALTER TABLE messages ADD COLUMN next_try_at BIGINT;
-- Later messages of its conversation went out before it.
ALTER TABLE messages ADD COLUMN overtaken BOOLEAN NOT NULL DEFAULT FALSE;
-- Somebody sent its words again as a new message: this one must not go any more.
ALTER TABLE messages ADD COLUMN sent_again BOOLEAN NOT NULL DEFAULT FALSE;
UPDATE messages SET status_rank = CASE status WHEN 'dead' THEN 14 ELSE 15 END WHERE status IN ('dead', 'cancelled');
-- What a person has to look at.
CREATE INDEX messages_dead ON messages (workspace_id, failed_at, id) WHERE status = 'dead';
-- What Meta never confirmed, by when it is given up.
CREATE INDEX messages_unconfirmed ON messages (next_try_at) WHERE status = 'unconfirmed';

ALTER TABLE outbox ADD COLUMN contact_id UUID;
UPDATE outbox SET contact_id = v.contact_id FROM conversations v WHERE v.id = outbox.conversation_id;
ALTER TABLE outbox ALTER COLUMN contact_id SET NOT NULL;
-- Since when its outcome is open after a try. Later messages wait 30 seconds for it, then they pass.
ALTER TABLE outbox ADD COLUMN stalled_at BIGINT;
-- Goes out behind answers of people.
ALTER TABLE outbox ADD COLUMN bulk BOOLEAN NOT NULL DEFAULT FALSE;
-- A template of the marketing category.
ALTER TABLE outbox ADD COLUMN marketing BOOLEAN NOT NULL DEFAULT FALSE;
-- Goes out although the contact opted out: the confirmation of it, or an answer that a member confirmed.
ALTER TABLE outbox ADD COLUMN despite_opt_out BOOLEAN NOT NULL DEFAULT FALSE;
DROP INDEX outbox_due;
CREATE INDEX outbox_lane ON outbox (number_id, bulk, due_at, message_id);
CREATE INDEX outbox_contact ON outbox (contact_id, due_at);
-- Whose process is gone, and whose answer never came.
CREATE INDEX outbox_leased ON outbox (lease_until) WHERE lease_until > 0;
CREATE INDEX outbox_stalled ON outbox (due_at) WHERE stalled_at IS NOT NULL;

-- Whose turn it is to send for a number: one process at a time, which alone paces it.
CREATE TABLE lanes (
    number_id UUID PRIMARY KEY NOT NULL REFERENCES numbers (id),
    workspace_id UUID NOT NULL REFERENCES workspaces (id),
    holder TEXT,
    lease_until BIGINT NOT NULL,
    -- Messages per second that Meta's throttling left, or nothing where it never complained.
    slowed_to BIGINT,
    slowed_at BIGINT
);

-- What stands still until a person or a webhook says that it may go on.
CREATE TABLE parks (
    workspace_id UUID NOT NULL REFERENCES workspaces (id),
    number_id UUID NOT NULL REFERENCES numbers (id),
    scope TEXT NOT NULL CHECK (scope IN ('token', 'number', 'template', 'country')),
    -- The template's name and language, the country's calling code; empty for the whole number.
    what TEXT NOT NULL,
    code BIGINT,
    reason TEXT NOT NULL,
    parked_at BIGINT NOT NULL,
    PRIMARY KEY (number_id, scope, what)
);
CREATE INDEX parks_workspace ON parks (workspace_id);

-- Every try of every send, and what came of it.
CREATE TABLE send_attempts (
    workspace_id UUID NOT NULL REFERENCES workspaces (id),
    message_id UUID NOT NULL REFERENCES messages (id),
    nth BIGINT NOT NULL,
    started_at BIGINT NOT NULL,
    ended_at BIGINT NOT NULL,
    -- accepted, not_taken, refused, lost, token, blocked, permanent, withheld
    outcome TEXT NOT NULL,
    http BIGINT,
    code BIGINT,
    -- In words, without secrets.
    said TEXT NOT NULL,
    PRIMARY KEY (message_id, nth)
);

-- How long an answer that was lost is waited for, and what then: 'hold' asks a person, 'resend' sends once more.
ALTER TABLE workspaces ADD COLUMN unconfirmed_rule TEXT NOT NULL DEFAULT 'hold' CHECK (unconfirmed_rule IN ('hold', 'resend'));
ALTER TABLE workspaces ADD COLUMN plan TEXT NOT NULL DEFAULT 'enterprise'
    CHECK (plan IN ('free', 'starter', 'pro', 'enterprise'));
ALTER TABLE workspaces ADD COLUMN warm_up BOOLEAN NOT NULL DEFAULT TRUE;

-- What Graph says of the number; nothing where it was not asked yet.
ALTER TABLE numbers ADD COLUMN throughput BIGINT;
ALTER TABLE numbers ADD COLUMN messaging_tier TEXT;
ALTER TABLE numbers ADD COLUMN coexistence BOOLEAN NOT NULL DEFAULT FALSE;

-- Said STOP: nothing goes out any more ('all'), or no marketing ('marketing').
ALTER TABLE workspaces ADD COLUMN opt_out_scope TEXT NOT NULL DEFAULT 'all' CHECK (opt_out_scope IN ('all', 'marketing'));
ALTER TABLE contacts ADD COLUMN opted_out_at BIGINT;
