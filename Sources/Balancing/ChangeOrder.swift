/// In which order a table's entries have changed, so that others can be told of the changes since any of them.
///
/// Every entry is there once, with the number of its last change; numbers grow by one, and begin anew after the largest. An
/// entry that changes again before anybody was told keeps its place: whoever is told of it then, learns both. Entries are
/// named by their slots. No change takes memory, but for the first one of a slot.
struct ChangeOrder: Sendable {
    /// The number of the last change; 0 before the first.
    private(set) var last: UInt32 = 0
    /// The last change that anybody was told of.
    private(set) var told: UInt32 = 0

    private struct Place: Sendable {
        var number: UInt32 = 0
        var isThere = false
        var older: Int32 = -1
        var newer: Int32 = -1
    }

    private var places: [Place] = []
    private var oldest: Int32 = -1
    private var newest: Int32 = -1

    /// Whether a change is after another one.
    ///
    /// - Parameters:
    ///   - number: the change.
    ///   - other: the other one, at most 2^31 changes away.
    /// - Returns: whether it is.
    static func isAfter(_ number: UInt32, _ other: UInt32) -> Bool { Int32(bitPattern: number &- other) > 0 }

    /// An entry has changed.
    ///
    /// - Parameter slot: its slot.
    mutating func note(_ slot: Int32) {
        let index = Int(slot)
        if index >= places.count {
            places.append(contentsOf: repeatElement(Place(), count: index + 1 - places.count))
        }
        if places[index].isThere {
            guard !Self.isAfter(places[index].number, told) else { return }
            remove(slot)
        }
        last &+= 1
        places[index] = Place(number: last, isThere: true, older: newest, newer: -1)
        if newest >= 0 { places[Int(newest)].newer = slot } else { oldest = slot }
        newest = slot
    }

    /// An entry has gone.
    ///
    /// - Parameter slot: its slot.
    mutating func remove(_ slot: Int32) {
        guard Int(slot) < places.count, places[Int(slot)].isThere else { return }
        let (older, newer) = (places[Int(slot)].older, places[Int(slot)].newer)
        if older >= 0 { places[Int(older)].newer = newer } else { oldest = newer }
        if newer >= 0 { places[Int(newer)].older = older } else { newest = older }
        places[Int(slot)].isThere = false
    }

    /// Somebody was told of all changes up to one.
    ///
    /// - Parameter number: that change.
    mutating func noteTold(_ number: UInt32) {
        if Self.isAfter(number, told) { told = number }
    }

    /// The first change after another one.
    ///
    /// - Parameters:
    ///   - number: the change that is known.
    ///   - slot: the slot that it was in, which saves the search as long as nothing has happened to that; -1 for none.
    /// - Returns: the slot and its number; `nil` when there is none.
    func next(after number: UInt32, in slot: Int32) -> (slot: Int32, number: UInt32)? {
        if slot >= 0, Int(slot) < places.count, places[Int(slot)].isThere, places[Int(slot)].number == number {
            return place(places[Int(slot)].newer)
        }
        // What is not known yet is at the new end, and seldom much.
        var found: Int32 = -1
        var candidate = newest
        while candidate >= 0, Self.isAfter(places[Int(candidate)].number, number) {
            found = candidate
            candidate = places[Int(candidate)].older
        }
        return place(found)
    }

    private func place(_ slot: Int32) -> (slot: Int32, number: UInt32)? {
        slot >= 0 ? (slot, places[Int(slot)].number) : nil
    }
}
