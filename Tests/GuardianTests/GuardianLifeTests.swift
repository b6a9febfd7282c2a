import Testing

@testable import Guardian

private typealias Life = GuardianLife

@Suite("The guardian's decisions")
struct GuardianLifeTests {
    private static let terminate: Int32 = 15
    private static let kill: Int32 = 9

    /// One that serves, as number 100.
    private static func serving() -> GuardianLife {
        var life = Life()
        #expect(life.take(.started(100), at: 0) == [])
        #expect(life.take(.ready(100), at: 1) == [])
        return life
    }

    /// Number 200 serves, 100 has sessions yet.
    private static func upgraded() -> GuardianLife {
        var life = serving()
        order(&life)
        #expect(life.take(.started(200), at: 3) == [])
        #expect(life.take(.ready(200), at: 4) == [.tell(.leave, 100)])
        return life
    }

    /// An upgrade is ordered, and begins.
    private static func order(_ life: inout GuardianLife) {
        #expect(life.take(.upgradeOrdered, at: 2) == [])
        #expect(life.beginUpgrade() == true)
        #expect(life.beginUpgrade() == false)
    }

    @Test("one that never came up ends the guardian with its exit code", arguments: [Int32(1), 2, 64])
    func neverUp(code: Int32) {
        var life = Life()
        _ = life.take(.started(100), at: 0)
        #expect(life.take(.ended(100, .code(code)), at: 1) == [.exit(code)])
    }

    @Test("one that was killed before it came up ends the guardian as failed")
    func neverUpBySignal() {
        var life = Life()
        _ = life.take(.started(100), at: 0)
        #expect(life.take(.ended(100, .signal(Self.kill)), at: 1) == [.exit(1)])
    }

    @Test("one that cannot be started at all ends the guardian as failed, unless one has served")
    func cannotStart() {
        var life = Life()
        #expect(life.take(.startFailed, at: 0) == [.exit(1)])
        var later = Self.serving()
        #expect(later.take(.ended(100, .signal(Self.kill)), at: 1) == [.retry(afterMilliseconds: 0)])
        #expect(later.take(.retryDue, at: 1) == [.start(successorOf: nil)])
        #expect(later.take(.startFailed, at: 2) == [.retry(afterMilliseconds: 100)])
    }

    @Test(
        "one that served and ends by itself is started again",
        arguments: [GuardianLife.End.signal(9), .signal(4), .code(1)])
    func crash(end: GuardianLife.End) {
        var life = Self.serving()
        #expect(life.take(.ended(100, end), at: 10) == [.retry(afterMilliseconds: 0)])
        #expect(life.current == nil)
        #expect(life.take(.retryDue, at: 10) == [.start(successorOf: nil)])
        #expect(life.take(.started(101), at: 11) == [])
        // Also when the next one doesn't come up: traffic was served, and may be again.
        #expect(life.take(.ended(101, .code(2)), at: 12) == [.retry(afterMilliseconds: 100)])
    }

    @Test("one that ends with 0 was told to, and the guardian ends, too")
    func down() {
        var life = Self.serving()
        #expect(life.take(.ended(100, .code(0)), at: 10) == [.exit(0)])
    }

    @Test("an order to end is passed on, a second one too, and the supervisor's exit code is the guardian's")
    func ordered() {
        var life = Self.serving()
        #expect(life.take(.ordered(Self.terminate), at: 5) == [.send(Self.terminate, to: 100)])
        #expect(life.take(.ordered(2), at: 6) == [.send(2, to: 100)])
        #expect(life.take(.upgradeOrdered, at: 7) == [])
        #expect(life.beginUpgrade() == false)
        #expect(life.take(.ended(100, .code(1)), at: 8) == [.exit(1)])
    }

    @Test("one that an order's signal kills has ended as ordered")
    func orderedBeforeTrap() {
        var life = Life()
        _ = life.take(.started(100), at: 0)
        #expect(life.take(.ordered(Self.terminate), at: 1) == [.send(Self.terminate, to: 100)])
        #expect(life.take(.ended(100, .signal(Self.terminate)), at: 2) == [.exit(0)])
    }

    @Test("an order to end during the wait ends the guardian at once, and nothing is started any more")
    func orderedWhileWaiting() {
        var life = Self.serving()
        _ = life.take(.ended(100, .signal(Self.kill)), at: 1)
        #expect(life.take(.ordered(Self.terminate), at: 2) == [.exit(0)])
        #expect(life.take(.retryDue, at: 3) == [])
    }

    @Test("signals of the supervisor reach the one that has the traffic, and nobody while there is none")
    func forwarded() {
        var life = Self.upgraded()
        #expect(life.take(.forwarded(1), at: 5) == [.send(1, to: 200)])
        _ = life.take(.ended(200, .signal(Self.kill)), at: 6)
        #expect(life.take(.forwarded(1), at: 7) == [])
    }

    @Test("a successor that serves makes the one before leave, and learns that it has left")
    func upgrade() {
        var life = Self.upgraded()
        #expect(life.current == 200)
        #expect(life.take(.left(100), at: 5) == [.tell(.predecessorLeft, 200)])
        #expect(life.take(.ended(100, .code(0)), at: 6) == [.tell(.predecessorLeft, 200)])
        #expect(life.formers.isEmpty)
        #expect(life.take(.ended(200, .signal(Self.kill)), at: 7) == [.retry(afterMilliseconds: 0)])
    }

