-- The UTC day (since 1970) among whose messages of its number one that waits is counted. One that leaves on a later day is counted anew,
-- where the number has a limit by day. What waits while this is brought in is counted once more at most.
ALTER TABLE outbox ADD COLUMN counted_day BIGINT NOT NULL DEFAULT 0;
