import Foundation
import TLS

/// Reads files with the keys of session tickets: one in base64 a line.
///
/// - Source: HAProxy 2.6 configuration manual, section 5.1, and recordings of its messages.
enum TicketKeysFile {
    /// Reads a file.
    ///
    /// - Parameter path: its path.
    /// - Returns: the keys that count.
    /// - Throws: what is wrong, and in which line.
    static func read(_ path: String) throws(TLSError) -> TicketKeys {
        let text = String(decoding: try TLSFiles.read(path).contents, as: UTF8.self)
        var lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        if lines.last == "" { lines.removeLast() }
        var keys: [[UInt8]] = []
        for (index, line) in lines.enumerated() {
            guard let key = Data(base64Encoded: String(line)) else {
                throw TLSError("'\(path)': unable to decode base64 key on line \(index + 1)")
            }
            guard TicketKeys.sizes.contains(key.count), key.count == keys.first?.count ?? key.count else {
                throw TLSError("'\(path)': wrong sized key on line \(index + 1)")
            }
            keys.append(Array(key))
        }
        guard let found = TicketKeys(keys, path: path) else {
            throw TLSError("'\(path)': there are fewer than \(TicketKeys.count) keys")
        }
        return found
    }
}
