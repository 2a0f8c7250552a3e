-- Consent: what each contact decided, when and how we know; what a workspace sets about it.

CREATE TABLE consent_events (
    id UUID PRIMARY KEY NOT NULL,
    workspace_id UUID NOT NULL REFERENCES workspaces (id),
    contact_id UUID NOT NULL REFERENCES contacts (id),
    -- When it was decided, by Meta's clock where Meta says: the newest counts, whatever came in last.
    at BIGINT NOT NULL,
    what TEXT NOT NULL CHECK (what IN ('opted_out', 'opted_in')),
    source TEXT NOT NULL CHECK (source IN ('keyword', 'button', 'meta', 'error', 'member', 'api', 'import')),
    -- The message that said it, or that Meta refused.
    message_id UUID,
    -- What it is known by: the wamid, or Meta's words and time. A repeated delivery changes nothing.
    proof TEXT,
    said TEXT,
    actor_id UUID REFERENCES members (id),
    recorded_at BIGINT NOT NULL
);
CREATE INDEX consent_events_contact ON consent_events (workspace_id, contact_id, at, id);
CREATE INDEX consent_events_all ON consent_events (workspace_id, at, id);
CREATE UNIQUE INDEX consent_events_proof ON consent_events (workspace_id, contact_id, proof) WHERE proof IS NOT NULL;

-- Words added and taken away, confirmations, as JSON. Empty: as built in.
ALTER TABLE workspaces ADD COLUMN opt_out TEXT NOT NULL DEFAULT '{}';

DROP VIEW conversation_rows;
-- A conversation as one row of the list, with the names it shows.
CREATE VIEW conversation_rows AS
SELECT v.id, v.workspace_id, v.number_id, v.contact_id, v.state, v.assignee_id, v.last_message_at, v.unread,
    v.window_expires_at, v.preview_message_id, v.preview_direction, v.preview_kind, v.preview_status, v.preview_text,
    c.profile_name, c.wa_id, c.meta_user_id, c.opted_out_at, n.name AS number_name, n.display_number
FROM conversations v
JOIN contacts c ON c.id = v.contact_id
JOIN numbers n ON n.id = v.number_id;
