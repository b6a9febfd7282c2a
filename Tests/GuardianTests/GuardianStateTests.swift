import Testing

@testable import Guardian

@Suite("What a guardian hands on to the one that it becomes")
struct GuardianStateTests {
    private static func state() -> GuardianState {
        var state = GuardianState()
        state.life.goOn(with: [300, 200, 100])
        // Milliseconds of a machine that has been up for a year, two ends of which are remembered.
        state.life.intensity = RestartIntensity(ends: [31_536_000_000, 31_536_000_100], slowDelay: 2000)
        state.supervisors = [
            300: Supervisor(link: 7, messages: 8), 200: Supervisor(link: 9, messages: 10),
            100: Supervisor(link: 11, messages: 12),
        ]
        state.held = ["127.0.0.1:80": 13, "127.0.0.1:81 interface eth0": 14, "/run/a  b.sock": 15, "(lock)": 16]
        state.pending = Array("a line\nand half of\0 one".utf8)
        return state
    }

    @Test("who serves, who has sessions yet, what is held, waits and messages: all of it comes through")
    func all() throws {
        let state = Self.state()
        #expect(GuardianState(state.text) == state)
        #expect(Set(state.descriptors) == Set(7...16))
    }

    @Test("the next wait after a crash is the one that it would have been")
    func waits() throws {
        var before = GuardianLife()
        _ = before.take(.started(100), at: 0)
        _ = before.take(.ready(100), at: 0)
        for process in Int32(100)..<103 {
            _ = before.take(.ended(process, .signal(9)), at: 10)
            _ = before.take(.retryDue, at: 10)
            _ = before.take(.started(process + 1), at: 10)
            _ = before.take(.ready(process + 1), at: 10)
        }
        var state = GuardianState()
        state.life = before
        state.supervisors[103] = Supervisor(link: 7, messages: 8)
        var after = try #require(GuardianState(state.text)).life
        #expect(after == before)
        #expect(after.take(.ended(103, .signal(9)), at: 20) == [.retry(afterMilliseconds: 400)])
    }

    @Test("what a supervisor wrote last is not handed on")
    func tails() {
        var state = Self.state()
        state.supervisors[100]?.tail = [65]
        #expect(GuardianState(state.text) == Self.state())
    }

    @Test("lines of a newer program are passed over")
    func newer() {
        let state = Self.state()
        #expect(GuardianState(Array("newer 1 2 3\n \nheld x y\nsupervisor 1\n".utf8) + state.text) == state)
    }

    @Test(
        "where nobody serves there is nothing to go on with",
        arguments: ["", "life", "life 0\nheld 5 name", "life 100\nsupervisor 200 7 8", "life x\nsupervisor 0 7 8"])
    func nobody(text: String) {
        #expect(GuardianState(Array(text.utf8)) == nil)
    }
}
