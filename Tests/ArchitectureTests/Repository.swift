import Foundation

/// The source tree that these tests belong to.
enum Repository {
    static let root = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath()
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    /// A text file's contents.
    static func text(_ path: String) throws -> String {
        try String(contentsOf: root.appending(path: path), encoding: .utf8)
    }

    static func exists(_ path: String) -> Bool {
        FileManager.default.fileExists(atPath: root.appending(path: path).path)
    }

    /// Every file below a folder, as a path from the root, in order.
    static func files(below folder: String) -> [String] {
        let enumerator = FileManager.default.enumerator(atPath: root.appending(path: folder).path)
        let found = enumerator?.compactMap { $0 as? String } ?? []
        return found.map { "\(folder)/\($0)" }.sorted()
    }

    static func swiftFiles(below folder: String) -> [String] {
        files(below: folder).filter { $0.hasSuffix(".swift") }
    }
}

/// What one source file imports.
struct Imports {
    var path: String
    var modules: Set<String>

    /// The module that the file belongs to: the folder below `Sources`.
    var module: String { String(path.split(separator: "/")[1]) }

    init(of path: String) throws {
        self.path = path
        // Such as `@preconcurrency public import struct Foundation.URL`.
        let pattern =
            /^(?:@\w+\s+)*(?:\w+\s+)?import\s+(?:(?:struct|class|enum|protocol|func|var|let|typealias)\s+)?(\w+)/
        modules = Set(
            try Repository.text(path).split(separator: "\n").compactMap { line in
                line.firstMatch(of: pattern).map { String($0.1) }
            })
    }
}
