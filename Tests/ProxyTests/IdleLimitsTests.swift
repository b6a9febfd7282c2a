import Configuration
import Testing

@testable import Proxy

@Suite("idle limits")
struct IdleLimitsTests {
    private func limits(
        client: Int? = nil, server: Int? = nil, clientFin: Int? = nil, serverFin: Int? = nil, tunnel: Int? = nil
    ) -> IdleLimits {
        var frontend = Timeouts()
        frontend.client = client.map { .milliseconds($0) }
        frontend.clientFin = clientFin.map { .milliseconds($0) }
        var backend = Timeouts()
        backend.server = server.map { .milliseconds($0) }
        backend.serverFin = serverFin.map { .milliseconds($0) }
        backend.tunnel = tunnel.map { .milliseconds($0) }
        return IdleLimits(frontend: frontend, backend: backend)
    }

    private func client(_ milliseconds: Int64) -> IdleLimits.Limit {
        IdleLimits.Limit(milliseconds: milliseconds, silence: .client)
    }

    private func server(_ milliseconds: Int64) -> IdleLimits.Limit {
        IdleLimits.Limit(milliseconds: milliseconds, silence: .server)
    }

    @Test("without settings there is no limit", arguments: [false, true], [false, true])
    func none(clientEnded: Bool, serverEnded: Bool) {
        #expect(limits().limit(clientEnded: clientEnded, serverEnded: serverEnded) == nil)
    }

    @Test("while both are open, the shorter limit counts and tells whose silence it is")
    func both() {
        #expect(limits(client: 3, server: 5).limit(clientEnded: false, serverEnded: false) == client(3))
        #expect(limits(client: 5, server: 3).limit(clientEnded: false, serverEnded: false) == server(3))
        #expect(limits(client: 5).limit(clientEnded: false, serverEnded: false) == client(5))
        #expect(limits(server: 5).limit(clientEnded: false, serverEnded: false) == server(5))
    }

    @Test("before the first bytes, a client's time runs from when it came, the others' from the connection")
    func late() {
        func limit(_ limits: IdleLimits, clientEnded: Bool = false) -> IdleLimits.Limit? {
            limits.limit(clientEnded: clientEnded, serverEnded: false, serverLateness: 4)
        }
        #expect(limit(limits(client: 6, server: 3)) == client(6))
        #expect(limit(limits(client: 8, server: 3)) == server(7))
        #expect(limit(limits(server: 3)) == server(7))
        #expect(limit(limits(client: 6, server: 3, tunnel: 5)) == client(9))
        #expect(limit(limits(client: 6, server: 3), clientEnded: true) == server(7))
    }

    @Test("at equal limits it is the client's silence")
    func equal() {
        #expect(limits(client: 3, server: 3).limit(clientEnded: false, serverEnded: false) == client(3))
    }

    @Test("once the client has ended, only the server's limit counts")
    func clientEnded() {
        #expect(limits(client: 1, server: 5).limit(clientEnded: true, serverEnded: false) == server(5))
        #expect(limits(client: 1, server: 5, serverFin: 2).limit(clientEnded: true, serverEnded: false) == server(2))
        #expect(limits(client: 1).limit(clientEnded: true, serverEnded: false) == nil)
        #expect(limits(client: 1, clientFin: 1).limit(clientEnded: true, serverEnded: false) == nil)
    }

    @Test("once the server has ended, only the client's limit counts")
    func serverEnded() {
        #expect(limits(client: 5, server: 1).limit(clientEnded: false, serverEnded: true) == client(5))
        #expect(limits(client: 5, server: 1, clientFin: 2).limit(clientEnded: false, serverEnded: true) == client(2))
        #expect(limits(server: 1).limit(clientEnded: false, serverEnded: true) == nil)
    }

    @Test("once both have ended, the shorter of their limits counts for the rest that is unsent")
    func bothEnded() {
        #expect(limits(client: 5, server: 7).limit(clientEnded: true, serverEnded: true) == client(5))
        #expect(limits(client: 5, server: 7, serverFin: 2).limit(clientEnded: true, serverEnded: true) == server(2))
        #expect(limits(client: 5, server: 7, clientFin: 1).limit(clientEnded: true, serverEnded: true) == client(1))
    }

    @Test("a side that doesn't take what waits for it is the silent one", arguments: [false, true], [false, true])
    func deaf(clientEnded: Bool, serverEnded: Bool) {
        func limit(_ limits: IdleLimits, client: Bool = false, server: Bool = false) -> IdleLimits.Limit? {
            limits.limit(
                clientEnded: clientEnded, serverEnded: serverEnded, clientIsDeaf: client, serverIsDeaf: server)
        }
        #expect(limit(limits(client: 5, server: 1), client: true) == client(5))
        #expect(limit(limits(client: 1, server: 5), server: true) == server(5))
        #expect(limit(limits(client: 5, server: 1), client: true, server: true) == server(1))
        #expect(limit(limits(client: 3, server: 3), client: true, server: true) == client(3))
        #expect(limit(limits(client: 5, server: 1, tunnel: 9), client: true) == client(9))
        #expect(limit(limits(server: 1), client: true) == nil)
        // A client that is still read has the shorter of its limits.
        let fin = limit(limits(client: 5, server: 1, clientFin: 2), client: true)
        #expect(fin == client(!clientEnded && serverEnded ? 2 : 5))
    }

    @Test("a tunnel's limit takes the place of both, but not that of the fin limits")
    func tunnel() {
        let limits = limits(client: 1, server: 2, tunnel: 100)
        #expect(limits.limit(clientEnded: false, serverEnded: false) == client(100))
        #expect(limits.limit(clientEnded: true, serverEnded: false) == server(100))
        #expect(limits.limit(clientEnded: false, serverEnded: true) == client(100))
        let fin = self.limits(client: 1, server: 2, clientFin: 5, serverFin: 7, tunnel: 100)
        #expect(fin.limit(clientEnded: false, serverEnded: false) == client(100))
        #expect(fin.limit(clientEnded: true, serverEnded: false) == server(7))
        #expect(fin.limit(clientEnded: false, serverEnded: true) == client(5))
    }

    @Test("a limit is never rounded down")
    func rounding() {
        var frontend = Timeouts()
        frontend.client = .microseconds(1_001)
        let limits = IdleLimits(frontend: frontend, backend: Timeouts())
        #expect(limits.limit(clientEnded: false, serverEnded: false) == client(2))
        #expect(Duration.zero.wholeMilliseconds == 0)
        #expect(Duration.nanoseconds(1).wholeMilliseconds == 1)
        #expect(Duration.seconds(86_400 * 365).wholeMilliseconds == 31_536_000_000)
    }
}
