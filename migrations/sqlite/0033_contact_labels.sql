-- Which contacts have conversations with a label, in the order of contacts. All that is asked for stands in the index.
CREATE INDEX conversations_labels_of_contact ON conversations (workspace_id, contact_id, assignee_id, labels)
    WHERE labels <> '[]';
