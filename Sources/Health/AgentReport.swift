import Model

/// What an agent says of its server: one line of words, in any order; of several words of a kind the last one counts.
///
/// An agent is believed as far as its words go, and no further: what is not understood is told to whoever looks at the
/// statistics, and changes nothing.
///
/// - Source: HAProxy 2.6 configuration manual, section 5.2, `agent-check`; the texts are recorded from 2.6.12.
public struct AgentReport: Sendable, Hashable {
    /// How many bytes are kept of what is told of an answer.
    ///
    /// - Source: recorded from HAProxy 2.6.12: a longer text is cut there.
    public static let longestDetail = 127

    /// The word about the server's health as the agent wrote it; `nil` when there was none.
    public private(set) var healthWord: String?
    /// Whether that word says that the server is up.
    public private(set) var isUp = false
    /// What is ordered for the server.
    public private(set) var order: AdministrativeState?
    /// The new weight, in percent of the file's, as the agent wrote it.
    public private(set) var weight: String?
    /// The new limit of sessions, as the agent wrote it.
    public private(set) var sessionLimit: String?
    /// The first word that means nothing.
    public private(set) var unknown: String?
    /// What the agent says about its reasons.
    public private(set) var reason = ""

    /// Reads a line.
    ///
    /// - Parameter line: its bytes without the line's end.
    public init(_ line: some Sequence<UInt8>) {
        var rest = Array(line)[...]
        while let first = rest.first {
            if Self.isSeparator(first) {
                rest = rest.dropFirst()
                continue
            }
            if first == UInt8(ascii: "#") {
                reason = ByteText.readable(rest.dropFirst().drop(while: Self.isBlank))
                return
            }
            let word = rest.prefix { !Self.isSeparator($0) }
            take(ByteText.readable(word))
            rest = rest.dropFirst(word.count)
        }
    }

    private mutating func take(_ word: String) {
        switch word.lowercased() {
        case "up": (healthWord, isUp) = (word, true)
        case "down", "stopped", "fail": (healthWord, isUp) = (word, false)
        case "ready": order = .ready
        case "drain": order = .drain
        case "maint": order = .maint
        case _ where word.utf8.first.map(Self.isDigit) == true && word.utf8.contains(UInt8(ascii: "%")): weight = word
        case let small where small.hasPrefix(Self.limitPrefix): sessionLimit = String(word.dropFirst(8))
        default: unknown = unknown ?? word
        }
    }

    private static let limitPrefix = "maxconn:"

    private static func isBlank(_ byte: UInt8) -> Bool { byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") }

    private static func isSeparator(_ byte: UInt8) -> Bool { isBlank(byte) || byte == UInt8(ascii: ",") }

    private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }

    /// How the question to the agent has ended.
    ///
    /// A server that is down has its own reason told; otherwise there is room for what went wrong with the other words.
    ///
    /// - Parameter warning: what went wrong as its words were followed, if anything did.
    /// - Returns: the result, its duration not counted.
    public func result(warning: String?) -> CheckResult {
        guard let healthWord else {
            let said =
                unknown.map { "agent reports an error : \($0)" } ?? warning.map { "agent warns : \($0)" } ?? ""
            return CheckResult(status: .noChange, detail: Self.cut(said))
        }
        let said = isUp || reason.isEmpty ? unknown ?? warning ?? reason : reason
        return CheckResult(
            status: isUp ? .layer7OK : .layer7Error, code: 0,
            detail: Self.cut("via agent : \(healthWord)" + (said.isEmpty ? "" : " (\(said))")))
    }

    private static func cut(_ text: String) -> String {
        text.utf8.count <= longestDetail ? text : String(decoding: text.utf8.prefix(longestDetail), as: UTF8.self)
    }
}
