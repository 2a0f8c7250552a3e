-- One webhook body each, durable before Meta gets its 200. In a file of its own, so that taking in never waits for processing.
CREATE TABLE deliveries (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    body_hash BLOB NOT NULL,
    body BLOB,
    received_at INTEGER NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('pending', 'waiting', 'done', 'dead')),
    attempts INTEGER NOT NULL,
    due_at INTEGER NOT NULL,
    waits_for TEXT,
    reason TEXT,
    finished_at INTEGER
);
CREATE INDEX deliveries_pending ON deliveries (id) WHERE state = 'pending';
-- A repeated body is recognised when it is processed, not when it is taken in: a random index is dear to write, and what
-- is taken in has to be on the disk before Meta gets its answer.
CREATE UNIQUE INDEX deliveries_seen ON deliveries (body_hash) WHERE state <> 'pending';
CREATE INDEX deliveries_waiting ON deliveries (id) WHERE state = 'waiting';
CREATE INDEX deliveries_finished ON deliveries (finished_at) WHERE finished_at IS NOT NULL;
