import Configuration
import Logging
import Model
import Monitoring

/// Writes the supervisor's own messages to standard error as JSON, an object a line (`--log-json`).
struct JSONLog: LogHandler {
    var metadata: Logger.Metadata = [:]
    var metadataProvider: Logger.MetadataProvider?
    var logLevel: Logger.Level
    private let label: String

    /// Makes a handler.
    ///
    /// - Parameters:
    ///   - label: the logger's name.
    ///   - logLevel: the least level that is written.
    init(label: String, logLevel: Logger.Level = .info) {
        self.label = label
        self.logLevel = logLevel
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        Output.message(
            Self.line(at: .now, event.level, event.message.description, label: label, metadata(of: event), event.error))
    }

    /// One line.
    ///
    /// - Parameters:
    ///   - moment: when.
    ///   - level: how much it matters.
    ///   - text: what happened.
    ///   - label: the logger's name.
    ///   - metadata: what else is known, by key.
    ///   - error: what went wrong.
    /// - Returns: the line without a newline.
    static func line(
        at moment: Timestamp, _ level: Logger.Level, _ text: String, label: String, _ metadata: Logger.Metadata = [:],
        _ error: (any Error)? = nil
    ) -> String {
        if let diagnostic = error as? Diagnostic {
            return self.line(at: moment, level, about: diagnostic, label: label, metadata)
        }
        var fields = [
            JSON.Field("at", .string(RFC3339.string(moment))), JSON.Field("level", .string(level.rawValue)),
            JSON.Field("logger", .string(label)), JSON.Field("message", .string(text)),
        ]
        if let error { fields.append(JSON.Field("error", .string("\(error)"))) }
        if !metadata.isEmpty { fields.append(JSON.Field("metadata", json(.dictionary(metadata)))) }
        return JSON.object(fields).text
    }

    /// One line about a configuration file.
    ///
    /// - Parameters:
    ///   - moment: when.
    ///   - level: how much it matters; what the diagnostic says of it when `nil`.
    ///   - diagnostic: what there is to say, and where.
    ///   - label: the logger's name.
    ///   - metadata: what else is known, by key.
    /// - Returns: the line without a newline.
    static func line(
        at moment: Timestamp, _ level: Logger.Level? = nil, about diagnostic: Diagnostic, label: String,
        _ metadata: Logger.Metadata = [:]
    ) -> String {
        let level = level ?? Logger.Level(diagnostic.severity)
        let location = diagnostic.location
        var fields = [
            JSON.Field("at", .string(RFC3339.string(moment))), JSON.Field("level", .string(level.rawValue)),
            JSON.Field("logger", .string(label)), JSON.Field("message", .string(diagnostic.message)),
            JSON.Field("file", .string(location.file)),
        ]
        // Line 0 is the file as a whole.
        if location.line > 0 {
            fields.append(JSON.Field("line", .integer(Int64(location.line))))
            fields.append(JSON.Field("column", .integer(Int64(location.column))))
        }
        if let help = diagnostic.help { fields.append(JSON.Field("help", .string(help))) }
        if !metadata.isEmpty { fields.append(JSON.Field("metadata", json(.dictionary(metadata)))) }
        return JSON.object(fields).text
    }

    private static func json(_ value: Logger.MetadataValue) -> JSON {
        switch value {
        case .string(let text): .string(text)
        case .stringConvertible(let value): .string(value.description)
        case .array(let values): .array(values.map(json))
        case .dictionary(let values):
            .object(values.sorted { $0.key < $1.key }.map { JSON.Field($0.key, json($0.value)) })
        @unknown default: .null
        }
    }
}

extension Logger.Level {
    /// How much what is said about a file matters.
    ///
    /// - Parameter severity: the diagnostic's.
    fileprivate init(_ severity: Diagnostic.Severity) {
        switch severity {
        case .error: self = .error
        case .warning: self = .warning
        case .note: self = .info
        }
    }
}
