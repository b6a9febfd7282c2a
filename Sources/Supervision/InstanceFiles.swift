import Configuration

/// Reads instances' files, each by itself and all of them together.
struct InstanceFiles: Sendable {
    /// Reads one of them by itself.
    let parse: @Sendable (_ file: String) -> ParsedInstance

    /// The files of a folder.
    ///
    /// - Parameter directory: the folder.
    /// - Returns: their paths, at least one.
    /// - Throws: `ConfigurationRefused` when the folder cannot be read or has none.
    func files(in directory: String) throws(ConfigurationRefused) -> [String] {
        do {
            return try InstanceFolder(path: directory).files()
        } catch {
            throw ConfigurationRefused(diagnostics: [error])
        }
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
            let parsed = parse(file)
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
        let parsed = parse(file)
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
    /// The first error that is about a line, and how many more there are.
    var summary: String {
        let errors = diagnostics.filter(\.isError)
        let first = errors.first { $0.location.line > 0 } ?? errors.first
        guard let first else { return "the file was refused" }
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
