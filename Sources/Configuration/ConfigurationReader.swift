import Foundation

/// What became of one file.
public struct ParsedInstance: Sendable {
    /// The configuration; `nil` when any of `diagnostics` is an error.
    public var configuration: InstanceConfiguration?
    /// Everything found, in the order of the file.
    public var diagnostics: [Diagnostic]

    /// Makes a result.
    ///
    /// - Parameters:
    ///   - configuration: the configuration, if there is no error.
    ///   - diagnostics: everything found.
    public init(configuration: InstanceConfiguration?, diagnostics: [Diagnostic]) {
        self.configuration = configuration
        self.diagnostics = diagnostics
    }
}

/// Reads instances' files in HAProxy's language; callable from every thread.
public enum ConfigurationReader {
    /// The largest file that is read, in bytes.
    public static let largestFile = 16 << 20

    /// Reads a configuration from bytes.
    ///
    /// - Parameters:
    ///   - bytes: the text; UTF-8, but for comments, in which anything may stand.
    ///   - file: the file's name, for messages.
    ///   - instance: the instance's name.
    ///   - environment: the variables that `"${NAME}"` stands for.
    /// - Returns: the configuration or its errors, all at once.
    public static func parse(
        _ bytes: [UInt8], file: String, instance: String, environment: [String: String]
    ) -> ParsedInstance {
        parse([SourceText(bytes, file: file)], instance: instance, environment: environment)
    }

    private static func parse(
        _ sources: [SourceText], instance: String, environment: [String: String]
    ) -> ParsedInstance {
        let parser = Parser(sources, environment: environment, hostName: ProcessInfo.processInfo.hostName)
        var resolver = Resolver(
            files: sources.map(\.file), instance: instance, global: parser.global.configuration,
            resolvers: parser.resolvers, drafts: parser.proxies)
        var configuration = resolver.resolve()
        configuration.userlists = parser.userlists
        configuration.tlsDefaults = parser.global.tls
        let rings = RingResolver(
            parser.rings, uses: [parser.global.rings] + parser.proxies.map(\.settings.rings) + parser.peers.map(\.rings)
        )
        configuration.rings = rings.rings
        let peers = PeersResolver(parser.peers, proxies: parser.proxies)
        configuration.peers = peers.sections
        let validator = Validator(configuration, global: parser.global, drafts: parser.proxies)
        let threads = configuration.threadDiagnostics()
        let found =
            parser.diagnostics + resolver.diagnostics + rings.diagnostics + peers.diagnostics
            + validator.diagnostics + threads
        let byFile = Dictionary(sources.map { ($0.file, $0) }, uniquingKeysWith: { first, _ in first })
        let diagnostics = ordered(found, files: sources.map(\.file)).map { diagnostic in
            byFile[diagnostic.location.file]?.completing(diagnostic) ?? diagnostic
        }
        configuration.notices = diagnostics
        let isValid = !diagnostics.contains { $0.severity == .error }
        return ParsedInstance(configuration: isValid ? configuration : nil, diagnostics: diagnostics)
    }

    /// Reads a configuration from a text.
    ///
    /// - Parameters:
    ///   - text: the text.
    ///   - file: the file's name, for messages.
    ///   - instance: the instance's name.
    ///   - environment: the variables that `"${NAME}"` stands for.
    /// - Returns: the configuration or its errors, all at once.
    public static func parse(
        _ text: String, file: String, instance: String, environment: [String: String]
    ) -> ParsedInstance {
        parse(Array(text.utf8), file: file, instance: instance, environment: environment)
    }

    /// Reads a file; the instance's name is the file's stem.
    ///
    /// - Parameters:
    ///   - file: its path.
    ///   - environment: the variables that `"${NAME}"` stands for.
    /// - Returns: the configuration or its errors; a file that can't be read is one error.
    public static func read(file: String, environment: [String: String]) -> ParsedInstance {
        switch contents(of: file) {
        case .success(let bytes):
            return parse(bytes, file: file, instance: stem(of: file), environment: environment)
        case .failure(let diagnostic):
            return ParsedInstance(configuration: nil, diagnostics: [diagnostic])
        }
    }

