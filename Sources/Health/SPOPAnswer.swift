/// What an agent of HAProxy's stream processing protocol answers to a greeting, taken apart.
///
/// - Source: HAProxy's SPOE specification (`doc/SPOE.txt`), sections 3.2 (frames), 3.2.5 and 3.2.9 (AGENT-HELLO and
///   AGENT-DISCONNECT); which fault is told when several are there follows recordings of 2.6.12.
enum SPOPAnswer {
    /// What is said of a frame that is none.
    static let malformed = "invalid frame received"

    private static let helloType: UInt8 = 101
    private static let disconnectType: UInt8 = 102
    private static let finalFlag: UInt8 = 1
    /// The smallest frame that every agent has to take.
    private static let leastFrame: UInt64 = 256
    /// The longest frame that fits in HAProxy's buffer.
    private static let longestFrame: UInt64 = 16_380

    /// The protocol's words for the reasons to disconnect.
    private static let reasons: [UInt64: String] = [
        0: "normal", 1: "I/O error", 2: "a timeout occurred", 3: "frame is too big", 4: malformed,
        5: "version value not found", 6: "max-frame-size value not found", 7: "capabilities value not found",
        8: "unsupported version", 9: "max-frame-size too big or too small", 10: "fragmentation not supported",
        11: "invalid interlaced frames", 12: "frame-id not found", 13: "resource allocation error",
    ]

    /// A value of the protocol's: only what an answer's meaning needs is kept of it.
    private enum Value: Hashable {
        case number(UInt64)
        case text(ArraySlice<UInt8>)
        case other
    }

    private struct Malformed: Error {}

    /// Looks for a fault.
    ///
    /// - Parameter frame: a frame without its length.
    /// - Returns: what is wrong, in HAProxy's words; `nil` for a right greeting.
    static func fault(of frame: ArraySlice<UInt8>) -> String? {
        var rest = frame
        do {
            let type = try byte(&rest)
            guard type == helloType || type == disconnectType else { return malformed }
            let flags = try (0..<4).map { _ in try byte(&rest) }
            guard flags.last.map({ $0 & finalFlag != 0 }) == true else { return reasons[10] }
            // A stream's number and a frame's: neither belongs to a greeting.
            guard try number(&rest) == 0, try number(&rest) == 0 else { return malformed }
            return type == helloType ? try faultOfHello(&rest) : try reason(&rest)
        } catch {
            return malformed
        }
    }

    private static func faultOfHello(_ rest: inout ArraySlice<UInt8>) throws -> String? {
        var hasVersion = false
        var hasLength = false
        while !rest.isEmpty {
            let name = try name(&rest)
            switch (name, try value(&rest)) {
            case ("version", .text(let version)):
                guard isSupported(version) else { return reasons[8] }
                hasVersion = true
            case ("max-frame-size", .number(let length)):
                guard (leastFrame...longestFrame).contains(length) else { return reasons[9] }
                hasLength = true
            case ("capabilities", .text): continue
            case ("version", _), ("max-frame-size", _), ("capabilities", _): return malformed
            default: continue
            }
        }
        guard hasVersion else { return reasons[5] }
        return hasLength ? nil : reasons[6]
    }

    private static func reason(_ rest: inout ArraySlice<UInt8>) throws -> String? {
        var code: UInt64 = 0
        while !rest.isEmpty {
            let name = try name(&rest)
            switch (name, try value(&rest)) {
            case ("status-code", .number(let number)): code = number
            case ("message", .text): continue
            case ("status-code", _), ("message", _): return malformed
            default: continue
            }
        }
        return reasons[code] ?? "an unknown error occurred"
    }

    private static func isSupported(_ version: ArraySlice<UInt8>) -> Bool {
        let isBlank: (UInt8) -> Bool = { $0 == 0x20 || (0x09...0x0D).contains($0) }
        let text = String(
            decoding: version.drop(while: isBlank).reversed().drop(while: isBlank).reversed(), as: UTF8.self)
        return text.wholeMatch(of: /0*2\.0+/) != nil
    }

    // MARK: Values

    private static func byte(_ rest: inout ArraySlice<UInt8>) throws -> UInt8 {
        guard let byte = rest.popFirst() else { throw Malformed() }
        return byte
    }

    /// A number of variable length: below 240 a byte; above, the rest follows in groups of 7 bits.
    private static func number(_ rest: inout ArraySlice<UInt8>) throws -> UInt64 {
        let first = UInt64(try byte(&rest))
        guard first >= 240 else { return first }
        var value = first
        var shift: UInt64 = 4
        while true {
            let next = UInt64(try byte(&rest))
            // What takes more than 64 bits is more than anything here may be.
            value = shift < 57 ? value &+ next << shift : .max
            shift += 7
            if next < 128 { return value }
        }
    }

    private static func text(_ rest: inout ArraySlice<UInt8>) throws -> ArraySlice<UInt8> {
        let length = try number(&rest)
        guard length <= UInt64(rest.count) else { throw Malformed() }
        defer { rest = rest.dropFirst(Int(length)) }
        return rest.prefix(Int(length))
    }

    private static func name(_ rest: inout ArraySlice<UInt8>) throws -> String {
        let name = try text(&rest)
        guard !name.isEmpty else { throw Malformed() }
        return String(decoding: name, as: UTF8.self)
    }

    private static func value(_ rest: inout ArraySlice<UInt8>) throws -> Value {
        switch try byte(&rest) & 0x0F {
        case 0, 1: return .other
        case 2...5: return .number(try number(&rest))
        case 6: return try skip(4, &rest)
        case 7: return try skip(16, &rest)
        case 8: return .text(try text(&rest))
        case 9:
            _ = try text(&rest)
            return .other
        // A type that nobody knows has no bytes, as in HAProxy.
        default: return .other
        }
    }

    private static func skip(_ count: Int, _ rest: inout ArraySlice<UInt8>) throws -> Value {
        guard rest.count >= count else { throw Malformed() }
        rest = rest.dropFirst(count)
        return .other
    }
}
