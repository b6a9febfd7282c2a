-- The history's schema, version 5: a view for each question that the program answers, for everybody else who asks.
--
-- Their columns stay; Documentation/history.md describes them. at_ms is for comparing and for programs, at for people.

CREATE VIEW v_history AS
SELECT transitions.id, transitions.at AS at_ms,
    strftime('%Y-%m-%dT%H:%M:%fZ', transitions.at / 1000.0, 'unixepoch') AS at,
    instances.name AS instance, servers.proxy, servers.name AS server,
    from_state AS "from", to_state AS "to", status, code, detail, check_ms, lasted_ms, sessions, active_servers,
    backup_servers, actor, reason, carried_by, sessions_cut
FROM transitions
JOIN servers ON servers.id = transitions.server_id
JOIN instances ON instances.id = servers.instance_id;

CREATE VIEW v_events AS
SELECT events.id, events.at AS at_ms, strftime('%Y-%m-%dT%H:%M:%fZ', events.at / 1000.0, 'unixepoch') AS at,
    instances.name AS instance, kind AS event, actor, reason, detail
FROM events
LEFT JOIN instances ON instances.id = events.instance_id;

-- The finest counts that are left of each time.
CREATE VIEW v_sessions AS
SELECT samples.at - interval_ms AS at_ms, strftime('%Y-%m-%dT%H:%M:%fZ', (samples.at - interval_ms) / 1000.0, 'unixepoch') AS at,
    instances.name AS instance, servers.proxy, servers.name AS server, interval_ms AS every_ms, current, current AS min,
    current * 1.0 AS mean, most AS max, new AS total, bytes_in, bytes_out
FROM samples
JOIN servers ON servers.id = samples.server_id
JOIN instances ON instances.id = servers.instance_id
WHERE samples.at >= (SELECT kept_from FROM sample_levels WHERE name = 'samples')
UNION ALL
SELECT samples_by_minute.at AS at_ms, strftime('%Y-%m-%dT%H:%M:%fZ', (samples_by_minute.at) / 1000.0, 'unixepoch') AS at,
    instances.name AS instance, servers.proxy, servers.name AS server, 60000 AS every_ms, current, least AS min,
    session_ms * 1.0 / max(covered_ms, 1) AS mean, most AS max, new AS total, bytes_in, bytes_out
FROM samples_by_minute
JOIN servers ON servers.id = samples_by_minute.server_id
JOIN instances ON instances.id = servers.instance_id
WHERE samples_by_minute.at >= (SELECT kept_from FROM sample_levels WHERE name = 'samples_by_minute')
    AND samples_by_minute.at < (SELECT kept_from FROM sample_levels WHERE name = 'samples')
UNION ALL
SELECT samples_by_hour.at AS at_ms, strftime('%Y-%m-%dT%H:%M:%fZ', (samples_by_hour.at) / 1000.0, 'unixepoch') AS at,
    instances.name AS instance, servers.proxy, servers.name AS server, 3600000 AS every_ms, current, least AS min,
    session_ms * 1.0 / max(covered_ms, 1) AS mean, most AS max, new AS total, bytes_in, bytes_out
FROM samples_by_hour
JOIN servers ON servers.id = samples_by_hour.server_id
JOIN instances ON instances.id = servers.instance_id
WHERE samples_by_hour.at >= (SELECT kept_from FROM sample_levels WHERE name = 'samples_by_hour')
    AND samples_by_hour.at < (SELECT kept_from FROM sample_levels WHERE name = 'samples_by_minute')
UNION ALL
SELECT samples_by_day.at AS at_ms, strftime('%Y-%m-%dT%H:%M:%fZ', (samples_by_day.at) / 1000.0, 'unixepoch') AS at,
    instances.name AS instance, servers.proxy, servers.name AS server, 86400000 AS every_ms, current, least AS min,
    session_ms * 1.0 / max(covered_ms, 1) AS mean, most AS max, new AS total, bytes_in, bytes_out
