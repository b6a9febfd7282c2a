import Foundation
import Testing

@testable import Configuration

/// The inputs that fuzzing has kept (`Scripts/fuzz configuration merge`): each reaches code that no other one does.
@Suite("Kept inputs of fuzzing")
struct FuzzCorpusTests {
    private static let folder = Folder.tests.deletingLastPathComponent().appending(path: "Fuzz/Corpus/configuration")

    @Test("each ends with a configuration or with an error, and every message has words")
    func inputs() throws {
        let names = try FileManager.default.contentsOfDirectory(atPath: Self.folder.path).sorted()
        try #require(names.count > 100)
        for name in names {
            let bytes = Array(try Data(contentsOf: Self.folder.appending(path: name)))
            let parsed = ConfigurationReader.parse(
                bytes, file: "fuzz.cfg", instance: "fuzz", environment: ["NAME": "value", "PORT": "5672", "EMPTY": ""])
            let hasError = parsed.diagnostics.contains { $0.severity == .error }
            #expect((parsed.configuration == nil) == hasError, "\(name)")
            #expect(parsed.diagnostics.allSatisfy { !$0.rendered(color: true).isEmpty }, "\(name)")
        }
    }
}
