/// One configuration and what happens to it, to be played on both sides; made from a seed by `CaseGenerator`.
struct GeneratedCase: Sendable {
    /// How a server of the test treats its connections.
    enum Behaviour: Sendable, Equatable {
        /// As the steps say.
        case obeys
        /// Nobody listens there.
        case refuses
        /// Attempts to connect get no answer.
        case isSilent
        /// Ends each connection at once.
        case closes
        /// Breaks each connection at once.
        case resets
        /// Sends so many bytes once something has come, and ends.
        case answers(Int)
        /// Breaks the connection once so many bytes have come.
        case resetsAfter(Int)
    }

    /// One server.
    struct Server: Sendable {
        /// What follows its address in the configuration.
        var options: [String]
        var behaviour = Behaviour.obeys
        /// Whether it is checked, at a port of its own that the steps open and close.
        var isChecked = false
    }

    /// What one end of a connection can do.
    enum Act: Sendable, Equatable {
        case send(Int)
        /// Says that no more will come.
        case finish
        case close
        case reset
        /// Reads nothing any more.
        case pause
        /// Reads again.
        case resume
    }

    /// One thing that happens.
    ///
    /// The ends are counted among those that are open then, so that steps can be left out.
    enum Step: Sendable, Equatable {
        /// A client comes from 127.0.0.`source`.
        case connect(source: Int)
        case client(Int, Act)
        /// An end of a server that obeys.
        case server(Int, Act)
        /// A checked server's health is lost, or comes back.
        case failCheck(Int)
        case passCheck(Int)
        /// Nothing is done until something changes by itself, such as by a time limit.
        case wait
    }

    var seed: UInt64
    /// Whether there are a `frontend` and a `backend` instead of one `listen`.
    var isSplit = false
    /// The lines of `defaults`, beyond what every case has.
    var defaults: [String] = []
    /// The lines of the `frontend`, or of the `listen`.
    var frontend: [String] = []
    /// The lines of the `backend`, or of the `listen`.
    var backend: [String] = []
    var servers: [Server] = []
    var steps: [Step] = []
    /// How long nothing may have changed until a step counts as done: longer than the times of the configuration that
    /// are part of a step, such as that between two attempts.
    var calm = Duration.milliseconds(12)
    /// Whether time limits are part of the play: then the events follow one another at the same pace on both sides.
    var isTimed: Bool { steps.contains(.wait) }
    /// Whether so many bytes are under way that their numbers depend on the moment.
    var isInexact = false

    /// The configuration.
    ///
    /// - Parameters:
    ///   - port: where clients connect, as the file says it.
    ///   - logPort: the syslog daemon's port.
    ///   - ports: the servers' ports, and those at which they are checked.
    ///   - socket: the path of a stats socket.
    /// - Returns: the file's text.
    func text(port: String, logPort: UInt16, ports: [(data: UInt16, check: UInt16)], socket: String?) -> String {
        var text = "global\n    log 127.0.0.1:\(logPort) local0 info\n    maxconn 4096\n"
        // One thread: several would share connections out and choose servers by themselves.
        if let socket { text += "    nbthread 1\n    stats socket \(socket) level admin\n" }
        text += "defaults\n    log global\n    mode tcp\n    backlog 100\n"
        text += "    timeout connect 100ms\n    timeout queue 60s\n    timeout client 60s\n    timeout server 60s\n"
        text += defaults.map { "    \($0)\n" }.joined()
        text += isSplit ? "frontend public\n" : "listen public\n"
        text += "    bind 127.0.0.1:\(port)\n" + frontend.map { "    \($0)\n" }.joined()
        if isSplit { text += "    default_backend rabbits\nbackend rabbits\n" }
        text += backend.map { "    \($0)\n" }.joined()
        for (index, server) in servers.enumerated() {
            let words =
                ["server rabbit_\(index) 127.0.0.1:\(ports[index].data)"] + server.options
                + (server.isChecked ? ["check port \(ports[index].check) inter 50ms fall 2 rise 2"] : [])
            text += "    \(words.joined(separator: " "))\n"
        }
        return text
    }
}

extension GeneratedCase: CustomStringConvertible {
    var description: String {
        let ports = servers.indices.map { (data: UInt16(1_001 + $0), check: UInt16(2_001 + $0)) }
        let behaviours = servers.enumerated().map { "rabbit_\($0.offset) \($0.element.behaviour)" }
        return """
            seed \(seed)
            \(text(port: "1000", logPort: 514, ports: ports, socket: nil))
            \(behaviours.joined(separator: ", "))
            \(steps.map { "\($0)" }.joined(separator: "\n"))
            """
    }
}

extension GeneratedCase.Act: CustomStringConvertible {
    var description: String {
        switch self {
        case .send(let count): "sends \(count)"
        case .finish: "finishes"
        case .close: "closes"
        case .reset: "resets"
        case .pause: "reads no more"
        case .resume: "reads again"
        }
    }
}

extension GeneratedCase.Step: CustomStringConvertible {
    var description: String {
        switch self {
        case .connect(let source): "client from 127.0.0.\(source)"
        case .client(let number, let act): "open client \(number) \(act)"
        case .server(let number, let act): "open server's end \(number) \(act)"
        case .failCheck(let server): "rabbit_\(server) fails its checks"
        case .passCheck(let server): "rabbit_\(server) passes its checks"
        case .wait: "time passes"
        }
    }
}
