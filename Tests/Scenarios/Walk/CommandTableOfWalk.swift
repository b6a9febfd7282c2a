/// Commands about one subject that are said to HAProxy and here, one after the other, and what is compared of the answers.
struct CommandTableOfWalk: Sendable, CustomStringConvertible {
    /// The subject.
    let description: String
    /// The commands; `\n` in one is a line feed.
    let commands: [String]
    /// Commands whose answers differ on purpose, and why.
    var differing: [String: String] = [:]

    /// Makes a table.
    ///
    /// - Parameters:
    ///   - subject: what the commands are about.
    ///   - commands: the commands, one a line.
    ///   - differing: those whose answers differ on purpose, and why.
    init(_ subject: String, _ commands: String, differing: [String: String] = [:]) {
        description = subject
        self.commands = commands.split(separator: "\n").map(String.init)
        self.differing = differing
    }

    /// All tables.
    static let all = [
        conversation, help, statistics, servers, dynamicServers, frontends, accessLists, stickTables, certificates,
        variables, profiling, missing,
    ]

    /// Commands that HAProxy has and this program doesn't, by their beginnings, and why.
    static let onlyThere: [(beginnings: [String], reason: String)] = [
        (
            ["disable dynamic-cookie", "enable dynamic-cookie", "set dynamic-cookie-key", "httpclient", "show cache"],
            "of HTTP alone"
        ),
        (["debug ", "show threads", "show trace", "trace "], "about the insides of HAProxy's own process"),
    ]

    /// Commands that this program has and HAProxy doesn't.
    static let onlyHere = ["failback", "rebalance", "show history"]

    /// What is compared of an answer.
    ///
    /// - Parameter lines: the answer's lines.
    /// - Returns: the same without what depends on the moment, and without the commands that only one of the two has.
    func comparable(_ lines: [String]) -> [String] {
        let lines = lines.filter { line in
            // HAProxy has a section of its own besides, for the name servers of the system.
            if line.contains(",default,") { return false }
            guard line.hasPrefix("  "), line.contains(": ") else { return true }
            // Which commands are proposed depends on which there are.
            guard !lines.contains(where: { $0.contains("Unknown command, but") }) else { return false }
            let isOfOne = (Self.onlyThere.flatMap(\.beginnings) + Self.onlyHere).contains { line.hasPrefix("  \($0)") }
            return !isOfOne
        }
        return lines.map { line in
            let columns = line.split(separator: ",", omittingEmptySubsequences: false)
            guard columns.count > 90, !line.hasPrefix("#"), !line.hasPrefix("[") else {
                return Self.withoutMoment(line)
            }
            return columns.enumerated().map { position, value in
                Self.momentary.contains(position) && !value.isEmpty ? "…" : String(value)
            }.joined(separator: ",")
        }
    }

    /// The columns of `show stat` that tell of the moment: `lastchg`, `downtime`, `check_duration`, `lastsess`,
    /// `agent_duration`.
    private static let momentary: Set<Int> = [23, 24, 38, 55, 64]

    private static func withoutMoment(_ line: String) -> String {
        let names = #/(lastchg|downtime|check_duration|lastsess|agent_duration)/#
        guard line.contains(names) else { return line }
        return line.replacing(
            #/\.(lastchg|downtime|check_duration|lastsess|agent_duration)\.1:(\w+:\w+):-?\d+/#, with: { ".\($0.1)" }
        ).replacing(
            #/"name":"(lastchg|downtime|check_duration|lastsess|agent_duration)"(.*?)"value":-?\d+/#,
            with: { "\"name\":\"\($0.1)\"" })
    }
}
