import Testing

@testable import Balancing

@Suite("What others are told of a table's changes")
struct ChangeOrderTests {
    private func table() -> StickTable<Int> {
        var table = StickTable<Int>(capacity: 4, lifetime: 1_000, makesRoom: true)
        table.beginOrder()
        return table
    }

    /// The keys and numbers of all changes after one.
    private func news(_ table: StickTable<Int>, after update: UInt32) -> [String] {
        var told: [String] = []
        var (known, entry): (UInt32, StickTable<Int>.Entry?) = (update, nil)
        while let next = table.nextUpdate(after: known, of: entry) {
            told.append("\(next.update) \(table.key(of: next.entry))")
            (known, entry) = (next.update, next.entry)
        }
        return told
    }

    @Test("each entry is told once, in the order of the changes that nobody knows yet")
    func order() throws {
        var table = table()
        #expect(table.lastUpdate == 0 && table.nextUpdate(after: 0, of: nil)?.update == nil)
        let made = table.entry(for: .integer(1), at: 0, initial: 0)
        let one = try #require(made)
        _ = table.entry(for: .integer(2), at: 0, initial: 0)
        table[one] = 5
        #expect(news(table, after: 0) == ["1 integer(1)", "2 integer(2)"], "nobody was told, so its place stays")
        table.noteTold(1)
        table[one] = 6
        #expect(news(table, after: 0) == ["2 integer(2)", "3 integer(1)"])
        #expect(news(table, after: 2) == ["3 integer(1)"] && news(table, after: 3).isEmpty)
    }

    @Test("what is learned, and what has gone, is no news")
    func learned() throws {
        var table = table()
        table.take(.integer(1), expiringAt: 500, at: 0) { _ in 1 }
        #expect(table.lastUpdate == 0)
        _ = table.entry(for: .integer(2), at: 0, initial: 0)
        _ = table.entry(for: .integer(3), at: 0, initial: 0)
        let isRemoved = table.remove(.integer(2), at: 0)
        #expect(isRemoved)
        #expect(news(table, after: 0) == ["2 integer(3)"])
        let touched = table.entry(for: .integer(1), at: 1, initial: 0)
        let other = try #require(touched)
        #expect(news(table, after: 2) == ["3 integer(1)"])
        #expect(table.nextUpdate(after: 3, of: other)?.update == nil)
        table.removeExpired(at: 10_000)
        #expect(news(table, after: 0).isEmpty && table.lastUpdate == 3)
    }

    @Test("numbers begin anew after the largest")
    func wrapping() {
        #expect(ChangeOrder.isAfter(0, .max) && ChangeOrder.isAfter(5, 0xFFFF_FFF0) && !ChangeOrder.isAfter(.max, 0))
        #expect(!ChangeOrder.isAfter(7, 7))
    }

    @Test("a table that is not shared keeps no order")
    func unshared() {
        var table = StickTable<Int>(capacity: 4, lifetime: nil, makesRoom: true)
        _ = table.entry(for: .integer(1), at: 0, initial: 0)
        #expect(table.lastUpdate == 0 && table.nextUpdate(after: 0, of: nil)?.update == nil)
    }
}
