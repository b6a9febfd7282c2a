import Configuration
import Foundation

/// The folder whose `*.cfg` files are the instances.
struct InstanceFolder: Sendable {
    /// Where it is when nothing else is said.
    static let standardPath = "Instances"

    /// Where it is.
    var path: String

    /// The instances' files by name, without hidden ones.
    ///
    /// - Returns: at least one.
    /// - Throws: `CommandFailure` when the folder cannot be read or has none.
    func files() throws -> [String] {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue else {
            throw CommandFailure(
                .usage,
                """
                there is no folder of instances '\(path)'
                  help: run this where it is, or name another one with --instances
                """)
        }
        let names: [String]
        do {
            names = try FileManager.default.contentsOfDirectory(atPath: path)
        } catch {
            throw CommandFailure(
                .usage, "the folder of instances '\(path)' cannot be read: \(error.localizedDescription)")
        }
        let files = names.filter { $0.hasSuffix(".cfg") && !$0.hasPrefix(".") }.sorted()
        guard !files.isEmpty else {
            throw CommandFailure(.usage, "there is no *.cfg file in the folder of instances '\(path)'")
        }
        return files.map { path.hasSuffix("/") ? path + $0 : "\(path)/\($0)" }
    }
}

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
