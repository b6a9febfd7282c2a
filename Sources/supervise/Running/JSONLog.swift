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
        var all = metadataProvider?.get() ?? [:]
        all.merge(metadata) { $1 }
        all.merge(event.metadata ?? [:]) { $1 }
        Output.message(
            Self.line(at: .now, event.level, event.message.description, label: label, all, event.error))
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
        var fields = [
            JSON.Field("at", .string(RFC3339.string(moment))), JSON.Field("level", .string(level.rawValue)),
            JSON.Field("logger", .string(label)), JSON.Field("message", .string(text)),
        ]
        if let error { fields.append(JSON.Field("error", .string("\(error)"))) }
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
