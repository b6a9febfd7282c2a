import EventLoop
import Seeds
import Testing

@testable import Proxy

/// The reading of PROXY protocol headers: every form, every split, every truncation, every damage.
@Suite("received PROXY header")
struct ReceivedProxyHeaderTests {
    private func read(_ bytes: some Collection<UInt8>) -> ReceivedProxyHeader.Reading {
        Array(bytes).withUnsafeBytes { ReceivedProxyHeader.read($0) }
    }

    private func line(_ rest: String) -> [UInt8] { Array("PROXY \(rest)\r\n".utf8) }

    private static let signature: [UInt8] = Array("\r\n\r\n\0\r\nQUIT\n".utf8)

    private func binary(
        _ family: UInt8, _ body: [UInt8], versionAndCommand: UInt8 = 0x21
    ) -> [UInt8] {
        Self.signature + [versionAndCommand, family, UInt8(body.count >> 8), UInt8(body.count & 0xFF)] + body
    }

    private func endpoint(_ host: String, _ port: UInt16) throws -> IPEndpoint {
        guard case .ip(let endpoint)? = SocketAddress(ip: host, port: port) else {
            throw UnexpectedAddress(host: host)
        }
        return endpoint
    }

    private struct UnexpectedAddress: Error { let host: String }

    private let tcp4: [UInt8] = [192, 0, 2, 1, 192, 0, 2, 2, 0x9C, 0x40, 0x16, 0x28]
    private let tcp6: [UInt8] =
        [0x20, 1, 0x0D, 0xB8] + [UInt8](repeating: 0, count: 11) + [1, 0x20, 1, 0x0D, 0xB8]
        + [UInt8](repeating: 0, count: 11) + [2, 0x9C, 0x40, 0x16, 0x28]

    /// Every right header, with what it says.
    private func rightHeaders() throws -> [(bytes: [UInt8], addresses: ReceivedProxyHeader.Addresses?)] {
        let v4 = ReceivedProxyHeader.Addresses(
            source: try endpoint("192.0.2.1", 40_000), destination: try endpoint("192.0.2.2", 5_672))
        let v6 = ReceivedProxyHeader.Addresses(
            source: try endpoint("2001:db8::1", 40_000), destination: try endpoint("2001:db8::2", 5_672))
        let value: [UInt8] = [0x04, 0, 3, 1, 2, 3]
        return [
            (line("TCP4 192.0.2.1 192.0.2.2 40000 5672"), v4),
            (line("TCP6 2001:db8::1 2001:db8::2 40000 5672"), v6),
            (line("UNKNOWN"), nil),
            (line("UNKNOWN ffff::1 ffff::2 65535 65535"), nil),
            (binary(0x11, tcp4), v4), (binary(0x21, tcp6), v6),
            (binary(0x11, tcp4 + value + [0x02, 0, 0]), v4), (binary(0x21, tcp6 + value), v6),
            (binary(0x11, tcp4 + [0x04, 0x10, 0] + [UInt8](repeating: 7, count: 4096)), v4),
            (binary(0x31, [UInt8](repeating: 0x2F, count: 216)), nil),
            (binary(0x32, [UInt8](repeating: 0x2F, count: 216) + value), nil),
            (binary(0x12, tcp4), nil), (binary(0x22, tcp6), nil),
            (binary(0, []), nil), (binary(0, [1, 2, 3]), nil),
            (binary(0, [], versionAndCommand: 0x20), nil), (binary(0x11, tcp4, versionAndCommand: 0x20), nil),
            (binary(0xFF, [1], versionAndCommand: 0x20), nil),
        ]
    }

    @Test("every right header is read, with and without bytes after it")
    func right() throws {
        for (bytes, addresses) in try rightHeaders() {
            let expected = ReceivedProxyHeader.Reading.header(
                ReceivedProxyHeader(length: bytes.count, addresses: addresses))
            #expect(read(bytes) == expected, "\(bytes)")
            #expect(read(bytes + Array("AMQP\0\0\u{9}\u{1}\r\n".utf8)) == expected, "\(bytes)")
        }
    }

    @Test("wherever a right header is cut, the rest is waited for")
    func everyCut() throws {
        for (bytes, _) in try rightHeaders() {
            for count in 0..<bytes.count {
                #expect(read(bytes.prefix(count)) == .incomplete, "\(count) of \(bytes)")
            }
        }
    }

    @Test("anything else is refused with its first byte that is wrong")
    func noHeader() {
        #expect(read(Array("AMQP".utf8)) == .failed(.noHeader))
        for beginning in [Array("PROXY ".utf8), Self.signature] {
            for index in beginning.indices {
                var bytes = Array(beginning[...index])
                bytes[index] ^= 0x20
                #expect(read(bytes) == .failed(.noHeader), "\(bytes)")
            }
        }
        #expect(read(Self.signature + [0x11]) == .failed(.noHeader))
        #expect(read(binary(0x11, tcp4, versionAndCommand: 0x31)) == .failed(.noHeader))
    }

