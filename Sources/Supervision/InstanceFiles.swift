import Configuration
import Foundation

/// Reads instances' files, each by itself and all of them together.
struct InstanceFiles: Sendable {
    /// How an instance's file is called, after its name.
    static let suffix = ".cfg"

    /// What `"${VAR}"` stands for.
    let environment: [String: String]

    /// The files of a folder, by name; hidden ones left out.
    ///
    /// - Parameter directory: the folder.
    /// - Returns: their paths, at least one.
    /// - Throws: `ConfigurationRefused` when the folder cannot be read or has none.
    func files(in directory: String) throws(ConfigurationRefused) -> [String] {
        let names: [String]
        do {
            names = try FileManager.default.contentsOfDirectory(atPath: directory)
        } catch {
            throw .wholeFile(directory, "cannot read the folder of instances: \(error.localizedDescription)", help: nil)
        }
        let files = names.filter { $0.hasSuffix(Self.suffix) && !$0.hasPrefix(".") }.sorted()
        if files.isEmpty {
            throw .wholeFile(
                directory, "no instance here: there is no *\(Self.suffix) file",
                help: "put a file in HAProxy's language here, or name another folder with --instances DIR")
        }
        return files.map { directory.hasSuffix("/") ? directory + $0 : "\(directory)/\($0)" }
    }

    /// Reads all files.
    ///
    /// - Parameter files: their paths.
    /// - Returns: a configuration for each, and the warnings and notes.
    /// - Throws: `ConfigurationRefused` with everything found in all of them when any is wrong.
    func readAll(_ files: [String]) throws(ConfigurationRefused) -> ([InstanceConfiguration], [Diagnostic]) {
        var configurations: [InstanceConfiguration] = []
        var diagnostics: [Diagnostic] = []
        for file in files {
            let parsed = ConfigurationReader.read(file: file, environment: environment)
            diagnostics += parsed.diagnostics
            if let configuration = parsed.configuration { configurations.append(configuration) }
        }
        diagnostics += ConfigurationReader.crossCheck(configurations)
        guard configurations.count == files.count, !diagnostics.contains(where: \.isError) else {
            throw ConfigurationRefused(diagnostics: diagnostics)
        }
        return (configurations, diagnostics)
    }

    /// Reads one file anew.
    ///
    /// - Parameters:
    ///   - file: its path.
    ///   - others: what the other instances run.
    /// - Returns: its configuration, and the warnings and notes about it.
    /// - Throws: `ConfigurationRefused` when it is wrong, or doesn't go with the others.
    func read(_ file: String, among others: [InstanceConfiguration]) throws(ConfigurationRefused)
        -> (InstanceConfiguration, [Diagnostic])
    {
        let parsed = ConfigurationReader.read(file: file, environment: environment)
        var diagnostics = parsed.diagnostics
        if let configuration = parsed.configuration {
            // What the others have among themselves was told when they were read.
            let known = Set(ConfigurationReader.crossCheck(others))
            diagnostics += ConfigurationReader.crossCheck(others + [configuration]).filter { !known.contains($0) }
        }
        guard let configuration = parsed.configuration, !diagnostics.contains(where: \.isError) else {
            throw ConfigurationRefused(diagnostics: diagnostics)
        }
        return (configuration, diagnostics)
    }
}

extension ConfigurationRefused {
    /// Something that is wrong with a file, or a folder, as a whole.
    fileprivate static func wholeFile(_ file: String, _ message: String, help: String?) -> ConfigurationRefused {
        let place = SourceLocation(file: file, line: 0, column: 0)
        return ConfigurationRefused(
            diagnostics: [Diagnostic(severity: .error, location: place, message: message, help: help)])
    }

    /// The first error in one line, and how many more there are.
    var summary: String {
        let errors = diagnostics.filter(\.isError)
        guard let first = errors.first else { return "the file was refused" }
        return errors.count > 1 ? "\(first.oneLine) (\(errors.count - 1) more)" : first.oneLine
    }
}

extension Diagnostic {
    fileprivate var isError: Bool { severity == .error }

    /// Where and what, without the line of the file.
    var oneLine: String {
        location.line > 0 ? "\(location.file):\(location.line): \(message)" : "\(location.file): \(message)"
    }
}
