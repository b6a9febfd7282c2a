import Configuration
import Testing

@testable import Supervision

@Suite struct DescriptorBudgetTests {
    private func warning(limit: Int, _ change: (inout InstanceConfiguration) -> Void) -> String? {
        var configuration = Example.instance(binds: [.ipv4("127.0.0.1", port: 1)])
        change(&configuration)
        return DescriptorBudget(limit: limit, configurations: [configuration]).warning
    }

    @Test("limits that fit, and files that promise nothing, are not spoken of")
    func fits() {
        #expect(warning(limit: 1_024) { $0.global.maxconn = 100 } == nil)
        #expect(warning(limit: 1_024) { $0.proxies[0].maxconn = GlobalConfiguration.maxconnWithoutSetting } == nil)
    }

    @Test("a maxconn that does not fit is told with how many would")
    func tooMany() throws {
        let words = try #require(
            warning(limit: 1_024) {
                $0.global.maxconn = 50_000
                $0.proxies[0].maxconn = GlobalConfiguration.maxconnWithoutSetting
            })
        #expect(words.hasPrefix("maxconn allows 50000 sessions, which take 100068 open files"))
        #expect(words.contains("may have 1024: about 478 would fit"))
    }

    @Test("the smaller one of the instance's and its frontends' limits counts")
    func smaller() {
        #expect(warning(limit: 268) { $0.global.maxconn = 50_000 } == nil)
        #expect(warning(limit: 267) { $0.global.maxconn = 50_000 } != nil)
    }
}
