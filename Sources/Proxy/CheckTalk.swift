import EventLoop
import Health
import Model

/// A check that talks, while it runs: what is said, and on which connection.
final class CheckTalk {
    var conversation: CheckConversation
    /// What is to be done, or waited for.
    var demand: CheckConversation.Demand
    /// What has not been sent yet of what is to be sent.
    var unsent: ArraySlice<UInt8> = []
    /// Whether a proxy on the way is being asked for the connection.
    var isTunneling = false
    /// Whether a TLS handshake goes on.
    var isEncrypting = false
    /// Whether the connection is in the poller.
    var isWatched = false
    /// Whether the server has ended the connection, so that nothing is left to be reset.
    var hasPeerEnded = false
    /// When the check has taken too long.
    var deadline: MonotonicTime

    /// Begins a check.
    ///
    /// - Parameters:
    ///   - conversation: one that has not begun.
    ///   - deadline: when the connection has taken too long.
    init(_ conversation: CheckConversation, deadline: MonotonicTime) {
        var conversation = conversation
        demand = conversation.begin()
        self.conversation = conversation
        self.deadline = deadline
    }

    /// Whether its connection is to end in order, and not by a reset that leaves no trace in a server's log.
    var endsInOrder: Bool { hasPeerEnded || connection?.endsInOrder == true }

    /// What was asked of the connection that there is.
    var connection: CheckPlan.Connection?

    /// Forgets what was known of a connection that is no more.
    func connectionIsClosed() {
        unsent = []
        isTunneling = false
        isEncrypting = false
        isWatched = false
        hasPeerEnded = false
    }
}
