import Configuration
import Foundation
import Logging
import Model
import Monitoring

/// Writes the supervisor's own messages to standard error, one line each: time, level, text, metadata.
struct ConsoleLog: LogHandler {
    var metadata: Logger.Metadata = [:]
    var metadataProvider: Logger.MetadataProvider?
    var logLevel: Logger.Level

    /// Makes a handler.
    ///
    /// - Parameter logLevel: the least level that is written.
    init(logLevel: Logger.Level = .info) {
        self.logLevel = logLevel
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        Output.message(Self.line(at: .now, event.level, event.message.description, metadata(of: event), event.error))
    }

    /// One line.
    ///
    /// - Parameters:
    ///   - moment: when.
    ///   - level: how much it matters.
    ///   - text: what happened; its control characters are replaced, so that it stays one line.
    ///   - metadata: what else is known, by key.
    ///   - error: what went wrong.
    /// - Returns: the line without a newline.
    static func line(
        at moment: Timestamp, _ level: Logger.Level, _ text: String, _ metadata: Logger.Metadata, _ error: (any Error)?
    ) -> String {
        var line = "\(RFC3339.string(moment)) \(level.rawValue) \(text)"
        for (key, value) in metadata.sorted(by: { $0.key < $1.key }) { line += " \(key)=\(value)" }
        // What there is to say about a file is the text already.
        if let error, !(error is Diagnostic) { line += " error=\(error)" }
        return line.printable
    }
}

extension Timestamp {
    /// The present.
    static var now: Timestamp { Timestamp(millisecondsSinceEpoch: Int64(Date().timeIntervalSince1970 * 1000)) }
}
