import EventLoop
import Foundation
import Testing

@testable import Supervision

@Suite struct StateDirectoryTests {
    @Test("the option wins over the environment, and the environment over the default")
    func order() throws {
        var environment = [
            "SUPERVISE_STATE": "/a", "STATE_DIRECTORY": "/b:/c", "XDG_STATE_HOME": "/d", "HOME": "/home/ada",
        ]
        #expect(try StateDirectory.find(option: "/o", environment: environment, isRoot: false).path == "/o")
        #expect(try StateDirectory.find(option: nil, environment: environment, isRoot: false).path == "/a")
        environment["SUPERVISE_STATE"] = ""
        #expect(try StateDirectory.find(option: nil, environment: environment, isRoot: false).path == "/b")
        environment["STATE_DIRECTORY"] = nil
        #expect(
            try StateDirectory.find(option: nil, environment: environment, isRoot: true).path == "/var/lib/supervise")
        #expect(try StateDirectory.find(option: nil, environment: environment, isRoot: false).path == "/d/supervise")
        environment["XDG_STATE_HOME"] = "relative"
        #expect(
            try StateDirectory.find(option: nil, environment: environment, isRoot: false).path
                == "/home/ada/.local/state/supervise")
        #expect(throws: StateDirectory.Failure.unknown) {
            try StateDirectory.find(option: nil, environment: [:], isRoot: false)
        }
    }

    @Test("it is made with its parents, closed to others")
    func make() throws {
        let parent = try TemporaryFolder()
        let directory = StateDirectory(path: "\(parent.path)/one/two")
        try directory.make()
        try directory.make()
        let attributes = try FileManager.default.attributesOfItem(atPath: directory.path)
        #expect(attributes[.posixPermissions] as? Int == 0o750)
        #expect(directory.historyFile == "\(parent.path)/one/two/history.sqlite")
        #expect(directory.controlSocket == "\(parent.path)/one/two/control.sock")
    }

    @Test("a name too long for a socket is refused before anything is made")
    func longName() {
        let path = "/tmp/" + String(repeating: "x", count: 100)
        #expect(throws: StateDirectory.Failure.nameTooLong(path: path)) { try StateDirectory(path: path).make() }
        #expect(!FileManager.default.fileExists(atPath: path))
    }

    @Test("a second lock is refused with the holder's process number, until the first is given back")
    func lock() throws {
        let folder = try TemporaryFolder()
        let directory = StateDirectory(path: folder.path)
        let own = ProcessInfo.processInfo.processIdentifier
        do {
            let lock = try directory.lock()
            #expect(throws: StateDirectory.Failure.inUse(path: directory.path, by: own)) { try directory.lock() }
            withExtendedLifetime(lock) {}
        }
        _ = try directory.lock()
        #expect(
            StateDirectory.Failure.inUse(path: "/s", by: 7).description
                == "another supervisor (pid 7) is running on /s; stop it, or use another --state")
    }

    @Test("a left-over lock file locks nobody out")
    func staleLock() throws {
        let folder = try TemporaryFolder()
        let directory = StateDirectory(path: folder.path)
        try "1\n".write(toFile: directory.lockFile, atomically: false, encoding: .utf8)
        let lock = try directory.lock()
        let number = try String(contentsOfFile: directory.lockFile, encoding: .utf8)
        #expect(number == "\(ProcessInfo.processInfo.processIdentifier)\n")
        withExtendedLifetime(lock) {}
    }

    @Test("the control socket is answered only while somebody listens")
    func answered() throws {
        let folder = try TemporaryFolder()
        let directory = StateDirectory(path: folder.path)
        #expect(!directory.isAnswered)
        let file = try SocketFile(listeningAt: directory.controlSocket, access: .init(), backlog: 1)
        #expect(directory.isAnswered)
        Socket.close(file.descriptor)
        #expect(!directory.isAnswered)
    }
}
