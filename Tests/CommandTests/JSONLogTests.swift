import Foundation
import Logging
import Monitoring
import Testing

@testable import supervise

@Suite("messages as JSON")
struct JSONLogTests {
    @Test("a message is one object on one line, with what else is known")
    func line() throws {
        let moment = try #require(RFC3339.parse("2026-11-22T14:49:27.123Z"))
        let metadata: Logger.Metadata = [
            "b": "two\nlines", "a": .stringConvertible(7), "list": .array(["x"]), "more": ["k": "v"],
        ]
        #expect(
            JSONLog.line(at: moment, .warning, "say \"what\"", label: "supervise", metadata)
                == #"{"at":"2026-11-22T14:49:27.123Z","level":"warning","logger":"supervise","message":"say \"what\"","#
                + #""metadata":{"a":"7","b":"two\nlines","list":["x"],"more":{"k":"v"}}}"#)
    }

    @Test("an error is told, and nothing else where there is nothing")
    func error() throws {
        let moment = try #require(RFC3339.parse("2026-11-22T14:49:27.123Z"))
        #expect(
            JSONLog.line(at: moment, .error, "no", label: "x", [:], CommandFailure(.failed, "why"))
                .hasPrefix(#"{"at":"2026-11-22T14:49:27.123Z","level":"error","logger":"x","message":"no","error":"#))
    }
}
