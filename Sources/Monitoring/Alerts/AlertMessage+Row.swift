import Alerting
import Model

extension AlertMessage: RowConvertible {
    /// The fields of a webhook's JSON; a command has them in its environment.
    public static let columns = [
        "id", "event", "at", "text", "instance", "proxy", "servers", "from", "to", "incident", "state", "duration_ms",
        "outages", "status", "detail", "actor", "reason", "sessions", "sessions_cut", "carried_by", "active_servers",
        "backup_servers",
    ]

    /// The message as a webhook gets it.
    public var row: Row {
        Self.row([
            .string(id), .string(occasion.rawValue), .string(RFC3339.string(at)), .string(text),
            .string(orNull: instance), .string(orNull: proxy), .array(servers.map(JSON.string)),
            .string(orNull: from?.rawValue), .string(orNull: to?.rawValue), .string(orNull: incident),
            .string(orNull: end), .integer(orNull: durationMilliseconds), .integer(orNull: outages),
            .string(orNull: status), .string(orNull: detail), .string(orNull: actor), .string(orNull: reason),
            .integer(orNull: sessions), .integer(orNull: sessionsCut), .array(carriers.map(JSON.string)),
            .integer(orNull: activeServers), .integer(orNull: backupServers),
        ])
    }

    /// The message as a command gets it: each field that is known, such as `SUPERVISE_EVENT` or `SUPERVISE_SERVERS`, the
    /// latter with commas between its names.
    var environment: [String: String] {
        var environment: [String: String] = [:]
        for field in row.fields {
            let value: String
            switch field.value {
            case .null: continue
            case .string(let text): value = text
            case .array(let values):
                value = values.map { if case .string(let text) = $0 { text } else { $0.text } }.joined(separator: ",")
            case .integer, .number, .boolean, .object: value = field.value.text
            }
            // A zero would end the value, and what comes from a server may have one.
            environment["SUPERVISE_" + field.name.uppercased()] = value.replacing("\u{0}", with: "\u{FFFD}")
        }
        return environment
    }
}
