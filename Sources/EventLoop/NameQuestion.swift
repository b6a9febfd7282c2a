import CLinux

/// A question for a name server.
///
/// - Source: RFC 1035, section 4; RFC 6891 for the size of the answer.
public struct NameQuestion: Sendable, Hashable {
    /// What is asked for; the raw value is the record's type.
    public enum Kind: UInt16, Sendable, Hashable {
        /// IPv4 addresses (A).
        case ipv4 = 1
        /// IPv6 addresses (AAAA).
        case ipv6 = 28
        /// Where a service is offered (SRV, RFC 2782).
        case service = 33
    }

    /// The name.
    public var name: String
    /// What is asked for.
    public var kind: Kind

    /// Makes a question.
    ///
    /// - Parameters:
    ///   - name: the name.
    ///   - kind: what is asked for.
    public init(name: String, kind: Kind) {
        self.name = name
        self.kind = kind
    }

    /// The message to send; `nil` for what can be no name.
    ///
    /// - Parameters:
    ///   - identifier: what the answer will repeat.
    ///   - payload: the largest answer that is taken, in bytes.
    /// - Returns: the bytes.
    public func message(identifier: UInt16, payload: UInt16) -> [UInt8]? {
        var wireName = [UInt8](repeating: 0, count: Int(NS_MAXCDNAME))
        guard !name.isEmpty, ns_name_pton(name, &wireName, wireName.count) >= 0,
            let length = NameQuestion.length(of: wireName)
        else { return nil }
        // Recursion is asked for; one question, and one record that says how large the answer may be.
        var message = NameQuestion.bytes(identifier, 0x0100, 1, 0, 0, 1)
        message += wireName[..<length]
        message += NameQuestion.bytes(kind.rawValue, 1)
        message += [0] + NameQuestion.bytes(41, payload, 0, 0, 0)
        return message
    }

    private static func bytes(_ numbers: UInt16...) -> [UInt8] {
        numbers.flatMap { [UInt8(truncatingIfNeeded: $0 >> 8), UInt8(truncatingIfNeeded: $0)] }
    }

    /// The length of an encoded name with its end; `nil` for labels that don't end.
    private static func length(of wireName: [UInt8]) -> Int? {
        var index = 0
        while index < wireName.count {
            guard wireName[index] > 0 else { return index + 1 }
            index += 1 + Int(wireName[index])
        }
        return nil
    }
}
