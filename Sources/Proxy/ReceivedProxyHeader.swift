import EventLoop

/// A PROXY protocol header, read from the first bytes of a connection: who the client is, as the proxy before this one says.
///
/// A pure reading of what has come in so far; whoever owns the socket looks at the bytes without taking them, and takes
/// exactly the header once it is complete.
///
/// - Source: "The PROXY protocol, versions 1 & 2", sections 2.1 and 2.2. Where HAProxy 2.6 refuses what that allows (a header
///   in several pieces, words after `UNKNOWN`, binary headers about Unix sockets), it is taken here.
struct ReceivedProxyHeader: Equatable {
    /// Both ends of the client's connection.
    struct Addresses: Equatable {
        var source: IPEndpoint
        var destination: IPEndpoint
    }

    /// What keeps a connection's first bytes from being a header.
    enum Failure: Error, Equatable {
        /// They begin otherwise.
        case noHeader
        /// The connection is neither TCP over IPv4 nor over IPv6 nor unknown (version 1).
        case unknownProtocol
        /// A part of it is wrong.
        case invalid
        /// It is not complete, and nothing can follow; one that is too long counts as such, too.
        case truncated
    }

    /// What has come in so far.
    enum Reading: Equatable {
        case header(ReceivedProxyHeader)
        /// The beginning of a header.
        case incomplete
        case failed(Failure)
    }

    /// The longest header, in bytes: what HAProxy's buffers hold.
    static let longest = 16_384
    /// The longest header of version 1, its end included.
    static let longestLine = 107

    /// How many bytes it has; what follows them is the client's own.
    let length: Int
    /// The client's connection; `nil` where the connection itself is meant (`UNKNOWN`, `LOCAL`, Unix sockets).
    let addresses: Addresses?

    /// Reads a header of either version.
    ///
    /// - Parameter bytes: everything that has come in so far.
    /// - Returns: the header, or what is missing or wrong.
    static func read(_ bytes: UnsafeRawBufferPointer) -> Reading {
        do throws(Failure) {
            let header =
                if begins(bytes, with: ProxyLine.beginning) {
                    try ProxyLine.read(bytes)
                } else if begins(bytes, with: BinaryProxyHeader.signature) {
                    try BinaryProxyHeader.read(bytes)
                } else {
                    throw .noHeader
                }
            return header.map { .header($0) } ?? .incomplete
        } catch {
            return .failed(error)
        }
    }

    /// Whether a beginning is there as far as there are bytes.
    fileprivate static func begins(_ bytes: UnsafeRawBufferPointer, with beginning: [UInt8]) -> Bool {
        zip(bytes, beginning).allSatisfy(==)
    }
}

/// Version 1: `PROXY TCP4 192.0.2.1 192.0.2.2 40000 5672`, carriage return, line feed.
private enum ProxyLine {
    static let beginning = Array("PROXY ".utf8)
    private static let protocols = ["TCP4 ", "TCP6 ", "UNKNOWN"].map { Array($0.utf8) }

    /// Reads it; `nil` while its end has not come.
    static func read(_ bytes: UnsafeRawBufferPointer) throws(ReceivedProxyHeader.Failure) -> ReceivedProxyHeader? {
        let rest = UnsafeRawBufferPointer(rebasing: bytes.dropFirst(beginning.count))
        guard let family = protocols.firstIndex(where: { ReceivedProxyHeader.begins(rest, with: $0) }) else {
            throw .unknownProtocol
        }
        let line = bytes.prefix(ReceivedProxyHeader.longestLine)
        guard let end = line.firstIndex(of: UInt8(ascii: "\n")) else {
            guard bytes.count < ReceivedProxyHeader.longestLine else { throw .invalid }
            return nil
        }
        guard line[end - 1] == UInt8(ascii: "\r") else { throw .invalid }
        let words = rest[..<(end - 1 - beginning.count)].dropFirst(protocols[family].count)
        // Whatever follows UNKNOWN is to be passed over.
        if family == 2 { return ReceivedProxyHeader(length: end + 1, addresses: nil) }
        return ReceivedProxyHeader(length: end + 1, addresses: try addresses(words, isIPv6: family == 1))
    }

