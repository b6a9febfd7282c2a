import Configuration
import EventLoop
import Peers
import Testing

@testable import Proxy

/// Headers byte by byte, against what HAProxy 2.6 sent.
@Suite("outgoing PROXY headers")
struct OutgoingHeaderTests {
    private func endpoint(_ host: String, _ port: UInt16) throws -> IPEndpoint {
        guard case .ip(let endpoint)? = SocketAddress(ip: host, port: port) else {
            throw WrongAddress(text: host)
        }
        return endpoint
    }

    private struct WrongAddress: Error { var text: String }

    private func hex(_ header: OutgoingHeader) -> String {
        header.bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    private static let signature = "0d0a0d0a000d0a515549540a"

    private func ipv4(_ options: Set<ProxyHeader.Option>, from: UInt16, to: UInt16) throws -> OutgoingHeader {
        OutgoingHeader(.version2(options), from: try endpoint("127.0.0.1", from), to: try endpoint("127.0.0.1", to))
    }

    private func ipv6(_ host: String, from: UInt16, to: UInt16, _ format: ProxyHeader) throws -> OutgoingHeader {
        OutgoingHeader(format, from: try endpoint(host, from), to: try endpoint(host, to))
    }

    @Test("version 1 is a line of text")
    func text() throws {
        func line(_ header: OutgoingHeader) -> String { String(decoding: header.bytes, as: UTF8.self) }
        let ipv4 = OutgoingHeader(
            .version1, from: try endpoint("192.0.2.7", 36_716), to: try endpoint("198.51.100.25", 57_565))
        #expect(line(ipv4) == "PROXY TCP4 192.0.2.7 198.51.100.25 36716 57565\r\n")
        #expect(line(try ipv6("::1", from: 47_998, to: 19_877, .version1)) == "PROXY TCP6 ::1 ::1 47998 19877\r\n")
        #expect(
            line(try ipv6("::ffff:127.0.0.1", from: 55_712, to: 19_877, .version1))
                == "PROXY TCP6 ::ffff:127.0.0.1 ::ffff:127.0.0.1 55712 19877\r\n")
        let longest = "2001:db8:1111:2222:3333:4444:5555:6666"
        #expect(try ipv6(longest, from: 65_535, to: 65_535, .version1).bytes.count <= 107)
    }

    @Test("version 2 has the addresses in binary")
    func binary() throws {
        #expect(
            hex(try ipv4([], from: 0xE60A, to: 0xDE1B)) == Self.signature + "2111000c7f0000017f000001e60ade1b")
        #expect(
            hex(try ipv6("::1", from: 0xBB88, to: 0x4DA5, .version2([.crc32c]))) == Self.signature
                + "2121002b0000000000000000000000000000000100000000000000000000000000000001bb884da5030004c0fe7b33")
        #expect(
            hex(try ipv6("::ffff:127.0.0.1", from: 0xD9AA, to: 0x4DA5, .version2([.crc32c]))) == Self.signature
                + "2121002b00000000000000000000ffff7f00000100000000000000000000ffff7f000001d9aa4da5030004cc15fd50")
    }

    @Test("options add fields, in an order of their own")
    func options() throws {
        #expect(
            hex(try ipv4([.crc32c], from: 0xC13A, to: 0xDBD1)) == Self.signature
                + "211100137f0000017f000001c13adbd1030004b5248070")
        #expect(
            hex(try ipv4([.uniqueID], from: 0xBB14, to: 0xD001)) == Self.signature
                + "2111000f7f0000017f000001bb14d001050000")
        #expect(
            hex(try ipv4([.crc32c, .uniqueID, .ssl, .certificateName, .authority], from: 0xD284, to: 0xC48F))
                == Self.signature + "2111001e7f0000017f000001d284c48f0300048d825fd70500002000050000000000")
        #expect(
            hex(try ipv4([.ssl, .crc32c], from: 0xC5CA, to: 0xEB87)) == Self.signature
                + "2111001b7f0000017f000001c5caeb870300047df228fd2000050000000000")
        #expect(
            hex(try ipv4([.uniqueID, .crc32c], from: 0xD7D0, to: 0xA83B)) == Self.signature
                + "211100167f0000017f000001d7d0a83b0300045d8451f7050000")
        for option in [ProxyHeader.Option.ssl, .certificateName, .certificateKey, .certificateSignature, .sslCipher] {
            #expect(
                hex(try ipv4([option], from: 0xDD86, to: 0x976D)) == Self.signature
                    + "211100147f0000017f000001dd86976d2000050000000000")
        }
        #expect(try ipv4([.authority], from: 1, to: 2).bytes == ipv4([], from: 1, to: 2).bytes)
    }

    @Test("a client's TLS is told as far as the options ask for it")
    func security() throws {
        let place = try endpoint("127.0.0.1", 1)
        var security = ClientSecurity(version: "V", cipher: "C", serverName: "N", negotiatedProtocol: nil)
        func fields(_ options: Set<ProxyHeader.Option>) -> String {
            let plain = OutgoingHeader(.version2([]), from: place, to: place).bytes.count
            let bytes = OutgoingHeader(.version2(options), from: place, to: place, security: security).bytes
            return bytes.dropFirst(plain).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        }
        #expect(fields([]) == "")
        #expect(fields([.authority]) == "0200014e")
        #expect(fields([.ssl]) == "200009" + "0100000000" + "21000156")
        #expect(fields([.sslCipher, .certificateName]) == "20000d" + "0100000000" + "21000156" + "23000143")
        security.certificate = .init(isOfThisConnection: true, verificationResult: 18, commonName: "M")
        #expect(fields([.certificateName]) == "20000d" + "0700000012" + "21000156" + "2200014d")
        security.certificate?.isOfThisConnection = false
        security.ownKey = "K"
        security.ownSignature = "S"
        #expect(
            fields([.certificateSignature, .certificateKey]) == "200011" + "0500000012" + "21000156" + "2500014b"
                + "24000153")
        security.negotiatedProtocol = "P"
        #expect(fields([]) == "01000150")
    }

    @Test("a client without an address is unknown, and a binary header then nobody's")
    func unknown() throws {
        let somewhere = try endpoint("127.0.0.1", 1)
        let cases: [(IPEndpoint, IPEndpoint?)] = [
            (.none, nil), (.none, somewhere), (somewhere, nil), (somewhere, try endpoint("::1", 1)),
        ]
        for (source, destination) in cases {
            #expect(OutgoingHeader(.version1, from: source, to: destination).bytes == Array("PROXY UNKNOWN\r\n".utf8))
            #expect(hex(OutgoingHeader(.version2([]), from: source, to: destination)) == Self.signature + "20000000")
            #expect(
                hex(OutgoingHeader(.version2([.crc32c]), from: source, to: destination)) == Self.signature
                    + "20000007030004a9b87e8f")
        }
    }
}
