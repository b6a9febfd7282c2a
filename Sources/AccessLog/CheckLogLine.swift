import Model

/// The line that a check leaves in a proxy with `option log-health-checks`: when its status is another than before, or when
/// it brought the server a step nearer to UP or DOWN.
///
/// - Source: recordings of HAProxy 2.6.
public struct CheckLogLine: LogLine, Sendable, Hashable {
    /// The proxy's name.
    public var proxy: String
    /// The server's name.
    public var server: String
    /// Whether it is a backup.
    public var isBackup: Bool
    /// How the check ended.
    public var result: CheckResult
    /// Where the server is after it.
    public var position: HealthPosition
    /// Whether its agent was asked.
    public var isAgent = false
    /// Whether the server gets traffic while it is up: one of weight 0 doesn't.
    public var hasWeight = true

    /// Makes a line.
    ///
    /// - Parameters:
    ///   - proxy: the proxy's name.
    ///   - server: the server's name.
    ///   - isBackup: whether it is a backup.
    ///   - result: how the check ended.
    ///   - position: where the server is after it.
    public init(proxy: String, server: String, isBackup: Bool, result: CheckResult, position: HealthPosition) {
        self.proxy = proxy
        self.server = server
        self.isBackup = isBackup
        self.result = result
        self.position = position
    }

    /// Checks are of level `notice`.
    public var level: LogLevel { .notice }

    /// Writes the line without header and line end.
    ///
    /// - Parameters:
    ///   - line: where to append.
    ///   - dates: not needed.
    public func write(to line: inout LineBuffer, dates: inout LogDates) {
        let kind = isBackup ? "backup server" : "server"
        let condition = result.status == .layer7Conditional ? "conditionally " : ""
        let outcome = result.status.isSuccess ? "succeeded" : "failed"
        line.append("\(isAgent ? "Agent" : "Health") check for \(kind) \(proxy)/\(server) \(condition)\(outcome)")
        line.append(", reason: \(result.words), status: \(statusWords).")
    }

    /// `2/3 UP`: two more failures take it down; `1/2 DOWN`: one more success brings it up.
    private var statusWords: String {
        guard position.health >= position.rise else { return "\(position.health)/\(position.rise) DOWN" }
        return "\(position.health - position.rise + 1)/\(position.fall) \(hasWeight ? "UP" : "DRAIN")"
    }
}

extension CheckResult {
    /// `Layer4 connection problem, info: "Connection refused", check duration: 0ms`.
    var words: String {
        var words = status.explanation
        if status.hasCode { words += ", code: \(code ?? 0)" }
        if !detail.isEmpty { words += ", info: \"\(harmlessDetail)\"" }
        if let durationMilliseconds { words += ", check duration: \(durationMilliseconds)ms" }
        return words
    }

    /// What else is known, with what cannot stand in a line in quotes as `<22>`: a server may have said it.
    private var harmlessDetail: String {
        let isHarmless: (UInt8) -> Bool = { (0x20...0x7E).contains($0) && $0 != UInt8(ascii: "\"") }
        guard !detail.utf8.allSatisfy(isHarmless) else { return detail }
        return detail.utf8.map { byte in
            guard !isHarmless(byte) else { return String(UnicodeScalar(byte)) }
            let digits = String(byte, radix: 16, uppercase: true)
            return "<\(digits.count == 1 ? "0" : "")\(digits)>"
        }.joined()
    }
}
