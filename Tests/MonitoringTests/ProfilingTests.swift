import Model
import Testing

@testable import Monitoring

@Suite("What threads are busy with")
struct ProfilingTests {
    private func turns(_ lengths: Int64...) -> ProfilingBook.Turns {
        var turns = TurnLengths()
        for length in lengths { turns.count(length) }
        return ProfilingBook.Turns(turns)
    }

    @Test("turns are told only once that is wanted, and then those since")
    func since() {
        let book = ProfilingBook()
        #expect(book.mode == .auto)
        #expect(book.told(of: turns(5, 6)) == ProfilingBook.Turns())
        book.set(.on, after: turns(5, 6))
        #expect(book.told(of: turns(5, 6)) == turns())
        #expect(book.told(of: turns(5, 6, 7)) == turns(7))
        book.set(.auto, after: turns(5, 6, 7))
        #expect(book.told(of: turns(5, 6, 7, 8)) == turns())
    }

    @Test("an instance that has begun anew is told from its beginning")
    func restart() {
        let book = ProfilingBook()
        book.set(.on, after: turns(5, 6, 7))
        #expect(book.told(of: turns(9)) == turns(9))
    }

    @Test(
        "lengths have four digits",
        arguments: [
            (0, "0.000ns"), (631, "631.0ns"), (860, "860.0ns"), (2163, "2.163us"), (16_430, "16.43us"),
            (555_940, "555.9us"), (1_500_000, "1.500ms"), (2_000_000_000, "2.000s "), (12_345_000_000_000, "12345s "),
        ] as [(Int64, String)])
    func lengths(nanoseconds: Int64, text: String) {
        #expect(ProfilingCommands.duration(nanoseconds: nanoseconds) == text)
    }
}
