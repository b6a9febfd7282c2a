/// The processes of a master, as `show proc` tells of them.
public struct MasterProcesses: Sendable {
    /// One worker.
    public struct Worker: Sendable {
        /// The process.
        public var processID: Int32
        /// How many reloads it has outlived.
        public var reloads: Int
        /// How long it has run, in seconds.
        public var uptimeSeconds: Int64
        /// Whether it has the traffic; the others only let their last sessions end.
        public var isCurrent: Bool
        /// The socket at which it takes the master's commands.
        public var commandPath: String

        /// Makes a worker.
        ///
        /// - Parameters:
        ///   - processID: the process.
        ///   - reloads: how many reloads it has outlived.
        ///   - uptimeSeconds: how long it has run.
        ///   - isCurrent: whether it has the traffic.
        ///   - commandPath: the socket at which it takes the master's commands.
        public init(processID: Int32, reloads: Int, uptimeSeconds: Int64, isCurrent: Bool, commandPath: String) {
            self.processID = processID
            self.reloads = reloads
            self.uptimeSeconds = uptimeSeconds
            self.isCurrent = isCurrent
            self.commandPath = commandPath
        }
    }

    /// The master.
    public var processID: Int32
    /// How often it has reloaded.
    public var reloads: Int
    /// How many of these attempts failed.
    public var failedReloads: Int
    /// How long it has run, in seconds.
    public var uptimeSeconds: Int64
    /// Its workers, the oldest first.
    public var workers: [Worker]

    /// Makes a master's processes.
    ///
    /// - Parameters:
    ///   - processID: the master.
    ///   - reloads: how often it has reloaded.
    ///   - failedReloads: how many of these attempts failed.
    ///   - uptimeSeconds: how long it has run.
    ///   - workers: its workers, the oldest first.
    public init(processID: Int32, reloads: Int, failedReloads: Int, uptimeSeconds: Int64, workers: [Worker]) {
        self.processID = processID
        self.reloads = reloads
        self.failedReloads = failedReloads
        self.uptimeSeconds = uptimeSeconds
        self.workers = workers
    }

    /// The answer to `show proc`.
    ///
    /// - Parameter version: the program's version.
    /// - Returns: the lines.
    /// - Source: recorded from HAProxy 2.6.12.
    func table(version: String) -> String {
        let rows = { (workers: [Worker]) in
            workers.map { worker in
                Self.row(
                    "\(worker.processID)", "worker", "\(worker.reloads)", Self.uptime(worker.uptimeSeconds), version)
            }.joined()
        }
        let former = workers.filter { !$0.isCurrent }
        return Self.row("#<PID>", "<type>", "<reloads>", "<uptime>", Self.padded("<version>"))
            + Self.row(
                "\(processID)", "master", "\(reloads) [failed: \(failedReloads)]", Self.uptime(uptimeSeconds), version)
            + "# workers\n" + rows(workers.filter(\.isCurrent))
            + (former.isEmpty ? "" : "# old workers\n" + rows(former)) + "# programs\n"
    }

    private static func row(_ columns: String...) -> String {
        columns.dropLast().map { padded($0) + " " }.joined() + (columns.last ?? "") + "\n"
    }

    private static func padded(_ text: String) -> String {
        text + String(repeating: " ", count: max(0, 15 - text.count))
    }

    private static func uptime(_ seconds: Int64) -> String {
        let digits = { (number: Int64) in number < 10 ? "0\(number)" : "\(number)" }
        return
            "\(seconds / 86_400)d\(digits(seconds / 3600 % 24))h\(digits(seconds / 60 % 60))m\(digits(seconds % 60))s"
    }
}

/// What a master's socket may ask of the master; callable from every task.
public protocol MasterControl: Sendable {
    /// The master and its workers now.
    ///
    /// - Returns: the processes.
    func processes() async -> MasterProcesses

    /// Reads the files anew and starts another worker; returns at once.
    func reload() async
}
