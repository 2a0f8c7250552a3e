-- What reviews of the doors found.

-- Own contacts are read page by page, in the order of ids.
DROP INDEX contacts_assignee;
CREATE INDEX contacts_assignee_page ON contacts (workspace_id, assignee_id, id);

-- They were removed, and then their role was deleted: they come back by an invitation, which names a role.
ALTER TABLE members ADD COLUMN role_gone BOOLEAN NOT NULL DEFAULT FALSE;
