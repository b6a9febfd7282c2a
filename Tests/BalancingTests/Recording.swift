import Foundation
import Testing

/// One scenario of a file in `Tests/Recordings`: what HAProxy 2.6 was told, and which servers it chose.
struct Recording: Sendable, CustomTestStringConvertible {
    /// Its number in the file, and its first line.
    var title: String
    /// The lines after it, in words.
    var lines: [[String]] = []
    var testDescription: String { title }

    /// The words of its first line after `scenario`.
    var words: [String] { title.split(separator: " ").dropFirst(2).map(String.init) }

    /// Reads a file.
    ///
    /// - Parameters:
    ///   - name: its name in `Tests/Recordings`.
    ///   - variable: the environment's name for a file to read in its place.
    /// - Returns: its scenarios; none without a file, which a test has to notice.
    static func all(of name: String, orOf variable: String) -> [Recording] {
        let file =
            ProcessInfo.processInfo.environment[variable].map { URL(fileURLWithPath: $0) }
            ?? URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "Recordings/\(name)")
        guard let text = try? String(contentsOf: file, encoding: .utf8) else { return [] }
        var recordings: [Recording] = []
        for line in text.split(separator: "\n") {
            if line.hasPrefix("scenario") {
                recordings.append(Recording(title: "\(recordings.count): \(line)"))
            } else {
                recordings[recordings.count - 1].lines.append(line.split(separator: " ").map(String.init))
            }
        }
        return recordings
    }
}
