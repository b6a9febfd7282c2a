import Configuration
import Model
import Synchronization

/// The threads that carry one instance's sessions together (`nbthread`): one that leads, and its fellows.
///
/// All accept from the same sockets and relay what they have accepted. The lead alone checks servers, asks names and agents,
/// tells the history and the log of servers, and takes orders about them; its fellows take over what it holds of servers
/// (`TakenStandings`). Who gets which server is decided together (`SharedDispatch`), and so is who is the next to be
/// accepted (`WorkerLoop+Admitting.swift`). All members may be called from every thread.
public final class ThreadTeam: Sendable {
    /// What a frontend and a backend of one proxy had served when a thread stopped.
    struct Served: Sendable {
        var frontend = 0
        var backend = 0
    }

    private struct Content {
        var members: [WorkerGroup.Member] = []
        var dispatches: [Int: SharedDispatch] = [:]
        /// By the proxy's index, then by the thread's number.
        var served: [Int: [Int: Served]] = [:]
        var tables: SharedTables?
    }

    /// How many threads there are.
    let size: Int
    /// Which of the instance's workers they are, one after the other.
    let ordinal: Int
    // Owner: the mutex.
    private let content = Mutex(Content())
    // Owner: nobody; each thread takes numbers.
    private let connections = Atomic<Int>(0)
    /// What rules have set for all sessions.
    let variables = SharedVariables()

    /// Makes a team whose threads are yet to begin.
    ///
    /// - Parameters:
    ///   - size: how many there are.
    ///   - group: the instance's workers.
    public init(size: Int, in group: WorkerGroup) {
        self.size = size
        ordinal = group.takeOrdinal()
    }

    /// What decides for a proxy's backend; the first thread that asks makes it.
    ///
    /// - Parameters:
    ///   - proxy: the proxy's index.
    ///   - make: makes one.
    /// - Returns: the same for all threads.
    func dispatch(of proxy: Int, make: () -> SharedDispatch) -> SharedDispatch {
        content.withLock { content in
            if let dispatch = content.dispatches[proxy] { return dispatch }
            let dispatch = make()
            content.dispatches[proxy] = dispatch
            return dispatch
        }
    }

    /// The stick tables; the first thread that asks makes them.
    ///
    /// - Parameter configuration: the file.
    /// - Returns: the same for all threads; `nil` where the file has none.
    func tables(of configuration: InstanceConfiguration) -> SharedTables? {
        guard configuration.proxies.contains(where: { $0.rules.table != nil }) else { return nil }
        return content.withLock { content in
            if let tables = content.tables { return tables }
            let tables = SharedTables(configuration)
            content.tables = tables
            return tables
        }
    }

    /// A thread begins.
    func join(_ member: WorkerGroup.Member) { content.withLock { $0.members.append(member) } }

    /// A thread has ended.
    func quit(_ member: WorkerGroup.Member) { content.withLock { $0.members.removeAll { $0 === member } } }

    /// Whether threads are left that another one leads.
    var hasFellows: Bool { content.withLock { content in content.members.contains { $0.thread > 1 } } }

    /// The number of a connection among all that were accepted, from 0 on.
    func nextConnection() -> Int { connections.add(1, ordering: .relaxed).oldValue }

    /// Has all fellows do something between two turns of theirs; returns at once.
    ///
    /// - Parameters:
    ///   - member: who says so.
    ///   - body: what they are to do.
    func tellFellows(of member: WorkerGroup.Member, _ body: @escaping @Sendable (WorkerLoop) -> Void) {
        for fellow in content.withLock({ $0.members }) where fellow !== member { fellow.tell(body) }
    }

    /// Has the lead do something between two turns of its loop; nothing happens where it has ended.
    ///
    /// - Parameter body: what it is to do.
    func tellLead(_ body: @escaping @Sendable (WorkerLoop) -> Void) {
        content.withLock { $0.members.first { $0.thread == 1 } }?.tell(body)
    }

    /// Finds a thread that is to take a connection in the place of one that has more sessions.
    ///
    /// Sessions that last for days are to be even among threads, whichever was quicker to accept them; a few more or less
    /// are not worth the wake-up.
    ///
    /// - Parameters:
    ///   - member: the thread that has accepted it.
    ///   - sessions: how many it has.
    ///   - threads: those that accept at its address; all when `nil`.
    /// - Returns: the thread, which expects it; `nil` where it stays where it is.
    func emptier(than member: WorkerGroup.Member, sessions: Int, among threads: ThreadSet?) -> WorkerGroup.Member? {
        let other = content.withLock { content in
            var emptiest: WorkerGroup.Member?
            var least = sessions - max(1, sessions / Self.tolerance)
            for other in content.members where other !== member && threads?.contains(other.thread) ?? true {
                let load = other.load
                if load < least { (emptiest, least) = (other, load) }
            }
            return emptiest
        }
        guard let other, other.expectConnection() else { return nil }
        return other
    }

    /// A thread may have so much more than its share.
    private static let tolerance = 8

    /// A thread accepts no more: what it has served is told by the lead with its own.
    ///
    /// - Parameters:
    ///   - served: what it has served.
    ///   - proxy: the proxy's index.
    ///   - thread: the thread's number.
    func note(_ served: Served, of proxy: Int, by thread: Int) {
        content.withLock { $0.served[proxy, default: [:]][thread] = served }
    }

    /// What fellows have served that have stopped.
    ///
    /// - Parameter proxy: the proxy's index.
    /// - Returns: the sum.
    func served(of proxy: Int) -> Served {
        content.withLock { content in
            (content.served[proxy] ?? [:]).values.reduce(into: Served()) { sum, served in
                sum.frontend += served.frontend
                sum.backend += served.backend
            }
        }
    }
}

/// Which of an instance's threads a worker is.
public struct ThreadPlace: Sendable {
    /// All of them.
    public var team: ThreadTeam
    /// Its number, from 1 on; the first one leads.
    public var number: Int

    /// Makes a place.
    ///
    /// - Parameters:
    ///   - team: all threads.
    ///   - number: its number, from 1 on.
    public init(team: ThreadTeam, number: Int) {
        self.team = team
        self.number = number
    }
}
