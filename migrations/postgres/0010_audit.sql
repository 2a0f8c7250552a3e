-- The audit trail begins with its workspace. See docs/adr/0005-the-audit-trail.md.

-- Chains that may still begin; one that is neither here nor begun was removed. Workspaces that are older than this, and the
-- installation itself (zeros), have theirs made by the first process that holds the master key.
CREATE TABLE audit_unbegun (workspace_id UUID PRIMARY KEY NOT NULL);
INSERT INTO audit_unbegun (workspace_id)
    SELECT c.id FROM (SELECT id FROM workspaces UNION SELECT '00000000-0000-0000-0000-000000000000'::uuid) c
    WHERE NOT EXISTS (SELECT 1 FROM audit_heads h WHERE h.workspace_id = c.id)
    AND NOT EXISTS (SELECT 1 FROM secrets s WHERE s.workspace_id = c.id AND s.kind = 'audit_key')
    AND NOT EXISTS (SELECT 1 FROM audit_entries e WHERE e.workspace_id = c.id AND e.position IS NOT NULL);

-- Days for which entries were kept when the chain was cut last, signed with the ends; empty where the signature is older.
ALTER TABLE audit_heads ADD COLUMN kept_days BIGINT;
-- Over what the last check found and when.
ALTER TABLE audit_heads ADD COLUMN check_signature BYTEA;
