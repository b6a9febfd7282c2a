import Logging

extension LogHandler {
    /// All that is known beside a message: from around it, from the logger, and from the message itself, which has the last word.
    ///
    /// - Parameter event: the message.
    /// - Returns: the values by key.
    func metadata(of event: LogEvent) -> Logger.Metadata {
        var all = metadataProvider?.get() ?? [:]
        all.merge(metadata) { $1 }
        all.merge(event.metadata ?? [:]) { $1 }
        return all
    }
}
