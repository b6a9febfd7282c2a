-- The history's schema, version 2: session counts by the minute, the hour and the day.
--
-- Samples are kept for two days; what they say is kept longer, in rows of these three tables. All three have one shape and
-- are made from the next finer level, so that adding up their rows gives what adding up the samples would have given.
-- A day is a day of UTC.

CREATE TABLE samples_by_minute (
    server_id  INTEGER NOT NULL REFERENCES servers (id),
    at         INTEGER NOT NULL,                -- the minute's beginning; it has the samples of a moment in it
    samples    INTEGER NOT NULL,                -- how many
    covered_ms INTEGER NOT NULL,                -- how much time they speak for
    current    INTEGER NOT NULL,                -- sessions at the last of them
    least      INTEGER NOT NULL,                -- the fewest sessions that one of them counted
    most       INTEGER NOT NULL,                -- sessions at the busiest moment
    session_ms INTEGER NOT NULL,                -- sessions times milliseconds: the mean is session_ms / covered_ms
    new        INTEGER NOT NULL,                -- sessions that began
    bytes_in   INTEGER NOT NULL,                -- from clients
    bytes_out  INTEGER NOT NULL,                -- to clients
    PRIMARY KEY (server_id, at)
) STRICT, WITHOUT ROWID;

CREATE TABLE samples_by_hour (
    server_id  INTEGER NOT NULL REFERENCES servers (id),
    at         INTEGER NOT NULL,
    samples    INTEGER NOT NULL,
    covered_ms INTEGER NOT NULL,
    current    INTEGER NOT NULL,
    least      INTEGER NOT NULL,
    most       INTEGER NOT NULL,
    session_ms INTEGER NOT NULL,
    new        INTEGER NOT NULL,
    bytes_in   INTEGER NOT NULL,
    bytes_out  INTEGER NOT NULL,
    PRIMARY KEY (server_id, at)
) STRICT, WITHOUT ROWID;

CREATE TABLE samples_by_day (
    server_id  INTEGER NOT NULL REFERENCES servers (id),
    at         INTEGER NOT NULL,
    samples    INTEGER NOT NULL,
    covered_ms INTEGER NOT NULL,
    current    INTEGER NOT NULL,
    least      INTEGER NOT NULL,
    most       INTEGER NOT NULL,
    session_ms INTEGER NOT NULL,
    new        INTEGER NOT NULL,
    bytes_in   INTEGER NOT NULL,
    bytes_out  INTEGER NOT NULL,
    PRIMARY KEY (server_id, at)
) STRICT, WITHOUT ROWID;

-- Which time each level covers: from kept_from until rolled_until. Samples cover all that comes after, too.
CREATE TABLE sample_levels (
    name         TEXT    PRIMARY KEY,           -- the table
    kept_from    INTEGER NOT NULL,              -- what is older was removed, or will be next
    rolled_until INTEGER                        -- what is older in the next finer level is in this one; NULL: samples
) STRICT;

INSERT INTO sample_levels (name, kept_from, rolled_until)
VALUES ('samples', 0, NULL), ('samples_by_minute', 0, 0), ('samples_by_hour', 0, 0), ('samples_by_day', 0, 0);
