import Logging
import Monitoring
import Testing

@testable import supervise

@Suite("console log")
struct ConsoleLogTests {
    @Test("a message is one line with its time, level and what else is known")
    func line() throws {
        let moment = try #require(RFC3339.parse("2026-11-22T14:49:27.123Z"))
        let line = ConsoleLog.line(at: moment, .warning, "two\nlines", ["b": "2", "a": "1"], nil)
        #expect(line == "2026-11-22T14:49:27.123Z warning two\u{FFFD}lines a=1 b=2")
    }
}
