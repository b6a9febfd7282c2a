import Foundation
import Model
import Peers
import Testing

/// How sessions live and end, with real connections.
@Suite("life of a session")
struct SessionLifeTests {
    @Test("the client's end is passed on while the server still talks")
    func clientEndsFirst() async throws {
        let server = try PeerListener()
        try await withInstance(Example.listen(addresses: [server.address])) { instance in
            let client = try instance.connect()
            try client.send("question")
            let far = try server.accept()
            try far.expect("question")
            client.finish()
            #expect(far.readToEnd().ending == .fin)
            try far.send("late answer")
            try client.expect("late answer")
            far.close()
            #expect(client.readToEnd().ending == .fin)
            client.close()
            #expect(try await eventually { try await instance.frontend().currentSessions == 0 })
            let counters = try await instance.server("s0").counters
            #expect(counters.bytesIn == 8)
            #expect(counters.bytesOut == 11)
            #expect(counters.clientAborts == 0)
            #expect(counters.serverAborts == 0)
        }
    }

    @Test("the server's end is passed on while the client still talks")
    func serverEndsFirst() async throws {
        let server = try PeerListener()
        try await withInstance(Example.listen(addresses: [server.address])) { instance in
            let client = try instance.connect()
            try client.send("a")
            let far = try server.accept()
            try far.expect("a")
            far.finish()
            #expect(client.readToEnd().ending == .fin)
            try client.send("more")
            try far.expect("more")
            client.close()
            #expect(far.readToEnd().ending == .fin)
            far.close()
            #expect(try await eventually { try await instance.frontend().currentSessions == 0 })
        }
    }

    @Test("the last bytes before a server's reset reach the client, which then sees an end")
    func lastWords() async throws {
        let server = try PeerListener()
        try await withInstance(Example.listen(addresses: [server.address])) { instance in
            for _ in 0..<20 {
                let client = try instance.connect()
                try client.send("a")
                let far = try server.accept()
                try far.expect("a")
                try far.send("Connection.Close 320")
                // Until the client has them, so that the reset does not overtake them on the way to the proxy.
                try client.expect("Connection.Close 320")
                far.reset()
                #expect(client.readToEnd().ending == .fin)
                client.close()
            }
            #expect(try await eventually { try await instance.frontend().currentSessions == 0 })
            let counters = try await instance.server("s0").counters
            #expect(counters.serverAborts == 20)
            #expect(counters.responseErrors == 20)
        }
    }

    @Test("a client that is slow still gets what came before the server's reset")
    func lastWordsForSlowClient() async throws {
        let server = try PeerListener()
        try await withInstance(Example.listen(addresses: [server.address])) { instance in
            let client = try instance.connect(receiveBuffer: 4_096)
            try client.send("a")
            let far = try server.accept()
            try far.expect("a")
            let total = 400_000
            var sent = 0
            while sent < total { sent += try far.sendSome([UInt8](repeating: 1, count: min(10_000, total - sent))) }
            // The proxy has taken all of it when nothing is left in this socket's send queue.
            #expect(try await eventually { far.unsentBytes == 0 })
            let before = try await instance.server("s0").counters.bytesOut
            far.reset()
            let (bytes, ending) = client.readToEnd()
            #expect(ending == .fin)
            #expect(bytes.count > 0)
            #expect(before == 0)
            client.close()
            #expect(try await eventually { try await instance.frontend().currentSessions == 0 })
            #expect(try await instance.server("s0").counters.bytesOut == Int64(bytes.count))
        }
    }

    @Test("a client's reset is passed on as a reset")
    func clientResets() async throws {
        let server = try PeerListener()
        try await withInstance(Example.listen(addresses: [server.address])) { instance in
            let client = try instance.connect()
            try client.send("a")
            let far = try server.accept()
            try far.expect("a")
            client.reset()
            #expect(far.readToEnd().ending == .reset)
            far.close()
            #expect(try await eventually { try await instance.server("s0").counters.clientAborts == 1 })
        }
    }

