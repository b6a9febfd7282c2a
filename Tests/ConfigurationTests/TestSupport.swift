import Foundation
import Testing

@testable import Configuration

/// A file's text as one reads it, with a defaults section that leaves nothing to warn of.
enum Sample {
    static let defaults = """
        defaults
            mode tcp
            timeout connect 5s
            timeout client 120s
            timeout server 120s

        """

    static let proxy = """
        listen rabbit
            bind 127.0.0.1:5672
            server one 192.0.2.1:5672

        """

    /// Parses a text under the name `test.cfg`.
    static func parse(_ text: String, environment: [String: String] = [:]) -> ParsedInstance {
        ConfigurationReader.parse(text, file: "test.cfg", instance: "test", environment: environment)
    }

    /// Parses a `global` section with these lines before a proxy that is right.
    static func global(_ lines: String...) -> ParsedInstance {
        parse("global\n" + lines.map { "    \($0)\n" }.joined() + defaults + proxy)
    }

    /// Parses a `listen` section with a bind, a server and these lines.
    static func listen(_ lines: String..., environment: [String: String] = [:]) -> ParsedInstance {
        parse(defaults + proxy + lines.map { "    \($0)\n" }.joined(), environment: environment)
    }

    /// Parses a statistics proxy with these lines.
    static func stats(_ lines: String..., global: String = "") -> ParsedInstance {
        parse(
            global + defaults + "listen stats\n    bind 127.0.0.1:8100\n    mode http\n"
                + lines.map { "    \($0)\n" }.joined())
    }

    /// Parses a `listen` section with this `server` line alone.
    static func server(_ line: String) -> ParsedInstance {
        parse(defaults + "listen rabbit\n    bind 127.0.0.1:5672\n    \(line)\n")
    }

    /// Parses a `listen` section with this `bind` line alone.
    static func bind(_ line: String) -> ParsedInstance {
        parse(defaults + "listen rabbit\n    \(line)\n    server one 192.0.2.1:5672\n")
    }
}

extension ParsedInstance {
    /// The configuration, where nothing at all is to be said of the file.
    func clean(_ location: Testing.SourceLocation = #_sourceLocation) throws -> InstanceConfiguration {
        #expect(diagnostics.map { $0.rendered(color: false) } == [], sourceLocation: location)
        return try #require(configuration, sourceLocation: location)
    }

    /// The configuration, whatever is to be said of it.
    func valid(_ location: Testing.SourceLocation = #_sourceLocation) throws -> InstanceConfiguration {
        try #require(configuration, "\(diagnostics.map { $0.rendered(color: false) })", sourceLocation: location)
    }

    /// What is said, each as `severity line:column message`.
    var lines: [String] {
        diagnostics.map { "\($0.severity.rawValue) \($0.location.line):\($0.location.column) \($0.message)" }
    }

    /// The messages of one severity.
    func messages(_ severity: Diagnostic.Severity) -> [String] {
        diagnostics.filter { $0.severity == severity }.map(\.message)
    }
}

/// The folders beside this file.
enum Folder {
    static let tests = URL(filePath: #filePath).deletingLastPathComponent()
    static let golden = tests.appending(path: "Golden")
    static let instances = tests.deletingLastPathComponent().deletingLastPathComponent().appending(path: "Instances")

    /// The files of one extension, by name.
    static func files(in folder: URL, extension fileExtension: String) throws -> [URL] {
        try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
            .filter { $0.pathExtension == fileExtension }
            .sorted { $0.lastPathComponent < $1.lastPathComponent }
    }
}
