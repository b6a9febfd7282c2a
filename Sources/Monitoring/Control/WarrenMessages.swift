import Foundation
import Proxy

// What the orders `failback` and `rebalance` say over the control socket, written once for both ends.

/// The body of `POST /v1/instances/NAME/failback`.
struct FailbackRequest: Codable, Sendable {
    /// The proxy; all that are held when left out.
    var proxy: String?
    /// Why, in that person's words.
    var reason: String?
}

/// The body of `POST /v1/instances/NAME/rebalance`.
struct RebalanceRequest: Codable, Sendable {
    /// The proxy; all that it makes sense for when left out.
    var proxy: String?
    /// How many sessions are closed in a minute.
    var perMinute: Int?
    /// Whether only to tell what would be closed.
    var isDryRun: Bool?
    /// Why, in that person's words.
    var reason: String?

    enum CodingKeys: String, CodingKey {
        case proxy, reason
        case perMinute = "per_minute"
        case isDryRun = "dry_run"
    }
}

/// The answer to both: what was done, a line for each proxy.
struct WarrenAnswer: Codable, Sendable {
    /// What was done.
    var done: [String]
    /// What was, or would be, closed where.
    var servers: [RebalanceRow]
}

/// A server of the answer to `rebalance`.
public struct RebalanceRow: Codable, Sendable, Hashable {
    enum CodingKeys: String, CodingKey {
        case proxy, server, weight, sessions, target, closes, obstacle
    }

    /// The proxy's name.
    public var proxy: String
    /// The server's name.
    public var server: String
    /// Its weight now.
    public var weight: Int
    /// How many sessions it has.
    public var sessions: Int
    /// How many it is to have; `nil` where it takes no new sessions, and so no part.
    public var target: Int?
    /// How many of its sessions are closed.
    public var closes: Int
    /// Why the proxy's sessions can't be spread; `nil` where they can.
    public var obstacle: String?
}

extension RebalanceView {
    /// The servers, one row each; where the sessions can't be spread, nothing is closed.
    var rows: [RebalanceRow] {
        servers.map { server in
            RebalanceRow(
                proxy: proxy, server: server.name, weight: server.weight, sessions: server.sessions,
                target: obstacle == nil ? server.target : nil, closes: obstacle == nil ? server.closes : 0,
                obstacle: obstacle)
        }
    }
}

extension RebalanceRow: RowConvertible {
    /// The fields of `rebalance --dry-run`.
    public static let columns = CodingKeys.names

    /// The server as a row of `rebalance --dry-run`.
    public var row: Row {
        Self.row([
            .string(proxy), .string(server), .integer(Int64(weight)), .integer(Int64(sessions)),
            .integer(orNull: target), .integer(Int64(closes)), .string(orNull: obstacle),
        ])
    }
}

extension RebalanceRow.CodingKeys: CaseIterable {
    /// The names in the order of the fields.
    fileprivate static var names: [String] { allCases.map(\.rawValue) }
}
