import Peers

/// Everything that can be seen from outside at one moment of a play.
struct Observation: Equatable, Sendable {
    /// One end of a connection.
    struct End: Equatable, Sendable {
        /// Bytes that came.
        var received = 0
        /// How the other end ended, as far as it was read.
        var ending = Peer.Ending.open
    }

    /// The clients, in the order in which they came.
    var clients: [End] = []
    /// Each server's connections, in the order in which it accepted them.
    var connections: [[End]] = []
    /// The log so far without times and ports.
    ///
    /// Sessions that end at the same time may be logged in any order.
    var lines: [String] = []
    /// The counters of the frontend, the backend and each server.
    var statistics: Statistics

    /// Without what depends on the moment when many bytes are under way.
    var withoutSizes: Observation {
        var copy = self
        for index in copy.clients.indices { copy.clients[index].received = 0 }
        for server in copy.connections.indices {
            for index in copy.connections[server].indices { copy.connections[server][index].received = 0 }
        }
        copy.statistics = statistics.without(["bin", "bout"])
        copy.lines = lines.map { line in
            var fields = line.split(separator: " ").map(String.init)
            if fields.count >= 7, Int(fields[4].drop { $0 == "+" }) != nil { fields[4] = "…" }
            return fields.joined(separator: " ")
        }
        return copy
    }

    /// What differs from another one, a line each.
    func differences(from other: Observation) -> [String] {
        var lines: [String] = []
        func compare(_ name: String, _ mine: String, _ others: String) {
            if mine != others { lines.append("\(name): HAProxy \(others), here \(mine)") }
        }
        compare("clients", Self.text(clients), Self.text(other.clients))
        for (server, (mine, others)) in zip(connections, other.connections).enumerated() {
            compare("connections of rabbit_\(server)", Self.text(mine), Self.text(others))
        }
        for name in Set(statistics.rows.keys).union(other.statistics.rows.keys).sorted() {
            let (mine, others) = (statistics.rows[name] ?? [:], other.statistics.rows[name] ?? [:])
            for field in Set(mine.keys).union(others.keys).sorted() {
                compare("\(name) \(field)", mine[field] ?? "absent", others[field] ?? "absent")
            }
        }
        if self.lines != other.lines {
            lines += other.lines.filter { !self.lines.contains($0) }.map { "line of HAProxy alone: \($0)" }
            lines += self.lines.filter { !other.lines.contains($0) }.map { "line here alone: \($0)" }
            lines.append("lines: HAProxy \(other.lines.count), here \(self.lines.count)")
        }
        return lines
    }

    private static func text(_ ends: [End]) -> String {
        ends.map { "\($0.received)\($0.ending == .open ? "" : $0.ending.rawValue)" }.joined(separator: " ")
    }
}
