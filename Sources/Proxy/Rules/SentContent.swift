import AccessLog
import Model

/// What one side has sent so far, as rules look at it: bytes that are still to be passed on.
///
/// - Source: HAProxy 2.6 configuration manual, sections 7.3.5 and 7.3.6, and what HAProxy 2.6.12 waits for.
struct SentContent {
    /// As much as rules look at, in bytes: what HAProxy's buffers hold without the room that it keeps for rewriting.
    static let most = 15_360

    /// What has come, at the most that many bytes.
    let bytes: UnsafeRawBufferPointer
    /// Whether no more is waited for: the side has ended, there is no room, or the time is over.
    let isComplete: Bool

    /// Reads a sample.
    ///
    /// - Parameter sample: what is asked for.
    /// - Returns: what is known of it.
    func reading(of sample: ContentSample) -> SampleReading {
        switch sample {
        case .length: return current(.integer(Int64(bytes.count)))
        case .waitEnd: return isComplete ? .value(.boolean(true)) : .pending
        case .payload(let offset, 0):
            guard bytes.count > offset else { return .pending }
            return current(.binary(Array(bytes[offset...])))
        case .payload(let offset, let length): return part(offset, length)
        case .counted(let place):
            guard bytes.count >= place.lengthOffset + place.lengthSize else { return .pending }
            let digits = bytes[place.lengthOffset..<(place.lengthOffset + place.lengthSize)]
            let length = digits.reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
            guard length > 0, length <= UInt64(Self.most - min(place.start, Self.most)) else { return .value(.none) }
            return part(place.start, Int(length))
        case .tlsHelloType: return hello { .value(.integer(Int64($0.messageType))) }
        case .tlsVersion:
            return hello { $0.version.map { .value(.integer(Int64($0))) } ?? .value(.none) }
        case .tlsServerName:
            return hello { $0.serverName.map { .value(.text(String(decoding: $0, as: UTF8.self))) } ?? .value(.none) }
        }
    }

    private func current(_ value: SampleValue) -> SampleReading { isComplete ? .value(value) : .changing(value) }

    private func part(_ offset: Int, _ length: Int) -> SampleReading {
        guard bytes.count >= offset + length else { return .pending }
        return .value(.binary(Array(bytes[offset..<(offset + length)])))
    }

    private func hello(_ reading: (TLSHello) -> SampleReading) -> SampleReading {
        switch TLSHello.read(bytes) {
        case .incomplete: .pending
        case .otherwise: .value(.none)
        case .hello(let hello): reading(hello)
        }
    }
}
