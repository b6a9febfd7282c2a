import Foundation
import Testing

@testable import Proxy

/// The inputs that fuzzing has kept (`Scripts/fuzz header merge`): each reaches code that no other one does.
@Suite("kept headers of fuzzing")
struct HeaderCorpusTests {
    private static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Fuzz/Corpus/header")

    @Test("a header is found where it ends, in whatever pieces it comes")
    func inputs() throws {
        let names = try FileManager.default.contentsOfDirectory(atPath: Self.folder.path).sorted()
        try #require(names.count > 50)
        for name in names {
            let bytes = Array(try Data(contentsOf: Self.folder.appending(path: name)))
            guard case .header(let header) = bytes.withUnsafeBytes(ReceivedProxyHeader.read) else { continue }
            for length in 0...bytes.count {
                let expected: ReceivedProxyHeader.Reading = length < header.length ? .incomplete : .header(header)
                let found = bytes[..<length].withUnsafeBytes(ReceivedProxyHeader.read)
                #expect(found == expected, "\(name), \(length) bytes")
            }
        }
    }
}
