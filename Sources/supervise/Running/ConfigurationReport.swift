import Configuration

/// Everything that is to be said about configuration files, each by itself and all together.
struct ConfigurationReport: Sendable {
    /// What was found, file by file, then among them.
    let diagnostics: [Diagnostic]
    private let fileCount: Int

    /// Reads the files.
    ///
    /// - Parameters:
    ///   - files: their paths.
    ///   - environment: what `"${VAR}"` stands for.
    init(files: [String], environment: [String: String]) {
        let parsed = files.map { ConfigurationReader.read(file: $0, environment: environment) }
        diagnostics =
            parsed.flatMap(\.diagnostics) + ConfigurationReader.crossCheck(parsed.compactMap(\.configuration))
        fileCount = files.count
    }

    /// Whether the files can be used.
    var isValid: Bool { !diagnostics.contains { $0.severity == .error } }

    /// Such as `2 files, 1 error, 3 warnings`.
    var summary: String {
        func count(_ severity: Diagnostic.Severity) -> Int { diagnostics.count { $0.severity == severity } }
        func words(_ number: Int, _ noun: String) -> String { "\(number) \(noun)\(number == 1 ? "" : "s")" }
        let counts = [
            words(fileCount, "file"), words(count(.error), "error"), words(count(.warning), "warning"),
            words(count(.note), "note"),
        ]
        return counts.joined(separator: ", ") + (isValid ? ": valid" : ": not valid")
    }
}
