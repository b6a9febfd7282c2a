/// An instance `inst` of several threads with its stats socket.
struct ThreadedInstance {
    let port: HeldPort
    let stats: HeldPort
    let supervisor: Supervisor
    let process: TestProcess
    private let maxconn: Int
    private let bindOptions: String
    private let global: [String]

    init(
        _ threads: Int?, servers: [String], maxconn: Int = 2_000, bindOptions: String = "", lines: [String] = [],
        global: [String] = [], arguments: [String] = []
    ) async throws {
        (port, stats) = (try HeldPort(), try HeldPort())
        supervisor = try Supervisor(in: try TemporaryDirectory())
        (self.maxconn, self.bindOptions) = (maxconn, bindOptions)
        self.global =
            global + ["stats socket \(stats.address) level admin"] + (threads.map { ["nbthread \($0)"] } ?? [])
        process = try await Self.start(
            supervisor, Self.text(self.global, maxconn, "\(port.address)\(bindOptions)", lines, servers), arguments,
            stats)
    }

    private static func start(
        _ supervisor: Supervisor, _ text: String, _ arguments: [String], _ stats: HeldPort
    ) async throws -> TestProcess {
        try supervisor.configure("inst", text)
        // Nobody connects to its port before the test does: what is counted is exact.
        return try await supervisor.up(arguments, listeningOn: [stats])
    }

    func configure(servers: [String], lines: [String] = []) throws {
        try supervisor.configure("inst", Self.text(global, maxconn, "\(port.address)\(bindOptions)", lines, servers))
    }

    private static func text(
        _ global: [String], _ maxconn: Int, _ bind: String, _ lines: [String], _ servers: [String]
    ) -> String {
        let proxy = lines + servers.map { "server \($0)" }
        return """
            global
            \(global.map { "    \($0)\n" }.joined())
            defaults
                mode tcp
                maxconn \(maxconn)
                timeout connect 20s
                timeout queue 120s
                timeout client 120s
                timeout server 120s
            listen inst
                bind \(bind)
                balance roundrobin
            \(proxy.map { "    \($0)\n" }.joined())
            """
    }

    func connect() async throws -> Socket {
        guard let client = try await Socket.connect(port: port.port) else { throw ScenarioError("refused") }
        return client
    }

    func connectAndEcho() async throws -> Socket {
        let client = try await connect()
        try await echo(client)
        return client
    }

    func echo(_ client: Socket) async throws {
        try await client.write([7])
        guard try await client.read(exactly: 1) == [7] else { throw ScenarioError("something else came back") }
    }

    /// Which servers get the next sessions, by the letters that they say; all stay open.
    func choices(_ count: Int) async throws -> (names: String, clients: [Socket]) {
        var (names, clients) = ("", [Socket]())
        for _ in 0..<count {
            let client = try await connect()
            names += String(decoding: try await client.read(exactly: 2).prefix(1), as: UTF8.self)
            clients.append(client)
        }
        return (names, clients)
    }

    func ask(_ command: String) async throws -> String {
        guard let socket = try await Socket.connect(port: stats.port) else { throw ScenarioError("no stats socket") }
        try await socket.write(Array("\(command)\n".utf8))
        socket.finishWriting()
        return String(decoding: try await socket.readToEnd().bytes, as: UTF8.self)
    }

    /// The fields of `show info`.
    func information() async throws -> [String: String] {
        let lines = try await ask("show info").split(separator: "\n").compactMap { line -> (String, String)? in
            let parts = line.split(separator: ":", maxSplits: 1).map { $0.trimmingCharacters(in: .whitespaces) }
            return parts.count == 2 ? (parts[0], parts[1]) : nil
        }
        return Dictionary(lines) { first, _ in first }
    }

    /// The fields of one row of `show stat`.
    func row(_ name: String) async throws -> [String: String] {
        let lines = try await ask("show stat").split(separator: "\n").map {
            $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        }
        let names = (lines.first ?? []).map { $0.hasPrefix("# ") ? String($0.dropFirst(2)) : $0 }
        guard let cells = lines.first(where: { $0.count > 1 && $0[0] == "inst" && $0[1] == name }) else {
            throw ScenarioError("no row \(name)")
        }
        return Dictionary(zip(names, cells)) { first, _ in first }
    }

    /// The most sessions at once, as a row of `show stat` has it.
    func most(at name: String) async throws -> Int {
        guard let most = Int(try await row(name)["smax"] ?? "") else { throw ScenarioError("no smax of \(name)") }
        return most
    }

    /// How many sessions each thread has, by the number in their names.
    func sessionsByThread() async throws -> [UInt64: Int] {
        var counts: [UInt64: Int] = [:]
        for line in try await ask("show sess").split(separator: "\n") where line.contains(" fe=inst ") {
            let name = UInt64(line.dropFirst(2).prefix { $0 != ":" }, radix: 16) ?? 0
            counts[(name & 0xFFFF_FFFF) >> 22, default: 0] += 1
        }
        return counts
    }
}
