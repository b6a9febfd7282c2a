import Configuration
import Model
import Synchronization

/// The workers of one instance, as they know of each other: the one that accepts sessions, and those that finish theirs after
/// a reload or a restart.
///
/// Together they keep to the limits of the file: what each of them has counts for all (`SharedCount`), and whoever has freed a
/// place wakes those who may be waiting for one. While there is one worker alone, which is nearly always, nobody is woken.
///
/// No wake-up is lost: who gives up a place changes the count first and then looks who waits; who waits says so first and then
/// looks at the count. All members may be called from every thread; the lock is taken when a worker begins or ends, when it has
/// something to say to the others, and when a file has brought servers, never for a session alone.
public final class WorkerGroup: Sendable {
    /// What is counted.
    enum Place: Hashable, Sendable {
        /// All of the instance's connections.
        case instance
        /// The connections of a frontend, by name.
        case frontend(String)
        /// Those of one of its addresses.
        case bind(String, BindAddress)
        /// The sessions of a backend, by name.
        case backend(String)
        /// The lines in the log about a frontend's sessions, by the workers and its index.
        case lines(Int, Int)
        /// Those of a server; one that has moved is another one, since nobody has sessions there yet.
        case server(ServerIdentity, ServerAddress)
    }

    /// The source ports of a server's connections.
    struct PortRange: Hashable, Sendable {
        var server: ServerIdentity
        var ports: ClosedRange<UInt16>
    }

    /// One worker, for the others.
    final class Member: Sendable {
        /// Tells its sessions from those of the others, in their names.
        let number: UInt16
        /// Grows with each worker that begins; the same for all threads of one.
        let ordinal: Int
        /// Which of several threads it is, from 1 on.
        let thread: Int
        fileprivate let post: @Sendable (@escaping @Sendable (WorkerLoop) -> Void) -> Void
        /// Whether it says whenever it waits for a place (`wait`), also to accept; else it is woken as long as it accepts.
        private let saysWhenItWaits: Bool
        // Owner: the member's thread; read by the others.
        private let sessions = Atomic<Int>(0)
        // Sessions and connections on their way to it. Owner: who sends one adds it, the member's thread takes it away.
        private let expected = Atomic<Int>(0)
        // Owner: the member's thread; read by the others.
        fileprivate let isAccepting = Atomic<Bool>(true)
        // Owner: the member's thread; read by the others.
        fileprivate let isWaiting = Atomic<Bool>(false)
        // Owner: whoever wakes it sets it, and its thread clears it: at most one wake-up is under way.
        fileprivate let isWoken = Atomic<Bool>(false)

        fileprivate init(
            number: UInt16, ordinal: Int, place: ThreadPlace?,
            post: @escaping @Sendable (@escaping @Sendable (WorkerLoop) -> Void) -> Void
        ) {
            self.number = number
            self.ordinal = ordinal
            thread = place?.number ?? 1
            saysWhenItWaits = place != nil
            self.post = post
        }

        /// Something is on its way to it that it must not end before.
        func expect() { expected.add(1, ordering: .sequentiallyConsistent) }

        /// A connection is to be on its way to it.
        ///
        /// - Returns: false where it accepts no more; it expects nothing then.
        func expectConnection() -> Bool {
            // It says that it accepts no more before it looks for the last time: one of the two sees the other.
            expect()
            if isAccepting.load(ordering: .sequentiallyConsistent) { return true }
            received()
            return false
        }

        /// What was on its way has come.
        func received() { expected.subtract(1, ordering: .sequentiallyConsistent) }

        /// Whether something is on its way to it.
        var expectsSomething: Bool { expected.load(ordering: .sequentiallyConsistent) > 0 }

        /// How many sessions it has, those on their way to it among them.
        var load: Int { sessions.load(ordering: .relaxed) + expected.load(ordering: .relaxed) }

        /// Says how many sessions it has.
        ///
        /// - Parameter count: their number.
        func noteSessions(_ count: Int) { sessions.store(count, ordering: .relaxed) }

        /// Has it do something between two turns of its loop; returns at once.
        ///
        /// - Parameter body: what it is to do.
        func tell(_ body: @escaping @Sendable (WorkerLoop) -> Void) { post(body) }

        /// It accepts no more: it is woken only while it says that it waits.
        func stopAccepting() { isAccepting.store(false, ordering: .sequentiallyConsistent) }

        /// Whether sessions of it wait for places that another worker may free; to be said before the last look for a place.
        ///
        /// - Parameter isWaiting: whether there are any.
        func wait(_ isWaiting: Bool) { self.isWaiting.store(isWaiting, ordering: .sequentiallyConsistent) }

        fileprivate func wake() {
            let isWanted =
                isWaiting.load(ordering: .sequentiallyConsistent)
                || !saysWhenItWaits && isAccepting.load(ordering: .sequentiallyConsistent)
            guard isWanted, !isWoken.exchange(true, ordering: .sequentiallyConsistent) else { return }
            post { [self] loop in
                isWoken.store(false, ordering: .sequentiallyConsistent)
                loop.placesBecameFree()
            }
        }
    }

    private struct WeakCount {
        weak var count: SharedCount?
    }

    private struct WeakRates {
        weak var rates: SharedRates?
    }

    private struct WeakRateCounter {
        weak var counter: SharedRateCounter?
    }

    private struct WeakPorts {
        weak var ports: SharedSourcePorts?
    }

