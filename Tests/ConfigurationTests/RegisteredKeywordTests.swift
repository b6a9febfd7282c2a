import Foundation
import Testing

@testable import Configuration

/// Every keyword that the installed HAProxy has registered (`-dKcfg`), each in a line of its own: none is unknown here.
///
/// It works, is taken with a note, or is an error that says why not; wrong arguments are another matter.
@Suite("Keywords that HAProxy has registered")
struct RegisteredKeywordTests {
    private static let program = "/usr/sbin/haproxy"
    private static let ruleWords: Set<String> = [
        "tcp-request", "tcp-response", "http-request", "http-response", "http-after-response",
    ]

    /// One keyword, and how a file may have it.
    private struct Registered {
        var keyword: String
        var line: String
    }

    @Test("each is known at its place")
    func known() throws {
        guard FileManager.default.isExecutableFile(atPath: Self.program) else {
            #expect(ProcessInfo.processInfo.environment["CI"] != "true", "CI has to have \(Self.program)")
            print("skipped: there is no \(Self.program)")
            return
        }
        let sections = try Self.registered()
        #expect(sections["global", default: []].count > 60)
        #expect(sections["listen", default: []].count > 300)
        var unknown: [String] = []
        for (section, keywords) in sections {
            for line in keywords.compactMap({ Self.line(for: $0, in: section) }) {
                let head = section == "global" ? "global\n" : "listen a\n    bind 127.0.0.1:7777\n"
                let said = Sample.parse("\(head)    \(line.line)\n").diagnostics.filter {
                    guard let what = $0.message.firstMatch(of: /unknown [a-z ]+ '([^']*)'/)?.1 else { return false }
                    return what.split(separator: " ").last?.hasPrefix(line.keyword) ?? false
                }
                unknown += said.map { "\(line.line): \($0.message)" }
            }
        }
        #expect(unknown == [])
    }

    /// The registered keywords by section, each as HAProxy prints it, such as `bind <addr> ssl alpn +1`.
    private static func registered() throws -> [String: [String]] {
        let file = FileManager.default.temporaryDirectory.appending(path: "registered-\(UUID().uuidString).cfg")
        try Data("global\n".utf8).write(to: file)
        defer { #expect(throws: Never.self) { try FileManager.default.removeItem(at: file) } }
        let process = Process()
        process.executableURL = URL(filePath: program)
        process.arguments = ["-dKcfg", "-q", "-c", "-f", file.path()]
        let output = Pipe()
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
        let text = String(decoding: try output.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
        process.waitUntilExit()
        var sections: [String: [String]] = [:]
        var section = ""
        for line in text.split(separator: "\n") where !line.hasPrefix("#") {
            if line.hasPrefix("\t") {
                sections[section, default: []].append(line.trimmingCharacters(in: .whitespaces))
            } else {
                section = String(line)
            }
        }
        return sections.filter { ["global", "listen"].contains($0.key) }
    }

    /// A line with a keyword and an argument, which may well be a wrong one.
    private static func line(for registered: String, in section: String) -> Registered? {
        let takesArgument = registered.contains(" +")
        var words = registered.split(separator: " ").map(String.init).filter { !$0.hasPrefix("+") }
        guard section == "listen", let first = words.first, words.count > 1 else {
            return words.first.map { Registered(keyword: $0, line: "\($0) 1") }
        }
        let argument = takesArgument ? " 1" : ""
        switch first {
        case "bind": return words.last.map { Registered(keyword: $0, line: "bind 127.0.0.1:7778 \($0)\(argument)") }
        case "server": return words.last.map { Registered(keyword: $0, line: "server s 192.0.2.1:1 \($0)\(argument)") }
        case "option": return Registered(keyword: words[1], line: "option \(words[1])")
        case _ where ruleWords.contains(first):
            guard let action = words.popLast() else { return nil }
            // A star stands for words that follow without a space, such as a variable in parentheses.
            let name = action.hasSuffix("*") ? String(action.dropLast()) : action
            if name == "track-sc" {
                return Registered(keyword: name, line: (words + ["track-sc0 src"]).joined(separator: " "))
            }
            let line = (words + [name + (action.hasSuffix("*") ? "(sess.x) int(1)" : "")]).joined(separator: " ")
            return Registered(keyword: name, line: line)
        default: return Registered(keyword: first, line: "\(words.joined(separator: " "))\(argument)")
        }
    }
}
