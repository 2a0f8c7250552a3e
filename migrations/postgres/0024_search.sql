-- Search over names, numbers and the words of messages. All of it is made from contacts and messages, and can be made again: no
-- foreign keys.

-- What has changed and is still to be indexed. Filled by triggers, so that whoever writes a message or a contact cannot forget
-- it, in the same transaction; emptied by a worker, so that taking messages in does not wait for an index.
CREATE TABLE search_queue (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    workspace_id UUID NOT NULL,
    what TEXT NOT NULL CHECK (what IN ('message', 'contact')),
    item_id UUID NOT NULL
);

CREATE TABLE search_messages (
    -- Milliseconds * 65536 and a number: the order of time, newest last, each once.
    place BIGINT PRIMARY KEY NOT NULL,
    workspace_id UUID NOT NULL,
    message_id UUID NOT NULL UNIQUE,
    -- Three letters of the folded text each, as numbers. Made by us and not by pg_trgm: that leaves out what the server's locale
    -- does not take for letters (with C everything but ASCII), and it is an extension that not everybody may create.
    grams INTEGER[] NOT NULL
);
CREATE INDEX search_messages_order ON search_messages (workspace_id, place);
CREATE INDEX search_messages_grams ON search_messages USING gin (grams);

CREATE TABLE search_contacts (
    -- When the contact was made, as above.
    place BIGINT PRIMARY KEY NOT NULL,
    workspace_id UUID NOT NULL,
    contact_id UUID NOT NULL UNIQUE,
    grams INTEGER[] NOT NULL,
    -- Folded, for questions that are too short for three letters.
    name TEXT COLLATE "C" NOT NULL,
    username TEXT COLLATE "C",
    phone TEXT COLLATE "C"
);
CREATE INDEX search_contacts_order ON search_contacts (workspace_id, place);
CREATE INDEX search_contacts_grams ON search_contacts USING gin (grams);
CREATE INDEX search_contacts_name ON search_contacts (workspace_id, name);
CREATE INDEX search_contacts_username ON search_contacts (workspace_id, username) WHERE username IS NOT NULL;
CREATE INDEX search_contacts_phone ON search_contacts (workspace_id, phone) WHERE phone IS NOT NULL;

-- Once a statement, however many rows it writes.
CREATE FUNCTION search_messages_touched() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO search_queue (workspace_id, what, item_id) SELECT workspace_id, 'message', id FROM touched;
    RETURN NULL;
END $$;
CREATE FUNCTION search_contacts_touched() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO search_queue (workspace_id, what, item_id) SELECT workspace_id, 'contact', id FROM touched;
    RETURN NULL;
END $$;
-- Rows are updated for many reasons: only those whose words changed.
CREATE FUNCTION search_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO search_queue (workspace_id, what, item_id) VALUES (NEW.workspace_id, TG_ARGV[0], NEW.id);
    RETURN NULL;
END $$;
CREATE TRIGGER search_message_written AFTER INSERT ON messages REFERENCING NEW TABLE AS touched
    FOR EACH STATEMENT EXECUTE FUNCTION search_messages_touched();
CREATE TRIGGER search_message_gone AFTER DELETE ON messages REFERENCING OLD TABLE AS touched
    FOR EACH STATEMENT EXECUTE FUNCTION search_messages_touched();
CREATE TRIGGER search_message_changed AFTER UPDATE OF body ON messages FOR EACH ROW WHEN (NEW.body <> OLD.body)
    EXECUTE FUNCTION search_changed('message');
CREATE TRIGGER search_contact_written AFTER INSERT ON contacts REFERENCING NEW TABLE AS touched
    FOR EACH STATEMENT EXECUTE FUNCTION search_contacts_touched();
CREATE TRIGGER search_contact_gone AFTER DELETE ON contacts REFERENCING OLD TABLE AS touched
    FOR EACH STATEMENT EXECUTE FUNCTION search_contacts_touched();
CREATE TRIGGER search_contact_changed AFTER UPDATE OF profile_name, username, wa_id ON contacts FOR EACH ROW
    WHEN ((NEW.profile_name, NEW.username, NEW.wa_id) IS DISTINCT FROM (OLD.profile_name, OLD.username, OLD.wa_id))
    EXECUTE FUNCTION search_changed('contact');

-- What was there before.
INSERT INTO search_queue (workspace_id, what, item_id) SELECT workspace_id, 'contact', id FROM contacts ORDER BY created_at;
INSERT INTO search_queue (workspace_id, what, item_id) SELECT workspace_id, 'message', id FROM messages WHERE body <> ''
    ORDER BY at;
