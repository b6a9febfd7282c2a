import Configuration
import EventLoop
import Testing

@testable import Proxy

@Suite("name look-ups")
struct NameLookupTests {
    private static let address = NameAnswer.Content.addresses([endpoint("127.0.0.9")])

    private static func endpoint(_ text: String) -> IPEndpoint {
        guard case .ip(let endpoint)? = SocketAddress(ip: text, port: 0) else { return .none }
        return endpoint
    }

    private func at(_ milliseconds: Int64) -> MonotonicTime {
        MonotonicTime(nanoseconds: 0).advanced(byMilliseconds: milliseconds)
    }

    private func lookup(servers: Int = 1, attempts: Int = 3, kinds: [NameQuestion.Kind] = [.ipv6, .ipv4]) -> NameLookup
    {
        NameLookup(
            kinds: kinds, servers: servers, attempts: attempts, retry: .milliseconds(500), rest: .milliseconds(1_000))
    }

    @Test("a good answer ends the round, and the next begins after the rest")
    func found() {
        var lookup = lookup()
        #expect(lookup.begin(at: at(0)) == [.ask(.ipv6), .wake(at(500))])
        #expect(lookup.take(Self.address, from: 0, at: at(10)) == [.found(Self.address, server: 0), .wake(at(1_010))])
        #expect(lookup.take(Self.address, from: 0, at: at(11)).isEmpty)
        #expect(lookup.timerFired(at: at(1_010)) == [.ask(.ipv6), .wake(at(1_510))])
    }

    @Test("without addresses of the preferred kind the other kind is asked for at once")
    func otherKind() {
        var lookup = lookup()
        _ = lookup.begin(at: at(0))
        #expect(lookup.take(.failed(.other), from: 0, at: at(10)) == [.ask(.ipv4), .wake(at(510))])
        #expect(lookup.take(Self.address, from: 0, at: at(20)) == [.found(Self.address, server: 0), .wake(at(1_020))])
    }

    @Test("a name that does not exist is asked for as often as the section says, then the round has failed")
    func unknown() {
        var lookup = lookup()
        for start in [Int64(0), 500, 1_000] {
            let begun = start == 0 ? lookup.begin(at: at(0)) : lookup.timerFired(at: at(start))
            #expect(begun == [.ask(.ipv6), .wake(at(start + 500))])
            #expect(lookup.take(.failed(.unknownName), from: 0, at: at(start + 1)).first == .ask(.ipv4))
            let after = lookup.take(.failed(.unknownName), from: 0, at: at(start + 2))
            #expect(after == (start < 1_000 ? [.wake(at(start + 500))] : [.failed(.unknownName), .wake(at(2_002))]))
        }
    }

    @Test("silence is waited for, and the other kind is not tried")
    func silence() {
        var lookup = lookup(attempts: 2)
        _ = lookup.begin(at: at(0))
        #expect(lookup.timerFired(at: at(500)) == [.ask(.ipv6), .wake(at(1_000))])
        #expect(lookup.timerFired(at: at(1_000)) == [.failed(.timeout), .wake(at(2_000))])
    }

    @Test("all servers have to fail before the question has failed, and the last failure counts")
    func several() {
        var lookup = lookup(servers: 2, attempts: 1, kinds: [.service])
        _ = lookup.begin(at: at(0))
        #expect(lookup.take(.failed(.unknownName), from: 0, at: at(1)).isEmpty)
        #expect(lookup.take(.failed(.unknownName), from: 0, at: at(2)).isEmpty, "the same server again")
        #expect(lookup.take(.failed(.refused), from: 1, at: at(3)) == [.failed(.refused), .wake(at(1_003))])
        _ = lookup.timerFired(at: at(1_003))
        #expect(lookup.take(.failed(.unknownName), from: 0, at: at(1_004)).isEmpty)
        #expect(lookup.timerFired(at: at(1_503)) == [.failed(.unknownName), .wake(at(2_503))])
    }

