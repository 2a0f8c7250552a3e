-- When somebody put the list of what to set up away; it comes back to nobody.
ALTER TABLE workspaces ADD COLUMN setup_hidden_at BIGINT;
