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
        let source = SourceText(bytes, file: file)
        let parser = Parser(source, environment: environment, hostName: ProcessInfo.processInfo.hostName)
        var resolver = Resolver(
            file: file, instance: instance, global: parser.global.configuration, drafts: parser.proxies)
        let configuration = resolver.resolve()
        let validator = Validator(configuration, global: parser.global, drafts: parser.proxies)
        let found = parser.diagnostics + resolver.diagnostics + validator.diagnostics
        let diagnostics = ordered(found).map(source.completing)
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
        diagnostics += BindOverlap.check(across: instances)
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

    private static func contents(of file: String) -> Result<[UInt8], Diagnostic> {
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
            return failure("the file can't be read: \(reason(of: error))", help: "check the path and its permissions")
        }
    }

    /// The system's words for what went wrong, where it said any.
    private static func reason(of error: any Error) -> String {
        let underlying = (error as NSError).userInfo[NSUnderlyingErrorKey] as? NSError ?? error as NSError
        guard underlying.domain == NSPOSIXErrorDomain else { return error.localizedDescription }
        return String(cString: strerror(Int32(underlying.code)))
    }

    /// By place, each thing once.
    private static func ordered(_ diagnostics: [Diagnostic]) -> [Diagnostic] {
        var seen: Set<Diagnostic> = []
        return diagnostics.filter { seen.insert($0).inserted }.sorted { left, right in
            (left.location.line, left.location.column, left.severity, left.message)
                < (right.location.line, right.location.column, right.severity, right.message)
        }
    }
}
