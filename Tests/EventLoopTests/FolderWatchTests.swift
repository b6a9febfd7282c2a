import Foundation
import Testing

@testable import EventLoop

@Suite struct FolderWatchTests {
    @Test("files that are written, moved and removed are told by name, and those that are only read are not")
    func names() throws {
        let folder = NSTemporaryDirectory() + "watch-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let watch = try FolderWatch(folder)
        #expect(watch.names() == [])
        try "one".write(toFile: "\(folder)/one.cfg", atomically: false, encoding: .utf8)
        #expect(watch.names() == ["one.cfg"])
        _ = try String(contentsOfFile: "\(folder)/one.cfg", encoding: .utf8)
        #expect(watch.names() == [])
        try FileManager.default.moveItem(atPath: "\(folder)/one.cfg", toPath: "\(folder)/two.cfg")
        #expect(watch.names() == ["one.cfg", "two.cfg"])
        try FileManager.default.removeItem(atPath: "\(folder)/two.cfg")
        #expect(watch.names() == ["two.cfg"])
    }

    @Test("a folder that is not there cannot be watched")
    func missing() {
        #expect(throws: SystemError("inotify_add_watch", "/nowhere/at/all", code: 2)) {
            try FolderWatch("/nowhere/at/all")
        }
    }
}
