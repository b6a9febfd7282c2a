-- The history's schema, version 7: how long checks take, and for how long they had failed before they were believed.

-- From the first check of `fall` or `rise` in a row to the last, which brought the state about; NULL where one was enough, or
-- the program that wrote the row did not say.
ALTER TABLE transitions ADD COLUMN turning_ms INTEGER;

-- The checks of a server that ended in the time: how many, how long all of them took and the slowest, in microseconds. NULL where
-- none did, or the program that counted did not know.
ALTER TABLE samples ADD COLUMN checks INTEGER;
ALTER TABLE samples ADD COLUMN check_us INTEGER;
ALTER TABLE samples ADD COLUMN slowest_check_us INTEGER;
ALTER TABLE samples_by_minute ADD COLUMN checks INTEGER;
ALTER TABLE samples_by_minute ADD COLUMN check_us INTEGER;
ALTER TABLE samples_by_minute ADD COLUMN slowest_check_us INTEGER;
ALTER TABLE samples_by_hour ADD COLUMN checks INTEGER;
ALTER TABLE samples_by_hour ADD COLUMN check_us INTEGER;
ALTER TABLE samples_by_hour ADD COLUMN slowest_check_us INTEGER;
ALTER TABLE samples_by_day ADD COLUMN checks INTEGER;
ALTER TABLE samples_by_day ADD COLUMN check_us INTEGER;
ALTER TABLE samples_by_day ADD COLUMN slowest_check_us INTEGER;

DROP VIEW v_history;
CREATE VIEW v_history AS
SELECT transitions.id, transitions.at AS at_ms,
    strftime('%Y-%m-%dT%H:%M:%fZ', transitions.at / 1000.0, 'unixepoch') AS at,
    instances.name AS instance, servers.proxy, servers.name AS server,
    from_state AS "from", to_state AS "to", status, code, detail, check_ms, lasted_ms, sessions, active_servers,
    backup_servers, actor, reason, carried_by, sessions_cut, turning_ms
FROM transitions
JOIN servers ON servers.id = transitions.server_id
JOIN instances ON instances.id = servers.instance_id;

-- How long checks took; the finest counts that are left of each time.
CREATE VIEW v_checks AS
WITH counted AS (
    SELECT server_id, at - interval_ms AS at_ms, interval_ms AS every_ms, checks, check_us, slowest_check_us
    FROM samples WHERE at >= (SELECT kept_from FROM sample_levels WHERE name = 'samples')
    UNION ALL
    SELECT server_id, at, 60000, checks, check_us, slowest_check_us
    FROM samples_by_minute
    WHERE at >= (SELECT kept_from FROM sample_levels WHERE name = 'samples_by_minute')
        AND at < (SELECT kept_from FROM sample_levels WHERE name = 'samples')
    UNION ALL
    SELECT server_id, at, 3600000, checks, check_us, slowest_check_us
    FROM samples_by_hour
    WHERE at >= (SELECT kept_from FROM sample_levels WHERE name = 'samples_by_hour')
        AND at < (SELECT kept_from FROM sample_levels WHERE name = 'samples_by_minute')
    UNION ALL
    SELECT server_id, at, 86400000, checks, check_us, slowest_check_us
    FROM samples_by_day WHERE at < (SELECT kept_from FROM sample_levels WHERE name = 'samples_by_hour')
)
SELECT at_ms, strftime('%Y-%m-%dT%H:%M:%fZ', at_ms / 1000.0, 'unixepoch') AS at, instances.name AS instance,
    servers.proxy, servers.name AS server, every_ms, checks, check_us / 1000.0 / checks AS mean_ms,
    slowest_check_us / 1000.0 AS max_ms
FROM counted
JOIN servers ON servers.id = counted.server_id
JOIN instances ON instances.id = servers.instance_id
WHERE checks > 0;
