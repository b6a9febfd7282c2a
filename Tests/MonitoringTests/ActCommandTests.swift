import Model
import Testing

@testable import Monitoring

@Suite("What commands that change something read")
struct ActCommandTests {
    @Test(
        "weights as a person writes them",
        arguments: [
            ("0", .absolute(0)), ("256", .absolute(256)), ("+5", .absolute(5)), ("50%", .percent(50)),
            ("99999999999999999999%", .percent(.max)),
        ] as [(String, WeightChange)])
    func weights(text: String, change: WeightChange) throws {
        #expect(try WeightChange(text) == change)
    }

    @Test(
        "what is no weight is refused in HAProxy's words",
        arguments: [
            ("", "Require <weight> or <weight%>.\n"), ("a", "Empty weight string empty or preceded by garbage"),
            ("3a", "Trailing garbage in weight string"), ("3%%", "Trailing garbage in weight string"),
            ("-1%", "Relative weight must be positive.\n"),
            ("257", "Absolute weight can only be between 0 and 256 inclusive.\n"),
        ])
    func refusals(text: String, words: String) {
        #expect(throws: ActRefusal.invalid(words)) { try WeightChange(text) }
    }
}
