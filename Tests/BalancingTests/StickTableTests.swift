import Seeds
import Testing

@testable import Balancing

@Suite("Stick tables")
struct StickTableTests {
    /// A table as an object: what changes it can stand within an expectation.
    private final class Table {
        private var table: StickTable<String>

        init(_ capacity: Int, lifetime: Int64? = nil, makesRoom: Bool = true) {
            table = StickTable(capacity: capacity, lifetime: lifetime, makesRoom: makesRoom)
        }

        var count: Int { table.count }

        subscript(entry: StickTable<String>.Entry) -> String {
            get { table[entry] }
            set { table[entry] = newValue }
        }

        func find(_ key: StickKey, at now: Int64) -> StickTable<String>.Entry? { table.find(key, at: now) }

        func entry(for key: StickKey, at now: Int64, initial: String) -> StickTable<String>.Entry? {
            table.entry(for: key, at: now, initial: initial)
        }

        func touch(_ entry: StickTable<String>.Entry, at now: Int64) { table.touch(entry, at: now) }

        func use(_ entry: StickTable<String>.Entry) { table.use(entry) }

        func endUse(of entry: StickTable<String>.Entry, at now: Int64) { table.endUse(of: entry, at: now) }

        func remove(_ key: StickKey, at now: Int64 = 0) -> Bool { table.remove(key, at: now) }

        func keys(at now: Int64 = 0) -> Set<StickKey> { Set(table.all(at: now).map(\.key)) }
    }

    @Test("an entry is found by its key, and made once")
    func found() throws {
        let table = Table(10)
        #expect(table.find(.integer(1), at: 0) == nil)
        let entry = try #require(table.entry(for: .integer(1), at: 0, initial: "one"))
        #expect(table.entry(for: .integer(1), at: 0, initial: "two") == entry)
        #expect(table[entry] == "one")
        table[entry] = "changed"
        #expect(table.find(.integer(1), at: 0).map { table[$0] } == "changed")
        #expect(table.count == 1)
    }

    @Test("keys of different kinds are different")
    func kinds() {
        let table = Table(10)
        let keys: [StickKey] = [.integer(1), .ipv4(1), .ipv6(0, 1), .text("1"), .bytes([1])]
        for key in keys { _ = table.entry(for: key, at: 0, initial: "\(key)") }
        #expect(table.keys() == Set(keys))
    }

    @Test("an entry expires when it has not been touched for its time, and not before")
    func expiry() throws {
        let table = Table(10, lifetime: 100)
        let first = try #require(table.entry(for: .integer(1), at: 0, initial: "one"))
        _ = table.entry(for: .integer(2), at: 50, initial: "two")
        table.touch(first, at: 80)
        #expect(table.keys(at: 149) == [.integer(1), .integer(2)])
        #expect(table.keys(at: 150) == [.integer(1)])
        #expect(table.find(.integer(1), at: 179) != nil)
        #expect(table.find(.integer(1), at: 180) == nil)
        #expect(table.count == 0)
    }

    @Test("finding an entry is not touching it")
    func looking() {
        let table = Table(10, lifetime: 100)
        _ = table.entry(for: .integer(1), at: 0, initial: "one")
        #expect(table.find(.integer(1), at: 99) != nil)
        #expect(table.find(.integer(1), at: 100) == nil)
    }

