-- What the business does on its phone, and people whose number changes.

-- Which side worded a message anew or took it back: each its own words alone.
ALTER TABLE message_edits ADD COLUMN direction TEXT NOT NULL DEFAULT 'in' CHECK (direction IN ('in', 'out'));

-- When the address book of the business's phone gave the name; nothing where nobody did, or a colleague did here.
ALTER TABLE contacts ADD COLUMN named_at INTEGER;

-- WhatsApp tells a new number without a user id.
CREATE TABLE contact_twins_new (
    workspace_id BLOB NOT NULL REFERENCES workspaces (id),
    by_user_id BLOB NOT NULL REFERENCES contacts (id),
    by_phone BLOB NOT NULL REFERENCES contacts (id),
    -- What the message named.
    meta_user_id TEXT,
    wa_id TEXT NOT NULL,
    found_at INTEGER NOT NULL,
    -- Somebody said that they are two.
    kept_apart BOOLEAN NOT NULL DEFAULT FALSE,
    PRIMARY KEY (by_user_id, by_phone)
);
INSERT INTO contact_twins_new (workspace_id, by_user_id, by_phone, meta_user_id, wa_id, found_at, kept_apart)
SELECT workspace_id, by_user_id, by_phone, meta_user_id, wa_id, found_at, kept_apart FROM contact_twins;
DROP TABLE contact_twins;
ALTER TABLE contact_twins_new RENAME TO contact_twins;
CREATE INDEX contact_twins_phone ON contact_twins (by_phone);
CREATE INDEX contact_twins_open ON contact_twins (workspace_id, found_at) WHERE NOT kept_apart;
