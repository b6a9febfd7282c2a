import EventLoop
import Model
import Testing

@testable import Proxy

@Suite("A server's address by order")
struct AddressChangeTests {
    private let before = SocketAddress(ip: "127.0.0.1", port: 7201)

    private func change(_ host: String, _ port: String?) throws -> AddressChange {
        try AddressChange(from: before, ownPort: 1, host: host, port: port, checksHavePort: false)
    }

    @Test(
        "the words say what has changed, and the address follows them",
        arguments: [
            ("127.0.0.2", nil, "127.0.0.2:7201", "IP changed from '127.0.0.1' to '127.0.0.2'"),
            ("127.0.0.1", nil, "127.0.0.1:7201", "no need to change the addr"),
            ("127.0.0.1", "7201", "127.0.0.1:7201", "no need to change the addr, no need to change the port"),
            (
                "127.0.0.2", "80", "127.0.0.2:80",
                "IP changed from '127.0.0.1' to '127.0.0.2', port changed from '7201' to '80'"
            ),
            (
                "127.0.0.1", "99999", "127.0.0.1:34463",
                "no need to change the addr, port changed from '7201' to '34463'"
            ),
            ("127.0.0.1", "12ab", "127.0.0.1:12", "no need to change the addr, port changed from '7201' to '12'"),
            (
                "127.0.0.2", "x", "127.0.0.2:7201",
                "IP changed from '127.0.0.1' to '127.0.0.2', problem converting port 'x' to an int"
            ),
        ] as [(String, String?, String, String)])
    func words(host: String, port: String?, address: String, words: String) throws {
        let change = try change(host, port)
        #expect(change.address.description == address)
        #expect(change.words == words + " by 'stats socket command'\n")
    }

    @Test("what is no address changes nothing")
    func invalid() throws {
        #expect(throws: ActRefusal.invalid("Invalid addr 'a.b' by 'stats socket command'\n")) { try change("a.b", "1") }
    }

    @Test("a server without an address gets one, with its own port")
    func unresolved() throws {
        let change = try AddressChange(from: nil, ownPort: 5672, host: "::1", port: nil, checksHavePort: false)
        #expect(change.address == SocketAddress(ip: "::1", port: 5672))
    }
}
