-- Sending: every kind of message there is, tries, lanes, what Meta said each time.

-- SQLite cannot change a check: both tables are written anew, the one that refers to the other first.
CREATE TABLE messages_new (
    id BLOB PRIMARY KEY NOT NULL,
    workspace_id BLOB NOT NULL REFERENCES workspaces (id),
    -- Checked at commit: ingest writes a conversation once, after its messages.
    conversation_id BLOB NOT NULL REFERENCES conversations (id) DEFERRABLE INITIALLY DEFERRED,
    number_id BLOB NOT NULL,
    direction TEXT NOT NULL CHECK (direction IN ('in', 'out')),
    kind TEXT NOT NULL CHECK (kind IN ('text', 'image', 'audio', 'video', 'document', 'sticker', 'reaction', 'location',
        'contacts', 'button', 'interactive', 'order', 'system', 'template', 'unsupported')),
    -- The words that people read: the text, a caption, a filled template.
    body TEXT NOT NULL,
    -- What else an outbound message is made of, as JSON: a template's name, language and values.
    payload TEXT,
    raw TEXT,
    wamid TEXT,
    status TEXT NOT NULL CHECK (status IN ('received', 'queued', 'sending', 'accepted', 'sent', 'delivered', 'read',
        'unconfirmed', 'retry_queued', 'failed', 'cancelled', 'dead')),
    status_rank INTEGER NOT NULL,
    author_id BLOB,
    error_code INTEGER,
    error_text TEXT,
    at INTEGER NOT NULL,
    accepted_at INTEGER,
    sent_at INTEGER,
    delivered_at INTEGER,
    read_at INTEGER,
    failed_at INTEGER,
    -- Tries that failed and count.
    tries INTEGER NOT NULL DEFAULT 0,
    -- When the next try is due, or when an unconfirmed one is given up.
    next_try_at INTEGER,
    -- Later messages of its conversation went out before it.
    overtaken BOOLEAN NOT NULL DEFAULT FALSE,
    -- Somebody sent its words again as a new message: this one must not go any more.
    sent_again BOOLEAN NOT NULL DEFAULT FALSE
);
INSERT INTO messages_new (id, workspace_id, conversation_id, number_id, direction, kind, body, raw, wamid, status,
    status_rank, author_id, error_code, error_text, at, accepted_at, sent_at, delivered_at, read_at, failed_at)
SELECT id, workspace_id, conversation_id, number_id, direction, kind, body, raw, wamid, status,
    CASE status WHEN 'dead' THEN 14 WHEN 'cancelled' THEN 15 ELSE status_rank END, author_id, error_code, error_text, at,
    accepted_at, sent_at, delivered_at, read_at, failed_at
FROM messages;

CREATE TABLE outbox_new (
    message_id BLOB PRIMARY KEY NOT NULL REFERENCES messages_new (id),
    workspace_id BLOB NOT NULL REFERENCES workspaces (id),
    number_id BLOB NOT NULL,
    conversation_id BLOB NOT NULL,
    contact_id BLOB NOT NULL,
    -- Messages of a conversation leave in this order.
    queued_at INTEGER NOT NULL,
    due_at INTEGER NOT NULL,
    leased_by TEXT,
    lease_until INTEGER NOT NULL,
    -- Since when its outcome is open after a try. Later messages wait 30 seconds for it, then they pass.
    stalled_at INTEGER,
    -- Goes out behind answers of people.
    bulk BOOLEAN NOT NULL DEFAULT FALSE,
    -- A template of the marketing category.
    marketing BOOLEAN NOT NULL DEFAULT FALSE,
    -- Goes out although the contact opted out: the confirmation of it, or an answer that a member confirmed.
    despite_opt_out BOOLEAN NOT NULL DEFAULT FALSE
);
INSERT INTO outbox_new (message_id, workspace_id, number_id, conversation_id, contact_id, queued_at, due_at, leased_by, lease_until)
SELECT o.message_id, o.workspace_id, o.number_id, o.conversation_id, v.contact_id, o.queued_at, o.due_at, o.leased_by, o.lease_until
FROM outbox o JOIN conversations v ON v.id = o.conversation_id;

DROP TABLE outbox;
DROP TABLE messages;
ALTER TABLE messages_new RENAME TO messages;
ALTER TABLE outbox_new RENAME TO outbox;

CREATE UNIQUE INDEX messages_wamid ON messages (number_id, wamid) WHERE wamid IS NOT NULL;
CREATE INDEX messages_thread ON messages (conversation_id, at, id);
-- What a person has to look at.
CREATE INDEX messages_dead ON messages (workspace_id, failed_at, id) WHERE status = 'dead';
-- What Meta never confirmed, by when it is given up.
CREATE INDEX messages_unconfirmed ON messages (next_try_at) WHERE status = 'unconfirmed';
CREATE INDEX outbox_lane ON outbox (number_id, bulk, due_at, message_id);
CREATE INDEX outbox_conversation ON outbox (conversation_id, queued_at, message_id);
CREATE INDEX outbox_contact ON outbox (contact_id, due_at);
-- Whose process is gone, and whose answer never came.
CREATE INDEX outbox_leased ON outbox (lease_until) WHERE lease_until > 0;
CREATE INDEX outbox_stalled ON outbox (due_at) WHERE stalled_at IS NOT NULL;

-- Whose turn it is to send for a number: one process at a time, which alone paces it.
CREATE TABLE lanes (
    number_id BLOB PRIMARY KEY NOT NULL REFERENCES numbers (id),
    workspace_id BLOB NOT NULL REFERENCES workspaces (id),
    holder TEXT,
    lease_until INTEGER NOT NULL,
    -- Messages per second that Meta's throttling left, or nothing where it never complained.
    slowed_to INTEGER,
    slowed_at INTEGER
);

-- What stands still until a person or a webhook says that it may go on.
CREATE TABLE parks (
    workspace_id BLOB NOT NULL REFERENCES workspaces (id),
    number_id BLOB NOT NULL REFERENCES numbers (id),
    scope TEXT NOT NULL CHECK (scope IN ('token', 'number', 'template', 'country')),
    -- The template's name and language, the country's calling code; empty for the whole number.
    what TEXT NOT NULL,
    code INTEGER,
    reason TEXT NOT NULL,
    parked_at INTEGER NOT NULL,
    PRIMARY KEY (number_id, scope, what)
);
CREATE INDEX parks_workspace ON parks (workspace_id);

-- Every try of every send, and what came of it.
CREATE TABLE send_attempts (
    workspace_id BLOB NOT NULL REFERENCES workspaces (id),
    message_id BLOB NOT NULL REFERENCES messages (id),
    nth INTEGER NOT NULL,
    started_at INTEGER NOT NULL,
    ended_at INTEGER NOT NULL,
    -- accepted, not_taken, refused, lost, token, blocked, permanent, withheld
    outcome TEXT NOT NULL,
    http INTEGER,
    code INTEGER,
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
ALTER TABLE numbers ADD COLUMN throughput INTEGER;
ALTER TABLE numbers ADD COLUMN messaging_tier TEXT;
ALTER TABLE numbers ADD COLUMN coexistence BOOLEAN NOT NULL DEFAULT FALSE;

-- Said STOP: nothing goes out any more ('all'), or no marketing ('marketing').
ALTER TABLE workspaces ADD COLUMN opt_out_scope TEXT NOT NULL DEFAULT 'all' CHECK (opt_out_scope IN ('all', 'marketing'));
ALTER TABLE contacts ADD COLUMN opted_out_at INTEGER;