    @Test("a guardian or a successor that cannot be run leaves everything as it was, and the one that asked is told")
    func failedUpgrade() {
        var life = Self.serving()
        Self.order(&life)
        #expect(life.take(.startFailed, at: 3) == [.tell(.upgradeFailed, 100)])
        #expect(life.beginUpgrade() == false)
        Self.order(&life)
        _ = life.take(.started(200), at: 5)
        #expect(life.take(.ended(200, .code(2)), at: 7) == [.tell(.upgradeFailed, 100)])
        #expect(life.current == 100 && life.next == nil)
        // A report that comes late changes nothing.
        #expect(life.take(.ready(200), at: 8) == [])
        #expect(life.take(.left(200), at: 8) == [])
    }

    @Test("one that crashes while its successor starts needs no other")
    func crashDuringUpgrade() {
        var life = Self.serving()
        Self.order(&life)
        _ = life.take(.started(200), at: 3)
        #expect(life.take(.ended(100, .signal(Self.kill)), at: 4) == [.tell(.predecessorLeft, 200)])
        #expect(life.main == 200)
        #expect(life.take(.forwarded(1), at: 5) == [.send(1, to: 200)])
        #expect(life.take(.ready(200), at: 6) == [])
        #expect(life.current == 200 && life.next == nil)
    }

    @Test("an upgrade that is ordered before one serves begins when it does")
    func upgradeDuringStart() {
        var life = Life()
        _ = life.take(.upgradeOrdered, at: 0)
        #expect(life.beginUpgrade() == false)
        _ = life.take(.started(100), at: 1)
        #expect(life.beginUpgrade() == false)
        _ = life.take(.ready(100), at: 2)
        #expect(life.beginUpgrade() == true)
        #expect(life.beginUpgrade() == false)
    }

    @Test("an upgrade that is ordered during the wait after a crash begins when the next one serves")
    func upgradeDuringWait() {
        var life = Self.serving()
        _ = life.take(.ended(100, .signal(Self.kill)), at: 1)
        _ = life.take(.upgradeOrdered, at: 2)
        #expect(life.beginUpgrade() == false)
        #expect(life.take(.retryDue, at: 3) == [.start(successorOf: nil)])
        _ = life.take(.started(101), at: 4)
        #expect(life.beginUpgrade() == false)
        _ = life.take(.ready(101), at: 5)
        #expect(life.beginUpgrade() == true)
    }

    @Test(
        "an upgrade that is ordered during another one begins after it, however that ends",
        arguments: [GuardianLife.Event.ready(200), .ended(200, .code(2))])
    func upgradeDuringUpgrade(end: GuardianLife.Event) {
        var life = Self.serving()
        Self.order(&life)
        _ = life.take(.started(200), at: 3)
        _ = life.take(.upgradeOrdered, at: 4)
        #expect(life.beginUpgrade() == false)
        _ = life.take(end, at: 5)
        #expect(life.beginUpgrade() == true)
        #expect(life.beginUpgrade() == false)
    }

    @Test("one that crashes while its successor starts is followed by another one when that doesn't come up")
    func crashOfBoth() {
        var life = Self.serving()
        Self.order(&life)
        _ = life.take(.started(200), at: 3)
        _ = life.take(.ended(100, .signal(Self.kill)), at: 4)
        #expect(life.take(.ended(200, .code(2)), at: 5) == [.retry(afterMilliseconds: 0)])
        #expect(life.main == nil)
    }

    @Test("one that is told to end while its successor starts takes that along")
    func downDuringUpgrade() {
        var life = Self.serving()
        Self.order(&life)
        _ = life.take(.started(200), at: 3)
        #expect(life.take(.ended(100, .code(0)), at: 4) == [.send(Self.terminate, to: 200)])
        #expect(life.take(.ended(200, .signal(Self.terminate)), at: 5) == [.exit(0)])
    }

    @Test("an order to end reaches all, and the guardian ends with the last")
    func orderedDuringUpgrade() {
        var life = Self.upgraded()
        #expect(
            life.take(.ordered(Self.terminate), at: 5) == [
                .send(Self.terminate, to: 100), .send(Self.terminate, to: 200),
            ])
        #expect(life.take(.ended(200, .code(0)), at: 6) == [])
        #expect(life.take(.ended(100, .code(0)), at: 7) == [.exit(0)])
    }

    @Test("when the one that has the traffic was told to end, those before it are, too")
    func downAfterUpgrade() {
        var life = Self.upgraded()
        #expect(life.take(.ended(200, .code(0)), at: 5) == [.send(Self.terminate, to: 100)])
        #expect(life.take(.ended(100, .code(0)), at: 6) == [.exit(0)])
    }

    @Test("five crashes in a row are five restarts, each a little later")
    func fiveInARow() {
        var life = Self.serving()
        for (round, wait) in [Int64(0), 100, 200, 400, 800].enumerated() {
            let process = Int32(100 + round)
            #expect(life.take(.ended(process, .signal(Self.kill)), at: 10) == [.retry(afterMilliseconds: wait)])
            #expect(life.take(.retryDue, at: 10) == [.start(successorOf: nil)])
            _ = life.take(.started(process + 1), at: 10)
            _ = life.take(.ready(process + 1), at: 10)
        }
    }
}
