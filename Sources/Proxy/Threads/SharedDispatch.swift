import Balancing
import Model
import Synchronization

/// What decides for all threads of an instance together which server a backend's sessions go to, and who waits.
///
/// With one thread there is none of these, and the backend decides alone. With several, each of them takes the lock once when
/// a session gets a server and once when it gives that up, and never on the way of a message. The same values decide as with
/// one thread, so that the choices are the same when sessions come one after the other.
///
/// A place at a server is *taken* in here before anything else counts it: choosing and taking are one step, and what is
/// taken for a session of another thread is handed to that thread. All members may be called from every thread.
final class SharedDispatch: Sendable {
    /// A session that leaves the queue, for the thread that has it.
    struct Departure: Sendable {
        /// Whose it is; one that isn't the caller's has to be told, and counts on it (`WorkerGroup.Member.expect`).
        var member: WorkerGroup.Member
        /// The session, as its own thread knows it.
        var session: SessionIdentifier
        /// What it waited with: worthless when the session has left meanwhile.
        var ticket: WaitQueue.Ticket
        /// What the queue says of it.
        var waiter: WaitQueue.Waiter
    }

    /// What is known of one server.
    private struct Place {
        let count: SharedCount
        var limit: SessionLimit?
        var warmup: Warmup
        var maxqueue: Int
    }

    private struct Waiting {
        var member: WorkerGroup.Member
        var session: SessionIdentifier
        var ticket: WaitQueue.Ticket
    }

    private final class Content {
        var groups: ServerGroups
        var queue: WaitQueue
        var places: [Place]
        /// By the number in the queue.
        var waiting: [UInt64: Waiting] = [:]
        var lastNumber: UInt64 = 0
        /// Whether new sessions go where there are the fewest, so that those that were closed come back evenly.
        var isSteering = false

        init(groups: ServerGroups, queue: WaitQueue, places: [Place]) {
            self.groups = groups
            self.queue = queue
            self.places = places
        }
    }

    // Owner: the mutex.
    private let content: Mutex<Content>
    // How many sessions wait. Owner: changed under the mutex, read without it.
    private let waiters = Atomic<Int>(0)
    /// The backend's sessions.
    private let sessions: SharedCount

    /// Begins with what a thread's backend is; all threads begin with the same.
    ///
    /// - Parameters:
    ///   - backend: the backend, whose sessions are counted together already.
    ///   - limits: its servers' limits.
    ///   - queue: an empty queue.
    ///   - group: where sessions are counted.
    init(_ backend: Backend, limits: [SessionLimit?], queue: WaitQueue, group: WorkerGroup) {
        let places = zip(backend.servers, limits).map { server, limit in
            Place(
                count: group.count(at: .server(server.identity, server.configuration.address)), limit: limit,
                warmup: server.warmup, maxqueue: server.configuration.maxqueue ?? 0)
        }
        sessions = group.count(at: .backend(backend.configuration.name))
        content = Mutex(Content(groups: backend.groups, queue: queue, places: places))
    }

    /// How many sessions wait.
    var waitingCount: Int { waiters.load(ordering: .sequentiallyConsistent) }

    /// How many sessions wait in one line.
    ///
    /// - Parameter line: which line.
    /// - Returns: their number.
    func waitingCount(in line: WaitQueue.Line) -> Int { content.withLock { $0.queue.count(in: line) } }

    /// Chooses the next server and takes a place there.
    ///
    /// - Parameters:
    ///   - avoiding: the server that has just failed.
    ///   - client: the client's address, for algorithms that tie clients to servers.
    /// - Returns: what to do with the session; the place at a server is its own.
    func choose(avoiding: Int?, client: ClientKey?) -> Choice {
        content.withLock { content in
            while true {
                let choice = next(avoiding: avoiding, client: client, content)
                guard case .server(let server) = choice else { return choice }
                // Workers that finish their sessions count here, too, and know nothing of this lock.
                if take(server, content) { return choice }
            }
        }
    }

