import Model
import Testing

@Suite("HTTPFrontendCounters")
struct HTTPFrontendCountersTests {
    @Test("what many tasks add at once is all there")
    func concurrent() async {
        let counters = HTTPFrontendCounters()
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<8 {
                group.addTask {
                    for _ in 0..<1_000 { counters.update { $0.totalRequests += 1 } }
                }
            }
        }
        #expect(counters.read().totalRequests == 8_000)
    }

    @Test("the maximum of an interval begins anew where the last one ended, the maximum of all time stays")
    func intervals() {
        let counters = HTTPFrontendCounters()
        counters.update {
            $0.currentSessions = 2
            $0.maxSessions = 5
            $0.maxSessionsSinceSample = 5
        }
        #expect(counters.read().maxSessionsSinceSample == 5)
        #expect(counters.read(startsNewInterval: true).maxSessionsSinceSample == 5)
        #expect(counters.read().maxSessionsSinceSample == 2)
        #expect(counters.read().maxSessions == 5)
    }
}
