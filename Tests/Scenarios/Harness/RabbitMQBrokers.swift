import Foundation
import Testing

/// Real brokers on one machine.
///
/// The scripts in /usr/sbin change to the user `rabbitmq` and its directories; the ones behind them run as whoever calls
/// them, with everything of theirs in a temporary directory. Each broker is a process of this one's, and so is epmd.
final class RabbitMQBrokers: Sendable {
    /// A broker's name and where it takes clients.
    struct Node: Sendable {
        let name: String
        let clients: HeldPort
        let isClustered: Bool
        fileprivate let distribution: HeldPort

        init(_ name: String, host: String, isClustered: Bool = false) throws {
            self.name = name
            clients = try HeldPort(host: host)
            distribution = try HeldPort()
            self.isClustered = isClustered
        }

        fileprivate var erlangName: String { "\(name)@localhost" }
    }

    private static let scripts = "/usr/lib/rabbitmq/bin"

    /// Whether RabbitMQ is installed; where CI is set it has to be.
    static let isInstalled = Requirement.isMet(
        FileManager.default.isExecutableFile(atPath: "\(scripts)/rabbitmq-server"), "RabbitMQ (Debian: rabbitmq-server)"
    )

    let nodes: [Node]
    private let directory: TemporaryDirectory
    private let portMapper: HeldPort
    private let environment: [String: String]
    private let processes: [TestProcess]

    /// The four of the seed's files: three clustered on 127.0.0.3, .4 and .5, and one alone on 127.0.0.6.
    static func seed() async throws -> RabbitMQBrokers {
        try await RabbitMQBrokers([
            try Node("rabbit", host: "127.0.0.3", isClustered: true),
            try Node("rabbit_1", host: "127.0.0.4", isClustered: true),
            try Node("rabbit_2", host: "127.0.0.5", isClustered: true),
            try Node("rabbit_backup", host: "127.0.0.6"),
        ])
    }

