import EventLoop
import Model

/// Where one proxy's lines go: made by `LogSender.route(to:)`, worthless with any other sender.
public struct LogRoute: Sendable {
    fileprivate struct Stop: Sendable, Hashable {
        var receiver: Int
        var facility: LogFacility
        var level: LogLevel
        var minimumLevel: LogLevel
    }

    fileprivate var stops: [Stop]

    /// Whether lines go nowhere.
    public var isEmpty: Bool { stops.isEmpty }
}

/// Sends a worker's log lines as HAProxy's syslog datagrams; one for each thread, used by that thread alone.
///
/// A line is written once into a buffer that is reused, and only the priority in front of it differs from target to
/// target. Sending never waits: a line for a receiver that is full or away is lost and counted.
///
/// - Source: RFC 3164 for the header; recordings of HAProxy 2.6.
public final class LogSender {
    /// The most bytes of one line, header included and line end not; a longer one is cut off.
    ///
    /// - Source: HAProxy 2.6 configuration manual, `log`, default of `len`.
    public static let longestLine = 1024

    /// `<191>`: the space that is kept for the priority.
    private static let priorityLength = 5

    private let tag: String
    private var receivers: [LogReceiver] = []
    private var destinations: [LogTarget.Destination: Int] = [:]
    /// The space for the priority, then date and tag of the current second, then the line.
    private var buffer = LineBuffer(capacity: LogSender.longestLine + 1)
    private var dates = LogDates()
    private var headerLength = 0
    private var headerSecond = Int64.min

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
    ///   - isBatching: whether lines wait for `flush()`, so that many leave in one system call.
    public init(tag: String, processID: Int32, isBatching: Bool = false) {
        self.isBatching = isBatching
        self.tag = " \(tag)[\(processID)]: "
    }

    /// Prepares to send along a proxy's `log` lines; equal lines count once, equal destinations share a socket.
    ///
    /// A UDP target's host is an address here: whoever starts the worker has looked its name up. One that isn't loses its
    /// lines, which `droppedLines` shows.
    ///
    /// - Parameter targets: the targets.
    /// - Returns: what to give to `send`.
    public func route(to targets: [LogTarget]) -> LogRoute {
        var stops: [LogRoute.Stop] = []
        for target in targets {
            let stop = LogRoute.Stop(
                receiver: receiver(for: target.destination), facility: target.facility, level: target.level,
                minimumLevel: target.minimumLevel)
            if !stops.contains(stop) { stops.append(stop) }
        }
        return LogRoute(stops: stops)
    }

    /// Sends one line to every target that wants its level.
    ///
    /// - Parameters:
    ///   - content: the line.
    ///   - route: where to.
    ///   - now: the time in its header.
    public func send(_ content: some LogLine, along route: LogRoute, at now: Timestamp) {
        let level = content.level
        var isWritten = false
        for stop in route.stops where level <= stop.level {
            if !isWritten {
                write(content, at: now)
                isWritten = true
            }
            let severity = max(level, stop.minimumLevel)
            let start = writePriority(stop.facility.rawValue * 8 + severity.rawValue)
            let datagram = UnsafeRawBufferPointer(rebasing: buffer.bytes[start...])
            droppedLines += receivers[stop.receiver].send(datagram)
            hasWaitingLines = isBatching
        }
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
        receivers.append(LogReceiver(destination, isBatching: isBatching))
        destinations[destination] = receivers.count - 1
        return receivers.count - 1
    }

    /// Puts `     Nov 22 13:05:32 haproxy[4281]: `, the line and the line end into the buffer.
    private func write(_ content: some LogLine, at now: Timestamp) {
        let second = now.millisecondsSinceEpoch / 1_000
        if second != headerSecond {
            headerSecond = second
            buffer.truncate(to: 0)
            for _ in 0..<Self.priorityLength { buffer.append(byte: UInt8(ascii: " ")) }
            dates.appendStamp(of: now, to: &buffer)
            buffer.append(tag)
            headerLength = buffer.count
        }
        buffer.truncate(to: headerLength)
        content.write(to: &buffer, dates: &dates)
        // The line end stays, also where the line was cut off.
        buffer.truncate(to: Self.longestLine)
        buffer.append(byte: UInt8(ascii: "\n"))
    }

    /// Puts `<134>` right in front of the date.
    ///
    /// - Returns: where it begins.
    private func writePriority(_ priority: Int) -> Int {
        var rest = priority
        var offset = Self.priorityLength - 1
        buffer.overwrite(at: offset, with: UInt8(ascii: ">"))
        repeat {
            offset -= 1
            buffer.overwrite(at: offset, with: UInt8(ascii: "0") + UInt8(rest % 10))
            rest /= 10
        } while rest > 0
        offset -= 1
        buffer.overwrite(at: offset, with: UInt8(ascii: "<"))
        return offset
    }
}