    private static func addresses(
        _ words: Slice<UnsafeRawBufferPointer>, isIPv6: Bool
    ) throws(ReceivedProxyHeader.Failure) -> ReceivedProxyHeader.Addresses {
        let words = words.split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false)
        guard words.count == 4,
            let source = endpoint(words[0], words[2]), let destination = endpoint(words[1], words[3]),
            source.isIPv6 == isIPv6, destination.isIPv6 == isIPv6
        else { throw .invalid }
        return .init(source: source, destination: destination)
    }

    private static func endpoint(
        _ host: Slice<UnsafeRawBufferPointer>, _ port: Slice<UnsafeRawBufferPointer>
    ) -> IPEndpoint? {
        // The name of an interface may stand in an address elsewhere, but not here.
        guard port.allSatisfy({ $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") }),
            let number = UInt16(String(decoding: port, as: UTF8.self)), !host.contains(UInt8(ascii: "%")),
            !host.contains(0),
            case .ip(let endpoint)? = SocketAddress(ip: String(decoding: host, as: UTF8.self), port: number)
        else { return nil }
        return endpoint
    }
}

/// Version 2: twelve fixed bytes, version and command, family, length, addresses, further values.
private enum BinaryProxyHeader {
    static let signature: [UInt8] = [0x0D, 0x0A, 0x0D, 0x0A, 0x00, 0x0D, 0x0A, 0x51, 0x55, 0x49, 0x54, 0x0A]
    /// What stands before the addresses, in bytes.
    private static let fixedLength = 16

    private enum Command: UInt8 {
        /// The connection is the proxy's own, such as a check.
        case local = 0x20
        /// The connection is a client's.
        case proxy = 0x21
    }

    /// How the client is connected, and how many bytes its addresses have.
    private enum Family: UInt8 {
        case unspecified = 0x00
        case tcp4 = 0x11
        case udp4 = 0x12
        case tcp6 = 0x21
        case udp6 = 0x22
        case unixStream = 0x31
        case unixDatagram = 0x32

        var addressLength: Int {
            switch self {
            case .unspecified: 0
            case .tcp4, .udp4: 12
            case .tcp6, .udp6: 36
            case .unixStream, .unixDatagram: 216
            }
        }
    }

    /// Reads it; `nil` while it is not complete.
    static func read(_ bytes: UnsafeRawBufferPointer) throws(ReceivedProxyHeader.Failure) -> ReceivedProxyHeader? {
        guard bytes.count > signature.count else { return nil }
        guard bytes[12] >> 4 == 2 else { throw .noHeader }
        guard let command = Command(rawValue: bytes[12]) else { throw .invalid }
        guard bytes.count >= fixedLength else { return nil }
        let length = fixedLength + (Int(bytes[14]) << 8 | Int(bytes[15]))
        guard length <= ReceivedProxyHeader.longest else { throw .truncated }
        guard bytes.count >= length else { return nil }
        switch command {
        case .local:
            return ReceivedProxyHeader(length: length, addresses: nil)
        case .proxy:
            guard let family = Family(rawValue: bytes[13]), length >= fixedLength + family.addressLength else {
                throw .invalid
            }
            let header = UnsafeRawBufferPointer(rebasing: bytes[..<length])
            // What follows addresses of no known form has none either.
            if family != .unspecified { try checkValues(of: header, from: fixedLength + family.addressLength) }
            return ReceivedProxyHeader(length: length, addresses: addresses(in: header, family))
        }
    }

    private static func addresses(
        in header: UnsafeRawBufferPointer, _ family: Family
    ) -> ReceivedProxyHeader.Addresses? {
        let size: Int
        switch family {
        case .tcp4: size = 4
        case .tcp6: size = 16
        case .unspecified, .udp4, .udp6, .unixStream, .unixDatagram: return nil
        }
        let ports = fixedLength + 2 * size
        return .init(
            source: endpoint(at: fixedLength, portAt: ports),
            destination: endpoint(at: fixedLength + size, portAt: ports + 2))

        func endpoint(at offset: Int, portAt: Int) -> IPEndpoint {
            IPEndpoint(
                wireAddress: UnsafeRawBufferPointer(rebasing: header[offset..<(offset + size)]),
                port: UInt16(header[portAt]) << 8 | UInt16(header[portAt + 1]))
        }
    }

    /// The type of the value that holds the header's checksum.
    private static let checksumType: UInt8 = 0x03

    /// Goes over the values (type, length, bytes); of all of them only the checksum matters here.
    private static func checkValues(
        of header: UnsafeRawBufferPointer, from start: Int
    ) throws(ReceivedProxyHeader.Failure) {
        var next = start
        while next < header.count {
            guard header.count - next >= 3 else { throw .invalid }
            let length = Int(header[next + 1]) << 8 | Int(header[next + 2])
            let value = next + 3
            guard header.count - value >= length else { throw .invalid }
            if header[next] == checksumType {
                guard length == 4, checksum(of: header, at: value) else { throw .invalid }
            }
            next = value + length
        }
    }

    /// Whether the checksum at an offset is that of the header with zeros in its place.
    private static func checksum(of header: UnsafeRawBufferPointer, at offset: Int) -> Bool {
        var sum = CRC32C()
        sum.add(header[..<offset])
        sum.add(repeatElement(0, count: 4))
        sum.add(header[(offset + 4)...])
        return header[offset..<(offset + 4)].reduce(0) { $0 << 8 | UInt32($1) } == sum.value
    }
}
