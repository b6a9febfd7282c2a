import Foundation
import Glibc
import Testing

extension Scenarios {
    @Suite("Exhaustion")
    struct Exhaustion {
        /// How many descriptors are left to the program: some sessions, and less than all that come.
        private static let left = 21
        private static let clients = 40

        @Test("at the limit of open files accepting rests, and goes on when files are closed; none stays open")
        func descriptors() async throws {
            let server = try FakeServer(serve: FakeServer.echo)
            let port = try HeldPort()
            let supervisor = try Supervisor(in: try TemporaryDirectory())
            let instance = PlainInstance(name: "files", bind: port, servers: ["echo \(server.address.address)"])
            try supervisor.configure("files", instance.text)
            let process = try await supervisor.up(listeningOn: [port])
            let before = try process.openFiles()
            try await process.limitOpenFiles(to: before + Self.left)

            var clients: [Socket] = []
            for _ in 0..<Self.clients {
                guard let client = try await Socket.connect(port: port.port) else { continue }
                try await client.write([1])
                clients.append(client)
            }
            #expect(clients.count == Self.clients, "the kernel takes connections for the program, also when it rests")
            try await eventually("no descriptor is left") { try process.openFiles() >= before + Self.left - 1 }
            let (begun, used) = (ContinuousClock.now, try process.processorTime())
            let served = try await answered(clients)
            #expect(served > 0 && served < Self.clients, "\(served) of \(Self.clients) were served")
            let share = (try process.processorTime() - used) / (ContinuousClock.now - begun)
            #expect(share < 0.5, "it turns without rest: \(share) of a core")
            try await told("ACCEPT_PAUSED", by: supervisor)

            // Those who left are still accepted before those who come now, and may take the last descriptor from one of these.
            clients.removeAll()
            for _ in 0..<Self.left / 4 {
                clients.append(try await eventually("a client is served again") { try await servedClient(port) })
            }
            clients.removeAll()
            try await eventually("all descriptors of sessions are closed") { try process.openFiles() <= before }
            // The history has had no descriptor to spare either, and writes what it has kept.
            try await told("ACCEPT_RESUMED", by: supervisor)
            try await process.stop()
        }

        /// More clients than the sessions for which an instance takes memory at a time.
        private static let crowd = 300
        /// What the program may still take: less than what has to be left besides for a session to be taken in.
        private static let memoryLeft = 1 << 20

        @Test("without memory for more sessions those that come are refused, and the others go on")
        func memory() async throws {
            let server = try FakeServer(serve: FakeServer.echo)
            let port = try HeldPort()
            let supervisor = try Supervisor(in: try TemporaryDirectory())
            let instance = PlainInstance(name: "files", bind: port, servers: ["echo \(server.address.address)"])
            try supervisor.configure("files", instance.text)
            let process = try await supervisor.up(listeningOn: [port])
            // With its first session an instance takes memory for many.
            var clients = [try await eventually("a client is served") { try await servedClient(port) }]
            try await process.limitAddressSpace(to: try process.addressSpace() + Self.memoryLeft)
            var refused = 0
            for _ in 0..<Self.crowd {
                if let client = try await servedClient(port) { clients.append(client) } else { refused += 1 }
            }
            #expect(refused > 0)
            #expect(clients.count > 1)
            for client in clients {
                try await client.write([3])
                #expect(try await client.read(exactly: 1) == [3])
            }
            try await told("ACCEPT_PAUSED", by: supervisor)
            clients.removeAll()
            clients.append(try await eventually("a client is served again") { try await servedClient(port) })
            #expect(process.exitStatus == nil)
            try await process.stop()
        }

        /// Waits for one event of a kind in the history, and no more.
        private func told(_ kind: String, by supervisor: Supervisor) async throws {
            try await eventually("\(kind) is in the history", within: .seconds(40), every: .milliseconds(200)) {
                try await supervisor.json(EventLine.self, "events", "files").contains { $0.event == kind }
            }
        }

        /// Connects a client that gets its echo; `nil` when it was let go instead.
        private func servedClient(_ port: HeldPort) async throws -> Socket? {
            guard let client = try await Socket.connect(port: port.port) else { return nil }
            do {
                try await client.write([2])
                return try await client.read(exactly: 1) == [2] ? client : nil
            } catch is ScenarioError {
                return nil
            }
        }

        /// How many have had their echo within a second, or by the time of the first.
        private func answered(_ clients: [Socket]) async throws -> Int {
            let (deadline, patience) = (ContinuousClock.now + .seconds(1), ContinuousClock.now + Socket.patience)
            var answered: Set<ObjectIdentifier> = []
            while ContinuousClock.now < (answered.isEmpty ? patience : deadline) {
                for client in clients {
                    if case .bytes? = try client.tryRead() { answered.insert(ObjectIdentifier(client)) }
                }
                try await Task.sleep(for: .milliseconds(20))
            }
            return answered.count
        }
    }
}

extension TestProcess {
    /// How many files it has open.
    fileprivate func openFiles() throws -> Int {
        try FileManager.default.contentsOfDirectory(atPath: "/proc/\(processID)/fd").count
    }

    /// Sets how many files it may have open from now on.
    fileprivate func limitOpenFiles(to count: Int) async throws {
        // The C library's call is hidden behind _GNU_SOURCE; the program of that name is in every Debian.
        try await Finished(["/usr/bin/prlimit", "--pid", "\(processID)", "--nofile=\(count):\(count)"])
            .requireSuccess("prlimit")
    }

    /// How much address space it has, in bytes.
    fileprivate func addressSpace() throws -> Int {
        let lines = try String(contentsOfFile: "/proc/\(processID)/status", encoding: .utf8).split(separator: "\n")
        let line = lines.first { $0.hasPrefix("VmSize:") } ?? ""
        guard let kilobytes = line.split(separator: " ").dropFirst().first.flatMap({ Int($0) }) else {
            throw ScenarioError("/proc/\(processID)/status has no VmSize")
        }
        return kilobytes << 10
    }

    /// Sets how much address space it may have from now on, in bytes.
    fileprivate func limitAddressSpace(to bytes: Int) async throws {
        try await Finished(["/usr/bin/prlimit", "--pid", "\(processID)", "--as=\(bytes):"]).requireSuccess("prlimit")
    }

    /// The processor time that it has used so far.
    fileprivate func processorTime() throws -> Duration {
        let text = try String(contentsOfFile: "/proc/\(processID)/stat", encoding: .utf8)
        // The program's name, which may hold anything, stands in parentheses; user and system time are fields 14 and 15.
        let fields = text[(text.lastIndex(of: ")") ?? text.startIndex)...].split(separator: " ")
        guard fields.count > 13, let user = Int64(fields[12]), let system = Int64(fields[13]) else {
            throw ScenarioError("/proc/\(processID)/stat has no times")
        }
        return .milliseconds((user + system) * 1000 / Int64(sysconf(Int32(_SC_CLK_TCK))))
    }
}
