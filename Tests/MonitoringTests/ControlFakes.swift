import Foundation
import History
import Logging
import Model
import Monitoring
import Proxy
import Supervision
import Synchronization

/// A supervisor that writes down what it is asked.
final class FakeSupervisor: InstanceControl {
    /// What it was told to do.
    enum Order: Equatable {
        case instance(InstanceOrder, String, Operator)
        case server(AdministrativeState, String, Operator)
        case act(RuntimeAct, String, Operator)
        case standIn(String, isRunning: Bool, Operator)
        case shutdown(Operator)
    }

    // Owner: the mutex; written by the server's tasks, read by the test.
    private let given = Mutex<[Order]>([])
    private let refusal: ControlError?
    /// What becomes of every act.
    private let result: ActResult
    // Owner: the mutexes; as above.
    private let options = Mutex<[OrderOptions]>([])
    private let drained = Mutex<[Duration?]>([])

    /// What a dry run answers.
    static let plan = ReloadPlan(changes: ["listen relay: bind :1 added"], causes: ["listen relay: bind :1 added"])

    init(refusing refusal: ControlError? = nil, answering result: ActResult = .done) {
        self.refusal = refusal
        self.result = result
    }

    var orders: [Order] { given.withLock { $0 } }
    /// What was said with orders.
    var said: [OrderOptions] { options.withLock { $0 } }
    /// The times to drain of shutdowns.
    var drains: [Duration?] { drained.withLock { $0 } }

    static var warren: InstanceStatus {
        var status = InstanceStatus(instance: "warren", state: .running)
        status.uptimeMilliseconds = 61_000
        status.listen = ["127.0.0.1:5680"]
        status.serversUp = 1
        status.servers = 2
        status.isOnBackup = true
        status.sessions = 4
        status.restarts = 1
        status.processID = 4711
        status.warnings = ["the certificate /x.pem of amqp expires in 3 days"]
        status.longTurns = 2
        return status
    }

    static var cluster: InstanceStatus {
        var status = InstanceStatus(instance: "cluster", state: .backoff)
        status.reason = "cannot bind 127.0.0.1:5670: Address already in use"
        status.servers = 3
        status.processID = 4711
        status.proxiesWithoutServer = ["rabbitmq_cluster"]
        return status
    }

    func status(of names: [String]) async throws(ControlError) -> [InstanceStatus] {
        if let unknown = names.first(where: { $0 != "warren" && $0 != "cluster" }) {
            throw .notFound(unknown, suggestion: "warren")
        }
        return [Self.cluster, Self.warren].filter { names.isEmpty || names.contains($0.instance) }
    }

    func snapshot(of instance: String) async throws(ControlError) -> InstanceSnapshot? { nil }

    func ask<Answer: Sendable>(_ request: WorkerRequest<Answer>, of instance: String) async throws(ControlError)
        -> Answer?
    { nil }

    func carryOut(_ order: InstanceOrder, on instance: String, by who: Operator) async throws(ControlError) {
        try take(.instance(order, instance, who))
    }

    func carryOut(_ order: InstanceOrder, _ options: OrderOptions, on instance: String, by who: Operator)
        async throws(ControlError) -> ReloadPlan?
    {
        self.options.withLock { $0.append(options) }
        try take(.instance(order, instance, who))
        return options.isDryRun ? Self.plan : nil
    }

    func set(
        _ state: AdministrativeState, server: String, by who: Operator
    ) async throws(ControlError) -> [ServerIdentity] {
        try take(.server(state, server, who))
        return [ServerIdentity(instance: "warren", proxy: "rabbitmq_cluster", server: server)]
    }

    var historyLoad: HistoryLoad? { get async { nil } }

    func carryOut(_ act: RuntimeAct, on instance: String, by who: Operator) async throws(ControlError) -> ActResult {
        try take(.act(act, instance, who))
        return result
    }

    func standIns() async -> [StandInStatus] {
        [
            StandInStatus(
                name: "rabbit", replaces: "172.17.0.3:5672", address: "127.0.0.1:40001", isRunning: true,
                connections: 2)
        ]
    }

    func setStandIn(_ name: String, running isRunning: Bool, by who: Operator) async throws(ControlError) {
        try take(.standIn(name, isRunning: isRunning, who))
    }

    func shutDown(draining drain: Duration?, by who: Operator) async {
        drained.withLock { $0.append(drain) }
        await shutDown(by: who)
    }

    func shutDown(by who: Operator) async {
        given.withLock { $0.append(.shutdown(who)) }
    }

    private func take(_ order: Order) throws(ControlError) {
        if let refusal { throw refusal }
        given.withLock { $0.append(order) }
    }
}

/// A history with one transition, which keeps the last question.
final class FakeHistory: HistoryReader {
    // Owner: the mutex; written by the server's threads, read by the test.
    private let asked = Mutex<HistoryQuestion?>(nil)

    var lastQuestion: HistoryQuestion? { asked.withLock { $0 } }

    static let backup = ServerIdentity(instance: "warren", proxy: "rabbitmq_cluster", server: "rabbit_backup")

    static var transition: TransitionRecord {
        var record = TransitionRecord(
            at: Timestamp(millisecondsSinceEpoch: 1_795_359_000_123), server: backup, from: .up, to: .down)
        record.status = .layer4Error
        record.detail = "Connection refused"
        record.checkMilliseconds = 1
        record.lastedMilliseconds = 192_000
        record.sessions = 4
        return record
    }

    func transitions(_ question: HistoryQuestion) throws -> [Recorded<TransitionRecord>] {
        asked.withLock { $0 = question }
        guard question.server == nil || question.server == "rabbit_backup" else { return [] }
        return [Recorded(id: 7, record: Self.transition)]
    }

    func events(_ question: HistoryQuestion) throws -> [Recorded<EventRecord>] { [] }
    func sessions(_ question: HistoryQuestion, bucketMilliseconds: Int64) throws -> [SessionBucket] { [] }
    func lanes(_ question: HistoryQuestion, now: Timestamp) throws -> [StateLane] { [] }
    func flapping(now: Timestamp) throws -> [ServerIdentity: Flapping] { [:] }
    func incidents(_ question: HistoryQuestion, now: Timestamp) throws -> [Incident] { [] }
    func uptime(_ question: HistoryQuestion, now: Timestamp) throws -> [Availability] { [] }
    func servers() throws -> [ServerIdentity] { [Self.backup] }
}

/// A folder of its own under the system's, removed with the test.
struct TemporaryFolder: ~Copyable {
    let path: String

    init() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(
            "control-\(UUID().uuidString.prefix(8))")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        path = folder.path
    }

    deinit {
        // A folder that cannot be removed is the system's to clean.
        try? FileManager.default.removeItem(atPath: path)
    }
}
