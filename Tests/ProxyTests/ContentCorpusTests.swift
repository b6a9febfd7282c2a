import Foundation
import Model
import Testing

@testable import Proxy

/// The inputs that fuzzing has kept (`Scripts/fuzz content merge`): each reaches code that no other one does.
@Suite("kept contents of fuzzing")
struct ContentCorpusTests {
    private static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Fuzz/Corpus/content")

    @Test(
        "what is known of a client's first bytes stays, however much follows them",
        arguments: [ContentSample.tlsHelloType, .tlsVersion, .tlsServerName, .payload(offset: 1, length: 4)])
    func inputs(sample: ContentSample) throws {
        let names = try FileManager.default.contentsOfDirectory(atPath: Self.folder.path).sorted()
        try #require(names.count > 5)
        for name in names {
            let bytes = Array(try Data(contentsOf: Self.folder.appending(path: name)).dropFirst())
            var known: String?
            for length in 0...bytes.count {
                let reading = bytes[..<length].withUnsafeBytes {
                    SentContent(bytes: $0, isComplete: false).reading(of: sample)
                }
                if case .value(let value) = reading {
                    let text = "\(value)"
                    #expect(known == nil || known == text, "\(name), \(length) bytes")
                    known = text
                } else {
                    #expect(known == nil, "\(name), \(length) bytes")
                }
            }
        }
    }
}
