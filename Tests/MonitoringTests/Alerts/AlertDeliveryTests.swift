import Alerting
import EventLoop
import Foundation
import Logging
import Model
import Synchronization
import TLS
import Testing

@testable import Monitoring

/// Messages to real receivers: one that refuses, hangs or is in trouble, and a supervisor that is started anew meanwhile.
@Suite("delivery of alerts", .timeLimit(.minutes(2)))
struct AlertDeliveryTests {
    /// A history that a test can look into.
    private final class Events: HistorySink {
        // Owner: the mutex; the service adds, the test reads.
        private let records = Mutex<[HistoryRecord]>([])

        func offer(_ record: HistoryRecord) { records.withLock { $0.append(record) } }

        var complaints: [String] {
            records.withLock { records in
                records.compactMap { record in
                    guard case .event(let event) = record, event.kind == .alertFailed else { return nil }
                    return event.detail
                }
            }
        }
    }

    private static let secret = Array("very secret".utf8)

    private static func alert(port: Int, on occasions: Set<AlertOccasion> = [.fatal]) -> AlertSettings {
        AlertSettings(
            name: "ops", occasions: occasions,
            receiver: .webhook(url: "http://127.0.0.1:\(port)/hook", secret: secret))
    }

    /// One supervisor, as far as its alerts go; ended in order when `body` has ended.
    private static func run(
        _ alert: AlertSettings, in folder: String, _ body: (AlertTap, Events) async throws -> Void
    ) async throws {
        let events = Events()
        let tap = AlertTap(events)
        let service = AlertService(
            [alert], stateDirectory: folder, history: events,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }, now: WallClock.now)
        let running = Task { await service.run(tap) }
        do {
            try await body(tap, events)
        } catch {
            tap.close()
            await running.value
            throw error
        }
        tap.close()
        await running.value
    }

    private static func offer(_ kind: EventKind, to tap: AlertTap) {
        tap.offer(.event(EventRecord(at: WallClock.now(), instance: "warren", kind: kind, detail: "no port")))
    }

    private static func eventually(_ what: Comment, _ holds: () async throws -> Bool) async throws {
        let deadline = ContinuousClock.now + .seconds(30)
        while ContinuousClock.now < deadline {
            if try await holds() { return }
            try await Task.sleep(for: .milliseconds(5))
        }
        Issue.record(what)
    }

    @Test("a message arrives once, signed, with all of its fields")
    func delivered() async throws {
        let folder = try TemporaryFolder()
        let path = folder.path
        let receiver = AlertReceiver()
        try await receiver.serving { port in
            try await Self.run(Self.alert(port: port), in: path) { tap, events in
                Self.offer(.fatal, to: tap)
                try await Self.eventually("it arrives") { !receiver.arrivals.isEmpty }
                #expect(events.complaints == [])
            }
            // What has arrived, no later supervisor sends.
            try await Self.run(Self.alert(port: port), in: path) { tap, _ in
                Self.offer(.started, to: tap)
                Self.offer(.fatal, to: tap)
                try await Self.eventually("the second arrives") { receiver.arrivals.count == 2 }
            }
        }
        #expect(receiver.arrivals.count == 2)
        #expect(Set(receiver.arrivals.map(\.id)).count == 2)
        let first = try #require(receiver.arrivals.first)
        let body = try AnyJSON.read(first.body)
        #expect(body.fields.keys.sorted() == AlertMessage.columns.sorted())
        #expect(body["event"] == .string("fatal") && body["instance"] == .string("warren"))
        #expect(body["detail"] == .string("no port") && body["id"]?.text == first.id)
        let code = try #require(MessageCode.sha256(of: Array(first.body.utf8), key: Self.secret))
        let digits = code.map { String(format: "%02x", $0) }.joined()
        #expect(first.signature == "sha256=\(digits)")
    }

    @Test("a receiver in trouble gets it again under the same name, and the trouble is told once")
    func retried() async throws {
        let folder = try TemporaryFolder()
        let path = folder.path
        let receiver = AlertReceiver([.status(500), .status(302)])
        try await receiver.serving { port in
            try await Self.run(Self.alert(port: port), in: path) { tap, events in
                Self.offer(.fatal, to: tap)
                try await Self.eventually("it is accepted") { receiver.accepted.count == 1 }
                #expect(events.complaints.count == 1)
                #expect(events.complaints.first?.hasSuffix("500 Internal Server Error; it is tried again") == true)
                #expect(events.complaints.first?.contains("http://127.0.0.1:\(port):") == true)
            }
        }
        #expect(receiver.arrivals.map(\.attempt) == ["1", "2", "3"])
        #expect(Set(receiver.arrivals.map(\.id)).count == 1)
    }

    @Test("a receiver that hangs is left after the time limit, and tried again")
    func hanging() async throws {
        let folder = try TemporaryFolder()
        let path = folder.path
        let receiver = AlertReceiver([.hang])
        try await receiver.serving { port in
            var alert = Self.alert(port: port)
            alert.attemptLimit = .milliseconds(300)
            try await Self.run(alert, in: path) { tap, events in
                Self.offer(.fatal, to: tap)
                try await Self.eventually("it is accepted") { receiver.accepted.count == 1 }
                #expect(events.complaints.first?.contains("no answer within 0.3 seconds") == true)
            }
        }
        #expect(receiver.arrivals.count == 2)
    }

    @Test("what a supervisor could not deliver, the next one does, and the one after that does not again")
    func overRestarts() async throws {
        let folder = try TemporaryFolder()
        let path = folder.path
        let receiver = AlertReceiver([.status(503)])
        // A port where nobody listens once the first receiver is gone.
        let ports = Mutex(0)
        try await receiver.serving { port in
            ports.withLock { $0 = port }
            try await Self.run(Self.alert(port: port), in: path) { tap, _ in
                Self.offer(.backoff, to: tap)
                Self.offer(.fatal, to: tap)
                try await Self.eventually("it was tried") { receiver.arrivals.count == 1 }
            }
        }
        let port = ports.withLock { $0 }
        try await Self.run(Self.alert(port: port), in: path) { _, events in
            try await Self.eventually("it is refused") { events.complaints.count == 1 }
            #expect(events.complaints.first?.contains("Connection refused; it is tried again") == true)
        }
        try await receiver.serving(port: port) { _ in
            try await Self.run(Self.alert(port: port), in: path) { _, _ in
                try await Self.eventually("it is accepted") { receiver.accepted.count == 1 }
            }
            try await Self.run(Self.alert(port: port), in: path) { tap, _ in
                // The instance failed before, and that was told.
                Self.offer(.fatal, to: tap)
                Self.offer(.started, to: tap)
                Self.offer(.fatal, to: tap)
                try await Self.eventually("what is new arrives") { receiver.accepted.count == 2 }
            }
        }
        #expect(receiver.accepted.count == 2)
        #expect(Set(receiver.accepted.map(\.id)).count == 2)
        #expect(receiver.arrivals[0].id == receiver.accepted[0].id)
    }

    @Test(
        "a message whose answer never came is the same, to the last byte, when it is sent again, also by another supervisor"
    )
    func sameContent() async throws {
        let folder = try TemporaryFolder()
        let path = folder.path
        let receiver = AlertReceiver([.hang, .hang])
        try await receiver.serving { port in
            var alert = Self.alert(port: port, on: [.incidentOpened, .incidentClosed])
            alert.attemptLimit = .milliseconds(300)
            let hasty = alert
            try await Self.run(hasty, in: path) { tap, _ in
                for record in [Self.change(.unknown, .up), Self.change(.up, .down)] { tap.offer(record) }
                try await Self.eventually("it was tried") { receiver.arrivals.count == 1 }
                // What comes later changes nothing of what was said.
                tap.offer(Self.change(.down, .up))
            }
            try await Self.run(hasty, in: path) { _, _ in
                try await Self.eventually("both are accepted") { receiver.accepted.count == 2 }
            }
        }
        let tries = receiver.arrivals.filter { $0.id == receiver.arrivals[0].id }
        #expect(tries.count >= 2)
        #expect(Set(tries.map(\.body)).count == 1 && Set(tries.map(\.signature)).count == 1)
        #expect(Set(receiver.accepted.map(\.id)).count == 2)
    }

    @Test("other receivers are told from the moment on at which the settings say so, and each message once")
    func otherSettings() async throws {
        let folder = try TemporaryFolder()
        let (events, old, new) = (Events(), AlertReceiver(), AlertReceiver())
        let tap = AlertTap(events)
        let service = AlertService(
            [], stateDirectory: folder.path, history: events,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }, now: WallClock.now)
        let running = Task { await service.run(tap) }
        try await old.serving { oldPort in
            try await new.serving { newPort in
                // Nobody is told of this one.
                Self.offer(.fatal, to: tap)
                Self.offer(.started, to: tap)
                try await Self.eventually("it was heard") { await service.heard >= 2 }
                await service.change(to: [Self.alert(port: oldPort)])
                Self.offer(.fatal, to: tap)
                try await Self.eventually("the first receiver is told") { old.accepted.count == 1 }
                Self.offer(.started, to: tap)
                await service.change(to: [Self.alert(port: newPort)])
                Self.offer(.fatal, to: tap)
                try await Self.eventually("the second receiver is told") { new.accepted.count == 1 }
                await service.change(to: [])
                Self.offer(.started, to: tap)
                Self.offer(.fatal, to: tap)
                try await Self.eventually("it was heard") { await service.heard >= 7 }
                tap.close()
                await running.value
            }
        }
        #expect(old.arrivals.count == 1 && new.arrivals.count == 1)
        #expect(events.complaints == [])
    }

    @Test("a message that is given up is an event")
    func givenUp() async throws {
        let folder = try TemporaryFolder()
        let path = folder.path
        let receiver = AlertReceiver([.status(404)])
        try await receiver.serving { port in
            var alert = Self.alert(port: port)
            alert.patience = .zero
            try await Self.run(alert, in: path) { tap, events in
                Self.offer(.fatal, to: tap)
                try await Self.eventually("it is given up") { events.complaints.count == 1 }
                #expect(
                    events.complaints.first?.hasSuffix("the server answered 404 Not Found; given up after 1 attempt")
                        == true)
            }
            try await Self.run(alert, in: path) { _, _ in }
        }
        #expect(receiver.arrivals.count == 1)
    }

    private static func change(_ from: ServerState, _ to: ServerState) -> HistoryRecord {
        let server = ServerIdentity(instance: "warren", proxy: "rabbitmq", server: "rabbit")
        return .transition(TransitionRecord(at: WallClock.now(), server: server, from: from, to: to))
    }

    @Test("an incident is one message at its beginning and one at its end, also over a restart")
    func incident() async throws {
        let folder = try TemporaryFolder()
        let path = folder.path
        let receiver = AlertReceiver()
        try await receiver.serving { port in
            let alert = Self.alert(port: port, on: [.incidentOpened, .incidentClosed, .transition])
            try await Self.run(alert, in: path) { tap, _ in
                for record in [Self.change(.unknown, .up), Self.change(.up, .down)] { tap.offer(record) }
                try await Self.eventually("it opens") { receiver.arrivals.count == 1 }
                tap.offer(Self.change(.down, .unknown))
            }
            try await Self.run(alert, in: path) { tap, _ in
                for record in [Self.change(.unknown, .down), Self.change(.down, .up)] { tap.offer(record) }
                try await Self.eventually("it closes") { receiver.arrivals.count == 2 }
            }
        }
        let messages = try receiver.arrivals.map { try AnyJSON.read($0.body) }
        #expect(messages.map { $0["event"] } == [.string("incident-opened"), .string("incident-closed")])
        #expect(messages[0]["incident"] == messages[1]["incident"])
    }

    @Test("a command has the message in its environment; one that takes too long is ended with its children")
    func command() async throws {
        let folder = try TemporaryFolder()
        let path = folder.path
        let script = """
            echo "$SUPERVISE_ATTEMPT $SUPERVISE_EVENT $SUPERVISE_INSTANCE $SUPERVISE_DETAIL" >> "\(path)/told"
            if [ "$SUPERVISE_ATTEMPT" = 1 ]; then sleep 60; fi
            if [ "$SUPERVISE_ATTEMPT" = 2 ]; then exit 3; fi
            """
        var alert = AlertSettings(
            name: "pager", occasions: [.fatal], receiver: .command(program: "/bin/sh", arguments: ["-c", script]))
        alert.attemptLimit = .milliseconds(500)
        let waiting = alert
        try await Self.run(waiting, in: path) { tap, events in
            Self.offer(.fatal, to: tap)
            try await Self.eventually("it is told three times") {
                // Not there until the first attempt has begun.
                let told = try? String(contentsOfFile: path + "/told", encoding: .utf8)
                return told?.split(separator: "\n").count == 3
            }
            #expect(events.complaints.count == 1)
            #expect(events.complaints.first?.contains("/bin/sh: it did not end within 0.5 seconds") == true)
        }
        let told = try String(contentsOfFile: path + "/told", encoding: .utf8).split(separator: "\n")
        #expect(told == ["1 fatal warren no port", "2 fatal warren no port", "3 fatal warren no port"])
        let left = try AlertMemory(contentsOf: path + "/" + AlertMemory.fileName)
        #expect(left.outbox.count == 0)
    }

    @Test("a file that cannot be understood is told, and the alerts go on")
    func damagedFile() async throws {
        let folder = try TemporaryFolder()
        let path = folder.path
        try Data("{".utf8).write(to: URL(fileURLWithPath: path + "/" + AlertMemory.fileName))
        let receiver = AlertReceiver()
        try await receiver.serving { port in
            try await Self.run(Self.alert(port: port), in: path) { tap, events in
                Self.offer(.fatal, to: tap)
                try await Self.eventually("it arrives") { receiver.arrivals.count == 1 }
                #expect(events.complaints.count == 1)
                #expect(events.complaints.first?.hasPrefix("what was open and on its way is lost") == true)
            }
        }
    }
}
