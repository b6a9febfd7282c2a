import Model
import Supervision
import Testing

@testable import supervise

@Suite struct StatusNotesTests {
    private let now = Timestamp(millisecondsSinceEpoch: 1_000_000)

    @Test("an instance that runs without trouble is not spoken of")
    func nothing() {
        #expect(Status.notes(on: InstanceStatus(instance: "warren", state: .running), now: now).isEmpty)
    }

    @Test("a failed start is told with its reason and the time until the next try, rounded up")
    func nextTry() {
        var status = InstanceStatus(instance: "warren", state: .backoff)
        status.reason = "bind 127.0.0.1:1: Address already in use"
        status.nextTry = Timestamp(millisecondsSinceEpoch: 1_003_001)
        #expect(
            Status.notes(on: status, now: now)
                == ["warren: bind 127.0.0.1:1: Address already in use; next try in 4 s"])
        status.nextTry = Timestamp(millisecondsSinceEpoch: 0)
        #expect(Status.notes(on: status, now: now)[0].hasSuffix("; next try in 0 s"))
    }

    @Test("what earlier workers still do is told")
    func finishing() {
        var status = InstanceStatus(instance: "warren", state: .running)
        (status.finishingWorkers, status.finishingSessions) = (1, 1)
        #expect(Status.notes(on: status, now: now) == ["warren: 1 session of 1 earlier worker goes on"])
        (status.finishingWorkers, status.finishingSessions) = (2, 30)
        #expect(Status.notes(on: status, now: now) == ["warren: 30 sessions of 2 earlier workers go on"])
    }

    @Test("each signal means one thing")
    func signals() {
        let meanings = SupervisorSignal.trapped.map { SupervisorSignal($0) }
        #expect(meanings == [.end, .end, .reload, .endSoftly, .reload])
    }
}
