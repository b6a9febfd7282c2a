import Model
import Testing

@Suite("CheckStatus")
struct CheckStatusTests {
    @Test("the words of the statistics, and which of them are successes")
    func words() {
        let good = CheckStatus.allCases.filter(\.isSuccess).map(\.rawValue)
        #expect(good == ["L4OK", "L6OK", "L7OK", "L7OKC", "PROCOK"])
        let bad = CheckStatus.allCases.filter { !$0.isSuccess }.map(\.rawValue)
        #expect(
            bad == [
                "UNK", "INI", "CHECKED", "HANA", "SOCKERR", "L4TOUT", "L4CON", "L6TOUT", "L6RSP", "L7TOUT", "L7RSP",
                "L7STS",
                "PROCERR",
                "PROCTOUT",
            ])
    }

    @Test("every status is explained in words of its own")
    func explanations() {
        #expect(Set(CheckStatus.allCases.map(\.explanation)).count == CheckStatus.allCases.count)
        #expect(CheckStatus.layer4Error.explanation == "Layer4 connection problem")
    }
}
