import Configuration
import EventLoop
import Testing

@testable import Proxy

@Suite("first addresses")
struct InitialAddressRuleTests {
    private static let last = SocketAddress(ip: "127.0.0.7", port: 5672)
    private static let found = SocketAddress(ip: "127.0.0.8", port: 5672)
    private static let fixed = SocketAddress(ip: "192.0.2.1", port: 5672)

    private func rule(
        _ ways: [NameResolutionConfiguration.InitialAddress], last: SocketAddress? = nil, isAnswered: Bool = false,
        hasResolvers: Bool = false
    ) -> InitialAddressRule {
        var answer = Resolver.Answer.failed("Name or service not known")
        if isAnswered, case .ip(let endpoint)? = SocketAddress(ip: "127.0.0.8", port: 0) {
            answer = .addresses([endpoint])
        }
        return InitialAddressRule(
            name: "app", port: 5672, ways: ways, hasResolvers: hasResolvers, last: last, answer: answer)
    }

    @Test("the first way that leads to an address is taken")
    func first() {
        #expect(rule([.last, .system], last: Self.last, isAnswered: true).address == Self.last)
        #expect(rule([.last, .system], isAnswered: true).address == Self.found)
        #expect(rule([.system, .last], last: Self.last, isAnswered: true).address == Self.found)
        #expect(rule([.system, .last], last: Self.last).address == Self.last)
        #expect(rule([.ip("192.0.2.1"), .system], isAnswered: true).address == Self.fixed)
        #expect(rule([.last, .ip("192.0.2.1")]).address == Self.fixed)
        #expect(rule([.none, .system], isAnswered: true).address == nil)
        #expect(rule([.last, .none], last: Self.last).address == Self.last)
    }

    @Test("what failed on the way to an address is told in HAProxy's words, and nothing else")
    func warnings() {
        let why = "Name or service not known"
        #expect(rule([.last, .system], isAnswered: true).warning == nil)
        #expect(rule([.none]).warning == nil)
        #expect(rule([.none, .system]).warning == nil)
        #expect(rule([.last, .none, .system]).warning == nil)
        #expect(rule([.ip("192.0.2.1"), .none]).warning == nil)
        #expect(rule([.last, .ip("192.0.2.1")]).warning == nil)
        #expect(rule([.system, .none]).warning == "could not resolve address 'app', disabling server: \(why)")
        #expect(rule([.last, .system]).warning == "could not resolve address 'app', disabling server: \(why)")
        #expect(
            rule([.system, .ip("192.0.2.1")]).warning
                == "could not resolve address 'app', falling back to configured address: \(why)")
        #expect(rule([.last]).warning == "no method found to resolve address 'app', disabling server")
        #expect(rule([]).warning == "no method found to resolve address 'app', disabling server")
    }

    @Test("the system is asked on until it has answered, unless name servers of the file are asked")
    func awaiting() {
        #expect(!rule([.last, .system], isAnswered: true).awaitsSystem)
        #expect(rule([.last, .system]).awaitsSystem)
        #expect(rule([.none]).awaitsSystem)
        #expect(rule([.system, .ip("192.0.2.1")]).awaitsSystem)
        #expect(!rule([.ip("192.0.2.1"), .system]).awaitsSystem)
        // What an earlier worker knew may be old.
        #expect(rule([.last, .system], last: Self.last).awaitsSystem)
        for ways in [[.last], [.system], [.none], []] as [[NameResolutionConfiguration.InitialAddress]] {
            #expect(!rule(ways, hasResolvers: true).awaitsSystem)
        }
    }
}
