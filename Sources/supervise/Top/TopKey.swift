/// A key that a person presses on a terminal.
enum TopKey: Hashable {
    case character(Character)
    case up, down, pageUp, pageDown
    case enter, escape, backspace
    /// What a terminal in its usual mode makes a signal of: the keys that interrupt and suspend.
    case interrupt, suspend

    /// Reads what a terminal sends.
    ///
    /// - Parameter bytes: as one read gave them; what is no key is passed over.
    /// - Returns: the keys in order.
    /// - Source: ECMA-48, section 5.4 (control sequences); xterm's "PC-Style Function Keys".
    static func keys(in bytes: [UInt8]) -> [TopKey] {
        var keys: [TopKey] = []
        var rest = bytes[...]
        while let first = rest.first {
            switch first {
            case 0x1B where rest.count > 1: if let key = sequence(&rest) { keys.append(key) }
            case 0x1B: keys.append(.escape)
            case 0x03: keys.append(.interrupt)
            case 0x1A: keys.append(.suspend)
            case 0x0A, 0x0D: keys.append(.enter)
            case 0x08, 0x7F: keys.append(.backspace)
            case 0x20...0x7E: keys.append(.character(Character(UnicodeScalar(first))))
            case 0x80...:
                // All bytes of other letters are of this kind.
                let letters = rest.prefix { $0 >= 0x80 }
                keys += String(decoding: letters, as: UTF8.self).map { .character($0) }
                rest = rest.dropFirst(letters.count - 1)
            default: break
            }
            rest = rest.dropFirst()
        }
        return keys
    }

    /// Takes a sequence that begins with an escape; its last byte is left to the caller.
    private static func sequence(_ rest: inout ArraySlice<UInt8>) -> TopKey? {
        let second = rest[rest.startIndex + 1]
        guard second == UInt8(ascii: "[") || second == UInt8(ascii: "O") else { return .escape }
        rest = rest.dropFirst(2)
        let parameters = rest.prefix { !(0x40...0x7E).contains($0) }
        rest = rest.dropFirst(parameters.count)
        switch rest.first {
        case UInt8(ascii: "A"): return .up
        case UInt8(ascii: "B"): return .down
        case UInt8(ascii: "~") where parameters.first == UInt8(ascii: "5"): return .pageUp
        case UInt8(ascii: "~") where parameters.first == UInt8(ascii: "6"): return .pageDown
        default: return nil
        }
    }
}
