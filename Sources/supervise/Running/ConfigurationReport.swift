import Configuration
import Settings

/// Everything that is to be said about configuration files, each by itself and all together.
struct ConfigurationReport: Sendable {
    /// What was found, file by file, then among them.
    let diagnostics: [Diagnostic]
    /// What the settings' file says, or what holds without one.
    let options: SupervisorOptions
    private let fileCount: Int

    /// Reads the files.
    ///
    /// - Parameters:
    ///   - files: the instances' paths.
    ///   - settings: the path of the file that concerns all of them; `nil` where there is none.
    ///   - environment: what `"${VAR}"` stands for.
    init(files: [String], settings: String? = nil, environment: [String: String]) {
        let parsed = files.map { ConfigurationReader.read(file: $0, environment: environment) }
        let reading = settings.map { SettingsFile.read($0) }
        diagnostics =
            parsed.flatMap(\.diagnostics) + ConfigurationReader.crossCheck(parsed.compactMap(\.configuration))
            + (reading?.diagnostics ?? [])
        options = reading?.options ?? SupervisorOptions()
        fileCount = files.count + (settings == nil ? 0 : 1)
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
