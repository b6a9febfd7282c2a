import Synchronization
import Testing

extension Scenarios {
    @Suite("Streams")
    struct Streams {
        @Test("a client that has finished sending still gets its answer")
        func clientHalfClose() async throws {
            let counter = try FakeServer { client in
                let (bytes, _) = try await client.readToEnd()
                try await client.write(Array("\(bytes.count) bytes".utf8))
            }
            let setUp = try await SetUp(["counter \(counter.address.address)"])
            let client = try #require(try await Socket.connect(port: setUp.port.port))
            try await client.write([UInt8](repeating: 1, count: 300_000))
            client.finishWriting()
            let (answer, end) = try await client.readToEnd()
            #expect(String(decoding: answer, as: UTF8.self) == "300000 bytes")
            #expect(end == .end)
            try await setUp.process.stop()
        }

        @Test("a server that has finished sending still gets what the client sends")
        func serverHalfClose() async throws {
            let received = Received()
            let server = try FakeServer { client in
                try await client.write(Array("bye".utf8))
                client.finishWriting()
                received.count.withLock { $0 = -1 }
                let (bytes, _) = try await client.readToEnd()
                received.count.withLock { $0 = bytes.count }
            }
            let setUp = try await SetUp(["half \(server.address.address)"])
            let client = try #require(try await Socket.connect(port: setUp.port.port))
            let (greeting, end) = try await client.readToEnd()
            #expect(String(decoding: greeting, as: UTF8.self) == "bye")
            #expect(end == .end)
            try await client.write([UInt8](repeating: 2, count: 300_000))
            client.finishWriting()
            try await eventually("the server has all bytes") { received.count.withLock { $0 } == 300_000 }
            try await setUp.process.stop()
        }

        @Test("readers that stand still don't cost memory, however much their servers have to say")
        func slowReader() async throws {
            let poured = Received()
            let pourer = try FakeServer { client in
                let chunk = [UInt8](repeating: 0x70, count: 1 << 20)
                while !Task.isCancelled {
                    try await client.write(chunk, within: .seconds(300))
                    poured.count.withLock { $0 += chunk.count }
                }
            }
            let setUp = try await SetUp(["pour \(pourer.address.address)"])
            let before = try setUp.process.residentBytes()
            var stalled: [Socket] = []
            for _ in 0..<8 {
                stalled.append(try #require(try await Socket.connect(port: setUp.port.port)))
            }
            // One reader takes hundreds of megabytes past the others, who take nothing.
            let reader = try #require(try await Socket.connect(port: setUp.port.port))
            var taken = 0
            while taken < Self.pouredBytes {
                guard case .bytes(let bytes) = try await reader.read() else { throw ScenarioError("the stream ended") }
                taken += bytes.count
            }
            let growth = try setUp.process.residentBytes() - before
            #expect(growth < Self.memoryForStreams, "memory grew by \(growth >> 10) KiB")
            #expect(poured.count.withLock { $0 } >= Self.pouredBytes)
            for reader in stalled {
                guard case .bytes = try await reader.read() else { throw ScenarioError("a stalled reader was cut off") }
            }
            try await setUp.process.stop()
        }

        @Test("the last bytes before a server's reset reach the client")
        func lastBytesBeforeReset() async throws {
            let farewell = [UInt8](repeating: 0x62, count: 3000)
            let server = try FakeServer { client in
                _ = try await client.read(exactly: 1)
                try await client.write(farewell)
                try client.resetAtClose()
            }
            let setUp = try await SetUp(["abrupt \(server.address.address)"])
            for round in 0..<50 {
                let client = try #require(try await Socket.connect(port: setUp.port.port))
                try await client.write([1])
                let (bytes, _) = try await client.readToEnd()
                #expect(bytes == farewell, "round \(round): \(bytes.count) bytes")
            }
            try await setUp.process.stop()
        }

        @Test("a server that refuses never costs a session that another can serve")
        func refusingServer() async throws {
            let dead = [try HeldPort(), try HeldPort()]
            let alive = try FakeServer(serve: FakeServer.named("alive"))
            let setUp = try await SetUp([
                "dead1 \(dead[0].address)", "alive \(alive.address.address)", "dead2 \(dead[1].address)",
            ])
            for _ in 0..<60 {
                let client = try #require(try await Socket.connect(port: setUp.port.port))
                #expect(String(decoding: try await client.read(exactly: 6), as: UTF8.self) == "alive\n")
            }
            try await setUp.process.stop()
        }

        /// How much goes past the readers that stand still.
        private static let pouredBytes = 300 << 20
        /// What nine sessions at full speed may take: a few pooled buffers each.
        private static let memoryForStreams = 8 << 20

        private final class Received: Sendable {
            let count = Mutex(0)
        }

        /// One instance before the given servers, none of which is checked.
        private struct SetUp {
            let port: HeldPort
            let process: TestProcess

            init(_ servers: [String]) async throws {
                port = try HeldPort()
                let supervisor = try Supervisor(in: try TemporaryDirectory())
                try supervisor.configure("streams", PlainInstance(name: "streams", bind: port, servers: servers).text)
                process = try await supervisor.up(listeningOn: [port])
            }
        }
    }
}
