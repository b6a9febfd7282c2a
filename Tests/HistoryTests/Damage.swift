import Foundation
import GRDB
import Model

@testable import History

/// Makes databases that are not what they should be.
enum Damage {
    /// Leaves a whole history of a few hundred transitions behind.
    static func history(in state: StateDirectory) async throws {
        let recorder = state.recorder()
        recorder.start()
        for number in 0..<500 { recorder.offer(transition(at: .base + Int64(number))) }
        await recorder.stop()
    }

    static func make(_ kind: String, in state: StateDirectory) async throws {
        switch kind {
        case "a damaged page":
            try await history(in: state)
            try overwritePages(from: 2, in: state)
        case "a truncated file":
            try await history(in: state)
            let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: state.database))
            try handle.truncate(atOffset: 4096 * 3 + 100)
            try handle.close()
        case "garbage":
            var random = SystemRandomNumberGenerator()
            let bytes = (0..<20_000).map { _ in UInt8.random(in: 0...255, using: &random) }
            try Data(bytes).write(to: URL(fileURLWithPath: state.database))
        default:
            try Data(repeating: 0, count: 8192).write(to: URL(fileURLWithPath: state.database))
        }
    }

    /// Writes 0xFF over every page from a number on (the first is 1), as a failing disk might.
    static func overwritePages(from first: Int, in state: StateDirectory) throws {
        let handle = try FileHandle(forUpdating: URL(fileURLWithPath: state.database))
        let size = try handle.seekToEnd()
        let start = UInt64((first - 1) * 4096)
        try handle.seek(toOffset: start)
        try handle.write(contentsOf: Data(repeating: 0xFF, count: Int(size - start)))
        try handle.close()
    }
}
