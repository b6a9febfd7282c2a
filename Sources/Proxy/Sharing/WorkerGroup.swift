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
        /// Those of a server; one that has moved is another one, since nobody has sessions there yet.
        case server(ServerIdentity, ServerAddress)
    }

    /// One worker, for the others.
    final class Member: Sendable {
        /// Tells its sessions from those of the others, in their names.
        let number: UInt8
        /// Grows with each worker that begins.
        let ordinal: Int
        fileprivate let post: @Sendable (@escaping @Sendable (WorkerLoop) -> Void) -> Void
        // Owner: the member's thread; read by the others.
        fileprivate let isAccepting = Atomic<Bool>(true)
        // Owner: the member's thread; read by the others.
        fileprivate let isWaiting = Atomic<Bool>(false)
        // Owner: whoever wakes it sets it, and its thread clears it: at most one wake-up is under way.
        fileprivate let isWoken = Atomic<Bool>(false)

        fileprivate init(
            number: UInt8, ordinal: Int, post: @escaping @Sendable (@escaping @Sendable (WorkerLoop) -> Void) -> Void
        ) {
            self.number = number
            self.ordinal = ordinal
            self.post = post
        }

        /// It accepts no more: it is woken only while it says that it waits.
        func stopAccepting() { isAccepting.store(false, ordering: .sequentiallyConsistent) }

        /// Whether sessions of it wait for places that another worker may free; to be said before the last look for a place.
        ///
        /// - Parameter isWaiting: whether there are any.
        func wait(_ isWaiting: Bool) { self.isWaiting.store(isWaiting, ordering: .sequentiallyConsistent) }

        fileprivate func wake() {
            let isWanted =
                isAccepting.load(ordering: .sequentiallyConsistent) || isWaiting.load(ordering: .sequentiallyConsistent)
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

    private struct Content {
        var counts: [Place: WeakCount] = [:]
        /// In the order in which they began.
        var members: [Member] = []
        var begun = 0
    }

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

    /// Forgets places that nobody counts any more.
    func forgetUnused() { content.withLock { $0.counts = $0.counts.filter { $0.value.count != nil } } }

    /// A worker begins.
    ///
    /// - Parameter post: has something carried out between two turns of its loop; does nothing once it has ended.
    /// - Returns: what it is for the others.
    func join(_ post: @escaping @Sendable (@escaping @Sendable (WorkerLoop) -> Void) -> Void) -> Member {
        content.withLock { content in
            content.counts = content.counts.filter { $0.value.count != nil }
            var number = UInt8(truncatingIfNeeded: content.begun)
            // There are fewer workers than numbers, by far.
            while content.members.contains(where: { $0.number == number }) { number &+= 1 }
            content.begun += 1
            let member = Member(number: number, ordinal: content.begun, post: post)
            content.members.append(member)
            size.store(content.members.count, ordering: .sequentiallyConsistent)
            return member
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
    func tellNext(after asked: [UInt8], _ body: @escaping @Sendable (WorkerLoop) -> Void) -> Bool {
        let next = content.withLock { content in content.members.first { !asked.contains($0.number) } }
        next?.post(body)
        return next != nil
    }

    private func others(than member: Member) -> [Member] {
        content.withLock { $0.members.filter { $0 !== member } }
    }
}
