-- Second factors, links for a new password, and from where a session was begun.

-- What somebody's one-time codes are made from, sealed. While there is a row, the second factor is on.
CREATE TABLE totp_secrets (
    user_id BLOB PRIMARY KEY NOT NULL REFERENCES users (id),
    sealed BLOB NOT NULL,
    -- The newest time step of which a code was taken: none is taken twice.
    last_step INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    last_used_at INTEGER NOT NULL
);

-- For when the phone is lost. Only a SHA-256 of a code is kept.
CREATE TABLE recovery_codes (
    user_id BLOB NOT NULL REFERENCES users (id),
    hash BLOB NOT NULL,
    created_at INTEGER NOT NULL,
    used_at INTEGER,
    PRIMARY KEY (user_id, hash)
);

-- One link a person, the newest. It is worth nothing to whoever reads this table: only a SHA-256 of its token is kept.
CREATE TABLE password_resets (
    user_id BLOB PRIMARY KEY NOT NULL REFERENCES users (id),
    token_hash BLOB NOT NULL UNIQUE,
    mail_id BLOB,
    expires_at INTEGER NOT NULL
);
CREATE INDEX password_resets_expiry ON password_resets (expires_at);

ALTER TABLE sessions ADD COLUMN address TEXT NOT NULL DEFAULT '';
