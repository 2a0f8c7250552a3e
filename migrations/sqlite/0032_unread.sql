-- What waits to be read is counted with every page; what is read costs nothing here. All that is asked for stands in the index:
-- SQLite would otherwise take conversations_counts, which holds everything that is open.
CREATE INDEX conversations_unread ON conversations (workspace_id, state, snoozed_until, assignee_id) WHERE unread > 0;
