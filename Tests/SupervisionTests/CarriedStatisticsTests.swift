import Model
import Testing

@testable import Supervision

@Suite struct CarriedStatisticsTests {
    /// A worker's view of one proxy with one server, where everything is so many times one.
    private static func snapshot(_ count: Int, current: Int, at: Int64 = 0, server: String = "a") -> InstanceSnapshot {
        var counters = BackendCounters()
        counters.currentSessions = current
        counters.maxSessions = count
        counters.totalSessions = count
        counters.bytesIn = Int64(count)
        counters.timesChosen = count
        counters.timing.totalAverage = 10 * count
        counters.sessionRate.current = current
        counters.secondsSinceLastSession = count
        counters.secondsSinceLastChange = 77
        counters.timesDown = 5
        var proxy = ProxySnapshot(name: "relay", id: 2)
        proxy.servers = [ServerSnapshot(name: server, id: 1, address: "127.0.0.1:1")]
        proxy.servers[0].counters = counters
        proxy.backend = BackendSnapshot()
        proxy.backend?.counters = counters
        var frontend = FrontendSnapshot()
        frontend.currentSessions = current
        frontend.totalSessions = count
        proxy.frontend = frontend
        var page = ProxySnapshot(name: "page", id: 3)
        page.frontend = FrontendSnapshot()
        page.frontend?.totalRequests = 4
        page.frontend?.totalSessions = 4
        page.frontend?.currentSessions = 1
        var snapshot = InstanceSnapshot(instance: "warren", at: Timestamp(millisecondsSinceEpoch: at))
        snapshot.proxies = [proxy, page]
        snapshot.currentConnections = current + 1
        snapshot.totalConnections = count + 4
        return snapshot
    }

    @Test("sessions of finishing workers count among those that there are, and all counts are sums")
    func finishing() throws {
        let sum = CarriedStatistics().total(
            Self.snapshot(3, current: 2), finishing: [Self.snapshot(5, current: 4), Self.snapshot(7, current: 1)])
        let server = try #require(sum.proxies.first?.servers.first).counters
        #expect(server.currentSessions == 7)
        #expect(server.totalSessions == 15)
        #expect(server.bytesIn == 15)
        #expect(server.maxSessions == 7)
        #expect(server.sessionRate.current == 7)
        #expect(server.timing.totalAverage == (3 * 30 + 5 * 50 + 7 * 70) / 15)
        #expect(sum.proxies[0].frontend?.currentSessions == 7)
        #expect(sum.proxies[0].backend?.counters.totalSessions == 15)
        // What has been handed on is not counted again.
        #expect(server.secondsSinceLastChange == 77)
        #expect(server.timesDown == 5)
        // Requests for statistics are counted by all workers together.
        #expect(sum.proxies[1].frontend?.totalSessions == 4)
        #expect(sum.currentConnections == 8)
        #expect(sum.totalConnections == 19)
    }

    @Test("what ended workers have counted goes on, and nothing of their last moment")
    func ended() throws {
        var carried = CarriedStatistics()
        carried.add(Self.snapshot(5, current: 4, at: 1_000))
        carried.add(Self.snapshot(7, current: 0, at: 2_000))
        let sum = carried.total(Self.snapshot(3, current: 2, at: 9_000), finishing: [])
        let server = try #require(sum.proxies.first?.servers.first).counters
        #expect(server.currentSessions == 2)
        #expect(server.totalSessions == 15)
        #expect(server.sessionRate.current == 2)
        #expect(server.secondsSinceLastSession == 3)
        #expect(sum.currentConnections == 3)
        #expect(sum.totalConnections == 19)
    }

    @Test("a last session of an earlier worker ages while nothing comes")
    func age() {
        var carried = CarriedStatistics()
        carried.add(Self.snapshot(2, current: 0, at: 1_000))
        var current = Self.snapshot(0, current: 0, at: 11_000)
        current.proxies[0].servers[0].counters.secondsSinceLastSession = nil
        let sum = carried.total(current, finishing: [])
        #expect(sum.proxies[0].servers[0].counters.secondsSinceLastSession == 12)
    }

    @Test("servers that are gone count for their proxy alone")
    func gone() {
        let sum = CarriedStatistics().total(
            Self.snapshot(3, current: 2), finishing: [Self.snapshot(5, current: 4, server: "b")])
        #expect(sum.proxies[0].servers.map(\.counters.totalSessions) == [3])
        #expect(sum.proxies[0].backend?.counters.totalSessions == 8)
    }

    @Test("cleared counters stay cleared")
    func cleared() {
        var carried = CarriedStatistics()
        carried.add(Self.snapshot(5, current: 0))
        var maxima = carried
        maxima.clearMaxima()
        let kept = maxima.total(Self.snapshot(0, current: 0), finishing: [])
        #expect(kept.proxies[0].servers[0].counters.maxSessions == 0)
        #expect(kept.proxies[0].servers[0].counters.totalSessions == 5)
        carried.clear()
        let anew = carried.total(Self.snapshot(1, current: 0), finishing: [])
        #expect(anew.proxies[0].servers[0].counters.totalSessions == 1)
    }
}
