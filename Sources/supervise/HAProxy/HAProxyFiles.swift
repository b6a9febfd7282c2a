import Configuration
import Foundation

/// The files that a command line names, and what they say together.
struct HAProxyFiles: Sendable {
    /// Why files cannot be read; told before anything else is looked at.
    enum Problem: Error, Sendable, Equatable {
        /// None of the folders has a file, and no file was named.
        case none
        /// One that isn't there or can't be read.
        case unreadable(String, reason: String)
    }

    /// Whether the files can be run.
    enum Verdict: Sendable, Equatable {
        case valid
        /// Nothing is wrong, but nobody would be listening.
        case nothingListens
        case refused
    }

    /// The paths, folders replaced by their `*.cfg` files.
    let paths: [String]

    /// Finds the files.
    ///
    /// - Parameter given: files and folders in the command line's order.
    /// - Throws: `Problem`.
    init(_ given: [String]) throws(Problem) {
        var paths: [String] = []
        for path in given { paths += try Self.files(at: path) }
        if paths.isEmpty { throw .none }
        self.paths = paths
    }

    /// Reads them as one instance.
    ///
    /// - Parameter environment: what `"${NAME}"` stands for.
    /// - Returns: the configuration or its errors; a user that this machine doesn't know is one.
    func read(environment: [String: String]) -> ParsedInstance {
        var parsed = ConfigurationReader.read(files: paths, environment: environment)
        guard let process = parsed.configuration?.global.process else { return parsed }
        do throws(HAProxyAccounts.Unknown) {
            _ = try HAProxyAccounts(process)
        } catch {
            parsed.configuration = nil
            parsed.diagnostics += error.diagnostics
        }
        return parsed
    }

    /// What to say of files that were read.
    ///
    /// - Parameters:
    ///   - parsed: what became of them.
    ///   - failsOnWarnings: whether a warning is as bad as an error, whatever the files say of that.
    /// - Returns: the verdict.
    static func verdict(on parsed: ParsedInstance, failsOnWarnings: Bool) -> Verdict {
        let errors = parsed.diagnostics.filter { $0.severity == .error }
        let isStrict = failsOnWarnings || parsed.configuration?.global.process.failsOnWarnings ?? false
        if isStrict, parsed.diagnostics.contains(where: { $0.severity == .warning }) { return .refused }
        if errors.isEmpty { return .valid }
        // The one error about a file as a whole, once it could be read, is that nothing listens.
        return errors.allSatisfy { $0.location.line == 0 } ? .nothingListens : .refused
    }

    private static func files(at path: String) throws(Problem) -> [String] {
        var status = stat()
        guard stat(path, &status) == 0, access(path, R_OK) == 0 else {
            throw .unreadable(path, reason: String(cString: strerror(errno)))
        }
        guard status.st_mode & S_IFMT == S_IFDIR else { return [path] }
        let names: [String]
        do {
            names = try FileManager.default.contentsOfDirectory(atPath: path)
        } catch {
            throw .unreadable(path, reason: error.localizedDescription)
        }
        let files = names.filter { $0.hasSuffix(InstanceFolder.suffix) && !$0.hasPrefix(".") }
        // By bytes, as HAProxy orders them (LC_COLLATE=C).
        return files.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }.map {
            path.hasSuffix("/") ? path + $0 : "\(path)/\($0)"
        }
    }
}
