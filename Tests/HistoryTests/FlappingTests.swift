import Model
import Testing

@testable import History

@Suite("a server that changes its state too often")
struct FlappingTests {
    /// Changes in the half minutes of these numbers; 0 is the newest.
    private func judge(_ slots: [Int64], after: Int64 = 0) -> Flapping {
        let now = Timestamp.base + after
        return Flapping(changes: slots.map { .base + (-$0 * 30_000 - 1) }, now: now)
    }

    @Test("is one that changed in more than thirty percent of the last half minutes, the newest counting most")
    func begins() {
        #expect(!judge([]).isFlapping)
        #expect(!judge([0, 1, 2]).isFlapping)
        #expect(judge([0, 1, 2, 3, 4, 5]).isFlapping)
        #expect(judge([0, 2, 4, 6, 8, 10]).isFlapping)
        #expect(!judge([14, 15, 16, 17, 18, 19]).isFlapping == (judge([14, 15, 16, 17, 18, 19]).percent < 25))
        #expect(judge([0, 1, 2]).percent > judge([17, 18, 19]).percent)
        #expect(abs(judge(Array(0..<20)).percent - 100) < 0.001)
        #expect(judge([0, 0, 0, 0, 0, 0, 0, 0]).percent == judge([0]).percent, "a half minute counts once")
    }

    @Test("stays one until less than twenty-five percent are left")
    func ends() {
        let changes: [Int64] = [0, 1, 2, 3, 4, 5]
        #expect(judge(changes).percent > 30)
        var calmAt: Double?
        for minutes in 1...12 {
            let later = judge(changes, after: Int64(minutes) * 60_000)
            if !later.isFlapping { calmAt = calmAt ?? later.percent }
            if later.percent > 25 { #expect(later.isFlapping) }
        }
        #expect(calmAt.map { $0 < 25 } == true)
    }

    @Test("is found in the history, and only while it changes")
    func history() throws {
        let state = try StateDirectory()
        let store = try HistoryStore(
            file: HistoryFile(stateDirectory: state.path), run: .init(processID: 1, version: "1", startedAt: .base),
            lockWait: .seconds(1), now: .base)
        var changes = [transition(.backup, .unknown, .up, at: .base)]
        for number in 0..<20 {
            let states: (ServerState, ServerState) = number % 2 == 0 ? (.up, .down) : (.down, .up)
            changes.append(transition(.primary, states.0, states.1, at: .base + Int64(number) * 30_000))
        }
        try store.write(
            notes: [], records: changes[...], gap: nil, now: .base + 600_000)
        let reader = try state.reader()
        #expect(try reader.flapping(now: .base + 600_000).keys.map(\.server) == ["rabbit"])
        #expect(try reader.flapping(now: .base + 1_800_000).isEmpty)
        try store.close()
    }
}
