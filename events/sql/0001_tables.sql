-- Global and small: which organisations there are. No content, so no row-level security; nothing else is global.
CREATE TABLE tenant_directory (
    org_id uuid PRIMARY KEY,
    created_at timestamptz NOT NULL DEFAULT now()
);

-- One row per organisation: the size of its log, its last stamp, and which build of the live rows counts.
CREATE TABLE log_heads (
    org_id uuid PRIMARY KEY,
    size bigint NOT NULL,
    last_recorded_at timestamptz NOT NULL,
    live_build int NOT NULL,
    clamped bigint NOT NULL
) WITH (fillfactor = 40);

-- Domains, since the checks of a table are read from their text again for each statement: a fifth of an insert's time.
CREATE DOMAIN leaf_index AS bigint CHECK (VALUE >= 0);
CREATE DOMAIN version_number AS bigint CHECK (VALUE >= 1);
CREATE DOMAIN record_bytes AS bytea CHECK (octet_length(VALUE) <= 65535);
CREATE DOMAIN sha256_hash AS bytea CHECK (octet_length(VALUE) = 32);
CREATE DOMAIN command_key AS text CHECK (VALUE <> '');

CREATE TABLE events (
    org_id uuid NOT NULL,
    position leaf_index NOT NULL,
    stream text COLLATE "C" NOT NULL,
    stream_version version_number NOT NULL,
    type text NOT NULL,
    schema int NOT NULL,
    recorded_at timestamptz NOT NULL,
    occurred_at timestamptz NOT NULL,
    record record_bytes NOT NULL,
    leaf_hash sha256_hash NOT NULL,
    -- The type is there for reads by type: they go along the key alone, and no index more is written at each append.
    PRIMARY KEY (org_id, position) INCLUDE (type),
    UNIQUE (org_id, stream, stream_version)
);

CREATE TABLE commands (
    org_id uuid NOT NULL,
    command_id command_key NOT NULL,
    digest bytea NOT NULL,
    first_position bigint NOT NULL,
    last_position bigint NOT NULL,
    stream_version bigint,
    recorded_at timestamptz NOT NULL,
    PRIMARY KEY (org_id, command_id)
);

-- What seldom changes stands first: an update writes to the write-ahead log what lies between the first and the last
-- byte that differ. A kind is the range of streams from `<kind>-` to `<kind>.`.
CREATE TABLE live_states (
    org_id uuid NOT NULL,
    build int NOT NULL,
    stream text COLLATE "C" NOT NULL,
    scope text,
    status text NOT NULL,
    label text NOT NULL,
    members text[] NOT NULL,
    fold int NOT NULL,
    state bytea NOT NULL,
    version bigint NOT NULL,
    position bigint NOT NULL,
    changed_at timestamptz NOT NULL,
    PRIMARY KEY (org_id, build, stream)
) WITH (fillfactor = 60);
-- Partial, so that it can never be taken for the look-up of one stream: without statistics, which a new database does
-- not have yet, the planner holds a skip along all scopes to be as cheap as the key.
CREATE INDEX live_states_by_scope ON live_states (org_id, build, scope, stream) WHERE scope IS NOT NULL;
CREATE INDEX live_states_by_member ON live_states USING gin (members);

CREATE TABLE live_claims (
    org_id uuid NOT NULL,
    build int NOT NULL,
    scope text NOT NULL,
    stream text COLLATE "C" NOT NULL,
    PRIMARY KEY (org_id, build, scope, stream)
);

-- Views that no command needs: rows of every view in one table, which build of a view counts per organisation.
CREATE TABLE view_heads (
    org_id uuid NOT NULL,
    view text NOT NULL,
    build int NOT NULL,
    fold int NOT NULL,
    position bigint NOT NULL,
    previous_build int,
    previous_position bigint,
    updated_at timestamptz NOT NULL,
    PRIMARY KEY (org_id, view)
) WITH (fillfactor = 40);

CREATE TABLE view_rows (
    org_id uuid NOT NULL,
    view text NOT NULL,
    build int NOT NULL,
    stream text COLLATE "C" NOT NULL,
    ordinal int NOT NULL,
    scope text,
    person text,
    at timestamptz,
    body bytea NOT NULL,
    PRIMARY KEY (org_id, view, build, stream, ordinal)
);
CREATE INDEX view_rows_by_scope ON view_rows (org_id, view, build, scope, stream);
CREATE INDEX view_rows_by_person ON view_rows (org_id, view, build, person, at) WHERE person IS NOT NULL;
CREATE INDEX view_rows_by_time ON view_rows (org_id, view, build, at) WHERE at IS NOT NULL;

-- A stream whose events a view cannot take: counted and shown, retried by the sweep; other streams go on.
CREATE TABLE parked (
    org_id uuid NOT NULL,
    view text NOT NULL,
    stream text COLLATE "C" NOT NULL,
    position bigint NOT NULL,
    error text NOT NULL,
    attempts int NOT NULL,
    parked_at timestamptz NOT NULL,
    PRIMARY KEY (org_id, view, stream)
);

CREATE TABLE api_tokens (
    org_id uuid NOT NULL,
    token_id uuid NOT NULL,
    secret_hash bytea NOT NULL,
    label text NOT NULL,
    scopes text[] NOT NULL,
    created_at timestamptz NOT NULL,
    expires_at timestamptz,
    revoked_at timestamptz,
    PRIMARY KEY (org_id, token_id)
);

-- Effects under way (a mail, a report asked for): begun and not settled means that who began it was cut off. A waiting one
-- is tried again from not_before on; settled ones go as soon as their outcome is an event. Keys begin with a stream's name.
CREATE TABLE effects (
    org_id uuid NOT NULL,
    effect_key text COLLATE "C" NOT NULL CHECK (effect_key <> ''),
    state text NOT NULL,
    attempts int NOT NULL,
    begun_at timestamptz NOT NULL,
    not_before timestamptz,
    note text NOT NULL,
    PRIMARY KEY (org_id, effect_key)
);

-- Addressed by content: of two workers that make the same report at once, the event says whose bytes count.
CREATE TABLE report_files (
    org_id uuid NOT NULL,
    report_id text NOT NULL,
    format text NOT NULL,
    sha256 bytea NOT NULL,
    content bytea NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (org_id, report_id, format, sha256)
);

-- What an append is made of, see append.sql and append_each.sql.
CREATE TYPE append_event AS (type text, schema int, occurred_at timestamptz, head text, mid text);
CREATE TYPE append_claim AS (scope text, take boolean, most int);
CREATE TYPE append_write AS (
    stream text, expected bigint, events append_event[], claims append_claim[],
    state bytea, fold int, scope text, status text, label text, members text[]
);
CREATE TYPE append_item AS (command text, digest bytea, writes append_write[]);
CREATE TYPE append_call AS (org uuid, now timestamptz, events int, items append_item[]);
