-- Whether open pages know of it.
ALTER TABLE alerts ADD COLUMN told BOOLEAN NOT NULL DEFAULT TRUE;
CREATE INDEX alerts_untold ON alerts (last_at) WHERE NOT told;
