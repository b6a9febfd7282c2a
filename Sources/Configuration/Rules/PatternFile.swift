import Foundation

/// A file of values, one a line (`-f`).
///
/// - Source: HAProxy 2.6 configuration manual, section 7.1, flag `-f`.
enum PatternFile {
    /// Reads it; empty lines and those that begin with `#` are none.
    ///
    /// - Parameter word: where the file's name stands, and so every mistake in it.
    /// - Returns: its lines without the blanks around them.
    /// - Throws: that it can't be read, or is too large.
    static func read(_ word: Word) throws(Diagnostic) -> [Word] {
        let data: Data
        do {
            data = try Data(contentsOf: URL(filePath: word.text))
        } catch {
            throw word.error(
                "the file '\(word.text)' can't be read: \(error.localizedDescription)",
                help: "check the path, which begins where the program was started, and its permissions")
        }
        guard data.count <= ConfigurationReader.largestFile else {
            throw word.error(
                "the file '\(word.text)' is larger than \(ConfigurationReader.largestFile >> 20) MiB",
                help: "is it a list of values?")
        }
        let lines = String(decoding: data, as: UTF8.self).split(whereSeparator: \.isNewline)
        return lines.map { $0.trimmingCharacters(in: .whitespaces) }
            .filter { !$0.isEmpty && !$0.hasPrefix("#") }
            .map(word.saying)
    }
}