    @Test("lines that are wrong")
    func wrongLines() {
        for rest in ["UDP4 ", "TCP5", "TCP4\t", "unknown", "\r", "TCP7 192.0.2.1"] {
            #expect(read(Array("PROXY \(rest)".utf8)) == .failed(.unknownProtocol), "\(rest)")
        }
        let wrong = [
            "TCP4 192.0.2.1 192.0.2.2 40000", "TCP4 192.0.2.1 192.0.2.2 40000 5672 ",
            "TCP4 192.0.2.1 192.0.2.2 40000 5672 1", "TCP4  192.0.2.1 192.0.2.2 40000 5672",
            "TCP4 192.0.2.1 192.0.2.2 65536 5672", "TCP4 192.0.2.1 192.0.2.2 -1 5672",
            "TCP4 192.0.2.1 192.0.2.2 +1 5672", "TCP4 192.0.2.1 192.0.2.2  5672", "TCP4 192.0.2.1 192.0.2.2 4x 5672",
            "TCP4 192.0.2.256 192.0.2.2 40000 5672", "TCP4 2001:db8::1 2001:db8::2 40000 5672",
            "TCP6 192.0.2.1 192.0.2.2 40000 5672", "TCP6 fe80::1%lo fe80::2%lo 40000 5672",
            "TCP4 192.0.2.1\0 192.0.2.2 40000 5672", "TCP4 ",
        ]
        for rest in wrong { #expect(read(line(rest)) == .failed(.invalid), "\(rest)") }
        #expect(read(Array("PROXY TCP4 192.0.2.1 192.0.2.2 40000 5672\n".utf8)) == .failed(.invalid))
        #expect(read(Array("PROXY UNKNOWN\n".utf8)) == .failed(.invalid))
    }

    @Test("a line of 107 bytes is read, and no longer one")
    func longestLine() {
        let most = ReceivedProxyHeader.longestLine
        let filler = String(repeating: "x", count: most - "PROXY UNKNOWN \r\n".utf8.count)
        let longest = line("UNKNOWN \(filler)")
        #expect(longest.count == most)
        #expect(read(longest) == .header(ReceivedProxyHeader(length: most, addresses: nil)))
        let longer = line("UNKNOWN \(filler)x")
        #expect(read(longer.prefix(most - 1)) == .incomplete)
        #expect(read(longer.prefix(most)) == .failed(.invalid))
        #expect(read(longer) == .failed(.invalid))
    }

    @Test("binary headers that are wrong")
    func wrongBinary() {
        let wrong = [
            binary(0x11, Array(tcp4.dropLast())), binary(0x21, tcp4), binary(0x31, [1, 2, 3]),
            binary(0x41, tcp4), binary(0x10, tcp4), binary(0x13, tcp4), binary(0x01, []),
            binary(0x11, tcp4, versionAndCommand: 0x22), binary(0x11, tcp4 + [4]), binary(0x11, tcp4 + [4, 0]),
            binary(0x11, tcp4 + [4, 0, 1]), binary(0x11, tcp4 + [4, 0xFF, 0xFF, 1]),
            binary(0x11, tcp4 + [3, 0, 4, 1, 2, 3, 4]), binary(0x11, tcp4 + [3, 0, 2, 1, 2]),
        ]
        for bytes in wrong { #expect(read(bytes) == .failed(.invalid), "\(bytes)") }
        #expect(read(Self.signature + [0x21, 0x11, 0x40, 0]) == .failed(.truncated))
        #expect(read(Self.signature + [0x21, 0x11, 0x3F, 0xF0]) == .incomplete)
    }

    @Test("a right checksum is accepted, and one bit of damage anywhere is found")
    func checksum() {
        var bytes = binary(0x11, tcp4 + [0x03, 0, 4, 0, 0, 0, 0, 0x04, 0, 1, 9])
        let place = 16 + tcp4.count + 3
        var sum = CRC32C()
        sum.add(bytes)
        for index in 0..<4 { bytes[place + index] = UInt8(truncatingIfNeeded: sum.value >> (24 - 8 * UInt32(index))) }
        guard case .header(let header) = read(bytes) else {
            Issue.record("the header with a right checksum is not taken")
            return
        }
        #expect(header.length == bytes.count && header.addresses != nil)
        for index in 16..<bytes.count {
            for bit in 0..<8 {
                var damaged = bytes
                damaged[index] ^= 1 << bit
                // Damage to the checksum's own type or length makes another value of it, which nothing is known about.
                guard !(place - 3..<place).contains(index) else { continue }
                #expect(read(damaged) == .failed(.invalid), "byte \(index), bit \(bit)")
            }
        }
    }

    @Test("the checksum is the one of the standard's examples")
    func standardChecksums() {
        func sum(_ bytes: some Sequence<UInt8>) -> UInt32 {
            var sum = CRC32C()
            sum.add(bytes)
            return sum.value
        }
        #expect(sum(repeatElement(0, count: 32)) == 0x8A91_36AA)
        #expect(sum(repeatElement(0xFF, count: 32)) == 0x62A8_AB43)
        #expect(sum(0..<32) == 0x46DD_794E)
    }

    @Test("whatever comes in, reading ends and asks for no more than the longest header")
    func anything() {
        var generator = SeededGenerator(seed: 42)
        for _ in 0..<20_000 {
            var bytes = Bool.random(using: &generator) ? Array("PROXY TCP4 ".utf8) : Self.signature + [0x21, 0x11]
            for _ in 0..<Int.random(in: 0..<64, using: &generator) {
                bytes.append(UInt8.random(in: 0...255, using: &generator))
            }
            if case .header(let header) = read(bytes) {
                #expect(header.length <= bytes.count && header.length <= ReceivedProxyHeader.longest)
            }
        }
        var longest = Self.signature + [0x21, 0x11, 0x3F, 0xF0]
        longest += [UInt8](repeating: 0, count: ReceivedProxyHeader.longest - longest.count)
        #expect(read(longest.dropLast()) == .incomplete)
        #expect(read(longest) != .incomplete)
    }
}
