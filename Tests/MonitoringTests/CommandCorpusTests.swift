import Foundation
import Testing

@testable import Monitoring

/// The inputs that fuzzing has kept (`Scripts/fuzz commands merge`): each reaches code that no other one does.
@Suite("kept commands of fuzzing")
struct CommandCorpusTests {
    private static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Fuzz/Corpus/commands")

    private func commands(in bytes: [UInt8], piece size: Int) -> [CommandInput.Next] {
        var input = CommandInput()
        var found: [CommandInput.Next] = []
        for start in stride(from: 0, to: bytes.count, by: size) {
            input.append(bytes[start..<min(start + size, bytes.count)])
            reading: while true {
                let next = input.next()
                switch next {
                case .needsMore: break reading
                case .tooLong: return found + [next]
                case .command, .payloadLine: found.append(next)
                }
            }
        }
        return found
    }

    @Test("the cuts of the network change no command")
    func inputs() throws {
        let names = try FileManager.default.contentsOfDirectory(atPath: Self.folder.path).sorted()
        try #require(names.count > 1)
        for name in names {
            let bytes = Array(try Data(contentsOf: Self.folder.appending(path: name)))
            let whole = commands(in: bytes, piece: max(bytes.count, 1))
            #expect(commands(in: bytes, piece: 1) == whole, "\(name)")
            #expect(commands(in: bytes, piece: 5) == whole, "\(name)")
        }
    }
}
