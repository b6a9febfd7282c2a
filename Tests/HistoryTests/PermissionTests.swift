import Foundation
import GRDB
import Model
import Testing

@testable import History

/// A user without rights of his own: 65534 is `nobody` on Debian, and no name is needed.
private let nobody: uid_t = 65_534

/// Gives up root's rights for good; only in a process made for the test.
private func becomeNobody() {
    guard getuid() == 0 else { return }
    precondition(setgid(gid_t(nobody)) == 0 && setuid(nobody) == 0, "root could not become another user")
}

private func setMode(_ mode: Int, _ path: String) throws {
    try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
}

@Suite("the history and its permissions")
struct PermissionTests {
    @Test("another user reads along while a supervisor writes")
    func readsAlong() async throws {
        let state = try StateDirectory()
        let recorder = state.recorder()
        recorder.start()
        recorder.offer(transition())
        await recorder.flush()
        try setMode(0o555, state.path)
        await #expect(processExitsWith: .success) { [path = state.path as String] in
            becomeNobody()
            let rows = try HistoryDatabase(stateDirectory: path).transitions(HistoryQuestion())
            #expect(rows.count == 1)
        }
        try setMode(0o755, state.path)
        recorder.offer(transition())
        await recorder.flush()
        #expect(recorder.status.trouble == nil, "the other reader left nothing in the way")
        await recorder.stop()
    }

    @Test("another user reads after an orderly end, in a directory that he may not write")
    func readsAfterTheEnd() async throws {
        let state = try StateDirectory()
        try await Damage.history(in: state)
        #expect(try state.files == ["history.sqlite"])
        try setMode(0o555, state.path)
        await #expect(processExitsWith: .success) { [path = state.path as String] in
            becomeNobody()
            let rows = try HistoryDatabase(stateDirectory: path).transitions(HistoryQuestion())
            #expect(rows.count == 500)
        }
        #expect(try state.files == ["history.sqlite"])
        try setMode(0o755, state.path)
    }

    @Test("another user reads what a killed supervisor left, in a directory that he may not write")
    func readsAfterAKill() async throws {
        let state = try StateDirectory()
        await #expect(processExitsWith: .signal(SIGKILL)) { [path = state.path as String] in
            let recorder = Recorder(
                stateDirectory: path, version: "1", processID: 1, limits: .quick, now: { .base }, report: { _ in })
            recorder.start()
            recorder.offer(transition())
            await recorder.flush()
            kill(getpid(), SIGKILL)
        }
        #expect(try state.files == ["history.sqlite", "history.sqlite-shm", "history.sqlite-wal"])
        try setMode(0o555, state.path)
        await #expect(processExitsWith: .success) { [path = state.path as String] in
            becomeNobody()
            let rows = try HistoryDatabase(stateDirectory: path).transitions(HistoryQuestion())
            #expect(rows.count == 1)
        }
        try setMode(0o755, state.path)
    }

    @Test("a copy with a log but without its index, in a directory that may not be written, is refused with the reason")
    func logWithoutIndex() async throws {
        let state = try StateDirectory()
        let recorder = state.recorder()
        recorder.start()
        recorder.offer(transition())
        await recorder.flush()
        let copy = try StateDirectory()
        for file in ["history.sqlite", "history.sqlite-wal"] {
            try FileManager.default.copyItem(atPath: state.path + "/" + file, toPath: copy.path + "/" + file)
        }
        await recorder.stop()
        try setMode(0o555, copy.path)
        await #expect(processExitsWith: .success) { [path = copy.path as String] in
            becomeNobody()
            let error = #expect(throws: HistoryError.self) { try HistoryDatabase(stateDirectory: path) }
            #expect(error?.code == .cannotOpen)
            #expect(error?.message.contains("may write the directory") == true)
        }
        try setMode(0o755, copy.path)
        #expect(try copy.reader().transitions(HistoryQuestion()).count == 1)
    }

    @Test("a history that may not be read is said to be so, not to be missing")
    func unreadable() async throws {
        let state = try StateDirectory()
        try await Damage.history(in: state)
        try setMode(0o000, state.database)
        await #expect(processExitsWith: .success) { [path = state.path as String] in
            becomeNobody()
            let error = #expect(throws: HistoryError.self) { try HistoryDatabase(stateDirectory: path) }
            #expect(error?.code == .cannotOpen)
        }
        try setMode(0o000, state.path)
        await #expect(processExitsWith: .success) { [path = state.path as String] in
            becomeNobody()
            let error = #expect(throws: HistoryError.self) { try HistoryDatabase(stateDirectory: path) }
            #expect(error?.code != .missing)
            #expect(error?.description.contains("ermi") == true, "\(error?.description ?? "")")
        }
        try setMode(0o755, state.path)
    }

    @Test("root, asking after the end, leaves nothing behind that keeps the supervisor's user from writing")
    func rootAsks() async throws {
        guard getuid() == 0 else { return print("skipped: this test needs root") }
        let state = try StateDirectory()
        #expect(chown(state.path, nobody, gid_t(nobody)) == 0)
        try setMode(0o755, state.path)
        for expected in 1...2 {
            await #expect(processExitsWith: .success) { [path = state.path as String] in
                becomeNobody()
                let ear = TestEar()
                let recorder = Recorder(
                    stateDirectory: path, version: "1", processID: 1, limits: .quick, now: { .base },
                    report: { ear.hear($0) })
                recorder.start()
                recorder.offer(transition())
                await recorder.stop()
                #expect(ear.heard == [])
                #expect(recorder.status.written == 1)
            }
            #expect(try state.reader().transitions(HistoryQuestion()).count == expected)
        }
    }

    @Test("a recorder that may not write says so once, and writes when it may")
    func readOnly() async throws {
        let state = try StateDirectory()
        try await Damage.history(in: state)
        try setMode(0o444, state.database)
        try setMode(0o555, state.path)
        if getuid() == 0 {
            #expect(chown(state.path, nobody, gid_t(nobody)) == 0)
            #expect(chown(state.database, nobody, gid_t(nobody)) == 0)
        }
        await #expect(processExitsWith: .success) { [path = state.path as String] in
            becomeNobody()
            let ear = TestEar()
            let recorder = Recorder(
                stateDirectory: path, version: "1", processID: 1, limits: .quick, now: { .base },
                report: { ear.hear($0) })
            recorder.start()
            recorder.offer(transition(.backup))
            try await eventually("the trouble is noticed") { recorder.status.trouble != nil }
            #expect(ear.heard.count == 1)
            try setMode(0o755, path)
            try setMode(0o644, path + "/history.sqlite")
            await recorder.flush()
            #expect(recorder.status == RecorderStatus(queued: 0, dropped: 0, written: 1, trouble: nil))
            await recorder.stop()
            #expect(ear.heard.count == 2, "\(ear.heard)")
        }
        #expect(try state.reader().transitions(HistoryQuestion()).count == 501)
    }
}
