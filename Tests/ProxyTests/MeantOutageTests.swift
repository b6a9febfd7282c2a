import EventLoop
import Testing

@testable import Proxy

@Suite("Outages that somebody meant")
struct MeantOutageTests {
    private func moment(_ seconds: Int64) -> MonotonicTime { MonotonicTime(nanoseconds: seconds * 1_000_000_000) }

    @Test("what begins out of use is down from then on, and has not gone down")
    func beginning() {
        let outage = Outage(at: moment(10), isDown: true)
        #expect(outage.count == 0)
        #expect(outage.downSeconds(at: moment(13)) == 3)
        #expect(outage.secondsSinceChange(at: moment(13)) == 3)
    }

    @Test("outages add up; time in maintenance counts as long as it lasts")
    func adding() {
        var outage = Outage(at: moment(0))
        outage.note(isDown: true, at: moment(1))
        outage.note(isDown: false, at: moment(3))
        #expect((outage.count, outage.downSeconds(at: moment(9))) == (1, 2))
        outage.note(isDown: true, at: moment(10))
        #expect(outage.downSeconds(at: moment(14)) == 6)
        outage.note(isDown: false, wasMeant: true, at: moment(14))
        #expect((outage.count, outage.downSeconds(at: moment(20))) == (2, 2))
    }
}
