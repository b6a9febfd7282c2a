import Model

/// A log format with samples that name proxies, servers or tables: compiled once the whole file is read.
struct UnresolvedLogFormat {
    /// The format.
    let word: Word
    /// The variables that its samples may name.
    let environment: [String: String]

    /// Compiles formats, and has a proxy use them.
    ///
    /// - Parameters:
    ///   - formats: the formats by their keywords.
    ///   - proxy: whose sessions they are about.
    ///   - scope: what names mean there.
    ///   - hostName: this machine's name.
    /// - Returns: what was found.
    static func resolve(
        _ formats: [String: UnresolvedLogFormat], for proxy: inout ProxyConfiguration, in scope: SampleScope,
        hostName: String
    ) -> [Diagnostic] {
        var found: [Diagnostic] = []
        var scope = scope
        scope.isForLines = true
        for (keyword, format) in formats.sorted(by: { $0.key < $1.key }) {
            let facts = SampleReader.Facts(hostName: hostName, environment: format.environment, scope: scope)
            let (template, diagnostics, _) = LogTemplateReader.compile(format.word, facts)
            // Warnings were told when the line was read.
            found += diagnostics.filter { $0.severity == .error }
            guard let template else { continue }
            switch keyword {
            case "log-format": proxy.logFormat = .custom(template)
            case "error-log-format": proxy.logging.errorFormat = template
            case "log-format-sd": proxy.logging.structuredData = template
            case "unique-id-format": proxy.logging.uniqueID = template
            default: preconditionFailure("'\(keyword)' has no log format")
            }
        }
        return found
    }
}
