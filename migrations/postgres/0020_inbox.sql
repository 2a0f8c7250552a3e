-- The whole inbox: what the hot tables need of it, in one step; tables of their own follow in later files.

-- What screens show besides the words and may change later: quote, reactions, edit, revocation. JSON,
-- `domain::content::Extras`; made anew from reactions and message_edits by whoever changes them.
ALTER TABLE messages ADD COLUMN extras TEXT;
-- The message it answers, by Meta's id: it may come later than its answer, or never.
ALTER TABLE messages ADD COLUMN quoted_wamid TEXT;
-- 'phone': typed in the WhatsApp Business app; 'history': from before the number was connected.
ALTER TABLE messages ADD COLUMN origin TEXT NOT NULL DEFAULT 'api' CHECK (origin IN ('api', 'phone', 'history'));

-- A JSON array of label ids, as rows of the list show them.
ALTER TABLE conversations ADD COLUMN labels TEXT NOT NULL DEFAULT '[]';
-- Out of the open views until then, or until the customer writes; the end of time: until the customer writes.
ALTER TABLE conversations ADD COLUMN snoozed_until BIGINT;
CREATE INDEX conversations_snoozed ON conversations (workspace_id, snoozed_until) WHERE snoozed_until IS NOT NULL;
DROP INDEX conversations_counts;
CREATE INDEX conversations_counts ON conversations (workspace_id, state, assignee_id, snoozed_until);

-- What WhatsApp calls them besides the profile name: may change, so never a key.
ALTER TABLE contacts ADD COLUMN username TEXT;

DROP VIEW conversation_rows;
-- A conversation as one row of the list, with the names it shows.
CREATE VIEW conversation_rows AS
SELECT v.id, v.workspace_id, v.number_id, v.contact_id, v.state, v.assignee_id, v.last_message_at, v.unread,
    v.window_expires_at, v.preview_message_id, v.preview_direction, v.preview_kind, v.preview_status, v.preview_text,
    v.labels, v.snoozed_until, v.created_at, v.closed_at, c.profile_name, c.wa_id, c.meta_user_id, c.username, c.opted_out_at,
    n.name AS number_name, n.display_number
FROM conversations v
JOIN contacts c ON c.id = v.contact_id
JOIN numbers n ON n.id = v.number_id;
