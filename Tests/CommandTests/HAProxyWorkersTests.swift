import Foundation
import Testing

@testable import supervise

/// What becomes of a master when its workers come and go; the texts and codes are recordings of HAProxy 2.6.12.
@Suite("haproxy workers")
struct HAProxyWorkersTests {
    /// A master whose first worker, process 10, serves.
    private static func serving(endsWithFailedWorker: Bool = true, mostReloads: Int? = nil) -> HAProxyWorkers {
        var workers = HAProxyWorkers(endsWithFailedWorker: endsWithFailedWorker, mostReloads: mostReloads)
        _ = workers.take(.started(10))
        _ = workers.take(.ready(10))
        return workers
    }

    @Test("a worker that serves settles the start")
    func start() {
        var workers = HAProxyWorkers(endsWithFailedWorker: true, mostReloads: nil)
        #expect(workers.canStart)
        #expect(workers.take(.started(10)) == [.tell(.notice, "New worker (10) forked")])
        #expect(!workers.canStart)
        #expect(workers.take(.ready(10)) == [.settle, .tell(.notice, "Loading success.")])
        #expect(workers.canStart)
    }

    @Test("a second worker that serves makes the first one finish, whose end is a former worker's")
    func reload() {
        var workers = Self.serving()
        _ = workers.take(.started(11))
        #expect(workers.take(.ready(11)) == [.send(SIGUSR1, to: 10), .settle, .tell(.notice, "Loading success.")])
        #expect(
            workers.take(.ended(10, status: 0)) == [.tell(.warning, "Former worker (10) exited with code 0 (Exit)")])
    }

    @Test("a second worker that never serves changes nothing")
    func failedReload() {
        var workers = Self.serving()
        _ = workers.take(.started(11))
        #expect(
            workers.take(.ended(11, status: 1)) == [
                .tell(.alert, "New worker (11) exited with code 1 (Exit)"), .giveUp,
                .tell(.warning, "Loading failure!"),
            ])
        #expect(workers.canStart)
    }

    @Test("a first worker that never serves ends the master with its code")
    func failedStart() {
        var workers = HAProxyWorkers(endsWithFailedWorker: true, mostReloads: nil)
        _ = workers.take(.started(10))
        #expect(workers.take(.ended(10, status: 1)).last == .exit(code: 1))
    }

    @Test(
        "an order goes to the workers, and the last one's end is the master's",
        arguments: [(SIGTERM, 143, "Terminated", 0), (SIGINT, 130, "Interrupt", 130)] as [(Int32, Int32, String, Int32)]
    )
    func order(signal: Int32, status: Int32, how: String, code: Int32) {
        var workers = Self.serving()
        #expect(
            workers.take(.order(signal)) == [.tell(.warning, "Exiting Master process..."), .send(signal, to: 10)])
        #expect(!workers.canStart)
        #expect(
            workers.take(.ended(10, status: status)) == [
                .tell(.alert, "Current worker (10) exited with code \(status) (\(how))"),
                .tell(.warning, "All workers exited. Exiting... (\(code))"), .exit(code: code),
            ])
    }

    @Test("USR1 lets all finish, and says nothing")
    func finish() {
        var workers = Self.serving()
        #expect(workers.take(.order(SIGUSR1)) == [.send(SIGUSR1, to: 10)])
        #expect(workers.take(.ended(10, status: 0)).last == .exit(code: 0))
    }

    @Test("a worker that dies ends the others, and the master with its status")
    func failure() {
        var workers = Self.serving()
        _ = workers.take(.started(11))
        _ = workers.take(.ready(11))
        #expect(
            workers.take(.ended(11, status: 137)) == [
                .tell(.alert, "Current worker (11) exited with code 137 (Killed)"),
                .tell(.alert, "exit-on-failure: killing every processes with SIGTERM"), .send(SIGTERM, to: 10),
            ])
        #expect(workers.take(.ended(10, status: 143)).last == .exit(code: 137))
    }

    @Test("with no-exit-on-failure the others go on; without others there is nothing to go on with")
    func failureAllowed() {
        var workers = Self.serving(endsWithFailedWorker: false)
        _ = workers.take(.started(11))
        _ = workers.take(.ready(11))
        #expect(workers.take(.ended(11, status: 139)).count == 1)
        #expect(workers.take(.ended(10, status: 0)).last == .exit(code: 139))
    }

    @Test("a worker that has outlived too many reloads is ended")
    func tooOld() {
        var workers = Self.serving(mostReloads: 1)
        _ = workers.take(.started(11))
        _ = workers.take(.ready(11))
        _ = workers.take(.started(12))
        #expect(workers.take(.ready(12)).prefix(2) == [.send(SIGTERM, to: 10), .send(SIGUSR1, to: 11)])
    }

    @Test("who is no worker any more has no say")
    func stranger() {
        var workers = Self.serving()
        #expect(workers.take(.ready(99)).isEmpty)
        #expect(workers.take(.ended(99, status: 1)).isEmpty)
        #expect(workers.take(.ready(10)).isEmpty)
    }
}
