import Configuration
import History
import Logging
import Model
import Monitoring
import Settings
import Supervision

/// `supervise.yaml` of a supervisor that runs: what it says is taken over when all files are read anew.
///
/// A file with errors changes nothing, and is told as that of an instance is: in the log, in the history, and to whoever asked.
actor SharedSettings {
    private let folder: String
    private let alerts: AlertService
    private let recorder: Recorder
    private let history: any HistorySink
    private let logger: Logger
    private var options: SupervisorOptions

    /// Takes over from the start, which has read the file.
    ///
    /// - Parameters:
    ///   - options: what the file said then.
    ///   - folder: the instances' folder, beside whose files it is.
    ///   - alerts: who tells of what.
    ///   - recorder: what keeps session counts.
    ///   - history: hears what has changed.
    ///   - logger: for the supervisor's log.
    init(
        _ options: SupervisorOptions, beside folder: String, alerts: AlertService, recorder: Recorder,
        history: any HistorySink, logger: Logger
    ) {
        self.options = options
        self.folder = folder
        self.alerts = alerts
        self.recorder = recorder
        self.history = history
        self.logger = logger
    }

    /// Reads the file anew, and follows what it says.
    ///
    /// - Parameters:
    ///   - isDryRun: whether it is only worked out what would be another.
    ///   - who: for the history.
    /// - Returns: what is another, in words; empty when nothing is.
    /// - Throws: `ControlError.refusedConfiguration`; the old settings go on.
    func reload(isDryRun: Bool, by who: Operator) async throws(ControlError) -> [String] {
        // Without the file, all of it is as if nothing had been said.
        let reading = SettingsFile.path(beside: folder).map { SettingsFile.read($0) }
        if let reading, !reading.isValid {
            if !isDryRun { tellRefusal(reading.diagnostics, by: who) }
            throw .refusedConfiguration(reading.diagnostics.map { $0.rendered(color: false) })
        }
        let later = reading?.options ?? SupervisorOptions()
        let changes = options.changes(to: later)
        guard !isDryRun, !changes.isEmpty else { return changes }
        // No other call comes between: what follows is the newest that was read.
        options = later
        recorder.keep(later.retention)
        await alerts.change(to: later.alerts)
        let words = "\(SettingsFile.name): \(changes.joined(separator: "; "))"
        tell(.reloaded, words, by: who)
        logger.notice("\(words)")
        return changes
    }

    private func tellRefusal(_ diagnostics: [Diagnostic], by who: Operator) {
        for diagnostic in diagnostics { logger.warning("\(Self.line(diagnostic))") }
        logger.error("\(SettingsFile.name): the settings were refused; the old ones go on")
        guard let first = diagnostics.first(where: { $0.severity == .error }) else { return }
        tell(.reloadRefused, Self.line(first), by: who)
    }

    /// A diagnostic without the line that it is about.
    private static func line(_ diagnostic: Diagnostic) -> String {
        diagnostic.rendered(color: false).prefix { $0 != "\n" }.description
    }

    private func tell(_ kind: EventKind, _ detail: String, by who: Operator) {
        history.offer(
            .event(
                EventRecord(
                    at: .now, instance: nil, kind: kind, actor: who.name, reason: who.reason, detail: detail)))
    }
}
