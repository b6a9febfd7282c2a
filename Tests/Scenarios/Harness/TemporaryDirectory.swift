import Foundation

/// A directory that goes with its owner.
final class TemporaryDirectory: Sendable {
    let path: String

    /// Makes one with a short path, because the paths of Unix sockets are short.
    init() throws {
        var template = Array("/tmp/supervise-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw ScenarioError("mkdtemp: \(String(cString: strerror(errno)))") }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    deinit {
        // What is left in /tmp harms nobody, and there is nobody to tell.
        try? FileManager.default.removeItem(atPath: path)
    }

    /// Makes a directory in it.
    func directory(_ name: String) throws -> String {
        let path = "\(path)/\(name)"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        return path
    }

    /// Writes a file in it.
    @discardableResult
    func write(_ text: String, to name: String) throws -> String {
        let path = "\(path)/\(name)"
        try text.write(toFile: path, atomically: true, encoding: .utf8)
        return path
    }
}