    /// Takes a place at a server that a session belongs to.
    ///
    /// - Parameter server: its index.
    /// - Returns: false where the session has to wait for it.
    func take(_ server: Int) -> Bool {
        content.withLock { content in
            load(of: server, content).hasFreeSlot && take(server, content)
        }
    }

    /// Gives back a place.
    ///
    /// - Parameter server: the server's index.
    func giveBack(_ server: Int) {
        content.withLock { content in
            content.places[server].count.subtract(1)
            noteLoad(of: server, content)
        }
    }

    /// Lets a session wait.
    ///
    /// - Parameters:
    ///   - session: the session, as its own thread knows it.
    ///   - member: that thread.
    ///   - line: for what it waits.
    /// - Returns: its ticket, and how many wait in the line now; `nil` when that is full.
    func enqueue(
        _ session: SessionIdentifier, of member: WorkerGroup.Member, in line: WaitQueue.Line
    ) -> (ticket: WaitQueue.Ticket, count: Int)? {
        content.withLock { content in
            content.lastNumber += 1
            let number = content.lastNumber
            guard let ticket = content.queue.enqueue(number, in: line) else { return nil }
            content.waiting[number] = Waiting(member: member, session: session, ticket: ticket)
            noteWaiters(line, content)
            return (ticket, content.queue.count(in: line))
        }
    }

    /// Lets a session that gives up leave the queue.
    ///
    /// - Parameter ticket: its ticket.
    /// - Returns: what the queue says of it; `nil` when it has left already, and is being told so.
    func leave(_ ticket: WaitQueue.Ticket) -> WaitQueue.Waiter? {
        content.withLock { content in
            guard let waiter = content.queue.remove(ticket) else { return nil }
            content.waiting[waiter.session] = nil
            noteWaiters(waiter.line, content)
            return waiter
        }
    }

    /// Takes a place for the session that a server with a free one is to serve next.
    ///
    /// - Parameters:
    ///   - server: the server's index.
    ///   - caller: the thread that asks.
    /// - Returns: the session, whose place is taken; `nil` when the server is full or nobody waits for it.
    func serve(_ server: Int, for caller: WorkerGroup.Member) -> Departure? {
        guard waitingCount > 0 else { return nil }
        return content.withLock { content in
            let takesTraffic = content.groups.takesTraffic(server)
            let isAwaited =
                content.queue.count(in: .server(server)) > 0
                || takesTraffic && content.queue.count(in: .backend) > 0
            guard isAwaited, take(server, content) else { return nil }
            guard let waiter = content.queue.next(for: server, takesTraffic: takesTraffic) else {
                preconditionFailure("somebody waits for the server")
            }
            return depart(waiter, for: caller, content)
        }
    }

    /// Takes out the first session that waits for a server, to be dispatched anew.
    ///
    /// - Parameters:
    ///   - server: the server's index.
    ///   - caller: the thread that asks.
    /// - Returns: the session; `nil` when nobody waits for it.
    func removeFirst(awaiting server: Int, for caller: WorkerGroup.Member) -> Departure? {
        content.withLock { content in
            content.queue.removeFirst(of: .server(server)).map { depart($0, for: caller, content) }
        }
    }

    /// Takes over what a thread knows of a server better.
    ///
    /// - Parameters:
    ///   - server: its index.
    ///   - backend: the thread's backend.
    ///   - limit: how many sessions it takes at full speed.
    func take(_ server: Int, from backend: Backend, limit: SessionLimit?) {
        let (known, warmup) = (backend.groups, backend.servers[server].warmup)
        content.withLock { content in
            content.places[server].limit = limit
            content.places[server].warmup = warmup
            if content.groups.standing(of: server) != known.standing(of: server) {
                content.groups.setStanding(server, known.standing(of: server))
            }
            if content.groups.weight(of: server) != known.weight(of: server) {
                content.groups.setWeight(server, known.weight(of: server))
            }
            if content.groups.slowStartSteps(of: server) != known.slowStartSteps(of: server) {
                content.groups.setSlowStart(server, steps: known.slowStartSteps(of: server))
            }
        }
    }

