-- The history's schema, version 1.
--
-- Every moment is an INTEGER: milliseconds since 1970-01-01T00:00:00Z. Every length of time is an INTEGER in milliseconds
-- and its name ends in _ms. Names (instances, proxies, servers) are kept once and pointed at by number; states, statuses
-- and kinds are kept as the short words that `supervise history --json` prints, so that the file explains itself.

-- Marks the file as a history of supervise ("spvs"): another program's database is never written to.
PRAGMA application_id = 1936750195;

-- One row for each time that the supervisor ran. Outside of every run nothing is known of any server.
CREATE TABLE runs (
    id           INTEGER PRIMARY KEY,
    pid          INTEGER NOT NULL,
    version      TEXT    NOT NULL,              -- of the program
    started_at   INTEGER NOT NULL,
    heartbeat_at INTEGER NOT NULL,              -- the last moment at which the run is known to have been alive
    ended_at     INTEGER,                       -- NULL: it runs, or nobody has noticed yet that it doesn't
    lost         INTEGER NOT NULL DEFAULT 0     -- 1: it never said that it ended; ended_at is its last heartbeat
        CHECK (lost IN (0, 1))
) STRICT;

-- One row for each instance that ever ran.
CREATE TABLE instances (
    id            INTEGER PRIMARY KEY,
    name          TEXT    NOT NULL UNIQUE,
    first_seen_at INTEGER NOT NULL
) STRICT;

-- One row for each subject: a server, or a proxy's two sides under the names FRONTEND and BACKEND.
CREATE TABLE servers (
    id            INTEGER PRIMARY KEY,
    instance_id   INTEGER NOT NULL REFERENCES instances (id),
    proxy         TEXT    NOT NULL,
    name          TEXT    NOT NULL,
    first_seen_at INTEGER NOT NULL,
    removed_at    INTEGER,                      -- since when the configuration lacks it; NULL: it has it
    UNIQUE (instance_id, proxy, name)
) STRICT;

-- One row for each change of what traffic sees of a server. Rare, so its words are spelled out.
CREATE TABLE transitions (
    id             INTEGER PRIMARY KEY,         -- grows in the order of recording: what --follow goes by
    run_id         INTEGER NOT NULL REFERENCES runs (id),
    server_id      INTEGER NOT NULL REFERENCES servers (id),
    at             INTEGER NOT NULL,
    from_state     TEXT    NOT NULL,            -- UNKNOWN UP DOWN DRAIN MAINT DEGRADED
    to_state       TEXT    NOT NULL,
    status         TEXT,                        -- the deciding check's, such as L4CON; NULL: a person's act
    code           INTEGER,                     -- the check protocol's own code
    detail         TEXT,
    check_ms       INTEGER,                     -- how long the deciding check took
    lasted_ms      INTEGER,                     -- how long from_state had lasted
    sessions       INTEGER NOT NULL,            -- on the server, at that moment
    active_servers INTEGER NOT NULL,            -- usable afterwards
    backup_servers INTEGER NOT NULL,
    actor          TEXT,                        -- who ordered it
    reason         TEXT                         -- why, in their words
) STRICT;

CREATE INDEX transitions_by_server ON transitions (server_id, at);
CREATE INDEX transitions_by_time ON transitions (at);

-- Session counts, by far the most rows: integers only, and stored inside the index that every question goes by.
-- Each row covers the interval_ms before its moment, so rows can later be merged into longer ones in a table of this shape.
CREATE TABLE samples (
    server_id   INTEGER NOT NULL REFERENCES servers (id),
    at          INTEGER NOT NULL,               -- the interval's end
    interval_ms INTEGER NOT NULL,
    current     INTEGER NOT NULL,               -- sessions at the interval's end
    most        INTEGER NOT NULL,               -- sessions at its busiest moment
    new         INTEGER NOT NULL,               -- sessions that began
    bytes_in    INTEGER NOT NULL,               -- from clients
    bytes_out   INTEGER NOT NULL,               -- to clients
    PRIMARY KEY (server_id, at)
) STRICT, WITHOUT ROWID;

-- What happened to instances and to the supervisor.
CREATE TABLE events (
    id          INTEGER PRIMARY KEY,            -- grows in the order of recording
    run_id      INTEGER NOT NULL REFERENCES runs (id),
    instance_id INTEGER REFERENCES instances (id), -- NULL: the supervisor itself
    at          INTEGER NOT NULL,
    kind        TEXT    NOT NULL,               -- STARTED, CRASHED, GAP ...
    actor       TEXT,
    reason      TEXT,
    detail      TEXT
) STRICT;

CREATE INDEX events_by_instance ON events (instance_id, at);
CREATE INDEX events_by_time ON events (at);

-- When records were dropped because the database could not be written for long, and how many of each kind.
-- Where transitions were dropped, nothing is known of any server.
CREATE TABLE gaps (
    id          INTEGER PRIMARY KEY,
    run_id      INTEGER NOT NULL REFERENCES runs (id),
    from_at     INTEGER NOT NULL,               -- the first dropped record's moment
    to_at       INTEGER NOT NULL,               -- the last one's
    transitions INTEGER NOT NULL,
    samples     INTEGER NOT NULL,
    events      INTEGER NOT NULL,
    inventories INTEGER NOT NULL
) STRICT;
