import Foundation

/// The statistics of an instance, read from its page as CSV.
struct StatisticsPage {
    private let rows: [[String: String]]

    /// Fetches the page of a port.
    init(port: Int) async throws {
        guard let socket = try await Socket.connect(port: port) else {
            throw ScenarioError("no statistics on port \(port)")
        }
        try await socket.write(Array("GET /stats;csv HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".utf8))
        let answer = String(decoding: try await socket.readToEnd().bytes, as: UTF8.self)
        let lines = answer.split(whereSeparator: \.isNewline)
        guard let first = lines.firstIndex(where: { $0.hasPrefix("# ") }) else {
            throw ScenarioError("no statistics in \(answer)")
        }
        let names = lines[first].dropFirst(2).split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        rows = lines[(first + 1)...].map { line in
            let fields = line.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
            return Dictionary(zip(names, fields)) { first, _ in first }
        }
    }

    /// A field of a server, a frontend or a backend.
    func field(_ name: String, of server: String, proxy: String = "rabbitmq_cluster") throws -> String {
        let row = rows.first { $0["pxname"] == proxy && $0["svname"] == server }
        guard let value = row?[name] else { throw ScenarioError("no field '\(name)' of \(proxy)/\(server)") }
        return value
    }

    /// Sessions now, by server.
    func sessions(proxy: String = "rabbitmq_cluster") -> [String: Int] {
        let servers = rows.filter { $0["pxname"] == proxy && $0["type"] == "2" }
        return Dictionary(uniqueKeysWithValues: servers.map { ($0["svname"] ?? "", Int($0["scur"] ?? "") ?? -1) })
    }
}
