import Foundation
import Model
import Testing

@testable import History

@Suite("a full disk")
struct FullDiskTests {
    @Test("is reported once; when there is room again, what waited is written and what was dropped is shown")
    func full() async throws {
        let state = try StateDirectory()
        guard try mount(["-t", "tmpfs", "-o", "size=1m", "tmpfs", state.path]) else {
            return print("skipped: mounting a small file system needs root")
        }
        // Lazily: a process that another test starts at this moment may hold a file of it open for an instant.
        defer { #expect((try? run("/bin/umount", ["--lazy", state.path])) == 0) }
        var limits = RecorderLimits.quick
        limits.queuedRows = 1000
        let ear = TestEar()
        let recorder = state.recorder(limits: limits, ear: ear)
        recorder.start()
        recorder.offer(transition())
        await recorder.flush()
        let ballast = state.path + "/ballast"
        #expect(FileManager.default.createFile(atPath: ballast, contents: nil))
        let filler = try FileHandle(forWritingTo: URL(fileURLWithPath: ballast))
        var size = 0
        while (try? filler.write(contentsOf: Data(count: 4096))) != nil { size += 4096 }
        #expect(size > 0)
        for number in 1...2000 { recorder.offer(transition(at: .base + Int64(number))) }
        try await eventually("the trouble is noticed") { recorder.status.trouble != nil }
        #expect((1000...1010).contains(recorder.status.queued), "the bound, and the one server's newest transition")
        #expect(ear.heard.count == 1)
        #expect(ear.heard.first?.contains("full") == true, "\(ear.heard)")
        try filler.truncate(atOffset: 0)
        try filler.close()
        await recorder.flush()
        #expect(recorder.status.trouble == nil)
        #expect(recorder.status.dropped + recorder.status.written == 2001)
        let reader = try state.reader()
        let rows = try reader.transitions(HistoryQuestion())
        #expect(rows.count == recorder.status.written)
        #expect(rows.last?.record.at == .base + 2000, "the newest state survives")
        let kinds = try reader.events(HistoryQuestion()).map(\.record.kind)
        #expect(kinds.contains(.gap) && kinds.contains(.historyTrouble))
        await recorder.stop()
        #expect(ear.heard.count == 2)
    }

    private func mount(_ arguments: [String]) throws -> Bool {
        guard getuid() == 0 else { return false }
        return try run("/bin/mount", arguments) == 0
    }

    private func run(_ program: String, _ arguments: [String]) throws -> Int32 {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = arguments
        try process.run()
        process.waitUntilExit()
        return process.terminationStatus
    }
}
