import Foundation
import Peers

/// A log line without what differs from run to run: ports, dates and times; of times only whether there are any is kept.
enum SessionLine {
    /// The lines about sessions.
    static func all(in log: LogCollector) -> [String] { log.lines.filter { $0.contains(" [") || $0.hasPrefix("[ ") } }

    /// All lines, reduced to what both sides must agree on, in order of arrival.
    static func comparable(in log: LogCollector) -> [String] {
        log.lines.compactMap { line in
            // Compared by its script, header included.
            if line.contains("a-line-of ") { return nil }
            // HAProxy's own start messages and its internal proxies are not about the configuration.
            if line.contains("<HTTPCLIENT>") || line.hasSuffix(" started.") { return nil }
            return reduced(line)
        }
    }

    /// `127.0.0.1:40734 [22/Nov/2026:12:54:42.348] front back/server 1/0/255 65 SD 1/1/0/0/0 0/0` without its accidents.
    static func reduced(_ line: String) -> String {
        // Only the form of numbers is compared.
        if line.hasPrefix("[ volatile-hexadecimal ") {
            // These have four digits or more, and the milliseconds two; the others are decimal.
            return line.replacing(/\b(pid|Ts|rt|cp|fp|sp|bp)=[0-9A-F]{4,}/) { "\($0.1)=…" }
                .replacing(/\bms=[0-9A-F]{2,}/, with: "ms=…")
                .replacing(/[0-9]+/, with: "9")
        }
        if line.hasPrefix("[ volatile ") { return line.replacing(/[0-9]+/, with: "9") }
        var fields = line.split(separator: " ").map(String.init)
        if fields.count > 3, fields[1].hasPrefix("["), fields[2].hasSuffix(":") {
            // A connection that never became a session.
            fields[0] = fields[0].split(separator: ":").dropLast().joined(separator: ":")
            fields.remove(at: 1)
            return fields.joined(separator: " ")
        }
        guard fields.count >= 9, fields[1].hasPrefix("[") else {
            return line.replacing(/check duration: \d+ms/, with: "check duration: …")
                .replacing(/(127\.0\.0\.\d+):\d+/) { "\($0.1):…" }
        }
        fields[0] = fields[0].split(separator: ":").dropLast().joined(separator: ":")
        fields.remove(at: 1)
        fields[3] = fields[3].split(separator: "/", omittingEmptySubsequences: false)
            .map { $0 == "-1" ? "-1" : "…" }.joined(separator: "/")
        return fields.joined(separator: " ")
    }
}