    @Test("the oldest entry makes room, and the one that was touched stays")
    func purge() throws {
        let table = Table(3)
        for number in 1...3 { _ = table.entry(for: .integer(UInt32(number)), at: 0, initial: "") }
        table.touch(try #require(table.find(.integer(1), at: 0)), at: 0)
        #expect(table.entry(for: .integer(4), at: 0, initial: "") != nil)
        #expect(table.keys() == [.integer(1), .integer(3), .integer(4)])
    }

    @Test("a large table lets several leave at once")
    func manyLeave() {
        let table = Table(1_024)
        for number in 0..<1_024 { _ = table.entry(for: .integer(UInt32(number)), at: 0, initial: "") }
        #expect(table.count == 1_024)
        _ = table.entry(for: .integer(5_000), at: 0, initial: "")
        #expect(table.count == 1_020)
        #expect((0..<5).allSatisfy { table.find(.integer($0), at: 0) == nil })
        #expect(table.find(.integer(5), at: 0) != nil)
    }

    @Test("a table that keeps what it has takes no more when it is full, until something expires")
    func keeping() {
        let table = Table(2, lifetime: 100, makesRoom: false)
        _ = table.entry(for: .integer(1), at: 0, initial: "")
        _ = table.entry(for: .integer(2), at: 50, initial: "")
        #expect(table.entry(for: .integer(3), at: 60, initial: "") == nil)
        #expect(table.entry(for: .integer(2), at: 60, initial: "") != nil)
        #expect(table.entry(for: .integer(3), at: 100, initial: "") != nil)
    }

    @Test("an entry in use neither expires nor leaves; its time begins when the last use ends")
    func uses() throws {
        let table = Table(1, lifetime: 100)
        let entry = try #require(table.entry(for: .integer(1), at: 0, initial: "one"))
        table.use(entry)
        table.use(entry)
        #expect(table.find(.integer(1), at: 1_000) == entry)
        #expect(table.entry(for: .integer(2), at: 1_000, initial: "") == nil)
        #expect(!table.remove(.integer(1), at: 1_000))
        table.endUse(of: entry, at: 1_000)
        #expect(table.find(.integer(1), at: 5_000) == entry)
        table.endUse(of: entry, at: 5_000)
        #expect(table.find(.integer(1), at: 5_099) == entry)
        #expect(table.find(.integer(1), at: 5_100) == nil)
    }

    @Test("what is removed is gone, and its place is used again")
    func removal() {
        let table = Table(2)
        _ = table.entry(for: .integer(1), at: 0, initial: "one")
        #expect(table.remove(.integer(1)))
        #expect(!table.remove(.integer(1)))
        let entry = table.entry(for: .integer(2), at: 0, initial: "two")
        #expect(entry.map { table[$0] } == "two")
        #expect(table.keys() == [.integer(2)])
    }

    /// The same table as a list that is searched from end to end.
    private struct Model {
        var entries: [(key: UInt32, touched: Int64, uses: Int)] = []
        let capacity: Int
        let lifetime: Int64

        mutating func expire(at now: Int64) {
            entries.removeAll { $0.uses == 0 && $0.touched + lifetime <= now }
        }
    }

    @Test("whatever happens, it is as a list would have it", arguments: (1...8).map { UInt64($0) })
    func model(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var table = StickTable<UInt32>(capacity: 5, lifetime: 50, makesRoom: true)
        var model = Model(capacity: 5, lifetime: 50)
        var now: Int64 = 0
        for _ in 0..<2_000 {
            now += Int64.random(in: 0...8, using: &random)
            let key = UInt32.random(in: 0..<9, using: &random)
            model.expire(at: now)
            let index = model.entries.firstIndex { $0.key == key }
            switch Int.random(in: 0..<5, using: &random) {
            case 0, 1:
                let entry = table.entry(for: .integer(key), at: now, initial: key)
                if let index {
                    model.entries[index].touched = now
                    if model.entries[index].uses == 0 { model.entries.append(model.entries.remove(at: index)) }
                } else if model.entries.count < 5 {
                    model.entries.append((key, now, 0))
                } else if let oldest = model.entries.firstIndex(where: { $0.uses == 0 }) {
                    model.entries.remove(at: oldest)
                    model.entries.append((key, now, 0))
                }
                #expect((entry != nil) == model.entries.contains { $0.key == key })
            case 2:
                if let index, model.entries[index].uses < 3, let entry = table.find(.integer(key), at: now) {
                    table.use(entry)
                    model.entries[index].uses += 1
                }
            case 3:
                if let index, model.entries[index].uses > 0, let entry = table.find(.integer(key), at: now) {
                    table.endUse(of: entry, at: now)
                    model.entries[index].uses -= 1
                    model.entries[index].touched = now
                    if model.entries[index].uses == 0 { model.entries.append(model.entries.remove(at: index)) }
                }
            default:
                let isGone = table.remove(.integer(key), at: now)
                #expect(isGone == (index.map { model.entries[$0].uses == 0 } ?? false))
                if isGone, let index { model.entries.remove(at: index) }
            }
            let found = table.all(at: now)
            #expect(Set(found.map(\.key)) == Set(model.entries.map { StickKey.integer($0.key) }))
            #expect(found.allSatisfy { .integer(table[$0.entry]) == $0.key })
        }
    }

    @Test("an entry that is taken over expires in its turn, and no later than the table lets it")
    func takenOver() {
        var table = StickTable<String>(capacity: 10, lifetime: 100, makesRoom: true)
        _ = table.entry(for: .integer(1), at: 0, initial: "own")
        for (key, end) in [(2, 60), (3, 150), (4, 1_000), (5, 10), (6, 0)] as [(UInt32, Int64)] {
            let entry = table.take(.integer(key), expiringAt: end, at: 0) { mine in
                #expect(mine == nil)
                return "taken"
            }
            #expect((entry != nil) == (end > 0))
        }
        var left: [Int64: [UInt32]] = [:]
        for moment in [0, 10, 60, 99, 100] as [Int64] {
            left[moment] = table.all(at: moment).compactMap { entry in
                if case .integer(let number) = entry.key { number } else { nil }
            }.sorted()
        }
        #expect(left == [0: [1, 2, 3, 4, 5], 10: [1, 2, 3, 4], 60: [1, 3, 4], 99: [1, 3, 4], 100: []])
    }

    @Test("what both have is joined, also while it is in use here")
    func joined() throws {
        var table = StickTable<String>(capacity: 10, lifetime: 100, makesRoom: true)
        let made = table.entry(for: .integer(1), at: 0, initial: "own")
        let entry = try #require(made)
        table.use(entry)
        table.take(.integer(1), expiringAt: 50, at: 0) { "\($0 ?? "none") and taken" }
        #expect(table[entry] == "own and taken")
        let used = table.find(.integer(1), at: 90)
        #expect(used == entry)
        table.endUse(of: entry, at: 90)
        table.take(.integer(1), expiringAt: 150, at: 90) { _ in "again" }
        #expect(table.all(at: 149).map(\.uses) == [0])
        #expect(table.all(at: 150).isEmpty)
    }

    @Test("taking over keeps the order in which entries expire, whatever the order in which they come")
    func takenInAnyOrder() {
        var generator = SeededGenerator(seed: 7)
        for _ in 0..<50 {
            var table = StickTable<Int64>(capacity: 64, lifetime: 1_000, makesRoom: true)
            let ends = (0..<40).map { _ in Int64.random(in: 1...1_000, using: &generator) }
            for (key, end) in ends.enumerated() {
                table.take(.integer(UInt32(key)), expiringAt: end, at: 0) { _ in end }
            }
            for moment in stride(from: Int64(0), through: 1_000, by: 97) {
                let values = table.all(at: moment).map { table[$0.entry] }.sorted()
                #expect(values == ends.filter { $0 > moment }.sorted())
            }
        }
    }

    @Test("whoever has seen a table is told what has changed since, and that alone")
    func changes() throws {
        var table = StickTable<Int>(capacity: 10, lifetime: 100, makesRoom: true)
        for key in 1...4 { _ = table.entry(for: .integer(UInt32(key)), at: 0, initial: key) }
        let seen = table.changes
        #expect(table.entries(inSlots: 0..<99, changedAfter: 0, at: 0).count == 4)
        #expect(table.entries(inSlots: 0..<99, changedAfter: seen, at: 0).isEmpty)
        let second = table.find(.integer(2), at: 1)
        table[try #require(second)] = 7
        let fourth = table.find(.integer(4), at: 1)
        table.touch(try #require(fourth), at: 50)
        let changed = table.entries(inSlots: 0..<99, changedAfter: seen, at: 60)
        #expect(Set(changed.map(\.key)) == [.integer(2), .integer(4)])
        #expect(Set(changed.map(\.expiresAt)) == [100, 150])
        let last = table.changes
        let isRemoved = table.remove(.integer(2), at: 60)
        #expect(isRemoved && table.changes > last)
        #expect(table.entries(inSlots: 0..<99, changedAfter: 0, at: 120).map(\.key) == [.integer(4)])
    }

    @Test("room that is kept for an entry to come is nobody else's, and an old entry leaves for it")
    func reserved() {
        var table = StickTable<Int>(capacity: 2, lifetime: nil, makesRoom: true)
        _ = table.entry(for: .integer(1), at: 0, initial: 1)
        let isFirst = table.reserve()
        #expect(isFirst && table.find(.integer(1), at: 0) != nil)
        let isSecond = table.reserve()
        #expect(isSecond && table.find(.integer(1), at: 0) == nil)
        let isThird = table.reserve()
        #expect(!isThird, "there is nothing left that could leave")
        let other = table.entry(for: .integer(2), at: 0, initial: 2)
        #expect(other == nil)
        table.release()
        let own = table.entry(for: .integer(2), at: 0, initial: 2)
        #expect(own != nil && table.count == 1)
        var keeping = StickTable<Int>(capacity: 1, lifetime: nil, makesRoom: false)
        _ = keeping.entry(for: .integer(1), at: 0, initial: 1)
        let isKept = keeping.reserve()
        #expect(!isKept && keeping.find(.integer(1), at: 0) != nil)
    }
}
