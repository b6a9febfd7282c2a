import Foundation
import Testing

@testable import Proxy

/// The inputs that fuzzing has kept (`Scripts/fuzz peers merge`): each reaches code that no other one does.
@Suite("kept words of peers")
struct PeersCorpusTests {
    private static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Fuzz/Corpus/peers")

    @Test("what comes in pieces is understood as what comes at once", arguments: [1, 2, 7])
    func inputs(size: Int) throws {
        let names = try FileManager.default.contentsOfDirectory(atPath: Self.folder.path).sorted()
        try #require(names.count > 5)
        for name in names {
            let bytes = Array(try Data(contentsOf: Self.folder.appending(path: name)))
            let whole = read(bytes, inPiecesOf: bytes.count)
            #expect(read(bytes, inPiecesOf: size) == whole, "\(name)")
        }
    }

    /// All messages up to the first that is none.
    private func read(_ bytes: [UInt8], inPiecesOf size: Int) -> [PeerDecoder.Result] {
        var decoder = PeerDecoder()
        var results: [PeerDecoder.Result] = []
        var (begin, end) = (0, 0)
        while true {
            switch decoder.read(bytes[begin..<end]) {
            case .message(let message, let length):
                results.append(.message(message, length: length))
                begin += length
            case .malformed: return results + [.malformed]
            case .incomplete:
                guard end < bytes.count else { return results }
                end = min(bytes.count, end + size)
            }
        }
    }
}
