import Foundation
import Logging

/// The supervisor's own messages in HAProxy's frame.
///
/// HAProxy is silent about what goes right, so what is less than a warning is left out.
struct HAProxyLog: LogHandler {
    var metadata: Logger.Metadata = [:]
    var metadataProvider: Logger.MetadataProvider?
    var logLevel: Logger.Level

    /// Makes a handler.
    ///
    /// - Parameter isQuiet: whether nothing is to be said.
    init(isQuiet: Bool) {
        logLevel = isQuiet ? .critical : .warning
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let level: HAProxyMessages.Level = event.level >= .error ? .alert : .warning
        let process = ProcessInfo.processInfo.processIdentifier
        Output.message(HAProxyMessages.framed(level, event.message.description, by: process))
    }
}