    /// Reads several files and folders as one instance: each file in turn, of a folder those that end in `.cfg`, in the
    /// order of their names.
    ///
    /// - Parameters:
    ///   - files: paths of files and folders.
    ///   - instance: the instance's name; the first file's stem when `nil`.
    ///   - environment: the variables that `"${NAME}"` stands for.
    /// - Returns: the configuration or its errors; each file that can't be read is one error.
    /// - Source: HAProxy 2.6 management guide, section 3, `-f`.
    public static func read(
        files: [String], instance: String? = nil, environment: [String: String]
    ) -> ParsedInstance {
        var failures: [Diagnostic] = []
        var sources: [SourceText] = []
        for path in files {
            let names: [String]
            switch filesToRead(at: path) {
            case .success(let found): names = found
            case .failure(let diagnostic):
                failures.append(diagnostic)
                continue
            }
            for name in names {
                switch contents(of: name) {
                case .success(let bytes): sources.append(SourceText(bytes, file: name))
                case .failure(let diagnostic): failures.append(diagnostic)
                }
            }
        }
        // What can't be read may hold what the others name: nothing useful could be said of them.
        guard failures.isEmpty else { return ParsedInstance(configuration: nil, diagnostics: failures) }
        let name = instance ?? sources.first.map { stem(of: $0.file) } ?? "haproxy"
        return parse(sources, instance: name, environment: environment)
    }

    /// The files that a path stands for: itself, or those of a folder.
    private static func filesToRead(at path: String) -> Result<[String], Diagnostic> {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue else {
            return .success([path])
        }
        do {
            let names = try FileManager.default.contentsOfDirectory(atPath: path)
                .filter { $0.hasSuffix(".cfg") && !$0.hasPrefix(".") }
            // In the order of their bytes, as the C locale has them.
            let sorted = names.sorted { Array($0.utf8).lexicographicallyPrecedes(Array($1.utf8)) }
            return .success(sorted.map { path.hasSuffix("/") ? path + $0 : "\(path)/\($0)" })
        } catch {
            return .failure(
                Diagnostic(
                    severity: .error, location: SourceLocation(file: path, line: 0, column: 0),
                    message: "the folder can't be read: \(SystemReason.text(of: error))",
                    help: "check the path and its permissions"))
        }
    }

    /// The name of the instance that a file describes.
    ///
    /// - Parameter file: its path.
    /// - Returns: its name without folders and extension.
    public static func stem(of file: String) -> String {
        URL(filePath: file).deletingPathExtension().lastPathComponent
    }

    /// Looks for what several instances can't have at the same time: an address to listen on, a name.
    ///
    /// - Parameter instances: the instances, each valid by itself.
    /// - Returns: what is wrong, in their order.
    public static func crossCheck(_ instances: [InstanceConfiguration]) -> [Diagnostic] {
        var diagnostics: [Diagnostic] = []
        var files: [String: String] = [:]
        for instance in instances {
            if let first = files[instance.name] {
                diagnostics.append(
                    Diagnostic(
                        severity: .error, location: SourceLocation(file: instance.file, line: 0, column: 0),
                        message: "there is an instance '\(instance.name)' already, from \(first)",
                        help: "give the file another name"))
            } else {
                files[instance.name] = instance.file
            }
        }
        diagnostics += BindOverlap.check(across: instances) + CommonOwner.check(across: instances)
        var sources: [String: SourceText] = [:]
        return diagnostics.map { diagnostic in
            let file = diagnostic.location.file
            // The line is shown where the file can still be read, and is left out where it can't.
            if sources[file] == nil, case .success(let bytes) = contents(of: file) {
                sources[file] = SourceText(bytes, file: file)
            }
            return sources[file]?.completing(diagnostic) ?? diagnostic
        }
    }

    static func contents(of file: String) -> Result<[UInt8], Diagnostic> {
        func failure(_ message: String, help: String) -> Result<[UInt8], Diagnostic> {
            .failure(
                Diagnostic(
                    severity: .error, location: SourceLocation(file: file, line: 0, column: 0), message: message,
                    help: help))
        }
        do {
            let handle = try FileHandle(forReadingFrom: URL(filePath: file))
            let data = try handle.read(upToCount: largestFile + 1) ?? Data()
            try handle.close()
            guard data.count <= largestFile else {
                return failure("the file is larger than \(largestFile >> 20) MiB", help: "is it a configuration?")
            }
            return .success(Array(data))
        } catch {
            return failure(
                "the file can't be read: \(SystemReason.text(of: error))", help: "check the path and its permissions")
        }
    }

    /// By place, each thing once.
    private static func ordered(_ diagnostics: [Diagnostic], files: [String]) -> [Diagnostic] {
        var seen: Set<Diagnostic> = []
        let ranks = Dictionary(
            files.enumerated().map { ($0.element, $0.offset) }, uniquingKeysWith: { first, _ in first })
        func rank(_ diagnostic: Diagnostic) -> Int { ranks[diagnostic.location.file] ?? 0 }
        return diagnostics.filter { seen.insert($0).inserted }.sorted { left, right in
            let (leftRank, rightRank) = (rank(left), rank(right))
            if leftRank != rightRank { return leftRank < rightRank }
            return (left.location.line, left.location.column, left.severity, left.message)
                < (right.location.line, right.location.column, right.severity, right.message)
        }
    }
}
