-- The history's schema, version 6: what lies between two states, and trouble with connections.

-- How often checks said something else than a server's state and did not change it: they failed fewer than `fall` times in a
-- row, or passed fewer than `rise` times. One row for each server and hour of UTC in which that happened.
CREATE TABLE soft_states (
    server_id INTEGER NOT NULL REFERENCES servers (id),
    at        INTEGER NOT NULL,                 -- the hour's beginning
    failed    INTEGER NOT NULL,                 -- checks that failed and left the server up
    passed    INTEGER NOT NULL,                 -- checks that passed and left it down
    PRIMARY KEY (server_id, at)
) STRICT, WITHOUT ROWID;

-- Of all four: NULL where the program that counted did not know them.
ALTER TABLE samples ADD COLUMN queued INTEGER; -- sessions that waited at the interval's end
ALTER TABLE samples ADD COLUMN connect_errors INTEGER; -- connections to servers that could not be made
ALTER TABLE samples ADD COLUMN retries INTEGER;
ALTER TABLE samples ADD COLUMN redispatches INTEGER;
ALTER TABLE samples_by_minute ADD COLUMN queued INTEGER; -- the most of these
ALTER TABLE samples_by_minute ADD COLUMN connect_errors INTEGER; -- connections to servers that could not be made
ALTER TABLE samples_by_minute ADD COLUMN retries INTEGER;
ALTER TABLE samples_by_minute ADD COLUMN redispatches INTEGER;
ALTER TABLE samples_by_hour ADD COLUMN queued INTEGER; -- the most of these
ALTER TABLE samples_by_hour ADD COLUMN connect_errors INTEGER; -- connections to servers that could not be made
ALTER TABLE samples_by_hour ADD COLUMN retries INTEGER;
ALTER TABLE samples_by_hour ADD COLUMN redispatches INTEGER;
ALTER TABLE samples_by_day ADD COLUMN queued INTEGER; -- the most of these
ALTER TABLE samples_by_day ADD COLUMN connect_errors INTEGER; -- connections to servers that could not be made
ALTER TABLE samples_by_day ADD COLUMN retries INTEGER;
ALTER TABLE samples_by_day ADD COLUMN redispatches INTEGER;

-- The finest counts that are left of each time.
DROP VIEW v_sessions;
CREATE VIEW v_sessions AS
SELECT samples.at - interval_ms AS at_ms, strftime('%Y-%m-%dT%H:%M:%fZ', (samples.at - interval_ms) / 1000.0, 'unixepoch') AS at,
    instances.name AS instance, servers.proxy, servers.name AS server, interval_ms AS every_ms, current, current AS min,
    current * 1.0 AS mean, most AS max, new AS total, bytes_in, bytes_out, queued, connect_errors,
    retries, redispatches
FROM samples
JOIN servers ON servers.id = samples.server_id
JOIN instances ON instances.id = servers.instance_id
WHERE samples.at >= (SELECT kept_from FROM sample_levels WHERE name = 'samples')
UNION ALL
SELECT samples_by_minute.at AS at_ms, strftime('%Y-%m-%dT%H:%M:%fZ', (samples_by_minute.at) / 1000.0, 'unixepoch') AS at,
    instances.name AS instance, servers.proxy, servers.name AS server, 60000 AS every_ms, current, least AS min,
    session_ms * 1.0 / max(covered_ms, 1) AS mean, most AS max, new AS total, bytes_in, bytes_out, queued, connect_errors,
    retries, redispatches
FROM samples_by_minute
JOIN servers ON servers.id = samples_by_minute.server_id
JOIN instances ON instances.id = servers.instance_id
WHERE samples_by_minute.at >= (SELECT kept_from FROM sample_levels WHERE name = 'samples_by_minute')
    AND samples_by_minute.at < (SELECT kept_from FROM sample_levels WHERE name = 'samples')
UNION ALL
SELECT samples_by_hour.at AS at_ms, strftime('%Y-%m-%dT%H:%M:%fZ', (samples_by_hour.at) / 1000.0, 'unixepoch') AS at,
    instances.name AS instance, servers.proxy, servers.name AS server, 3600000 AS every_ms, current, least AS min,
    session_ms * 1.0 / max(covered_ms, 1) AS mean, most AS max, new AS total, bytes_in, bytes_out, queued, connect_errors,
    retries, redispatches
FROM samples_by_hour
JOIN servers ON servers.id = samples_by_hour.server_id
JOIN instances ON instances.id = servers.instance_id
WHERE samples_by_hour.at >= (SELECT kept_from FROM sample_levels WHERE name = 'samples_by_hour')
    AND samples_by_hour.at < (SELECT kept_from FROM sample_levels WHERE name = 'samples_by_minute')
UNION ALL
SELECT samples_by_day.at AS at_ms, strftime('%Y-%m-%dT%H:%M:%fZ', (samples_by_day.at) / 1000.0, 'unixepoch') AS at,
    instances.name AS instance, servers.proxy, servers.name AS server, 86400000 AS every_ms, current, least AS min,
    session_ms * 1.0 / max(covered_ms, 1) AS mean, most AS max, new AS total, bytes_in, bytes_out, queued, connect_errors,
    retries, redispatches
FROM samples_by_day
JOIN servers ON servers.id = samples_by_day.server_id
JOIN instances ON instances.id = servers.instance_id
WHERE samples_by_day.at < (SELECT kept_from FROM sample_levels WHERE name = 'samples_by_hour');

-- Whole days, a row for each server and day.
DROP VIEW v_uptime;
CREATE VIEW v_uptime AS
SELECT states_by_day.at AS at_ms, strftime('%Y-%m-%d', states_by_day.at / 1000, 'unixepoch') AS day,
    instances.name AS instance, servers.proxy, servers.name AS server, up_ms, down_ms, maint_ms,
    86400000 - up_ms - down_ms - maint_ms AS unknown_ms,
    CASE WHEN up_ms + down_ms > 0 THEN up_ms * 1.0 / (up_ms + down_ms) END AS availability, transitions,
    coalesce((SELECT sum(failed) FROM soft_states WHERE soft_states.server_id = states_by_day.server_id
        AND soft_states.at >= states_by_day.at AND soft_states.at < states_by_day.at + 86400000), 0) AS soft_failures,
    coalesce((SELECT sum(passed) FROM soft_states WHERE soft_states.server_id = states_by_day.server_id
        AND soft_states.at >= states_by_day.at AND soft_states.at < states_by_day.at + 86400000), 0) AS soft_passes
FROM states_by_day
JOIN servers ON servers.id = states_by_day.server_id
JOIN instances ON instances.id = servers.instance_id;

CREATE VIEW v_soft_states AS
SELECT soft_states.at AS at_ms, strftime('%Y-%m-%dT%H:%M:%fZ', soft_states.at / 1000.0, 'unixepoch') AS at,
    instances.name AS instance, servers.proxy, servers.name AS server, failed, passed
FROM soft_states
JOIN servers ON servers.id = soft_states.server_id
JOIN instances ON instances.id = servers.instance_id;