    private struct Content {
        var counts: [Place: WeakCount] = [:]
        /// What threads share besides.
        var rates: [Place: WeakRates] = [:]
        var rateCounters: [Place: WeakRateCounter] = [:]
        var ports: [PortRange: WeakPorts] = [:]
        /// In the order in which they began.
        var members: [Member] = []
        var begun = 0
        var joined = 0

        mutating func forgetUnused() {
            counts = counts.filter { $0.value.count != nil }
            rates = rates.filter { $0.value.rates != nil }
            rateCounters = rateCounters.filter { $0.value.counter != nil }
            ports = ports.filter { $0.value.ports != nil }
        }
    }

    /// From 0 on; they stand in sessions' names.
    static let numbers: UInt16 = 1_024

    // Owner: the mutex.
    private let content = Mutex(Content())
    // How many members there are. Owner: changed under the mutex, read without it.
    private let size = Atomic<Int>(0)

    /// Nobody yet.
    public init() {}

    /// Whether there is more than one worker.
    var isShared: Bool { size.load(ordering: .sequentiallyConsistent) > 1 }

    /// What is counted at a place; the same object for everybody who asks while anybody has it.
    ///
    /// - Parameter place: the place.
    /// - Returns: its count.
    func count(at place: Place) -> SharedCount {
        content.withLock { content in
            if let count = content.counts[place]?.count { return count }
            let count = SharedCount()
            content.counts[place] = WeakCount(count: count)
            return count
        }
    }

    /// The rates at which threads accept at a place; the same object for everybody who asks while anybody has it.
    ///
    /// - Parameter place: the instance or a frontend.
    /// - Returns: its rates.
    func rates(at place: Place) -> SharedRates {
        content.withLock { content in
            if let rates = content.rates[place]?.rates { return rates }
            let rates = SharedRates()
            content.rates[place] = WeakRates(rates: rates)
            return rates
        }
    }

    /// What counts the sessions of threads by the second; the same object for everybody who asks while anybody has it.
    ///
    /// - Parameter place: the place.
    /// - Returns: its counter.
    func rateCounter(at place: Place) -> SharedRateCounter {
        content.withLock { content in
            if let counter = content.rateCounters[place]?.counter { return counter }
            let counter = SharedRateCounter()
            content.rateCounters[place] = WeakRateCounter(counter: counter)
            return counter
        }
    }

    /// The source ports that threads take from one range; the same object for everybody who asks while anybody has it.
    ///
    /// - Parameter range: which.
    /// - Returns: the ports.
    func ports(of range: PortRange) -> SharedSourcePorts {
        content.withLock { content in
            if let ports = content.ports[range]?.ports { return ports }
            let ports = SharedSourcePorts(range.ports)
            content.ports[range] = WeakPorts(ports: ports)
            return ports
        }
    }

    /// Forgets places that nobody counts any more.
    func forgetUnused() { content.withLock { $0.forgetUnused() } }

    /// A worker begins.
    ///
    /// - Parameters:
    ///   - place: which of several threads it is; `nil` where it is alone.
    ///   - post: has something carried out between two turns of its loop; does nothing once it has ended.
    /// - Returns: what it is for the others.
    func join(
        as place: ThreadPlace?, _ post: @escaping @Sendable (@escaping @Sendable (WorkerLoop) -> Void) -> Void
    ) -> Member {
        content.withLock { content in
            content.forgetUnused()
            var number = UInt16(truncatingIfNeeded: content.joined) % Self.numbers
            // There are fewer workers than numbers, by far.
            while content.members.contains(where: { $0.number == number }) { number = (number + 1) % Self.numbers }
            content.joined += 1
            if place == nil { content.begun += 1 }
            let member = Member(number: number, ordinal: place?.team.ordinal ?? content.begun, place: place, post: post)
            content.members.append(member)
            size.store(content.members.count, ordering: .sequentiallyConsistent)
            return member
        }
    }

    /// A worker of several threads is to begin.
    ///
    /// - Returns: which of the workers it is.
    func takeOrdinal() -> Int {
        content.withLock { content in
            content.begun += 1
            return content.begun
        }
    }

    /// A worker has ended, and all that it had counted.
    ///
    /// - Parameter member: the worker.
    func quit(_ member: Member) {
        content.withLock { content in
            content.members.removeAll { $0 === member }
            size.store(content.members.count, ordering: .sequentiallyConsistent)
        }
    }

    /// Places have become free: wakes whoever may be waiting for one.
    ///
    /// - Parameter member: who has freed them.
    func tellOfFreePlaces(from member: Member) { for other in others(than: member) { other.wake() } }

    /// Has all other workers do something between two turns of theirs; returns at once.
    ///
    /// - Parameters:
    ///   - member: who says so.
    ///   - body: what they are to do.
    func tellOthers(than member: Member, _ body: @escaping @Sendable (WorkerLoop) -> Void) {
        for other in others(than: member) { other.post(body) }
    }

    /// Has one worker do something: the oldest one but those that have been asked before.
    ///
    /// - Parameters:
    ///   - asked: their numbers, and one's own.
    ///   - body: what it is to do.
    /// - Returns: whether there is one.
    @discardableResult
    func tellNext(after asked: [UInt16], _ body: @escaping @Sendable (WorkerLoop) -> Void) -> Bool {
        let next = content.withLock { content in content.members.first { !asked.contains($0.number) } }
        next?.post(body)
        return next != nil
    }

    private func others(than member: Member) -> [Member] {
        content.withLock { $0.members.filter { $0 !== member } }
    }
}
