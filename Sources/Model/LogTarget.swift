/// A syslog facility; the raw value is its number.
///
/// - Source: RFC 5424, section 6.2.1; the names are HAProxy's (`log` keyword).
public enum LogFacility: Int, Sendable, Hashable, CaseIterable {
    case kern, user, mail, daemon, auth, syslog, lpr, news, uucp, cron, auth2, ftp, ntp, audit, alert, cron2
    case local0, local1, local2, local3, local4, local5, local6, local7

    /// The name that a configuration uses.
    public var name: String { String(describing: self) }
}

/// A syslog severity; a smaller number is more severe.
///
/// - Source: RFC 5424, section 6.2.1; the names are HAProxy's (`log` keyword).
public enum LogLevel: Int, Sendable, Hashable, CaseIterable, Comparable {
    case emerg, alert, crit, err, warning, notice, info, debug

    /// The name that a configuration uses.
    public var name: String { String(describing: self) }

    /// Whether the left level is more severe than the right one.
    public static func < (left: LogLevel, right: LogLevel) -> Bool { left.rawValue < right.rawValue }
}

/// One `log` line: where lines go, and which of them.
public struct LogTarget: Sendable, Hashable {
    /// Where lines go.
    public enum Destination: Sendable, Hashable {
        /// A syslog server over UDP; the host is an address or a name.
        case udp(host: String, port: UInt16)
        /// A datagram socket such as `/dev/log`.
        case unixDatagram(path: String)
        /// A datagram socket by an abstract name, without the leading zero byte (`abns@`).
        case abstractDatagram(name: String)
        /// A ring by its name (`ring@`), the section's or one that a `tcp@` address has to itself.
        case ring(name: String)
        /// A file descriptor of this process: 1 is `stdout`, 2 is `stderr`.
        case fileDescriptor(Int32)
    }

    /// What stands before the text of each line.
    ///
    /// - Source: HAProxy 2.6 configuration manual, section 3.1, `log`.
    public enum Format: String, Sendable, Hashable, CaseIterable {
        /// Priority, date, tag and process (`<134>Nov 22 13:05:32 haproxy[4281]: `).
        case local
        /// The same with a host's name after the date.
        case rfc3164
        /// Priority, version, date, host, tag, process, structured data.
        case rfc5424
        /// The priority alone.
        case priority
        /// The level alone.
        case short
        /// The level and the date.
        case timed
        /// The date.
        case iso
        /// Nothing.
        case raw
    }

    /// Which lines of many are sent: those whose place in each period is in one of the ranges.
    public struct Sampling: Sendable, Hashable {
        /// Places, counted from 1, in order and without overlap.
        public var ranges: [ClosedRange<Int>]
        /// How many lines a period has.
        public var period: Int

        /// Makes a choice.
        ///
        /// - Parameters:
        ///   - ranges: places, counted from 1.
        ///   - period: how many lines a period has.
        public init(ranges: [ClosedRange<Int>], period: Int) {
            self.ranges = ranges
            self.period = period
        }

        /// Whether a line is sent.
        ///
        /// - Parameter index: how many lines there were before.
        /// - Returns: whether its place in its period is in a range.
        public func takes(_ index: Int) -> Bool {
            let place = index % period + 1
            return ranges.contains { $0.contains(place) }
        }
    }

    /// The most bytes of a line where nothing else is said, header included and line end not.
    ///
    /// - Source: HAProxy 2.6 configuration manual, `log`, default of `len`.
    public static let defaultLength = 1024

    /// Where lines go.
    public var destination: Destination
    /// The facility that each line carries.
    public var facility: LogFacility
    /// Lines less severe than this are not sent.
    public var level: LogLevel
    /// Lines more severe than this are sent as if they were this severe (HAProxy's `minlevel`).
    public var minimumLevel: LogLevel
    /// What stands before each line; `nil` where the file doesn't say: `local`, or with `log-send-hostname` `rfc3164`.
    public var format: Format?
    /// The most bytes of a line, header included and line end not; a longer one is cut off.
    public var length = LogTarget.defaultLength
    /// Which lines are sent; all when `nil`.
    public var sampling: Sampling?

    /// Makes a target.
    ///
    /// - Parameters:
    ///   - destination: where lines go.
    ///   - facility: the facility of each line.
    ///   - level: the least severe level that is sent.
    ///   - minimumLevel: the most severe level that a line may carry.
    public init(
        destination: Destination, facility: LogFacility, level: LogLevel = .debug, minimumLevel: LogLevel = .emerg
    ) {
        self.destination = destination
        self.facility = facility
        self.level = level
        self.minimumLevel = minimumLevel
    }
}
