-- Second factors, links for a new password, and from where a session was begun.

-- What somebody's one-time codes are made from, sealed. While there is a row, the second factor is on.
CREATE TABLE totp_secrets (
    user_id UUID PRIMARY KEY NOT NULL REFERENCES users (id),
    sealed BYTEA NOT NULL,
    -- The newest time step of which a code was taken: none is taken twice.
    last_step BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    last_used_at BIGINT NOT NULL
);

-- For when the phone is lost. Only a SHA-256 of a code is kept.
CREATE TABLE recovery_codes (
    user_id UUID NOT NULL REFERENCES users (id),
    hash BYTEA NOT NULL,
    created_at BIGINT NOT NULL,
    used_at BIGINT,
    PRIMARY KEY (user_id, hash)
);

-- One link a person, the newest. It is worth nothing to whoever reads this table: only a SHA-256 of its token is kept.
CREATE TABLE password_resets (
    user_id UUID PRIMARY KEY NOT NULL REFERENCES users (id),
    token_hash BYTEA NOT NULL UNIQUE,
    mail_id UUID,
    expires_at BIGINT NOT NULL
);
CREATE INDEX password_resets_expiry ON password_resets (expires_at);

ALTER TABLE sessions ADD COLUMN address TEXT NOT NULL DEFAULT '';
