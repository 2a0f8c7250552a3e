-- What the business does on its phone, and people whose number changes.

-- Which side worded a message anew or took it back: each its own words alone.
ALTER TABLE message_edits ADD COLUMN direction TEXT NOT NULL DEFAULT 'in' CHECK (direction IN ('in', 'out'));

-- When the address book of the business's phone gave the name; nothing where nobody did, or a colleague did here.
ALTER TABLE contacts ADD COLUMN named_at BIGINT;

-- WhatsApp tells a new number without a user id.
ALTER TABLE contact_twins ALTER COLUMN meta_user_id DROP NOT NULL;
