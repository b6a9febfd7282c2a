/// Values that are kept for keys, such as the server of each client: so many at the most, and each for a time.
///
/// An entry's time begins anew whenever it is touched, so the order in which entries expire is that in which they were last
/// touched. When there is no room, the oldest entries leave first, unless the table keeps what it has. An entry that is in
/// use neither expires nor leaves. Knows no clock: the caller says what time it is, in milliseconds of one monotonic clock.
///
/// - Source: HAProxy 2.6 configuration manual, `stick-table`; how many leave at once follows HAProxy 2.6.
public struct StickTable<Value: Sendable>: Sendable {
    /// An entry, as long as it is in use or nothing else has happened to the table.
    public struct Entry: Sendable, Hashable {
        fileprivate let slot: Int32

        /// Its place in the table, which nothing else has as long as it is there.
        public var position: Int { Int(slot) }
    }

    private struct Slot: Sendable {
        var key: StickKey
        var value: Value
        var expiresAt: Int64
        var uses = 0
        /// The number of its last change.
        var change: UInt64 = 0
        var older: Int32 = -1
        var newer: Int32 = -1
    }

    /// The most entries.
    public let capacity: Int
    /// How long an entry stays after it was last touched, in milliseconds; for ever when `nil`.
    public let lifetime: Int64?
    /// Whether old entries make room for new ones.
    public let makesRoom: Bool

    /// How many changes there have been: the number of the last one.
    public private(set) var changes: UInt64 = 0

    /// In which order entries have changed here; `nil` where nobody is told of that.
    private var order: ChangeOrder?

    /// Entries that are still to come, and for which there is room.
    private var reserved = 0

    private var slots: [Slot] = []
    private var unusedSlots: [Int32] = []
    private var slotsByKey: [StickKey: Int32] = [:]
    /// The ends of the chain of entries that are not in use, by when they were last touched.
    private var oldest: Int32 = -1
    private var newest: Int32 = -1

    /// Makes an empty table; memory is taken as entries come.
    ///
    /// - Parameters:
    ///   - capacity: the most entries, at least 1.
    ///   - lifetime: how long an entry stays, in milliseconds; for ever when `nil`.
    ///   - makesRoom: whether old entries make room for new ones.
    public init(capacity: Int, lifetime: Int64?, makesRoom: Bool) {
        precondition(capacity > 0, "a table has room for an entry")
        self.capacity = capacity
        self.lifetime = lifetime
        self.makesRoom = makesRoom
    }

    /// How many entries there are, those included that have expired since the table was last asked.
    public var count: Int { slotsByKey.count }

    /// An entry's value; to write it is a change.
    public subscript(entry: Entry) -> Value {
        get { slots[Int(entry.slot)].value }
        _modify {
            noteChange(of: entry.slot)
            yield &slots[Int(entry.slot)].value
        }
    }

    /// How many uses of an entry there are now.
    ///
    /// - Parameter entry: the entry.
    /// - Returns: the number.
    public func uses(of entry: Entry) -> Int { slots[Int(entry.slot)].uses }

    /// What is left of an entry's time, in milliseconds; 0 where that has no end.
    ///
    /// - Parameters:
    ///   - entry: the entry.
    ///   - now: what time it is.
    /// - Returns: the time.
    public func millisecondsLeft(of entry: Entry, at now: Int64) -> Int64 {
        lifetime == nil ? 0 : max(slots[Int(entry.slot)].expiresAt - now, 0)
    }

    /// Finds an entry; it is not touched by that.
    ///
    /// - Parameters:
    ///   - key: its key.
    ///   - now: what time it is.
    /// - Returns: `nil` when there is none.
    public mutating func find(_ key: StickKey, at now: Int64) -> Entry? {
        removeExpired(at: now)
        return slotsByKey[key].map(Entry.init)
    }

    /// Finds an entry or makes it, and touches it.
    ///
    /// - Parameters:
    ///   - key: its key.
    ///   - now: what time it is.
    ///   - initial: the value of a new entry.
    /// - Returns: `nil` when there is no room for it.
    public mutating func entry(for key: StickKey, at now: Int64, initial: @autoclosure () -> Value) -> Entry? {
        removeExpired(at: now)
        if let slot = slotsByKey[key] {
            touch(Entry(slot: slot), at: now)
            return Entry(slot: slot)
        }
        guard let slot = add(key, initial(), expiresAt: deadline(from: now)) else { return nil }
        link(slot)
        return Entry(slot: slot)
    }

    /// Keeps room for an entry that is still to come; an old one leaves for it, as for one that comes at once.
    ///
    /// - Returns: whether there is room; then `release` is to be called before the entry is made, or when none will be.
    public mutating func reserve() -> Bool {
        if count + reserved >= capacity, !makeRoom() { return false }
        reserved += 1
        return true
    }

    /// Gives up what `reserve` kept.
    public mutating func release() {
        precondition(reserved > 0, "only what was reserved is released")
        reserved -= 1
    }

