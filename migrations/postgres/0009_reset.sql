-- Who handed a link for a new password over, and in which workspace: whether they may is judged again when it is used.
-- Empty for links that were mailed, or made at the command line.
ALTER TABLE password_resets ADD COLUMN handed_in UUID REFERENCES workspaces (id);
ALTER TABLE password_resets ADD COLUMN handed_by UUID REFERENCES members (id);
-- Of those that wait nobody knows it. They live for an hour, and can be made again.
DELETE FROM password_resets WHERE mail_id IS NULL;