FROM samples_by_day
JOIN servers ON servers.id = samples_by_day.server_id
JOIN instances ON instances.id = servers.instance_id
WHERE samples_by_day.at < (SELECT kept_from FROM sample_levels WHERE name = 'samples_by_hour');

-- Whole days, a row for each server and day.
CREATE VIEW v_uptime AS
SELECT states_by_day.at AS at_ms, strftime('%Y-%m-%d', states_by_day.at / 1000, 'unixepoch') AS day,
    instances.name AS instance, servers.proxy, servers.name AS server, up_ms, down_ms, maint_ms,
    86400000 - up_ms - down_ms - maint_ms AS unknown_ms,
    CASE WHEN up_ms + down_ms > 0 THEN up_ms * 1.0 / (up_ms + down_ms) END AS availability, transitions
FROM states_by_day
JOIN servers ON servers.id = states_by_day.server_id
JOIN instances ON instances.id = servers.instance_id;

-- Outages, those of one proxy that overlap or touch as one. It reads all transitions.
CREATE VIEW v_incidents AS
WITH change AS (
    SELECT transitions.*, servers.instance_id, servers.proxy, servers.name,
        lead(at) OVER (PARTITION BY server_id, run_id ORDER BY transitions.id) AS next_at,
        lead(to_state) OVER (PARTITION BY server_id, run_id ORDER BY transitions.id) AS next_state
    FROM transitions JOIN servers ON servers.id = transitions.server_id
), outage AS (
    SELECT change.*, coalesce(next_at, runs.ended_at, runs.heartbeat_at) AS until,
        CASE
            WHEN next_state = 'MAINT' THEN 'MAINT'
            WHEN next_state IS NULL AND runs.ended_at IS NULL THEN 'OPEN'
            WHEN next_state IS NULL OR next_state = 'UNKNOWN' THEN 'UNKNOWN'
            ELSE 'RECOVERED'
        END AS state
    FROM change JOIN runs ON runs.id = change.run_id
    WHERE to_state = 'DOWN'
), ordered AS (
    SELECT outage.*, max(until) OVER (
        PARTITION BY instance_id, proxy ORDER BY at, id ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
    ) AS reached
    FROM outage
), numbered AS (
    SELECT ordered.*, sum(reached IS NULL OR at > reached) OVER (PARTITION BY instance_id, proxy ORDER BY at, id) AS number
    FROM ordered
), last_of AS (
    SELECT numbered.*, first_value(state) OVER (
        PARTITION BY instance_id, proxy, number ORDER BY state = 'OPEN' DESC, until DESC, id DESC
    ) AS ending, first_value(id) OVER (PARTITION BY instance_id, proxy, number ORDER BY at, id) AS first_id
    FROM numbered
)
SELECT min(last_of.at) AS at_ms, strftime('%Y-%m-%dT%H:%M:%fZ', min(last_of.at) / 1000.0, 'unixepoch') AS at,
    CASE WHEN ending = 'OPEN' THEN NULL
        ELSE strftime('%Y-%m-%dT%H:%M:%fZ', max(last_of.until) / 1000.0, 'unixepoch') END AS until,
    instances.name AS instance, last_of.proxy, ending AS state, group_concat(DISTINCT last_of.name) AS servers,
    count(*) AS outages, max(last_of.until) - min(last_of.at) AS duration_ms,
    max(last_of.until - last_of.at) AS longest_ms, group_concat(DISTINCT last_of.carried_by) AS carried_by,
    sum(last_of.sessions) AS sessions, sum(last_of.sessions_cut) AS sessions_cut,
    cause.status, cause.code, cause.detail, cause.actor, cause.reason
FROM last_of
JOIN instances ON instances.id = last_of.instance_id
JOIN transitions AS cause ON cause.id = last_of.first_id
GROUP BY last_of.instance_id, last_of.proxy, last_of.number;