    /// Takes over an entry of another table, with what is left of its time but never more than this table gives.
    ///
    /// - Parameters:
    ///   - key: its key.
    ///   - expiresAt: when it is to expire; at the longest this table's own time from now.
    ///   - now: what time it is.
    ///   - value: makes the value, of that which the key has here already, if it has one.
    /// - Returns: the entry; `nil` when its time is over, and when there is no room for it.
    @discardableResult
    public mutating func take(
        _ key: StickKey, expiringAt expiresAt: Int64, at now: Int64, value: (Value?) -> Value
    ) -> Entry? {
        removeExpired(at: now)
        guard expiresAt > now else { return nil }
        let end = lifetime == nil ? .max : min(expiresAt, deadline(from: now))
        if let slot = slotsByKey[key] {
            slots[Int(slot)].value = value(slots[Int(slot)].value)
            slots[Int(slot)].expiresAt = end
            noteChange(of: slot, isOwn: false)
            guard slots[Int(slot)].uses == 0 else { return Entry(slot: slot) }
            unlink(slot)
            linkByTime(slot)
            return Entry(slot: slot)
        }
        guard let slot = add(key, value(nil), expiresAt: end, isOwn: false) else { return nil }
        linkByTime(slot)
        return Entry(slot: slot)
    }

    /// Lets an entry's time begin anew.
    ///
    /// - Parameters:
    ///   - entry: the entry.
    ///   - now: what time it is.
    public mutating func touch(_ entry: Entry, at now: Int64) {
        slots[Int(entry.slot)].expiresAt = deadline(from: now)
        noteChange(of: entry.slot)
        guard slots[Int(entry.slot)].uses == 0 else { return }
        unlink(entry.slot)
        link(entry.slot)
    }

    /// Begins to use an entry: until the end of all uses it stays.
    ///
    /// - Parameter entry: the entry.
    public mutating func use(_ entry: Entry) {
        if slots[Int(entry.slot)].uses == 0 { unlink(entry.slot) }
        slots[Int(entry.slot)].uses += 1
    }

    /// Ends a use, and touches the entry.
    ///
    /// - Parameters:
    ///   - entry: an entry in use.
    ///   - now: what time it is.
    public mutating func endUse(of entry: Entry, at now: Int64) {
        precondition(slots[Int(entry.slot)].uses > 0, "a use ends once")
        slots[Int(entry.slot)].uses -= 1
        slots[Int(entry.slot)].expiresAt = deadline(from: now)
        noteChange(of: entry.slot)
        if slots[Int(entry.slot)].uses == 0 { link(entry.slot) }
    }

    /// Removes an entry that is not in use.
    ///
    /// - Parameters:
    ///   - key: its key.
    ///   - now: what time it is.
    /// - Returns: whether it is gone; false while it is in use, and when there is none.
    public mutating func remove(_ key: StickKey, at now: Int64) -> Bool {
        removeExpired(at: now)
        guard let slot = slotsByKey[key], slots[Int(slot)].uses == 0 else { return false }
        removeEntry(slot)
        changes += 1
        return true
    }

    /// Removes all entries whose time is over.
    ///
    /// - Parameter now: what time it is.
    public mutating func removeExpired(at now: Int64) {
        guard lifetime != nil else { return }
        while oldest >= 0, slots[Int(oldest)].expiresAt <= now { removeEntry(oldest) }
    }

    /// All entries, in no particular order.
    ///
    /// - Parameter now: what time it is.
    /// - Returns: each with its key, what is left of its time in milliseconds (0 where it has no end), and its uses.
    public mutating func all(
        at now: Int64
    ) -> [(key: StickKey, entry: Entry, millisecondsLeft: Int64, uses: Int)] {
        removeExpired(at: now)
        return slotsByKey.map { key, slot in
            let left = lifetime == nil ? 0 : max(0, slots[Int(slot)].expiresAt - now)
            return (key, Entry(slot: slot), left, slots[Int(slot)].uses)
        }
    }

    /// How many slots there are; each holds an entry or is free.
    public var slotCount: Int { slots.count }

    /// The entries of some slots, so that whoever looks at a large table can do so in steps.
    ///
    /// - Parameters:
    ///   - range: which slots; those beyond the last one are left out.
    ///   - now: what time it is.
    /// - Returns: each with its key, what is left of its time in milliseconds (0 where it has no end), and its uses.
    public func entries(
        inSlots range: Range<Int>, at now: Int64
    ) -> [(key: StickKey, entry: Entry, millisecondsLeft: Int64, uses: Int)] {
        range.clamped(to: 0..<slots.count).compactMap { index in
            let slot = slots[index]
            // A free slot still has the key of its last entry.
            guard slotsByKey[slot.key] == Int32(index), slot.uses > 0 || slot.expiresAt > now else { return nil }
            let left = lifetime == nil ? 0 : max(0, slot.expiresAt - now)
            return (slot.key, Entry(slot: Int32(index)), left, slot.uses)
        }
    }

