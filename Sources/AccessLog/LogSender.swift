import EventLoop
import Model

/// Where one proxy's lines go: made by `LogSender.route(to:)`, worthless with any other sender.
public struct LogRoute: Sendable {
    fileprivate struct Stop: Sendable, Hashable {
        var receiver: Int
        var writer: Int
        var facility: LogFacility
        var level: LogLevel
        var minimumLevel: LogLevel
        var sampling: LogTarget.Sampling?
        /// Where the lines of a choice are counted.
        var counter = 0
    }

    fileprivate var stops: [Stop]

    /// Whether lines go nowhere.
    public var isEmpty: Bool { stops.isEmpty }
}

/// Sends a worker's log lines as HAProxy's syslog datagrams; one for each thread, used by that thread alone.
///
/// Sending never waits: a line for a receiver that is full or away is lost and counted.
public final class LogSender {
    private let tag: String
    private let processID: Int32
    private let hostName: String?
    private var receivers: [LogReceiver] = []
    private var destinations: [LogTarget.Destination: Int] = [:]
    private var writers: [LineWriter] = []
    /// For each target that takes a choice of lines, how many there were.
    private var sampled: [Int] = []
    /// Lines so far.
    private var lines = 0

    private let rings: LogRings
    private let isBatching: Bool
    /// Whether lines wait for `flush()`.
    public private(set) var hasWaitingLines = false

    /// How many lines were lost, counted once for each receiver that missed one.
    public private(set) var droppedLines = 0

    /// Makes a sender without receivers.
    ///
    /// - Parameters:
    ///   - tag: the program's name in each line (`log-tag`).
    ///   - processID: the process's number in each line.
    ///   - hostName: the host's name in lines whose format has one (`log-send-hostname`).
    ///   - rings: the rings that lines may go to.
    ///   - isBatching: whether lines wait for `flush()`, so that many leave in one system call.
    public init(
        tag: String, processID: Int32, hostName: String? = nil, rings: LogRings = .none, isBatching: Bool = false
    ) {
        self.rings = rings
        self.isBatching = isBatching
        self.tag = tag
        self.processID = processID
        self.hostName = hostName
    }

    /// Prepares to send along a proxy's `log` lines; equal lines count once, equal destinations share a socket.
    ///
    /// A UDP target whose host is a name loses its lines until `locate` says where it is, which `droppedLines` shows.
    ///
    /// - Parameters:
    ///   - targets: the targets.
    ///   - tag: the program's name in the lines of this proxy, where it has one of its own.
    /// - Returns: what to give to `send`.
    public func route(to targets: [LogTarget], tag: String? = nil) -> LogRoute {
        var stops: [LogRoute.Stop] = []
        for target in targets {
            var stop = LogRoute.Stop(
                receiver: receiver(for: target.destination), writer: writer(for: target, tag: tag ?? self.tag),
                facility: target.facility, level: target.level, minimumLevel: target.minimumLevel,
                sampling: target.sampling)
            guard !stops.contains(stop) || stop.sampling != nil else { continue }
            if stop.sampling != nil {
                stop.counter = sampled.count
                sampled.append(0)
            }
            stops.append(stop)
        }
        return LogRoute(stops: stops)
    }

    /// Says where a host is that is known by its name alone.
    ///
    /// - Parameters:
    ///   - host: its name.
    ///   - endpoint: its address; the port is each target's own.
    public func locate(_ host: String, at endpoint: IPEndpoint) {
        for (destination, index) in destinations {
            guard case .udp(host, let port) = destination, case .unreachable = receivers[index] else { continue }
            var endpoint = endpoint
            endpoint.port = port
            receivers[index] = LogReceiver(.ip(endpoint), isBatching: isBatching)
        }
    }

    /// Sends one line to every target that wants its level.
    ///
    /// - Parameters:
    ///   - content: the line.
    ///   - route: where to.
    ///   - now: the time in its header.
    public func send(_ content: some LogLine, along route: LogRoute, at now: Timestamp) {
        let level = content.level
        lines += 1
        for stop in route.stops where level <= stop.level {
            if let sampling = stop.sampling {
                defer { sampled[stop.counter] += 1 }
                guard sampling.takes(sampled[stop.counter]) else { continue }
            }
            let writer = writers[stop.writer]
            if case .ring(let ring) = receivers[stop.receiver], ring.untold > 0 { tellOfGap(in: ring, stop, at: now) }
            writer.write(content, number: lines, at: now)
            droppedLines += writer.withLine(facility: stop.facility, level: max(level, stop.minimumLevel)) {
                receivers[stop.receiver].send($0)
            }
            hasWaitingLines = isBatching
        }
    }

    /// Says in a ring how many lines it is missing, if it has room for that now.
    private func tellOfGap(in ring: LogRing, _ stop: LogRoute.Stop, at now: Timestamp) {
        let missing = ring.untold
        let line = TextLogLine(level: .notice, text: "\(missing) event\(missing > 1 ? "s" : "") dropped")
        let writer = writers[stop.writer]
        writer.write(line, number: lines, at: now)
        let isLost = writer.withLine(facility: stop.facility, level: .notice) { receivers[stop.receiver].send($0) }
        ring.untold = isLost > 0 ? missing : 0
        // What the writers hold now is another line.
        lines += 1
    }

    /// Sends everything that a server's change of state has to say.
    ///
    /// - Parameters:
    ///   - event: the change.
    ///   - route: where to.
    ///   - now: the time in the header.
    public func send(_ event: ServerLogEvent, along route: LogRoute, at now: Timestamp) {
        for line in event.lines { send(line, along: route, at: now) }
    }

    /// Sends the lines that wait; whoever makes a sender that batches says when.
    public func flush() {
        guard hasWaitingLines else { return }
        hasWaitingLines = false
        for receiver in receivers { droppedLines += receiver.flush() }
    }

    private func receiver(for destination: LogTarget.Destination) -> Int {
        if let known = destinations[destination] { return known }
        receivers.append(LogReceiver(destination, rings: rings, isBatching: isBatching))
        destinations[destination] = receivers.count - 1
        return receivers.count - 1
    }

    private func writer(for target: LogTarget, tag: String) -> Int {
        var form = LineWriter.Form(
            format: target.format ?? (hostName == nil ? .local : .rfc3164), length: target.length, tag: tag,
            processID: processID, hostName: hostName)
        if case .ring(let name) = target.destination, let ring = rings.configurations.first(where: { $0.name == name })
        {
            form.format = ring.format
            form.length = min(form.length, ring.maxLength ?? form.length)
        }
        if let known = writers.firstIndex(where: { $0.form == form }) { return known }
        writers.append(LineWriter(form))
        return writers.count - 1
    }
}
