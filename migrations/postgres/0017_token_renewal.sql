-- Until when Meta takes an access token: 0 for ever, empty when nobody knows.
ALTER TABLE secrets ADD COLUMN expires_at BIGINT;
-- When Meta is asked next whether the token can be renewed.
ALTER TABLE secrets ADD COLUMN renew_at BIGINT NOT NULL DEFAULT 0;
-- What Meta said when it would not.
ALTER TABLE secrets ADD COLUMN renew_refused TEXT;
CREATE INDEX secrets_renew ON secrets (renew_at) WHERE kind = 'access_token';
