import EventLoop
import History
import Model
import NIOPosix
import Synchronization

/// Which servers change their state too often, as the history knows it, for what shows the present.
///
/// Asked by whoever loads a page, the history is looked at no more often than every few seconds.
final class FlappingServers: Sendable {
    /// How long an answer holds: much shorter than the half minutes by which servers are judged.
    static let lifetime = Duration.seconds(2)

    private struct Answer {
        var servers: [ServerIdentity: Flapping]
        var at: ContinuousClock.Instant
    }

    private let history: HistorySource?
    private let now: @Sendable () -> Timestamp
    // Owner: the mutex; used by the tasks of requests.
    private let last = Mutex<Answer?>(nil)

    /// Prepares to ask.
    ///
    /// - Parameters:
    ///   - history: opens the history; `nil` where none is kept.
    ///   - now: the wall clock.
    init(history: HistorySource?, now: @escaping @Sendable () -> Timestamp = WallClock.now) {
        self.history = history
        self.now = now
    }

    /// The servers that flap now; `nil` where there is no history to say so, or it is in trouble: the present is shown all the same.
    var servers: [ServerIdentity: Flapping]? {
        get async {
            guard let history else { return nil }
            let moment = ContinuousClock.now
            if let last = last.withLock({ $0 }), last.at.duration(to: moment) < Self.lifetime { return last.servers }
            // Not its place to tell of the history's trouble, which the recorder does.
            let servers = try? await NIOThreadPool.singleton.runIfActive { [now] in
                try history().flapping(now: now())
            }
            last.withLock { $0 = servers.map { Answer(servers: $0, at: moment) } }
            return servers
        }
    }
}
