-- The Merkle tree over each log: tiles of C2SP tlog-tiles (height 8). Full ones only, so that a row never changes; the
-- others are put together when they are read. root is the tile's own tree head, which is its hash in the level above.
CREATE TABLE tiles (
    org_id uuid NOT NULL,
    level int NOT NULL CHECK (level BETWEEN 0 AND 63),
    number leaf_index NOT NULL,
    hashes bytea NOT NULL CHECK (octet_length(hashes) = 8192),
    root sha256_hash NOT NULL,
    PRIMARY KEY (org_id, level, number)
);
-- Hashes cannot be compressed, and a part of an uncompressed value is read without the rest.
ALTER TABLE tiles ALTER COLUMN hashes SET STORAGE EXTERNAL;

-- What was signed: the note as the signer gave it, under which of the log's origins. What was signed under an earlier one
-- stays, though the log has none of the records any more that it speaks of.
CREATE TABLE checkpoints (
    org_id uuid NOT NULL,
    origin int NOT NULL CHECK (origin >= 1),
    size leaf_index NOT NULL,
    root sha256_hash NOT NULL,
    note bytea NOT NULL CHECK (octet_length(note) <= 1000000),
    signed_at timestamptz NOT NULL,
    PRIMARY KEY (org_id, origin, size)
);

-- Why the log takes nothing; null: it does.
ALTER TABLE log_heads ADD COLUMN halted text CHECK (halted <> '');

-- Under which of its origins the log is signed: the second one begins where a log that went back was continued.
ALTER TABLE log_heads ADD COLUMN origin int NOT NULL DEFAULT 1 CHECK (origin >= 1);
