import Model

/// What the statistics say about a server's health check; nothing for a server that is not checked, in maintenance or
/// without an address.
///
/// - Source: HAProxy 2.6 management guide, section 9.1, fields `check_status` to `check_health`.
struct CheckColumns {
    private let server: ServerSnapshot
    private let shownStatus: CheckStatus

    /// Looks at a server's check; `nil` while nobody checks it.
    ///
    /// - Parameter server: the server at one moment.
    init?(of server: ServerSnapshot) {
        guard server.isChecked, server.administrative != .maint, !server.isUnresolved else { return nil }
        self.server = server
        shownStatus = server.lastCheck?.status ?? .initializing
    }

    /// The status; marked while the next check is running.
    var statusText: String { server.isChecking ? "* \(shownStatus.rawValue)" : shownStatus.rawValue }

    /// The check's result, `nil` before the first has ended.
    var result: CheckResult? {
        guard let check = server.lastCheck, check.status != .unknown, check.status != .initializing else { return nil }
        return check
    }

    var status: StatisticsValue { .text(statusText) }
    var code: StatisticsValue {
        guard let result, result.status.hasCode else { return .absent }
        // A negative code is shown in the 32 bits without a sign that the column has.
        return .count(UInt32(truncatingIfNeeded: result.code ?? 0))
    }
    var duration: StatisticsValue { .count(result?.durationMilliseconds) }
    /// Also empty, once there was a check.
    var detail: StatisticsValue { result.map { .text($0.detail) } ?? .absent }
    var description: StatisticsValue { .text(shownStatus.explanation) }
    var rise: StatisticsValue { .count(server.rise) }
    var fall: StatisticsValue { .count(server.fall) }
    var health: StatisticsValue { .count(server.health) }

    /// What the status means, with what else the check said.
    var explanation: String {
        guard let detail = result?.detail, !detail.isEmpty else { return shownStatus.explanation }
        return "\(shownStatus.explanation): \(detail)"
    }
}
