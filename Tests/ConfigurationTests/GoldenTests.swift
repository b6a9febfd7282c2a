import Foundation
import Testing

@testable import Configuration

/// Each `Golden/NAME.cfg` is read, and what is said of it is compared with `Golden/NAME.txt`.
///
/// `RECORD_GOLDEN=1 swift test --filter Golden` writes the texts anew, to be looked at as a diff.
@Suite("Golden diagnostics")
struct GoldenTests {
    private static let isRecording = ProcessInfo.processInfo.environment["RECORD_GOLDEN"] == "1"

    private static func names() throws -> [String] {
        try Folder.files(in: Folder.golden, extension: "cfg").map { $0.deletingPathExtension().lastPathComponent }
    }

    private func rendered(_ name: String) throws -> (text: String, parsed: ParsedInstance) {
        let bytes = try Data(contentsOf: Folder.golden.appending(path: "\(name).cfg"))
        let parsed = ConfigurationReader.parse(Array(bytes), file: "\(name).cfg", instance: name, environment: [:])
        let verdict = parsed.configuration == nil ? "refused" : "taken"
        return (
            (parsed.diagnostics.map { $0.rendered(color: false) } + [verdict]).joined(separator: "\n") + "\n", parsed
        )
    }

    @Test("there are files to compare")
    func filesExist() throws {
        #expect(try Self.names().count >= 27)
    }

    @Test("what is said of a broken file stays as it is", arguments: try names())
    func golden(name: String) throws {
        let (text, parsed) = try rendered(name)
        #expect(parsed.configuration != nil || parsed.diagnostics.contains { $0.severity == .error })
        let file = Folder.golden.appending(path: "\(name).txt")
        if Self.isRecording {
            try Data(text.utf8).write(to: file)
        } else {
            #expect(text == String(decoding: try Data(contentsOf: file), as: UTF8.self))
        }
    }
}
