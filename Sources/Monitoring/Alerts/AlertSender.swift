import Alerting

/// Why an attempt to deliver a message failed, in words for the history.
struct AlertFailure: Error, Sendable, Hashable, CustomStringConvertible {
    /// Such as `the server answered 500 Internal Server Error`.
    let description: String
}

/// Brings a message to a receiver; one attempt, and nothing is remembered.
protocol AlertSender: Sendable {
    /// Who that is, without what is secret.
    var subject: String { get }

    /// Tries once.
    ///
    /// - Parameters:
    ///   - message: what to tell.
    ///   - attempt: which attempt it is, from 1.
    ///   - limit: how long it may take.
    /// - Throws: `AlertFailure` when it was not delivered, `CancellationError` when the task was cancelled.
    func send(_ message: AlertMessage, attempt: Int, within limit: Duration) async throws
}
