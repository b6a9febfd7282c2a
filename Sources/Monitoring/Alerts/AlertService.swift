import Alerting
import AsyncHTTPClient
import Foundation
import History
import Logging
import Model

/// Hears what happens and tells those who want to know, each in order and each at its own pace.
///
/// A message is in the file before it is sent for the first time, and out of it once it has arrived: what was delivered is
/// never sent again, what was not is tried again, also by the next supervisor. An attempt of which nobody knows how it
/// ended (no answer came, or the process was killed meanwhile) is made again under the same `id`.
public actor AlertService {
    /// How long attempts that are under way may go on at the end.
    private static let endPatience = Duration.seconds(5)
    /// How often it is looked whether servers that flapped are calm.
    private static let lookInterval = Duration.seconds(15)

    private var alerts: [AlertSettings]
    private let path: String
    private let history: any HistorySink
    private let logger: Logger
    private let now: @Sendable () -> Timestamp
    private var memory = AlertMemory()
    private var written = Data()
    private var isEnding = false
    /// Makes connections; `nil` before the first alert.
    private var client: HTTPClient?
    /// What brings the messages of an alert to its receiver, by name; of one that has gone from the settings, its last.
    private var deliveries: [String: Task<Void, Never>] = [:]
    /// How many records it has taken in.
    private(set) var heard = 0
    /// Alerts whose last attempt failed, and that was said.
    private var failing: Set<String> = []
    /// Wakes the task of an alert.
    private var wakes: [String: AsyncStream<Void>.Continuation] = [:]

    /// Prepares the alerts.
    ///
    /// - Parameters:
    ///   - alerts: who is told of what.
    ///   - stateDirectory: where what is open and on its way is kept.
    ///   - history: hears what could not be delivered.
    ///   - logger: for the supervisor's log.
    ///   - now: the wall clock.
    public init(
        _ alerts: [AlertSettings], stateDirectory: String, history: any HistorySink, logger: Logger,
        now: @escaping @Sendable () -> Timestamp
    ) {
        self.alerts = alerts
        self.path = "\(stateDirectory)/\(AlertMemory.fileName)"
        self.history = history
        self.logger = logger
        self.now = now
    }

    /// Hears and tells until the tap is closed, then lets attempts that are under way end.
    ///
    /// - Parameter tap: what to listen to.
    public func run(_ tap: AlertTap) async {
        remember()
        for alert in alerts where deliveries[alert.name] == nil { begin(alert) }
        let looking = Task {
            while !Task.isCancelled {
                // Cancelled at the end.
                do { try await Task.sleep(for: Self.lookInterval) } catch { return }
                self.lookAround()
            }
        }
        for await record in tap.records {
            take(record)
            let lost = tap.takeLost()
            if lost > 0 { complain("\(lost) records came too fast for the alerts, which have not heard of them") }
        }
        looking.cancel()
        isEnding = true
        for wake in wakes.values { wake.finish() }
        let last = Array(deliveries.values)
        let limit = Task {
            try await Task.sleep(for: Self.endPatience)
            for delivery in last { delivery.cancel() }
        }
        for delivery in last { await delivery.value }
        limit.cancel()
        do {
            try await client?.shutdown()
        } catch {
            logger.warning("alerts: connections could not be closed: \(error)")
        }
    }

    /// Tells others from now on, or in another way.
    ///
    /// What waits for an alert that stays goes out as its settings say now; what waits for one that has gone is forgotten, which
    /// is told. An attempt that is under way ends as it began.
    ///
    /// - Parameter settings: all alerts.
    public func change(to settings: [AlertSettings]) {
        let before = Dictionary(alerts.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        alerts = settings
        forgetOthers()
        save()
        for (name, alert) in before where !settings.contains(alert) {
            wakes.removeValue(forKey: name)?.finish()
            failing.remove(name)
        }
        guard !isEnding else { return }
        for alert in settings where before[alert.name] != alert { begin(alert) }
    }

    /// Begins to deliver what an alert tells, once what has the same name has made its last attempt.
    private func begin(_ alert: AlertSettings) {
        let client = client ?? Self.client()
        self.client = client
        let (signals, wake) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        wakes[alert.name] = wake
        let sender = Self.sender(for: alert, client)
        let earlier = deliveries[alert.name]
        deliveries[alert.name] = Task {
            await withTaskCancellationHandler {
                await earlier?.value
            } onCancel: {
                earlier?.cancel()
            }
            await self.deliver(alert, by: sender, signals)
        }
    }

    private static func client() -> HTTPClient {
        var configuration = HTTPClient.Configuration(redirectConfiguration: .disallow)
        // A receiver that refuses is tried again by the outbox, which also counts.
        configuration.connectionPool.retryConnectionEstablishment = false
        return HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    }

    private static func sender(for alert: AlertSettings, _ client: HTTPClient) -> any AlertSender {
        switch alert.receiver {
        case .webhook(let url, let secret): WebhookSender(client, url: url, secret: secret)
        case .command(let program, let arguments):
            CommandSender(
                program: program, arguments: arguments, environment: ProcessInfo.processInfo.environment)
        }
    }

    // MARK: What happens

    private func take(_ record: HistoryRecord) {
        heard += 1
        tell(memory.tracker.take(record))
    }

    /// Looks for what no record tells.
    func lookAround() { tell(memory.tracker.lookAround(at: now())) }

    private func tell(_ messages: [AlertMessage]) {
        let refused = memory.outbox.put(messages, for: alerts, at: now())
        for name in Set(refused).sorted() {
            complain("alert '\(name)': \(AlertOutbox.capacity) messages wait already, and a new one is lost")
        }
        save()
        for wake in wakes.values { wake.yield() }
    }

    // MARK: Deliveries

    private func deliver(_ alert: AlertSettings, by sender: any AlertSender, _ signals: AsyncStream<Void>) async {
        var signal = signals.makeAsyncIterator()
        while !isEnding, !Task.isCancelled, alerts.contains(alert) {
            let next = memory.outbox.next(of: alert.name)
            let wait = next.map { $0.due.millisecondsSinceEpoch - now().millisecondsSinceEpoch } ?? 1
            if let next, wait <= 0 {
                await attempt(next, alert, by: sender)
                continue
            }
            // Something new, the next attempt's time, or the end.
            let alarm =
                next == nil
                ? nil
                : wakes[alert.name].map { wake in
                    Task {
                        try await Task.sleep(for: .milliseconds(wait))
                        wake.yield()
                    }
                }
            let isAwake: Void? = await signal.next()
            alarm?.cancel()
            // Nobody wakes it any more: another one has taken over, or the end has come.
            if isAwake == nil { return }
        }
    }

    private func attempt(_ delivery: AlertOutbox.Delivery, _ alert: AlertSettings, by sender: any AlertSender) async {
        do {
            try await sender.send(delivery.message, attempt: delivery.attempts + 1, within: alert.attemptLimit)
            memory.outbox.delivered(delivery)
            failing.remove(alert.name)
        } catch is CancellationError {
            // The end of the supervisor: the next one goes on.
            return
        } catch {
            failed(delivery, alert, to: sender.subject, why: "\(error)")
        }
        save()
    }

    private func failed(
        _ delivery: AlertOutbox.Delivery, _ alert: AlertSettings, to subject: String, why: String
    ) {
        let message = delivery.message
        let what = "alert '\(alert.name)': \(message.occasion.rawValue) (\(message.id)) was not delivered to \(subject)"
        switch memory.outbox.failed(delivery, at: now(), patience: alert.patience) {
        case .retry:
            // Once for all that wait behind it.
            guard failing.insert(alert.name).inserted else { return }
            complain("\(what): \(why); it is tried again", of: message.instance)
        case .givenUp:
            let attempts = DashboardWords.count(delivery.attempts + 1, "attempt")
            complain("\(what): \(why); given up after \(attempts)", of: message.instance)
        }
    }

    private func complain(_ text: String, of instance: String? = nil) {
        logger.error("\(text)")
        history.offer(.event(EventRecord(at: now(), instance: instance, kind: .alertFailed, detail: text)))
    }

    // MARK: The file

    private func remember() {
        do {
            memory = try AlertMemory(contentsOf: path)
            if FileManager.default.fileExists(atPath: path) { written = try memory.bytes }
        } catch {
            complain("what was open and on its way is lost, the file cannot be read: \(path): \(error)")
        }
        forgetOthers()
        save()
    }

    private func forgetOthers() {
        let lost = memory.outbox.keep(only: Set(alerts.map(\.name)))
        if lost > 0 { complain("\(lost) messages waited for alerts that there are no longer") }
    }

    private func save() {
        // Where nobody was ever told, nothing is kept.
        guard !alerts.isEmpty || !written.isEmpty else { return }
        do {
            let bytes = try memory.bytes
            guard bytes != written else { return }
            try bytes.write(to: URL(fileURLWithPath: path), options: .atomic)
            written = bytes
        } catch {
            logger.error("alerts: \(path) cannot be written: \(error.localizedDescription)")
        }
    }
}
