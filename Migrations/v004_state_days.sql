-- The history's schema, version 4: how each server's days divide into states.
--
-- Years of transitions are too many to read for one account. What is in these rows follows from transitions, runs and gaps, and
-- is made again where one of them turns up late. A day is a day of UTC.

CREATE TABLE states_by_day (
    server_id   INTEGER NOT NULL REFERENCES servers (id),
    at          INTEGER NOT NULL,               -- the day's beginning
    up_ms       INTEGER NOT NULL,               -- UP, DRAIN, NOLB and DEGRADED
    down_ms     INTEGER NOT NULL,
    maint_ms    INTEGER NOT NULL,               -- what is missing to a whole day is not known
    transitions INTEGER NOT NULL,
    PRIMARY KEY (server_id, at)
) STRICT, WITHOUT ROWID;

-- How far work that goes on in the background has come.
CREATE TABLE marks (
    name TEXT    PRIMARY KEY,
    at   INTEGER NOT NULL                       -- what is older is done
) STRICT;

INSERT INTO marks (name, at) VALUES ('states_by_day', 0);
