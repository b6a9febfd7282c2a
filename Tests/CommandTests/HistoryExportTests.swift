import Foundation
import History
import Model
import Testing

@Suite("the history is exported")
struct HistoryExportTests {
    private let program: Program

    init() throws {
        program = try Program()
    }

    /// Two transitions, an hour apart.
    private func fill() async throws {
        let recorder = Recorder(
            stateDirectory: program.folder + "/state", version: "1", processID: 1,
            now: { Timestamp(millisecondsSinceEpoch: 1_767_229_200_000) }, report: { _ in })
        recorder.start()
        let server = ServerIdentity(instance: "shop", proxy: "front", server: "app")
        for (hours, states) in [(0, (ServerState.unknown, ServerState.up)), (1, (.up, .down))]
            as [(Int64, (ServerState, ServerState))]
        {
            let at = Timestamp(millisecondsSinceEpoch: 1_767_225_600_000 + hours * 3_600_000)
            recorder.offer(.transition(TransitionRecord(at: at, server: server, from: states.0, to: states.1)))
        }
        await recorder.stop()
    }

    private func lines(_ file: String) throws -> [String] {
        try String(contentsOfFile: program.folder + "/" + file, encoding: .utf8)
            .split(whereSeparator: \.isNewline).map(String.init)
    }

    @Test("as CSV, as JSON lines and as a database, each with the time that was asked for")
    func forms() async throws {
        try await fill()
        #expect(try program("history", "export", "--to", "all.csv").code == 0)
        let table = try lines("all.csv")
        #expect(table.count == 3)
        #expect(table.first?.hasPrefix("at,instance,proxy,server,from,to,") == true)
        #expect(table.last?.hasPrefix("2026-01-01T01:00:00.000Z,shop,front,app,UP,DOWN,") == true)
        #expect(try program("history", "export", "--since", "2026-01-01T00:30:00Z", "--to", "late.jsonl").code == 0)
        let late = try lines("late.jsonl")
        #expect(
            late
                == (try program("history", "--since", "2026-01-01T00:30:00Z", "--json").output.split(separator: "\n")
                    .map(String.init)))
        #expect(late.count == 1)
        try FileManager.default.createDirectory(atPath: program.folder + "/copy", withIntermediateDirectories: true)
        #expect(try program("history", "export", "--to", "copy/history.sqlite").code == 0)
        #expect(
            try program("history", "--json", "--state", "copy").output == program("history", "--json").output)
        #expect(try FileManager.default.contentsOfDirectory(atPath: program.folder + "/copy") == ["history.sqlite"])
    }

    @Test("to no file that is there, of no unknown kind, and in no folder that is not")
    func refusals() async throws {
        let early = try program("history", "export", "--to", "x.csv")
        #expect(early.code == 1)
        #expect(early.messages.contains("there is no history yet"))
        try await fill()
        #expect(try program("history", "export", "--to", "x.txt").code == 2)
        #expect(try program("history", "export").code == 2)
        try program.write("mine", to: "x.csv")
        let taken = try program("history", "export", "--to", "x.csv")
        #expect(taken.code == 1)
        #expect(taken.messages.contains("is there already"))
        #expect(try lines("x.csv") == ["mine"])
        #expect(try program("history", "export", "--to", "nosuch/x.jsonl").code == 1)
        #expect(try program("history", "export", "--to", "nosuch/x.sqlite").code == 1)
    }
}
