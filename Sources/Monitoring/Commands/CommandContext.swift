import Configuration
import Model
import Proxy
import Supervision

/// What commands may know of an instance and ask of it.
///
/// A value that all connections of a stats socket share; what one connection has changed for itself is in
/// `CommandSession`.
struct CommandContext: Sendable {
    /// The instance's configuration.
    let configuration: InstanceConfiguration
    /// The process.
    let process: ProcessInformation
    /// All commands there are.
    let table: CommandTable
    /// The supervisor.
    let control: any InstanceControl
    /// Whom the history names for what is ordered here.
    var actor: Operator
    /// Opens the history; `nil` where none is kept.
    var history: HistorySource?

    /// The instance's name.
    var instance: String { configuration.name }

    /// What a command says for which an instance has to run that doesn't.
    static let notRunning = Command.Outcome.answer("The instance is not running.\n")

    /// The instance now, `nil` while nothing runs it.
    func snapshot() async -> InstanceSnapshot? {
        // An instance that the supervisor does not know any more is one that nothing runs.
        try? await control.snapshot(of: instance)
    }

    /// Asks the instance's worker something.
    ///
    /// - Parameter request: what to ask.
    /// - Returns: its answer; `nil` while nothing runs the instance.
    func ask<Answer: Sendable>(_ request: WorkerRequest<Answer>) async -> Answer? {
        // As above.
        try? await control.ask(request, of: instance)
    }
}