    /// Takes over which side of a warren takes new sessions, of which the lead alone knows why (`failback`).
    ///
    /// - Parameter sides: the side, and what has been before.
    func take(_ sides: Failback) { content.withLock { $0.groups.goOn(after: sides) } }

    /// Begins or ends to send new sessions where there are the fewest (`rebalance`).
    ///
    /// - Parameter isSteering: whether they go there.
    func steer(_ isSteering: Bool) { content.withLock { $0.isSteering = isSteering } }

    /// Changes how many sessions a server takes at full speed.
    ///
    /// - Parameters:
    ///   - limit: the limit; `nil` for none.
    ///   - server: its index.
    func setLimit(_ limit: SessionLimit?, of server: Int) { content.withLock { $0.places[server].limit = limit } }

    /// Tells the balancing how busy servers are, after workers that finish their sessions have given up places.
    func noteLoads() {
        content.withLock { content in
            for server in content.places.indices { noteLoad(of: server, content) }
        }
    }

    // MARK: - With the lock

    private func next(avoiding: Int?, client: ClientKey?, _ content: Content) -> Choice {
        if content.isSteering, content.queue.count == 0, let server = emptiest(avoiding: avoiding, content) {
            return .server(server)
        }
        return content.groups.next(
            avoiding: avoiding, client: client, waiting: content.queue.count(in: .backend)
        ) { load(of: $0, content) }
    }

    private func emptiest(avoiding: Int?, _ content: Content) -> Int? {
        RebalancePlan.emptiest(
            content.places.indices.lazy.map { server -> RebalancePlan.Load? in
                let load = self.load(of: server, content)
                guard server != avoiding, content.groups.takesTraffic(server), load.hasFreeSlot else { return nil }
                return RebalancePlan.Load(
                    weight: content.groups.effectiveWeight(of: server), sessions: load.sessions, limit: load.limit)
            })
    }

    private func take(_ server: Int, _ content: Content) -> Bool {
        let place = content.places[server]
        guard let limit = limit(of: place) else {
            place.count.add(1)
            noteLoad(of: server, content)
            return true
        }
        guard place.count.take(below: limit) else { return false }
        noteLoad(of: server, content)
        return true
    }

    private func limit(of place: Place) -> Int? { place.limit.map { place.warmup.limit($0.value(at: sessions.value)) } }

    private func load(of server: Int, _ content: Content) -> ServerLoad {
        let place = content.places[server]
        return ServerLoad(
            sessions: place.count.value, waiting: content.queue.count(in: .server(server)), limit: limit(of: place),
            maxqueue: place.maxqueue)
    }

    private func noteLoad(of server: Int, _ content: Content) {
        content.groups.loadChanged(
            of: server, sessions: content.places[server].count.value,
            waiting: content.queue.count(in: .server(server)))
    }

    private func noteWaiters(_ line: WaitQueue.Line, _ content: Content) {
        waiters.store(content.queue.count, ordering: .sequentiallyConsistent)
        if case .server(let server) = line { noteLoad(of: server, content) }
    }

    private func depart(
        _ waiter: WaitQueue.Waiter, for caller: WorkerGroup.Member, _ content: Content
    ) -> Departure {
        guard let waiting = content.waiting.removeValue(forKey: waiter.session) else {
            preconditionFailure("whoever waits is known")
        }
        noteWaiters(waiter.line, content)
        // Under the lock: its thread, which may find that it has left the queue, doesn't end before it is told.
        if waiting.member !== caller { waiting.member.expect() }
        return Departure(member: waiting.member, session: waiting.session, ticket: waiting.ticket, waiter: waiter)
    }
}