    /// Starts brokers and returns when they serve, and those of the cluster have formed it and mirror every queue.
    ///
    /// - Parameters:
    ///   - nodes: which; the first clustered one is there before the others of the cluster.
    ///   - configuration: lines of each one's `rabbitmq.conf`.
    /// - Throws: `ScenarioError` when one of them doesn't come up.
    init(_ nodes: [Node], configuration: [String] = []) async throws {
        directory = try TemporaryDirectory()
        portMapper = try HeldPort()
        self.nodes = nodes
        let home = try directory.directory("home")
        let cookie = try directory.write("supervise-scenarios", to: "home/.erlang.cookie")
        try FileManager.default.setAttributes([.posixPermissions: 0o400], ofItemAtPath: cookie)
        environment = [
            "PATH": ProcessInfo.processInfo.environment["PATH"] ?? "/usr/sbin:/usr/bin:/sbin:/bin",
            "HOME": home,
            "LANG": "C.UTF-8",
            "ERL_EPMD_PORT": String(portMapper.port),
            "ERL_EPMD_ADDRESS": "127.0.0.1",
            "RABBITMQ_CONF_ENV_FILE": try directory.write("", to: "rabbitmq-env.conf"),
        ]
        let founder = nodes.first(where: \.isClustered)
        let alone = try directory.write(Self.lines(configuration), to: "alone.conf")
        let discovery = [
            "cluster_formation.peer_discovery_backend = classic_config",
            "cluster_formation.classic_config.nodes.1 = \(founder?.erlangName ?? "")",
        ]
        let joining = try directory.write(Self.lines(configuration + discovery), to: "joining.conf")

        // One after the other only where it has to be: a node can join when the first one has its tables.
        var processes = [
            try TestProcess(["epmd", "-port", String(portMapper.port)], environment: environment, isolated: true)
        ]
        let rest = nodes.filter { $0.isClustered && $0.name != founder?.name }
        let first = nodes.filter { node in !rest.contains { $0.name == node.name } }
        for node in first { processes.append(try Self.start(node, alone, directory, environment)) }
        try await Self.waitUntilReady(first, processes)
        for node in rest { processes.append(try Self.start(node, joining, directory, environment)) }
        try await Self.waitUntilReady(rest, processes)
        self.processes = processes
        // A broker takes clients a moment before it takes orders.
        for node in first { try await control(node.name, "await_startup") }
        guard let founder else { return }
        try await control(founder.name, "set_policy", "-p", "/", "ha-all", ".+", #"{"ha-mode": "all"}"#)
        try await waitUntilClustered(askedOf: founder)
    }

    private static func lines(_ lines: [String]) -> String { lines.map { "\($0)\n" }.joined() }

    /// The addresses that the seed's files name, with what stands for them among the seed's brokers.
    var servers: [String: String] {
        let addresses = ["172.17.0.3:5672", "172.17.0.4:5672", "172.17.0.5:5672", "172.17.0.6:5672"]
        return Dictionary(uniqueKeysWithValues: zip(addresses, nodes.map(\.clients.address)))
    }

    /// Runs `rabbitmqctl` against a node.
    @discardableResult
    func control(_ node: String, _ arguments: String...) async throws -> String {
        let command = ["\(Self.scripts)/rabbitmqctl", "-q", "-n", "\(node)@localhost"] + arguments
        let finished = try await Finished(command, environment: environment, isolated: true, within: .seconds(60))
        try finished.requireSuccess("rabbitmqctl \(arguments) on \(node)")
        return finished.output
    }

    /// What a node has written to its log so far.
    func log(of node: Node) throws -> String {
        let folder = try directory.directory(node.name)
        return try String(contentsOfFile: "\(folder)/\(node.erlangName).log", encoding: .utf8)
    }

    /// Ends all brokers, by their own process ids.
    func stop() async throws {
        // Their state is thrown away: nothing is gained by an orderly end, which takes seconds.
        for process in processes { process.signal(SIGKILL) }
        for process in processes { try await process.waitUntilExit() }
    }

    private func waitUntilClustered(askedOf founder: Node) async throws {
        let names = nodes.filter(\.isClustered).map(\.erlangName)
        try await eventually("the cluster of \(names)", within: .seconds(60), every: .milliseconds(200)) {
            let status = try await control(founder.name, "cluster_status", "--formatter", "json")
            let running = try JSONDecoder().decode(ClusterStatus.self, from: Data(status.utf8)).running_nodes
            return Set(running) == Set(names)
        }
    }

    private struct ClusterStatus: Decodable {
        let running_nodes: [String]
    }

    private static func start(
        _ node: Node, _ configuration: String, _ directory: TemporaryDirectory, _ environment: [String: String]
    ) throws -> TestProcess {
        let base = try directory.directory(node.name)
        let own = [
            "RABBITMQ_NODENAME": node.erlangName,
            "RABBITMQ_NODE_IP_ADDRESS": node.clients.host,
            "RABBITMQ_NODE_PORT": String(node.clients.port),
            "RABBITMQ_DIST_PORT": String(node.distribution.port),
            "RABBITMQ_MNESIA_BASE": base,
            "RABBITMQ_LOG_BASE": base,
            "RABBITMQ_PID_FILE": "\(base)/pid",
            "RABBITMQ_ENABLED_PLUGINS_FILE": "\(base)/plugins",
            "RABBITMQ_CONFIG_FILE": configuration,
            // Makes the script become the broker, so that its process id is the broker's.
            "RABBITMQ_ALLOW_INPUT": "1",
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "+S 1:1 -kernel inet_dist_use_interface {127,0,0,1}",
        ]
        let environment = environment.merging(own) { _, new in new }
        return try TestProcess(["\(scripts)/rabbitmq-server", "-noinput"], environment: environment, isolated: true)
    }

    private static func waitUntilReady(_ nodes: [Node], _ processes: [TestProcess]) async throws {
        for node in nodes {
            try await eventually("broker \(node.name) answers", within: .seconds(120)) {
                if let ended = processes.first(where: { !$0.isRunning }) {
                    throw ScenarioError("a broker ended: \(ended.output)\(ended.errorOutput)")
                }
                return try await Socket.connect(host: node.clients.host, port: node.clients.port) != nil
            }
        }
    }
}
