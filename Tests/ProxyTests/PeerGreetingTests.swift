import Testing

@testable import Proxy

/// What is expected is what HAProxy 2.6.12 answered.
@Suite("How peers greet each other")
struct PeerGreetingTests {
    @Test(
        "each line is judged as soon as it is there",
        arguments: [
            ("HAProxyS 2.2\n", PeerStatus.badVersion), ("HAProxyS 3.0\nown\n", .badVersion),
            ("HAProxyS 2\n", .badVersion),
            ("foo\n", .protocolError), ("HAProxyS 2.1\nx\n", .badName), ("HAProxyS 2.1\nown\nlb\n", .protocolError),
        ])
    func refusals(text: String, status: PeerStatus) {
        #expect(PeerGreeting.read(Array(text.utf8)[...], as: "own") == .refused(status))
    }

    @Test("whoever says who he is, and means this process, is heard", arguments: ["2.0", "2.1"])
    func names(version: String) {
        for end in ["\n", "\r\n"] {
            let text = "HAProxyS \(version)\(end)own\(end)lb 17 1\(end)"
            let expected = PeerGreeting.Reading.peer(
                name: "lb", knowsTimes: version == "2.1", length: text.utf8.count)
            let bytes = Array(text.utf8) + [0, 0]
            #expect(PeerGreeting.read(bytes[...], as: "own") == expected)
            for length in 0..<text.utf8.count {
                #expect(PeerGreeting.read(bytes[..<length], as: "own") == .incomplete)
            }
        }
        #expect(
            PeerGreeting.hello(to: "lb", from: "own", processID: 7) == Array("HAProxyS 2.1\nlb\nown 7 1\n".utf8))
    }

    @Test("who never ends a line is refused")
    func endless() {
        let bytes = [UInt8](repeating: 65, count: PeerGreeting.mostBytes)
        #expect(PeerGreeting.read(bytes[...], as: "own") == .refused(.protocolError))
        #expect(PeerGreeting.readAnswer(bytes[...])?.code == 0)
        #expect(PeerGreeting.readAnswer(bytes[..<10])?.code == nil)
        #expect(PeerGreeting.readAnswer(Array("200\n\u{0}".utf8)[...])?.length == 4)
    }
}
