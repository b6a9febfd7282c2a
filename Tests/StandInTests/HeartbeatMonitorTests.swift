import Testing

@testable import StandIn

@Suite("Heartbeats")
struct HeartbeatMonitorTests {
    @Test("a heartbeat is sent in each half interval in which nothing else was")
    func sends() {
        var monitor = HeartbeatMonitor()
        var sent = [monitor.tick().sendsHeartbeat]
        monitor.sent()
        sent.append(monitor.tick().sendsHeartbeat)
        sent.append(monitor.tick().sendsHeartbeat)
        #expect(sent == [true, false, true])
    }

    @Test("a peer is gone after two whole intervals of silence, and any byte counts")
    func silence() {
        var monitor = HeartbeatMonitor()
        var gone = (0..<5).map { _ in monitor.tick().isPeerGone }
        monitor.received()
        gone.append(monitor.tick().isPeerGone)
        #expect(gone == [false, false, false, false, true, false])
    }
}
