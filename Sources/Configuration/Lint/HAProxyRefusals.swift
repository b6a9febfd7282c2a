import Foundation

/// Finds the lines of a file that run here and that HAProxy 2.6 refuses: keywords of supervise's own, and what is read here
/// more kindly.
///
/// Names that have no address, certificates and other files are not looked at: there both ask the machine.
///
/// - Source: `haproxy -c` of 2.6.12 on the same lines.
public enum HAProxyRefusals {
    private static let ownKeywords: Set<String> = [
        "panic-threshold", "failback", "failback-drain", "rebalance", "max-session-age",
    ]
    private static let ownOptions: Set<String> = ["amqp-check"]
    private static let ownServerOptions: Set<String> = ["max-session-age"]
    private static let serverLines: Set<String> = ["server", "default-server", "server-template"]
    /// What HAProxy has given up, and what it has instead.
    private static let historic = [
        "clitimeout": "timeout client", "contimeout": "timeout connect", "srvtimeout": "timeout server",
        "redisp": "option redispatch", "redispatch": "option redispatch",
    ]

    /// Looks through a file.
    ///
    /// - Parameters:
    ///   - file: its path.
    ///   - environment: the variables that `"${NAME}"` stands for.
    /// - Returns: a diagnostic for each line that HAProxy refuses, in the order of the file; none for a file that can't be
    ///   read, which has an error of its own.
    public static func lines(of file: String, environment: [String: String]) -> [Diagnostic] {
        guard case .success(let bytes) = ConfigurationReader.contents(of: file) else { return [] }
        return lines(bytes, file: file, environment: environment)
    }

    /// The same for a text.
    ///
    /// - Parameters:
    ///   - bytes: the text.
    ///   - file: the file's name, for messages.
    ///   - environment: the variables that `"${NAME}"` stands for.
    /// - Returns: a diagnostic for each line that HAProxy refuses, in the order of the file.
    public static func lines(_ bytes: [UInt8], file: String, environment: [String: String]) -> [Diagnostic] {
        let source = SourceText(bytes, file: file)
        let parser = Parser([source], environment: environment, hostName: ProcessInfo.processInfo.hostName)
        var found: [Diagnostic] = []
        var section = ""
        for line in parser.lines {
            let head = line.words[0]
            if ["global", "resolvers", "userlist"].contains(head.text) || SectionKind(rawValue: head.text) != nil {
                section = head.text
                if let address = inlineAddress(line, section) { found.append(address) }
            } else if SectionKind(rawValue: section) != nil, let refusal = refusal(of: line) {
                found.append(refusal)
            }
        }
        if !source.endsWithNewline, let last = source.lines.last {
            found.append(
                Diagnostic(
                    severity: .warning, location: SourceLocation(file: file, line: last.number, column: 1),
                    message: "HAProxy refuses a last line without a line feed", help: "end the file with a line feed"))
        }
        return found.map(source.completing)
    }

    /// `listen NAME ADDRESS:PORT`.
    private static func inlineAddress(_ line: SourceLine, _ section: String) -> Diagnostic? {
        guard section == "listen" || section == "frontend", line.words.count > 2, line.words[2].text.contains(":")
        else {
            return nil
        }
        return line.words[2].warning(
            "HAProxy refuses an address after a proxy's name", help: "write 'bind \(line.words[2].text)' below")
    }

    private static func refusal(of line: SourceLine) -> Diagnostic? {
        let words = line.words.map(\.text)
        // `no` before an option, and before it alone, is as good as the option.
        let start = words[0] == "no" ? 1 : 0
        guard start < words.count else { return nil }
        if ownKeywords.contains(words[start]) { return own(line.words[start], "keyword") }
        if words[start] == "option", start + 1 < words.count, ownOptions.contains(words[start + 1]) {
            return own(line.words[start + 1], "option")
        }
        if let now = historic[words[0]] {
            return line.words[0].warning("HAProxy has given '\(words[0])' up", help: "write '\(now)'")
        }
        if serverLines.contains(words[0]) {
            let first = words[0] == "default-server" ? 1 : words[0] == "server" ? 3 : 4
            if let option = line.words.dropFirst(first).first(where: { ownServerOptions.contains($0.text) }) {
                return own(option, "server option")
            }
        }
        return nil
    }

    private static func own(_ word: Word, _ noun: String) -> Diagnostic {
        word.warning(
            "HAProxy doesn't have the \(noun) '\(word.text)', which is supervise's own",
            help: "remove it to run the file with HAProxy; Documentation/extensions.md says what is lost")
    }
}
