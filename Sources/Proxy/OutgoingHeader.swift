import Configuration
import EventLoop

/// The header that a connection to a server begins with, to say who its client is (`send-proxy`, `send-proxy-v2`).
///
/// - Source: the PROXY protocol's specification, versions 1 and 2; what it says of clients without an address, of checks, of
///   TLS and of unique ids, which there are none of here, follows recordings of HAProxy 2.6.
struct OutgoingHeader {
    /// Which version, and what a binary header carries besides the addresses.
    let format: ProxyHeader
    /// Where the client connected from and to; `nil` where that is not known: a Unix socket, or nobody's connection (a check).
    let connection: (source: IPEndpoint, destination: IPEndpoint)?
    /// The client's TLS; `nil` without.
    let security: ClientSecurity?

    /// Makes a header.
    ///
    /// - Parameters:
    ///   - format: which version, with what.
    ///   - source: the client's address; `IPEndpoint.none` where it has none.
    ///   - destination: where it connected to, `nil` where that is not known.
    ///   - security: the client's TLS; `nil` without.
    init(_ format: ProxyHeader, from source: IPEndpoint, to destination: IPEndpoint?, security: ClientSecurity? = nil) {
        self.format = format
        self.security = security
        connection = destination.flatMap { source == .none || source.isIPv6 != $0.isIPv6 ? nil : (source, $0) }
    }

    /// The header, ready to be sent.
    var bytes: [UInt8] {
        switch format {
        case .version1: Array(line.utf8)
        case .version2(let options): binary(options)
        }
    }

    private var line: String {
        guard let (source, destination) = connection else { return "PROXY UNKNOWN\r\n" }
        let family = source.isIPv6 ? "TCP6" : "TCP4"
        return "PROXY \(family) \(source.host) \(destination.host) \(source.port) \(destination.port)\r\n"
    }

    // MARK: Version 2

    private static let signature: [UInt8] = [
        0x0D, 0x0A, 0x0D, 0x0A, 0x00, 0x0D, 0x0A, 0x51, 0x55, 0x49, 0x54, 0x0A,
    ]

    /// Version 2 in the upper half; below, whether the addresses count.
    private enum Command {
        static let local: UInt8 = 0x20
        static let proxy: UInt8 = 0x21
    }

    /// The address family above, the transport (a stream) below.
    private enum Family {
        static let unspecified: UInt8 = 0x00
        static let ipv4: UInt8 = 0x11
        static let ipv6: UInt8 = 0x21
    }

    /// What each further field begins with.
    private enum Field {
        static let negotiatedProtocol: UInt8 = 0x01
        static let serverName: UInt8 = 0x02
        static let checksum: UInt8 = 0x03
        static let uniqueID: UInt8 = 0x05
        static let tls: UInt8 = 0x20

        // Inside that of TLS.
        static let version: UInt8 = 0x21
        static let commonName: UInt8 = 0x22
        static let cipher: UInt8 = 0x23
        static let signature: UInt8 = 0x24
        static let key: UInt8 = 0x25
    }

    /// What the client did, as bits.
    private enum ClientFlag {
        static let speaksTLS: UInt8 = 0x01
        static let hasShownCertificate: UInt8 = 0x02
        static let hasCertificate: UInt8 = 0x04
    }

    private func binary(_ options: Set<ProxyHeader.Option>) -> [UInt8] {
        var body: [UInt8] = []
        var (command, family) = (Command.local, Family.unspecified)
        if let (source, destination) = connection {
            (command, family) = (Command.proxy, source.isIPv6 ? Family.ipv6 : Family.ipv4)
            body += source.addressBytes + destination.addressBytes
            body += Self.bytes(source.port) + Self.bytes(destination.port)
        }
        if options.contains(.crc32c) { body += Self.field(Field.checksum, [0, 0, 0, 0]) }
        if let name = security?.negotiatedProtocol { body += Self.field(Field.negotiatedProtocol, name) }
        if options.contains(.authority), let name = security?.serverName { body += Self.field(Field.serverName, name) }
        // Sessions have no ids.
        if options.contains(.uniqueID) { body += Self.field(Field.uniqueID, []) }
        if options.contains(where: \.isAboutTLS) { body += Self.field(Field.tls, tls(options)) }
        var header = Self.signature + [command, family] + Self.bytes(UInt16(body.count)) + body
        if options.contains(.crc32c) {
            Self.seal(&header, addressLength: connection.map { $0.source.isIPv6 ? 36 : 12 } ?? 0)
        }
        return header
    }

    /// The client's flags, the result of a verification, and fields about them.
    private func tls(_ options: Set<ProxyHeader.Option>) -> [UInt8] {
        guard let security else { return [0, 0, 0, 0, 0] }
        var flags = ClientFlag.speaksTLS
        var result: UInt32 = 0
        var fields = Self.field(Field.version, security.version)
        if let certificate = security.certificate {
            flags |= ClientFlag.hasCertificate
            if certificate.isOfThisConnection { flags |= ClientFlag.hasShownCertificate }
            result = certificate.verificationResult
        }
        if options.contains(.certificateName), let name = security.certificate?.commonName {
            fields += Self.field(Field.commonName, name)
        }
        if options.contains(.certificateKey), let key = security.ownKey { fields += Self.field(Field.key, key) }
        if options.contains(.certificateSignature), let signature = security.ownSignature {
            fields += Self.field(Field.signature, signature)
        }
        if options.contains(.sslCipher) { fields += Self.field(Field.cipher, security.cipher) }
        return [flags] + withUnsafeBytes(of: result.bigEndian) { Array($0) } + fields
    }

    /// Fills in the checksum, which counts its own place as zeroes.
    private static func seal(_ header: inout [UInt8], addressLength: Int) {
        let place = signature.count + 4 + addressLength + 3
        var checksum = CRC32C()
        checksum.add(header)
        header.replaceSubrange(place..<place + 4, with: withUnsafeBytes(of: checksum.value.bigEndian) { Array($0) })
    }

    private static func field(_ type: UInt8, _ value: [UInt8]) -> [UInt8] {
        [type] + bytes(UInt16(value.count)) + value
    }

    private static func field(_ type: UInt8, _ text: String) -> [UInt8] { field(type, Array(text.utf8)) }

    private static func bytes(_ number: UInt16) -> [UInt8] { [UInt8(number >> 8), UInt8(truncatingIfNeeded: number)] }
}

extension ProxyHeader.Option {
    /// Whether it asks for the field that tells of the client's TLS.
    fileprivate var isAboutTLS: Bool {
        switch self {
        case .ssl, .certificateName, .certificateKey, .certificateSignature, .sslCipher: true
        case .authority, .crc32c, .uniqueID: false
        }
    }
}
