import Glibc

/// The name servers that the system asks.
///
/// - Source: resolv.conf(5), `nameserver`.
public enum SystemNameServers {
    /// The largest file that is read, in bytes; what comes after is not looked at.
    static let largestFile = 1 << 16

    /// Reads the system's file.
    ///
    /// - Returns: the servers' addresses in the file's order; none when there is no file.
    public static func addresses() -> [String] { addresses(inFile: "/etc/resolv.conf") }

    static func addresses(inFile path: String) -> [String] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return [] }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: largestFile)
        let count = read(descriptor, &bytes, bytes.count)
        guard count > 0 else { return [] }
        return addresses(in: String(decoding: bytes[..<count], as: UTF8.self))
    }

    static func addresses(in text: String) -> [String] {
        text.split(whereSeparator: \.isNewline).compactMap { line in
            let words = line.split(whereSeparator: { $0 == " " || $0 == "\t" })
            guard words.count > 1, words[0] == "nameserver" else { return nil }
            return SocketAddress(ip: String(words[1]), port: 53) == nil ? nil : String(words[1])
        }
    }
}
