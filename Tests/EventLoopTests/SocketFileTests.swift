import Foundation
import Glibc
import Testing

@testable import EventLoop

@Suite struct SocketFileTests {
    private let folder: String

    init() throws {
        folder = "/tmp/socket-file-\(UUID().uuidString.prefix(13))"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
    }

    private func cleanUp() { try? FileManager.default.removeItem(atPath: folder) }

    @Test("the file appears with its mode and answers, and leaves nothing else behind")
    func appears() throws {
        defer { cleanUp() }
        let file = try SocketFile(listeningAt: "\(folder)/s", access: .init(mode: 0o600), backlog: 1)
        defer { Socket.close(file.descriptor) }
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["s"])
        #expect(try FileManager.default.attributesOfItem(atPath: file.path)[.posixPermissions] as? Int == 0o600)
        #expect(SocketFile.isAnswered(file.path))
        try file.grant(.init(mode: 0o640))
        #expect(try FileManager.default.attributesOfItem(atPath: file.path)[.posixPermissions] as? Int == 0o640)
    }

    @Test("a file that an earlier process left is replaced")
    func stale() throws {
        defer { cleanUp() }
        let first = try SocketFile(listeningAt: "\(folder)/s", access: .init(), backlog: 1)
        Socket.close(first.descriptor)
        #expect(!SocketFile.isAnswered(first.path))
        let second = try SocketFile(listeningAt: "\(folder)/s", access: .init(), backlog: 1)
        defer { Socket.close(second.descriptor) }
        #expect(SocketFile.isAnswered(second.path))
        first.remove()
        #expect(SocketFile.isAnswered(second.path))
        second.remove()
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder).isEmpty)
    }

    @Test("a file that is in use, or is no socket, is left alone")
    func taken() throws {
        defer { cleanUp() }
        let first = try SocketFile(listeningAt: "\(folder)/s", access: .init(), backlog: 1)
        defer { Socket.close(first.descriptor) }
        #expect(throws: SystemError("bind", first.path, code: EADDRINUSE)) {
            try SocketFile(listeningAt: first.path, access: .init(), backlog: 1)
        }
        let text = "\(folder)/text"
        try "mine".write(toFile: text, atomically: false, encoding: .utf8)
        #expect(throws: SystemError("bind", text, code: EEXIST)) {
            try SocketFile(listeningAt: text, access: .init(), backlog: 1)
        }
        #expect(try String(contentsOfFile: text, encoding: .utf8) == "mine")
    }

    @Test("a path that is too long is an error, not a crash")
    func tooLong() {
        defer { cleanUp() }
        let path = "\(folder)/" + String(repeating: "x", count: 100)
        #expect(throws: SystemError("bind", path, code: ENAMETOOLONG)) {
            try SocketFile(listeningAt: path, access: .init(), backlog: 1)
        }
        #expect(!SocketFile.isAnswered(path))
    }

    @Test("a full backlog still counts as answered")
    func fullBacklog() throws {
        defer { cleanUp() }
        let file = try SocketFile(listeningAt: "\(folder)/s", access: .init(), backlog: 0)
        defer { Socket.close(file.descriptor) }
        let waiting = (0..<4).map { _ in Socket.connect(to: .unix(path: file.path)) }
        defer { for (descriptor, _) in waiting where descriptor >= 0 { Socket.close(descriptor) } }
        #expect(waiting.last?.1 == .failed(EAGAIN))
        #expect(SocketFile.isAnswered(file.path))
    }
}