    @Test("a round that is under way is not begun again")
    func once() {
        var lookup = lookup(attempts: 0)
        _ = lookup.begin(at: at(0))
        #expect(lookup.begin(at: at(1)).isEmpty)
        #expect(lookup.timerFired(at: at(500)).first == .failed(.timeout), "no attempts count as one")
    }

    // MARK: What comes of answers

    @Test("records are kept for a while after they were named last")
    func seen() {
        var seen = SeenRecords<String, String>()
        seen.take(["a", "b"], hold: .milliseconds(100), at: at(0)) { $0 }
        seen.take(["b", "c"], hold: .milliseconds(100), at: at(99)) { $0 }
        #expect(seen.records == ["a", "b", "c"])
        seen.take(["c"], hold: .milliseconds(100), at: at(100)) { $0 }
        #expect(seen.records == ["b", "c"])
        seen.take(["c"], hold: .zero, at: at(101)) { $0 }
        #expect(seen.records == ["c"])
        seen.take((0..<2_000).map { "\($0)" }, hold: .zero, at: at(102)) { $0 }
        #expect(seen.records.count <= SeenRecords<String, String>.capacity)
    }

    @Test("the preferred kind goes before the preferred network, and that before the present address")
    func choice() {
        var resolution = NameResolutionConfiguration()
        let addresses = ["127.0.0.1", "10.0.0.1", "::1", "fe80::1"].map(Self.endpoint)
        func choose(current: String? = nil, taken: [String] = []) -> String? {
            AddressChoice(resolution, current: current.map(Self.endpoint), taken: Set(taken.map(Self.endpoint)))
                .choose(from: addresses)?.host
        }
        #expect(choose() == "::1")
        #expect(choose(current: "fe80::1") == "fe80::1")
        #expect(choose(current: "10.0.0.1") == "::1")
        resolution.preference = .ipv4
        #expect(choose() == "127.0.0.1")
        #expect(choose(current: "10.0.0.1") == "10.0.0.1")
        #expect(choose(taken: ["127.0.0.1"]) == "10.0.0.1")
        resolution.networks = [.init(address: "10.0.0.0", bits: 8), .init(address: "fe80::", bits: 10)]
        #expect(choose() == "10.0.0.1")
        #expect(choose(current: "127.0.0.1") == "10.0.0.1")
        #expect(choose(taken: ["127.0.0.1", "10.0.0.1"]) == "fe80::1")
        #expect(choose(taken: ["127.0.0.1", "10.0.0.1", "::1", "fe80::1"]) == nil)
        resolution.allowsDuplicates = true
        #expect(choose(taken: ["127.0.0.1", "10.0.0.1", "::1", "fe80::1"]) == "10.0.0.1")
    }

    @Test("a server keeps its place while it is named, and free servers take new places in order")
    func assignment() {
        var assignment = ServiceAssignment(servers: 2)
        let (a, b, c) = (
            NameAnswer.Service(target: "A.test", port: 1, weight: 0),
            NameAnswer.Service(target: "b.test", port: 1, weight: 1),
            NameAnswer.Service(target: "b.test", port: 2, weight: 65_535)
        )
        #expect(
            assignment.take([a, b, c]) == [
                .assign(0, .init(target: "a.test", port: 1), weight: 0),
                .assign(1, .init(target: "b.test", port: 1), weight: 1),
            ])
        #expect(assignment.take([c, b, a]).isEmpty)
        var heavier = b
        heavier.weight = 300
        #expect(
            assignment.take([heavier, c]) == [
                .release(0), .weigh(1, weight: 2), .assign(0, .init(target: "b.test", port: 2), weight: 256),
            ])
        #expect(assignment.place(of: 0) == .init(target: "b.test", port: 2))
        #expect(assignment.releaseAll() == [0, 1])
        #expect(assignment.releaseAll().isEmpty)
    }
}
