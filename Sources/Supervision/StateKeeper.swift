import Model
import Synchronization

/// Notices which instances' servers changed, on the way of what happens to the history.
///
/// Workers hand transitions over on their own threads: noticing one takes a short lock and no disk. Whoever reads `changes`
/// writes the files.
final class StateKeeper: HistorySink {
    /// Where the files are.
    let files: KeptInstances
    /// An element whenever `takeChanged` has something.
    let changes: AsyncStream<Void>

    private let history: any HistorySink
    private let change: AsyncStream<Void>.Continuation
    // Owner: the mutex. As many as there are instances.
    private let changed = Mutex<Set<String>>([])

    /// Makes a keeper.
    ///
    /// - Parameters:
    ///   - files: where the files are.
    ///   - history: where the records go on to.
    init(_ files: KeptInstances, history: any HistorySink) {
        self.files = files
        self.history = history
        (changes, change) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
    }

    var load: HistoryLoad? { history.load }

    func offer(_ record: HistoryRecord) {
        switch record {
        case .transition(let transition): note(transition.server.instance)
        case .event(let event): if let instance = event.instance { note(instance) }
        case .samples, .inventory: break
        }
        history.offer(record)
    }

    /// The instances that changed since this was last asked.
    func takeChanged() -> Set<String> {
        changed.withLock { changed in
            defer { changed = [] }
            return changed
        }
    }

    private func note(_ instance: String) {
        changed.withLock { _ = $0.insert(instance) }
        change.yield()
    }
}
