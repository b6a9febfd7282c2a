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
        /// A syslog server over UDP.
        case udp(host: String, port: UInt16)
        /// A datagram socket such as `/dev/log`.
        case unixDatagram(path: String)
        /// A file descriptor of this process: 1 is `stdout`, 2 is `stderr`.
        case fileDescriptor(Int32)
    }

    /// Where lines go.
    public var destination: Destination
    /// The facility that each line carries.
    public var facility: LogFacility
    /// Lines less severe than this are not sent.
    public var level: LogLevel
    /// Lines more severe than this are sent as if they were this severe (HAProxy's `minlevel`).
    public var minimumLevel: LogLevel

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