    @Test("a server that speaks first is heard by a silent client")
    func greeting() async throws {
        let server = try FakeServer(.greet("220 ready"))
        try await withInstance(Example.listen([server])) { instance in
            let client = try instance.connect()
            try client.expect("220 ready")
            try client.send("ping")
            try client.expect("ping")
            client.close()
        }
    }

    @Test("a server that ends or breaks at once is an end for the client", arguments: [true, false])
    func endsAtOnce(resets: Bool) async throws {
        let server = try FakeServer(resets ? .reset : .close)
        try await withInstance(Example.listen([server])) { instance in
            for text in ["", "hello"] {
                let client = try instance.connect()
                try client.send(text)
                let (bytes, ending) = client.readToEnd()
                #expect(bytes.isEmpty)
                #expect(ending == .fin)
                client.close()
            }
            #expect(try await eventually { try await instance.frontend().currentSessions == 0 })
            #expect(try await instance.frontend().totalSessions == 2)
        }
    }

    @Test("big messages arrive complete in both directions at once", arguments: [1 << 16, 5_000_001])
    func bulk(count: Int) async throws {
        let server = try FakeServer()
        try await withInstance(Example.listen([server])) { instance in
            let client = try instance.connect()
            let message = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8) }
            async let sending: Void = onThread {
                try client.send(message)
                client.finish()
            }
            let (echoed, ending) = try await onThread { client.readToEnd() }
            try await sending
            #expect(ending == .fin)
            #expect(echoed == message)
            client.close()
        }
    }

    @Test("a reader that is slow costs bounded memory, and the writer is held up")
    func slowReader() async throws {
        let server = try PeerListener()
        try await withInstance(Example.listen(addresses: [server.address])) { instance in
            let client = try instance.connect(receiveBuffer: 8_192)
            try client.send("a")
            let far = try server.accept()
            try far.expect("a")
            let chunk = [UInt8](repeating: 3, count: 1 << 16)
            var sent = 0
            var quietLooks = 0
            // Held up when nothing was taken for a while; the kernel's buffers of both connections take some megabytes.
            while quietLooks < 100 {
                let count = try far.sendSome(chunk)
                sent += count
                quietLooks = count > 0 ? 0 : quietLooks + 1
                if count == 0 { _ = try await onThread { usleep(2_000) } }
                try #require(sent < 256 << 20, "the writer is never held up")
            }
            far.finish()
            let (bytes, ending) = client.readToEnd()
            #expect(bytes.count == sent)
            #expect(ending == .fin)
            client.close()
        }
    }

    @Test("a busy session does not starve the others")
    func fairness() async throws {
        let server = try FakeServer()
        try await withInstance(Example.listen([server])) { instance in
            let busy = try instance.connect()
            let stream = onThreadInBackground {
                let chunk = [UInt8](repeating: 1, count: 1 << 20)
                while (try? busy.send(chunk)) != nil {}
            }
            let drain = onThreadInBackground { _ = busy.readToEnd(within: .seconds(60)) }
            for _ in 0..<50 {
                let client = try instance.connect()
                try client.send("ping")
                try client.expect("ping")
                client.close()
            }
            busy.finish()
            _ = (stream, drain)
            await instance.stop()
            try await stream.value
            try await drain.value
            busy.close()
        }
    }

    @Test("many sessions at once are all served and all counted")
    func many() async throws {
        let server = try FakeServer()
        try await withInstance(Example.listen([server])) { instance in
            let clients = try (0..<200).map { _ in try instance.connect() }
            for (index, client) in clients.enumerated() { try client.send("\(index)") }
            for (index, client) in clients.enumerated() { try client.expect("\(index)") }
            let frontend = try await instance.frontend()
            #expect(frontend.currentSessions == 200)
            #expect(frontend.maxSessions == 200)
            for client in clients { client.close() }
            #expect(try await eventually { try await instance.frontend().currentSessions == 0 })
            #expect(try await instance.server("s0").counters.totalSessions == 200)
        }
    }
}
