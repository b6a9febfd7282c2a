import Foundation

/// IP addresses in their textual forms.
enum IPAddressText {
    /// The usual form of an IPv4 address.
    ///
    /// - Parameter text: four numbers with dots.
    /// - Returns: the address, `nil` when the text is none.
    static func ipv4(_ text: String) -> String? {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 4 else { return nil }
        var numbers: [String] = []
        for part in parts {
            guard !part.isEmpty, part.count <= 3, part.utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }),
                let number = UInt8(part), part.count == 1 || part.first != "0"
            else { return nil }
            numbers.append(String(number))
        }
        return numbers.joined(separator: ".")
    }

    /// The bytes of an IPv4 address.
    ///
    /// - Parameter text: four numbers with dots.
    /// - Returns: 4 bytes, `nil` when the text is no address.
    static func bytes(ipv4 text: String) -> [UInt8]? {
        ipv4(text).map { $0.split(separator: ".").compactMap { UInt8($0) } }
    }

    /// The bytes of an IPv6 address.
    ///
    /// - Parameter text: an address without brackets, port and zone.
    /// - Returns: 16 bytes, `nil` when the text is no address.
    static func bytes(ipv6 text: String) -> [UInt8]? {
        var address = in6_addr()
        guard !text.utf8.contains(0), inet_pton(AF_INET6, text, &address) == 1 else { return nil }
        return withUnsafeBytes(of: address) { Array($0) }
    }

    /// The shortest form of an IPv6 address.
    ///
    /// - Parameter text: an address without brackets, port and zone.
    /// - Returns: the address as RFC 5952 has it, `nil` when the text is none.
    static func ipv6(_ text: String) -> String? {
        var address = in6_addr()
        // A zero byte would end the text early for the C function.
        guard !text.utf8.contains(0), inet_pton(AF_INET6, text, &address) == 1 else { return nil }
        var buffer = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        guard inet_ntop(AF_INET6, &address, &buffer, socklen_t(buffer.count)) != nil else { return nil }
        return String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// Whether a text looks like a host's name: letters, digits, `-`, `_` and `.`, and at least one letter.
    ///
    /// - Parameter text: the text.
    /// - Returns: whether it could be looked up.
    static func isName(_ text: String) -> Bool {
        guard !text.isEmpty, text.utf8.count <= 253 else { return false }
        var hasLetter = false
        for scalar in text.unicodeScalars {
            switch scalar {
            case "a"..."z", "A"..."Z", "_": hasLetter = true
            case "0"..."9", "-", ".": break
            default: return false
            }
        }
        return hasLetter && !text.hasPrefix(".") && !text.hasPrefix("-") && !text.contains("..")
    }
}
