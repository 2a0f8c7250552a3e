-- Search over names, numbers and the words of messages. All of it is made from contacts and messages, and can be made again: no
-- foreign keys.

-- What has changed and is still to be indexed. Filled by triggers, so that whoever writes a message or a contact cannot forget
-- it, in the same transaction; emptied by a worker, so that taking messages in does not wait for an index.
CREATE TABLE search_queue (
    id INTEGER PRIMARY KEY NOT NULL,
    workspace_id BLOB NOT NULL,
    what TEXT NOT NULL CHECK (what IN ('message', 'contact')),
    item_id BLOB NOT NULL
);

CREATE TABLE search_messages (
    -- Milliseconds * 65536 and a number: the order of time, newest last, each once.
    place INTEGER PRIMARY KEY NOT NULL,
    workspace_id BLOB NOT NULL,
    message_id BLOB NOT NULL UNIQUE
);
-- By place. Three letters of a folded text each; the text itself is not kept, what is found is compared with the message.
CREATE VIRTUAL TABLE search_message_words USING fts5 (
    text, content = '', contentless_delete = 1, detail = none, tokenize = 'trigram case_sensitive 1'
);

CREATE TABLE search_contacts (
    -- When the contact was made, as above.
    place INTEGER PRIMARY KEY NOT NULL,
    workspace_id BLOB NOT NULL,
    contact_id BLOB NOT NULL UNIQUE,
    -- Folded, for questions that are too short for three letters.
    name TEXT NOT NULL,
    username TEXT,
    phone TEXT
);
CREATE INDEX search_contacts_name ON search_contacts (workspace_id, name);
CREATE INDEX search_contacts_username ON search_contacts (workspace_id, username) WHERE username IS NOT NULL;
CREATE INDEX search_contacts_phone ON search_contacts (workspace_id, phone) WHERE phone IS NOT NULL;
CREATE VIRTUAL TABLE search_contact_words USING fts5 (
    text, content = '', contentless_delete = 1, detail = none, tokenize = 'trigram case_sensitive 1'
);

CREATE TRIGGER search_message_written AFTER INSERT ON messages WHEN NEW.body <> '' BEGIN
    INSERT INTO search_queue (workspace_id, what, item_id) VALUES (NEW.workspace_id, 'message', NEW.id);
END;
CREATE TRIGGER search_message_changed AFTER UPDATE OF body ON messages WHEN NEW.body <> OLD.body BEGIN
    INSERT INTO search_queue (workspace_id, what, item_id) VALUES (NEW.workspace_id, 'message', NEW.id);
END;
CREATE TRIGGER search_message_gone AFTER DELETE ON messages BEGIN
    INSERT INTO search_queue (workspace_id, what, item_id) VALUES (OLD.workspace_id, 'message', OLD.id);
END;
CREATE TRIGGER search_contact_written AFTER INSERT ON contacts BEGIN
    INSERT INTO search_queue (workspace_id, what, item_id) VALUES (NEW.workspace_id, 'contact', NEW.id);
END;
CREATE TRIGGER search_contact_changed AFTER UPDATE OF profile_name, username, wa_id ON contacts
WHEN NEW.profile_name <> OLD.profile_name OR NEW.username IS NOT OLD.username OR NEW.wa_id IS NOT OLD.wa_id BEGIN
    INSERT INTO search_queue (workspace_id, what, item_id) VALUES (NEW.workspace_id, 'contact', NEW.id);
END;
CREATE TRIGGER search_contact_gone AFTER DELETE ON contacts BEGIN
    INSERT INTO search_queue (workspace_id, what, item_id) VALUES (OLD.workspace_id, 'contact', OLD.id);
END;

-- What was there before.
INSERT INTO search_queue (workspace_id, what, item_id) SELECT workspace_id, 'contact', id FROM contacts ORDER BY created_at;
INSERT INTO search_queue (workspace_id, what, item_id) SELECT workspace_id, 'message', id FROM messages WHERE body <> ''
    ORDER BY at;
