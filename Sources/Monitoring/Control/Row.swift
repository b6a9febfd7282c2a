import History
import Model
import Supervision

/// One line of an answer: named values in the order that the command line and the control API promise.
///
/// The one place that says which fields an answer has; JSON, CSV and HTTP are written from it.
public struct Row: Sendable, Hashable {
    /// The values; absent ones are there as `null`.
    public var fields: [JSON.Field]

    /// Makes a row.
    ///
    /// - Parameter fields: its values in order.
    public init(_ fields: [JSON.Field]) {
        self.fields = fields
    }

    /// The row as a JSON object.
    public var json: JSON { .object(fields) }
}

/// A type whose values are shown as rows.
public protocol RowConvertible: Sendable {
    /// The fields' names in order, the same for every value of the type.
    static var columns: [String] { get }
    /// The values under those names.
    var row: Row { get }
}

extension RowConvertible {
    /// Joins the names with the values.
    ///
    /// - Parameter values: one value a column.
    /// - Returns: the row.
    static func row(_ values: [JSON]) -> Row {
        precondition(values.count == columns.count, "a row of \(Self.self) has another number of values than columns")
        return Row(zip(columns, values).map { JSON.Field($0, $1) })
    }
}

extension Timestamp {
    fileprivate var json: JSON { .string(RFC3339.string(self)) }
}

extension TransitionRecord: RowConvertible {
    /// The fields of `history`.
    public static let columns = [
        "at", "instance", "proxy", "server", "from", "to", "status", "code", "detail", "check_ms", "lasted_ms",
        "sessions", "active_servers", "backup_servers", "actor", "reason", "carried_by", "sessions_cut",
        "turning_ms",
    ]

    /// The transition as a row of `history`.
    public var row: Row {
        Self.row([
            at.json, .string(server.instance), .string(server.proxy), .string(server.server), .string(from.rawValue),
            .string(to.rawValue), .string(orNull: status?.rawValue), .integer(orNull: code), .string(orNull: detail),
            .integer(orNull: checkMilliseconds), .integer(orNull: lastedMilliseconds), .integer(Int64(sessions)),
            .integer(Int64(activeServers)), .integer(Int64(backupServers)), .string(orNull: actor),
            .string(orNull: reason), .array(carriers.map(JSON.string)), .integer(orNull: sessionsCut),
            .integer(orNull: turningMilliseconds),
        ])
    }
}

extension Incident: RowConvertible {
    /// The fields of `incidents`.
    public static let columns = [
        "at", "until", "instance", "proxy", "state", "servers", "outages", "duration_ms", "longest_ms",
        "longest_server", "on_backup", "carried_by", "no_server", "sessions", "sessions_cut", "status", "code",
        "detail", "actor", "reason", "turning_ms",
    ]

    /// The incident as a row of `incidents`.
    public var row: Row {
        Self.row([
            at.json, until.map(\.json) ?? .null, .string(instance), .string(proxy), .string(end.rawValue),
            .array(servers.map(JSON.string)), .integer(Int64(outages)), .integer(durationMilliseconds),
            .integer(longestMilliseconds), .string(longestServer), .boolean(wasOnBackup),
            .array(carriers.map(JSON.string)), .boolean(hadNoServer), .integer(Int64(sessions)),
            .integer(orNull: sessionsCut), .string(orNull: cause?.status?.rawValue), .integer(orNull: cause?.code),
            .string(orNull: cause?.detail), .string(orNull: cause?.actor), .string(orNull: cause?.reason),
            .integer(orNull: cause?.turningMilliseconds),
        ])
    }
}

extension SessionBucket: RowConvertible {
    /// The fields of `sessions`.
    public static let columns = [
        "at", "instance", "proxy", "server", "current", "max", "total", "bytes_in", "bytes_out", "min",
        "mean", "every_ms", "queued", "connect_errors", "retries", "redispatches",
    ]

    /// The bucket as a row of `sessions`.
    public var row: Row {
        Self.row([
            at.json, .string(subject.instance), .string(subject.proxy), .string(subject.server),
            .integer(Int64(current)), .integer(Int64(max)), .integer(Int64(total)), .integer(bytesIn),
            .integer(bytesOut), .integer(orNull: min), mean.map(JSON.number) ?? .null, .integer(lengthMilliseconds),
            .integer(orNull: queued), .integer(orNull: connectErrors), .integer(orNull: retries),
            .integer(orNull: redispatches),
        ])
    }
}

extension Availability: RowConvertible {
    /// The fields of `uptime`.
    public static let columns = [
        "instance", "proxy", "server", "since", "until", "up_ms", "down_ms", "maint_ms", "unknown_ms", "availability",
        "soft_failures", "soft_passes",
    ]

    /// The account as a row of `uptime`.
    public var row: Row {
        Self.row([
            .string(server.instance), .string(server.proxy), .string(server.server), since.json, until.json,
            .integer(upMilliseconds), .integer(downMilliseconds), .integer(maintMilliseconds),
            .integer(unknownMilliseconds), availability.map(JSON.number) ?? .null, .integer(Int64(softFailures)),
            .integer(Int64(softPasses)),
        ])
    }
}

extension SoftStates: RowConvertible {
    /// The fields of `/v1/soft-states`.
    public static let columns = ["at", "instance", "proxy", "server", "failed", "passed"]

    /// The hour as a row of `/v1/soft-states`.
    public var row: Row {
        Self.row([
            at.json, .string(server.instance), .string(server.proxy), .string(server.server), .integer(Int64(failed)),
            .integer(Int64(passed)),
        ])
    }
}

extension EventRecord: RowConvertible {
    /// The fields of `events`.
    public static let columns = ["at", "instance", "event", "actor", "reason", "detail"]

    /// The event as a row of `events`.
    public var row: Row {
        Self.row([
            at.json, .string(orNull: instance), .string(kind.rawValue), .string(orNull: actor),
            .string(orNull: reason), .string(orNull: detail),
        ])
    }
}

extension InstanceStatus: RowConvertible {
    /// The fields of `status`.
    public static let columns = [
        "instance", "state", "uptime_s", "listen", "servers_up", "servers", "on_backup", "sessions", "restarts", "pid",
        "held",
    ]

    /// The status as a row of `status`.
    public var row: Row {
        Self.row([
            .string(instance), .string(state.rawValue), .integer(orNull: uptimeMilliseconds.map { $0 / 1000 }),
            .array(listen.map(JSON.string)), .integer(Int64(serversUp)), .integer(Int64(servers)),
            .boolean(isOnBackup), .integer(Int64(sessions)), .integer(Int64(restarts)), .integer(Int64(processID)),
            .boolean(isHeld),
        ])
    }
}

extension StandInStatus: RowConvertible {
    /// The fields of `stand-in list`.
    public static let columns = ["name", "replaces", "address", "running", "connections"]

    /// The stand-in as a row of `stand-in list`.
    public var row: Row {
        Self.row([
            .string(name), .string(replaces), .string(address), .boolean(isRunning), .integer(Int64(connections)),
        ])
    }
}
