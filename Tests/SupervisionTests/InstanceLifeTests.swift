import Model
import Testing

@testable import Supervision

@Suite struct InstanceLifeTests {
    private typealias Event = InstanceLife.Event
    private typealias Action = InstanceLife.Action

    private static let ada = Operator(name: "uid 1000 (ada)", reason: "because")
    private static let now = ContinuousClock.now

    /// A life brought into a state by events alone.
    private static func life(in state: InstanceState) -> InstanceLife {
        var life = InstanceLife()
        let path: [Event] =
            switch state {
            case .stopped: []
            case .starting: [.order(.start, by: nil)]
            case .running: [.order(.start, by: nil), .attemptSucceeded]
            case .reloading: [.order(.start, by: nil), .attemptSucceeded, .order(.restart, by: ada)]
            case .stopping: [.order(.start, by: nil), .attemptSucceeded, .order(.stop, by: ada)]
            case .backoff: [.order(.start, by: nil), .attemptFailed("no")]
            case .fatal:
                [.order(.start, by: nil)]
                    + Array(repeating: [Event.attemptFailed("no"), .retryDue], count: 4).flatMap(\.self)
                    + [.attemptFailed("no")]
            }
        for event in path { _ = life.take(event, at: now) }
        return life
    }

    /// What one event does in one state.
    private struct Row {
        var state: InstanceState
        var event: Event
        var next: InstanceState
        var actions: [Action]
    }

    private static let refusal = Action.record(.reloadRefused, by: ada, detail: "bad")
    private static func order(_ order: InstanceOrder) -> Event { .order(order, by: ada) }

    // Each state's table, in the order: start, restart, reload, stop, refused, succeeded, applied, failed, ended, due,
    // completed.
    private static let table: [Row] =
        rows(
            .stopped,
            [
                (.starting, [.start]), (.starting, [.start]), (.stopped, [.refuse("it is not running")]),
                (.stopped, [.refuse("it is not running")]), (.stopped, [refusal]), (.stopped, []), (.stopped, []),
                (.stopped, []), (.stopped, []), (.stopped, []), (.stopped, []),
            ])
        + rows(
            .starting,
            [
                (.starting, [.refuse("it is being started already")]),
                (.starting, [.refuse("it is being started already")]),
                (.starting, [.refuse("it is being started already")]),
                (.starting, []), (.starting, [refusal]),
                (.running, [.record(.started, by: nil, detail: nil)]), (.starting, []),
                (.backoff, [.record(.backoff, by: nil, detail: "no"), .retry(after: .seconds(1))]),
                (.starting, []), (.starting, []), (.starting, []),
            ])
        + rows(
            .running,
            [
                (.running, [.refuse("it is running already")]), (.reloading, [.replace(.restart)]),
                (.reloading, [.replace(.reload)]), (.stopping, [.stop]), (.running, [refusal]), (.running, []),
                (.running, []), (.running, []),
                (
                    .backoff,
                    [
                        .bury, .record(.crashed, by: nil, detail: "gone"),
                        .record(.backoff, by: nil, detail: "gone"), .retry(after: .seconds(1)),
                    ]
                ),
                (.running, []), (.running, []),
            ])
        + rows(
            .reloading,
            [
                (.reloading, [.refuse("it is running already")]),
                (.reloading, [.refuse("it is being restarted already")]),
                (.reloading, [.refuse("it is being restarted already")]), (.reloading, []), (.reloading, [refusal]),
                (.running, [.record(.restarted, by: ada, detail: nil)]),
                (.running, [.record(.reloaded, by: ada, detail: nil)]),
                (.running, [.record(.reloadRefused, by: ada, detail: "no")]),
                (.reloading, [.bury, .record(.crashed, by: nil, detail: "gone")]), (.reloading, []), (.reloading, []),
            ])
        + rows(
            .stopping,
            [
                (.stopping, [.refuse("it is being stopped")]), (.stopping, [.refuse("it is being stopped")]),
                (.stopping, [.refuse("it is being stopped")]), (.stopping, []), (.stopping, [refusal]),
                (.stopping, []), (.stopping, []), (.stopping, []), (.stopping, []), (.stopping, []),
                (.stopped, [.record(.stopped, by: ada, detail: nil)]),
            ]) + waiting(.backoff) + waiting(.fatal)

    private static func waiting(_ state: InstanceState) -> [Row] {
        rows(
            state,
            [
                (.starting, [.cancelRetry, .start]), (.starting, [.cancelRetry, .start]),
                (.starting, [.cancelRetry, .start]), (.stopping, [.cancelRetry, .stop]), (state, [refusal]),
                (state, []), (state, []), (state, []), (state, []), (.starting, [.start]), (state, []),
            ])
    }

    private static let events: [Event] = [
        order(.start), order(.restart), order(.reload), order(.stop), .configurationRefused("bad", by: ada),
        .attemptSucceeded, .changeApplied, .attemptFailed("no"), .workerEnded("gone"), .retryDue, .stopCompleted,
    ]

    private static func rows(_ state: InstanceState, _ outcomes: [(InstanceState, [Action])]) -> [Row] {
        zip(events, outcomes).map { Row(state: state, event: $0, next: $1.0, actions: $1.1) }
    }

    @Test("every state answers every event as its table says")
    func table() {
        #expect(Self.table.count == InstanceState.allCases.count * Self.events.count)
        for row in Self.table {
            var life = Self.life(in: row.state)
            #expect(life.state == row.state)
            #expect(life.take(row.event, at: Self.now) == row.actions, "\(row.state) + \(row.event)")
            #expect(life.state == row.next, "\(row.state) + \(row.event)")
        }
    }

