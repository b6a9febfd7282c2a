/// What is read and checked, but has no effect yet: each use of it is told, so that nothing is dropped in silence.
///
/// Whoever makes one of these work removes its line here, and with it the warning.
enum NotYetApplied {
    /// What happens instead.
    struct Consequence: Sendable {
        /// How much that matters: an error where the proxy would do something else than it was told to.
        let severity: Diagnostic.Severity
        /// In one clause.
        let instead: String

        static func warning(_ instead: String) -> Consequence { Consequence(severity: .warning, instead: instead) }
        static func error(_ instead: String) -> Consequence { Consequence(severity: .error, instead: instead) }
    }

    /// By the keyword with what stands before it: `rate-limit`, `option tcpka`, `server slowstart`, `bind tfo`.
    static let consequences: [String: Consequence] = [
        // Connections.
        "server namespace": .error("it would be connected to in this process's namespace"),
        // Names and addresses.
        "abns@ server": .error("it could not be connected to"),
    ]

    /// What to say of a keyword.
    ///
    /// - Parameters:
    ///   - name: the keyword with what stands before it.
    ///   - word: where it stands.
    /// - Returns: the diagnostic; `nil` for what has its effect.
    static func diagnostic(of name: String, at word: Word) -> Diagnostic? {
        guard let consequence = consequences[name] else { return nil }
        return Diagnostic(
            severity: consequence.severity, location: word.location,
            message: "'\(word.text)' is read, but not applied yet: \(consequence.instead)",
            help: consequence.severity == .error ? "remove it to run the file without it; HAProxy has it" : nil)
    }
}

extension Arguments {
    /// Tells that a keyword has no effect yet, if that is so.
    ///
    /// - Parameters:
    ///   - name: the keyword with what stands before it.
    ///   - word: where it stands; the word taken last when not given.
    mutating func tellIfNotYetApplied(_ name: String, at word: Word? = nil) {
        if let diagnostic = NotYetApplied.diagnostic(of: name, at: word ?? current) { add(diagnostic) }
    }
}
