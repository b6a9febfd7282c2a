import Configuration
import Foundation
import Testing

/// `haproxy -cc`: the evaluator, beside the real one.
@Suite("haproxy conditions")
struct HAProxyConditionTests {
    private let facts = Condition.Facts(
        environment: ["HOME": "/root", "PATH": "/bin"], features: ["EPOLL", "THREAD"], version: "2.6.12",
        library: "OpenSSL 3.0.19 27 Jan 2026")

    private func code(of text: String) -> Int32 {
        do throws(Condition.Mistake) {
            let condition = try Condition.unquoted(text, environment: facts.environment)
            return try Condition.evaluate(condition, facts) ? 0 : 1
        } catch {
            return 2
        }
    }

    @Test("each condition gets HAProxy's answer", arguments: HAProxyConditions.all)
    func answer(text: String, code: Int32) {
        #expect(self.code(of: text) == code)
    }

    @Test("the real haproxy still gives these answers")
    func real() throws {
        guard let haproxy = RealHAProxy.find() else { return }
        let program = try Program()
        for (text, code) in HAProxyConditions.all {
            let outcome = try RealHAProxy.run(haproxy.path, ["-cc", text], in: program.folder)
            #expect(outcome.code == code, "\(text): \(outcome.messages)")
        }
    }

    @Test("a mistake names what cannot be read")
    func mistakes() throws {
        let unparsable = try #require(throws: Condition.Mistake.self) { try Condition.evaluate("1 && foo", facts) }
        #expect(unparsable.description == "unparsable conditional expression 'foo'")
        let missing = try #require(throws: Condition.Mistake.self) { try Condition.evaluate("streq(a)", facts) }
        #expect(missing.description.hasPrefix("missing arguments (got 1/2), type 'string' expected in argument 1"))
    }

    @Test("nesting has a bound, and what is within it is read")
    func nesting() throws {
        let depth = Condition.deepestNesting - 1
        let deep = String(repeating: "(", count: depth) + "1" + String(repeating: ")", count: depth)
        #expect(try Condition.evaluate(deep, facts))
        #expect(throws: Condition.Mistake.self) { try Condition.evaluate("(" + deep + ")", facts) }
        #expect(throws: Condition.Mistake.self) {
            try Condition.evaluate(String(repeating: "!", count: 100_000) + "1", facts)
        }
    }
}
