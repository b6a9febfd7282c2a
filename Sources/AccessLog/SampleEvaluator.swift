import EventLoop
import Model

/// Finds the value of a sample for a session's line.
///
/// - Source: HAProxy 2.6 configuration manual, section 7.3, and recordings of every converter on every type.
struct SampleEvaluator {
    /// A sample's value.
    enum Value {
        case none
        case integer(Int64)
        case boolean(Bool)
        case text(String)
        case binary([UInt8])
        case address(IPEndpoint)
    }

    /// The session.
    let record: TemplateLogRecord

    /// The value as a line has it.
    ///
    /// - Parameter sample: the sample.
    /// - Returns: `nil` when there is none.
    func text(of sample: SampleExpression) -> String? {
        var value = value(of: sample.fetch)
        for converter in sample.converters { value = value.converted(by: converter) }
        return value.text
    }

    private func value(of fetch: SampleExpression.Fetch) -> Value {
        let (session, details) = (record.session, record.details)
        switch fetch {
        case .constant(.none): return .none
        case .constant(.integer(let number)): return .integer(number)
        case .constant(.boolean(let isTrue)): return .boolean(isTrue)
        case .constant(.text(let text)): return .text(text)
        case .source: return address(session.client)
        case .sourcePort: return port(session.client)
        case .isSourceLocal: return isLocal(session.client)
        case .destination: return address(details.destination)
        case .destinationPort: return port(details.destination)
        case .isDestinationLocal: return isLocal(details.destination)
        case .backendSource: return address(details.source)
        case .backendSourcePort: return port(details.source)
        case .serverAddress: return address(details.serverAddress)
        case .serverPort: return port(details.serverAddress)
        case .frontendName: return .text(session.frontend)
        case .frontendID: return .integer(Int64(details.frontendID))
        case .frontendConnections: return .integer(Int64(session.connections.frontend))
        case .backendName: return .text(session.backend)
        case .backendID: return .integer(Int64(details.backendID))
        case .backendConnections: return .integer(Int64(session.connections.backend))
        case .serverName: return session.server.map { .text($0) } ?? .none
        case .serverID: return details.serverID.map { .integer(Int64($0)) } ?? .none
        case .listenerName: return details.listenerName.map { .text($0) } ?? .none
        case .listenerID: return .integer(Int64(details.listenerID))
        case .bytesIn: return .integer(details.bytesFromClient)
        case .bytesOut: return .integer(session.bytesToClient)
        case .date(let offset, let unitsPerSecond):
            let milliseconds = details.loggedAt.millisecondsSinceEpoch + offset * 1_000
            return .integer(
                unitsPerSecond < 1_000 ? milliseconds / 1_000 : milliseconds * (unitsPerSecond / 1_000))
        case .dateMicroseconds: return .integer(details.loggedAt.millisecondsOfSecond * 1_000)
        case .random(let bound): return .integer(Int64(UInt32.random(in: 0..<bound)))
        case .processID: return .integer(Int64(details.processID))
        case .uniqueID: return record.uniqueID.map { .text($0) } ?? .none
        case .uuid: return .text(Self.uuid())
        case .tls(let property): return value(of: property)
        }
    }

    private func value(of property: SampleExpression.TLSProperty) -> Value {
        let encryption = record.details.encryption
        func text(_ text: String?) -> Value { text.map { .text($0) } ?? .none }
        switch property {
        case .isUsed: return .boolean(encryption != nil)
        case .version: return text(encryption?.version)
        case .cipher: return text(encryption?.cipher)
        case .serverName: return text(encryption?.serverName)
        case .hasServerName: return .boolean(encryption?.serverName != nil)
        case .negotiatedProtocol: return text(encryption?.negotiatedProtocol)
        case .isResumed: return .boolean(encryption?.isResumed == true)
        }
    }

    private func address(_ peer: LogPeer?) -> Value {
        guard case .ip(let endpoint)? = peer else { return .none }
        return .address(endpoint)
    }

    private func port(_ peer: LogPeer?) -> Value {
        guard case .ip(let endpoint)? = peer else { return .none }
        return .integer(Int64(endpoint.port))
    }

    private func isLocal(_ peer: LogPeer?) -> Value {
        guard case .ip(let endpoint)? = peer else { return .boolean(true) }
        return .boolean(Socket.isOwnAddress(endpoint))
    }

    /// A random identifier.
    ///
    /// - Source: RFC 9562, section 5.4.
    private static func uuid() -> String {
        let high = UInt64.random(in: 0...UInt64.max) & ~0xF000 | 0x4000
        let low = UInt64.random(in: 0...UInt64.max) & ~(3 << 62) | 1 << 63
        var buffer = LineBuffer(capacity: 36)
        buffer.append(hexadecimal: high >> 32, width: 8)
        for part in [high >> 16 & 0xFFFF, high & 0xFFFF, low >> 48] {
            buffer.append(byte: UInt8(ascii: "-"))
            buffer.append(hexadecimal: part, width: 4)
        }
        buffer.append(byte: UInt8(ascii: "-"))
        buffer.append(hexadecimal: low & 0xFFFF_FFFF_FFFF, width: 12)
        return String(decoding: buffer.bytes, as: UTF8.self).lowercased()
    }
}

extension SampleEvaluator.Value {
    /// The value as a line has it; `nil` when there is none.
    var text: String? {
        switch self {
        case .none: nil
        case .integer(let number): String(number)
        case .boolean(let isTrue): isTrue ? "1" : "0"
        case .text(let text): text
        case .binary(let bytes): String(decoding: bytes, as: UTF8.self)
        case .address(let endpoint): endpoint.host
        }
    }

    /// The value as bytes: numbers have 8, addresses 4 or 16.
    var bytes: [UInt8] {
        switch self {
        case .none: []
        case .integer(let number): Self.bytes(UInt64(bitPattern: number))
        case .boolean(let isTrue): Self.bytes(isTrue ? 1 : 0)
        case .text(let text): Array(text.utf8)
        case .binary(let bytes): bytes
        case .address(let endpoint):
            endpoint.isIPv6
                ? Self.bytes(endpoint.bits.high) + Self.bytes(endpoint.bits.low)
                : Array(Self.bytes(endpoint.bits.low).suffix(4))
        }
    }

    /// The value as a number: texts up to their first character that is no digit; `nil` for IPv6 addresses and none.
    var integer: Int64? {
        switch self {
        case .none, .binary: nil
        case .integer(let number): number
        case .boolean(let isTrue): isTrue ? 1 : 0
        case .text(let text): Int64(text.prefix { $0.isASCII && ($0.isNumber || $0 == "-") }) ?? 0
        case .address(let endpoint): endpoint.isIPv6 ? nil : Int64(endpoint.bits.low)
        }
    }

    private static func bytes(_ number: UInt64) -> [UInt8] {
        stride(from: 56, through: 0, by: -8).map { UInt8(truncatingIfNeeded: number >> UInt64($0)) }
    }
}