    /// The entries of some slots that have changed since, with the time at which each expires.
    ///
    /// - Parameters:
    ///   - range: which slots; those beyond the last one are left out.
    ///   - change: the number of the last change that is known already; 0 for none.
    ///   - now: what time it is.
    /// - Returns: each with its key and when it expires, which is never (`.max`) where entries stay for ever; of one in use,
    ///   when it would expire if its uses ended now.
    public func entries(
        inSlots range: Range<Int>, changedAfter change: UInt64, at now: Int64
    ) -> [(key: StickKey, entry: Entry, expiresAt: Int64)] {
        range.clamped(to: 0..<slots.count).compactMap { index in
            let slot = slots[index]
            guard slot.change > change, slotsByKey[slot.key] == Int32(index) else { return nil }
            let expiresAt = slot.uses > 0 ? deadline(from: now) : slot.expiresAt
            return expiresAt > now ? (slot.key, Entry(slot: Int32(index)), expiresAt) : nil
        }
    }

    // MARK: - What others are told

    /// Keeps from now on in which order entries change, for those who are told of it; what `take` brings is no change.
    public mutating func beginOrder() { order = order ?? ChangeOrder() }

    /// The number of the last change of those that others are told of; 0 before the first.
    public var lastUpdate: UInt32 { order?.last ?? 0 }

    /// The last change that anybody was told of; 0 before the first.
    public var lastTold: UInt32 { order?.told ?? 0 }

    /// The first change after another one.
    ///
    /// - Parameters:
    ///   - update: the number of the change that is known.
    ///   - entry: the entry that it was of; `nil` when that is not known.
    /// - Returns: the entry and its number; `nil` when nothing has changed since.
    public func nextUpdate(after update: UInt32, of entry: Entry?) -> (entry: Entry, update: UInt32)? {
        order?.next(after: update, in: entry?.slot ?? -1).map { (Entry(slot: $0.slot), $0.number) }
    }

    /// Somebody was told of all changes up to one: an entry that changes again is a new change from now on.
    ///
    /// - Parameter update: the number of that change.
    public mutating func noteTold(_ update: UInt32) { order?.noteTold(update) }

    /// The key of an entry.
    ///
    /// - Parameter entry: the entry.
    /// - Returns: its key.
    public func key(of entry: Entry) -> StickKey { slots[Int(entry.slot)].key }

    // MARK: - Bookkeeping

    private mutating func noteChange(of slot: Int32, isOwn: Bool = true) {
        if isOwn { order?.note(slot) }
        changes += 1
        slots[Int(slot)].change = changes
    }

    /// Puts an entry into a slot, without a place in the chain; `nil` when there is no room.
    private mutating func add(
        _ key: StickKey, _ value: Value, expiresAt: Int64, isOwn: Bool = true
    ) -> Int32? {
        if count + reserved >= capacity, !makeRoom() { return nil }
        let fresh = Slot(key: key, value: value, expiresAt: expiresAt)
        let slot: Int32
        if let unused = unusedSlots.popLast() {
            slot = unused
            slots[Int(unused)] = fresh
        } else {
            slot = Int32(slots.count)
            slots.append(fresh)
        }
        slotsByKey[key] = slot
        noteChange(of: slot, isOwn: isOwn)
        return slot
    }

    private func deadline(from now: Int64) -> Int64 { lifetime.map { now + $0 } ?? .max }

    /// Lets the oldest entries leave: one, and one more for every 256 that the table can have.
    private mutating func makeRoom() -> Bool {
        guard makesRoom else { return false }
        for _ in 0..<(capacity / 256 + 1) where oldest >= 0 { removeEntry(oldest) }
        return count + reserved < capacity
    }

    private mutating func removeEntry(_ slot: Int32) {
        order?.remove(slot)
        unlink(slot)
        slotsByKey[slots[Int(slot)].key] = nil
        unusedSlots.append(slot)
    }

    /// Makes an entry the newest.
    private mutating func link(_ slot: Int32) {
        slots[Int(slot)].older = newest
        slots[Int(slot)].newer = -1
        if newest >= 0 { slots[Int(newest)].newer = slot } else { oldest = slot }
        newest = slot
    }

    /// Puts an entry where its time belongs in the chain; at once for one that expires after all others.
    private mutating func linkByTime(_ slot: Int32) {
        let expiresAt = slots[Int(slot)].expiresAt
        var older = newest
        while older >= 0, slots[Int(older)].expiresAt > expiresAt { older = slots[Int(older)].older }
        guard older != newest else { return link(slot) }
        let newer = older >= 0 ? slots[Int(older)].newer : oldest
        slots[Int(slot)].older = older
        slots[Int(slot)].newer = newer
        slots[Int(newer)].older = slot
        if older >= 0 { slots[Int(older)].newer = slot } else { oldest = slot }
    }

    private mutating func unlink(_ slot: Int32) {
        let (older, newer) = (slots[Int(slot)].older, slots[Int(slot)].newer)
        if older >= 0 { slots[Int(older)].newer = newer } else { oldest = newer }
        if newer >= 0 { slots[Int(newer)].older = older } else { newest = older }
    }
}
