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

    @Test(
        "a port that goes by its clients' is told in 16 bits, and stays one where the number is the same",
        arguments: [
            (5, "+5", 5, "no need to change the port"), (5, "5", 5, "no need to change the port"),
            (5, "+7", 7, "port changed from '+5' to '+7'"), (5, "-7", 65_529, "port changed from '+5' to '-7'"),
            (-7, "-7", -7, "no need to change the port"), (-7, "+8", 8, "port changed from '+65529' to '+8'"),
            (5, "+70000", 4464, "port changed from '+5' to '+4464'"),
            (5, "-70000", 61_072, "port changed from '+5' to '-4464'"), (5, "+5x", 5, "no need to change the port"),
            (5, "+", 5, "problem converting port '+' to an int"), (0, "-0", 0, "no need to change the port"),
            (5, "80", nil, "port changed from '+5' to '80'"),
            (
                nil, "+5", nil,
                "can't change <port> to port map because it is incompatible with current health check port "
                    + "configuration (use 'port' statement from the 'server' directive."
            ),
        ] as [(Int?, String, Int?, String)])
    func maps(before map: Int?, port: String, after: Int?, words: String) throws {
        let change = try AddressChange(
            from: before, ownPort: 1, host: "127.0.0.1", port: port, portMap: map, checksHavePort: false)
        #expect(change.portMap == after)
        #expect(change.words == "no need to change the addr, \(words) by 'stats socket command'\n")
        #expect(change.address.description == (port == "80" ? "127.0.0.1:80" : "127.0.0.1:7201"))
    }

    @Test("a port of its own becomes one that goes by its clients' where checks have theirs")
    func becomesMap() throws {
        let change = try AddressChange(
            from: before, ownPort: 1, host: "127.0.0.1", port: "+7201", checksHavePort: true)
        #expect(change.portMap == 7201)
        #expect(change.words.contains("port changed from '7201' to '+7201'"))
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
