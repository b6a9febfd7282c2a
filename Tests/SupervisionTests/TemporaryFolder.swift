import Foundation

/// A folder of a test's own, gone with it.
final class TemporaryFolder {
    let path: String

    /// Makes the folder; its path is short enough for sockets.
    init() throws {
        path = "/tmp/supervision-\(UUID().uuidString.prefix(13))"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
    }

    deinit {
        // A folder that cannot be removed is left to the system's own cleaning.
        try? FileManager.default.removeItem(atPath: path)
    }
}