    @Test("a stop that is ordered during a start is carried out after it, however it ends")
    func stopDuringStart() {
        for outcome in [Event.attemptSucceeded, .attemptFailed("no")] {
            var life = Self.life(in: .starting)
            #expect(life.take(Self.order(.stop), at: Self.now).isEmpty)
            #expect(life.take(outcome, at: Self.now) == [.stop])
            #expect(life.state == .stopping)
            #expect(life.take(.stopCompleted, at: Self.now) == [.record(.stopped, by: Self.ada, detail: nil)])
        }
    }

    @Test("a stop that is ordered during a restart is carried out after it, however it ends")
    func stopDuringRestart() {
        var taken = Self.life(in: .reloading)
        _ = taken.take(Self.order(.stop), at: Self.now)
        #expect(taken.take(.attemptSucceeded, at: Self.now) == [.stop])

        var failed = Self.life(in: .reloading)
        _ = failed.take(Self.order(.stop), at: Self.now)
        #expect(
            failed.take(.attemptFailed("no"), at: Self.now) == [
                .record(.reloadRefused, by: Self.ada, detail: "no"), .stop,
            ])

        var crashed = Self.life(in: .reloading)
        _ = crashed.take(Self.order(.stop), at: Self.now)
        _ = crashed.take(.workerEnded("gone"), at: Self.now)
        #expect(crashed.take(.attemptFailed("no"), at: Self.now) == [.stop])
    }

    @Test("a worker that takes a change goes on, and is none that was started")
    func changeApplied() {
        var life = Self.life(in: .running)
        _ = life.take(Self.order(.reload), at: Self.now)
        var stopped = life
        var crashed = life
        #expect(life.take(.changeApplied, at: Self.now) == [.record(.reloaded, by: Self.ada, detail: nil)])
        #expect(life.state == .running)
        #expect(life.restarts == 0)
        _ = stopped.take(Self.order(.stop), at: Self.now)
        #expect(stopped.take(.changeApplied, at: Self.now) == [.stop])
        _ = crashed.take(.workerEnded("gone"), at: Self.now)
        _ = crashed.take(.changeApplied, at: Self.now)
        #expect(crashed.state == .backoff)
    }

    @Test("a stop does not linger: the next start runs")
    func stopIsForgotten() {
        var life = Self.life(in: .starting)
        for event in [Self.order(.stop), .attemptFailed("no"), .stopCompleted, Self.order(.start)] {
            _ = life.take(event, at: Self.now)
        }
        #expect(life.take(.attemptSucceeded, at: Self.now) == [.record(.started, by: Self.ada, detail: nil)])
        #expect(life.state == .running)
    }

    @Test("a worker that ends while its successor is made matters only if the successor fails")
    func crashDuringRestart() {
        var life = Self.life(in: .reloading)
        _ = life.take(.workerEnded("gone"), at: Self.now)
        var failed = life
        #expect(life.take(.attemptSucceeded, at: Self.now) == [.record(.restarted, by: Self.ada, detail: nil)])
        #expect(
            failed.take(.attemptFailed("no"), at: Self.now) == [
                .record(.backoff, by: Self.ada, detail: "no"), .retry(after: .seconds(1)),
            ])
    }

    @Test("the reason of a failed restart is shown while the old worker goes on, and gone after the next success")
    func reasons() {
        var life = Self.life(in: .reloading)
        _ = life.take(.attemptFailed("no"), at: Self.now)
        #expect(life.state == .running)
        #expect(life.reason == "no")
        _ = life.take(Self.order(.reload), at: Self.now)
        #expect(life.take(.attemptSucceeded, at: Self.now) == [.record(.reloaded, by: Self.ada, detail: nil)])
        #expect(life.reason == nil)
    }

    @Test("every worker after the first counts as a restart, whatever started it")
    func restarts() {
        var life = Self.life(in: .running)
        #expect(life.restarts == 0)
        for event in [Self.order(.restart), .attemptSucceeded] { _ = life.take(event, at: Self.now) }
        #expect(life.restarts == 1)
        for event in [.workerEnded("gone"), .retryDue, Event.attemptSucceeded] { _ = life.take(event, at: Self.now) }
        #expect(life.restarts == 2)
        for event in [Self.order(.stop), .stopCompleted, Self.order(.start), .attemptSucceeded] {
            _ = life.take(event, at: Self.now)
        }
        #expect(life.restarts == 3)
    }

    @Test("a person's start wipes the failures clean, a retry does not")
    func cleanRecord() {
        var ordered = Self.life(in: .fatal)
        _ = ordered.take(Self.order(.start), at: Self.now)
        _ = ordered.take(.attemptFailed("no"), at: Self.now)
        #expect(ordered.state == .backoff)

        var retried = Self.life(in: .fatal)
        _ = retried.take(.retryDue, at: Self.now)
        #expect(retried.take(.attemptFailed("no"), at: Self.now).last == .retry(after: .seconds(60)))
        #expect(retried.state == .fatal)
    }

    @Test("a failure that repeats every minute is told once, another one again")
    func repetition() {
        var life = Self.life(in: .fatal)
        _ = life.take(.retryDue, at: Self.now)
        #expect(life.take(.attemptFailed("no"), at: Self.now) == [.retry(after: .seconds(60))])
        _ = life.take(.retryDue, at: Self.now)
        #expect(
            life.take(.attemptFailed("other"), at: Self.now) == [
                .record(.fatal, by: nil, detail: "other"), .retry(after: .seconds(60)),
            ])
    }
}
