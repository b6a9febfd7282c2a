import Testing

@testable import Proxy

@Suite("TLS hellos")
struct TLSHelloTests {
    /// A client's hello of TLS 1.2 for a server's name, in one record.
    static func hello(for name: String?) -> [UInt8] {
        func counted(_ bytes: [UInt8], size: Int) -> [UInt8] {
            (0..<size).map { UInt8(truncatingIfNeeded: bytes.count >> (8 * (size - 1 - $0))) } + bytes
        }
        // An extension that comes before the name's, as real clients have them.
        var extensions: [UInt8] = [0, 23] + counted([], size: 2)
        if let name {
            extensions += [0, 0] + counted(counted([0] + counted(Array(name.utf8), size: 2), size: 2), size: 2)
        }
        let body: [UInt8] =
            [3, 3] + Array(repeating: 7, count: 32) + counted(Array(repeating: 9, count: 32), size: 1)
            + counted([0x13, 0x01, 0x13, 0x02], size: 2) + counted([0], size: 1) + counted(extensions, size: 2)
        return [22, 3, 1] + counted([1] + counted(body, size: 3), size: 2)
    }

    private func read<Value>(_ bytes: [UInt8], _ body: (TLSHello.Reading) -> Value) -> Value {
        bytes.withUnsafeBytes { body(TLSHello.read($0)) }
    }

    private func hello(_ bytes: [UInt8]) -> (type: UInt8, version: Int?, name: String?)? {
        read(bytes) { reading in
            guard case .hello(let hello) = reading else { return nil }
            return (hello.messageType, hello.version, hello.serverName.map { String(decoding: $0, as: UTF8.self) })
        }
    }

    private func isIncomplete(_ bytes: [UInt8]) -> Bool {
        read(bytes) { if case .incomplete = $0 { true } else { false } }
    }

    @Test("a hello says its type, its version and the server's name")
    func whole() throws {
        let named = try #require(hello(Self.hello(for: "broker.example.org")))
        #expect(named.type == 1)
        #expect(named.version == 3 << 16 | 3)
        #expect(named.name == "broker.example.org")
        #expect(try #require(hello(Self.hello(for: nil))).name == nil)
    }

    @Test("every beginning of a hello is incomplete, and what follows it doesn't matter")
    func beginnings() {
        let bytes = Self.hello(for: "a.b")
        for count in bytes.indices { #expect(isIncomplete(Array(bytes[..<count])), "\(count)") }
        #expect(hello(bytes + [1, 2, 3])?.name == "a.b")
    }

    @Test(
        "what is no handshake is told by its first bytes",
        arguments: [Array("AMQP".utf8), [22, 2, 0, 0, 9], [22, 3, 1, 0, 0]])
    func others(bytes: [UInt8]) {
        #expect(hello(bytes) == nil)
        #expect(!isIncomplete(bytes))
    }

    @Test("a hello whose lengths lie has no name, and nothing beyond it is read")
    func damaged() {
        let bytes = Self.hello(for: "broker.example.org")
        for index in 5..<bytes.count {
            var damaged = bytes
            damaged[index] = 0xFF
            let name = hello(damaged)?.name
            #expect(name == nil || name.map { $0.utf8.count <= bytes.count } == true)
        }
    }
}
