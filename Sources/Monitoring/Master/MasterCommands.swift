import Configuration
import Model
import Proxy
import Supervision

/// The commands that a master carries out itself.
///
/// - Source: HAProxy 2.6 management guide, section 9.4; texts recorded from 2.6.12.
enum MasterCommands {
    /// Makes the table.
    ///
    /// - Parameter control: the master.
    /// - Returns: its commands.
    static func table(_ control: any MasterControl) -> CommandTable {
        let showProcesses = Command("show proc", usage: "show proc", summary: "show processes status") {
            _, _, context in
            .answer(await control.processes().table(version: context.process.version))
        }
        // The connection ends first: the answer could only be that of a process that is about to change.
        let reload = Command("reload", usage: "reload", summary: "reload haproxy", level: .operator) { _, _, _ in
            await control.reload()
            return .quits
        }
        return CommandTable(prefixes + ConnectionCommands.ofMaster + [showProcesses, reload, ProcessCommands.version])
    }

    /// For `help`; they are taken off before a command is looked for.
    private static let prefixes: [Command] = [
        ("@!<pid>", "send a command to the <pid> process"),
        ("@<relative pid>", "send a command to the <relative pid> process"),
        ("@master", "send a command to the master process"),
    ].map { usage, summary in Command(usage, usage: usage, summary: summary) { _, _, _ in .done } }
}

/// A process that runs no instance: what a master knows of traffic.
struct NoInstances: InstanceControl {
    func status(of names: [String]) async throws(ControlError) -> [InstanceStatus] { [] }
    func snapshot(of instance: String) async throws(ControlError) -> InstanceSnapshot? { nil }
    func ask<Answer: Sendable>(_ request: WorkerRequest<Answer>, of instance: String) async throws(ControlError)
        -> Answer?
    { nil }
    func carryOut(_ order: InstanceOrder, on instance: String, by who: Operator) async throws(ControlError) {
        throw .notFound(instance, suggestion: nil)
    }
    func set(_ state: AdministrativeState, server: String, by who: Operator) async throws(ControlError)
        -> [ServerIdentity]
    { throw .notFound(server, suggestion: nil) }
    var historyLoad: HistoryLoad? { get async { nil } }
    func carryOut(_ act: RuntimeAct, on instance: String, by who: Operator) async throws(ControlError) -> ActResult {
        throw .notFound(instance, suggestion: nil)
    }
    func standIns() async -> [StandInStatus] { [] }
    func setStandIn(_ name: String, running isRunning: Bool, by who: Operator) async throws(ControlError) {
        throw .notFound(name, suggestion: nil)
    }
    func shutDown(by who: Operator) async {}
}
