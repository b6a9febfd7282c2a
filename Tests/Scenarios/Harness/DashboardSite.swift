import Foundation

/// A supervisor with a dashboard, whose server was down for six hours and in maintenance for one, of the 24 hours before now.
struct DashboardSite {
    private static let hour = 3_600_000

    let supervisor: Supervisor
    let server: FakeServer
    let port: HeldPort
    let dashboard: HeldPort
    let process: TestProcess
    /// The moment by which its history goes.
    let now: Date

    var address: String { "http://\(dashboard.address)" }

    /// Starts it.
    ///
    /// - Parameter options: more arguments of `up`.
    /// - Throws: when it doesn't come up.
    init(_ options: [String] = []) async throws {
        supervisor = try Supervisor(in: try TemporaryDirectory())
        server = try FakeServer(serve: FakeServer.echo)
        (port, dashboard) = (try HeldPort(), try HeldPort())
        let file = PlainInstance(
            name: "shop", bind: port, servers: ["app \(server.address.address) check inter 200ms fall 2 rise 2"])
        try supervisor.configure("shop", file.text)
        // The first run makes the database and its names; what follows is as if it had gone on for a day.
        let first = try await supervisor.up(listeningOn: [port])
        try await first.stop()
        now = Date()
        let written = try await Finished(["sqlite3", "\(supervisor.state)/history.sqlite", Self.past(before: now)])
        try written.requireSuccess("the history's writing")
        process = try await supervisor.up(
            ["--dashboard", dashboard.address] + options, listeningOn: [port, dashboard])
    }

    private static func past(before now: Date) -> String {
        let now = Int(now.timeIntervalSince1970 * 1000)
        let past = [
            (24, "UNKNOWN", "UP"), (18, "UP", "DOWN"), (12, "DOWN", "UP"), (3, "UP", "MAINT"), (2, "MAINT", "UP"),
        ]
        let rows = past.map { hours, from, to in
            """
            INSERT INTO transitions (run_id, server_id, at, from_state, to_state, status, detail, sessions, \
            active_servers, backup_servers, turning_ms) SELECT 99, id, \(now - hours * hour + 1), '\(from)', \
            '\(to)', 'L4CON', 'Connection <b>refused', 4, 1, 0, \(to == "DOWN" ? "\(hour)" : "NULL") \
            FROM servers WHERE name = 'app';
            """
        }
        return """
            DELETE FROM transitions; DELETE FROM events; DELETE FROM runs;
            INSERT INTO runs VALUES (99, 1, '0', \(now - 24 * hour), \(now), \(now), 0);
            \(rows.joined(separator: "\n"))
            """
    }
}
