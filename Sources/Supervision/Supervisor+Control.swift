import Configuration
import EventLoop
import Foundation
import Model
import Proxy
import StandIn

extension Supervisor: InstanceControl {
    /// The instances' states, by name; each worker is asked for its counts.
    public func status(of names: [String]) async throws(ControlError) -> [InstanceStatus] {
        var asked: [Instance] = []
        for name in names.isEmpty ? instances.keys.sorted() : names { asked.append(try instance(name)) }
        var answers: [InstanceStatus] = []
        for instance in asked {
            var status = await instance.status()
            status.processID = ProcessInfo.processInfo.processIdentifier
            answers.append(status)
        }
        return answers
    }

    /// Everything that can be seen of one instance now; `nil` while it has no worker.
    public func snapshot(of instance: String) async throws(ControlError) -> InstanceSnapshot? {
        try await self.instance(instance).snapshot()
    }

    /// Has an instance's worker carry out a request; `nil` while it has no worker.
    public func ask<Answer: Sendable>(_ request: WorkerRequest<Answer>, of instance: String) async throws(ControlError)
        -> Answer?
    {
        try await self.instance(instance).ask(request)
    }

    /// The workers that have sessions of an instance.
    public func workers(of instance: String) async throws(ControlError) -> [AskableWorker] {
        await (try self.instance(instance)).workers.map(AskableWorker.init)
    }

    /// The listening sockets of an instance for a process that is to listen there, too.
    public func handOverSockets(of instance: String) async throws(ControlError) -> [PassedSocket] {
        await (try self.instance(instance)).handOverSockets()
    }

    /// Carries out an order for one instance and returns when it is done.
    ///
    /// The file is read for each order but `stop`; a file that is refused changes nothing.
    public func carryOut(_ order: InstanceOrder, on instance: String, by who: Operator) async throws(ControlError) {
        _ = try await carryOut(order, OrderOptions(), on: instance, by: who)
    }

    /// Carries out an order with what was said besides; a reload's dry run changes nothing, not even when the file is
    /// refused.
    public func carryOut(_ order: InstanceOrder, _ options: OrderOptions, on instance: String, by who: Operator)
        async throws(ControlError) -> ReloadPlan?
    {
        let target = try self.instance(instance)
        if isEnding { throw .failed("the supervisor is shutting down") }
        if let refusal = await target.refusal(of: order) { throw .failed(refusal) }
        switch order {
        case .stop:
            try await target.carryOut(order, with: nil, by: who)
            return nil
        case .start, .restart, .reload:
            let configuration = try await readAnew(target, by: options.isDryRun ? nil : who)
            if isEnding { throw .failed("the supervisor is shutting down") }
            let plan = order == .reload ? await target.plan(for: configuration) : nil
            if options.isDryRun { return plan }
            try await target.carryOut(order, with: configuration, by: who, grace: options.grace)
            return plan
        }
    }

    /// Sets the administrative state of every server that matches, and leaves an event for each.
    public func set(_ state: AdministrativeState, server: String, by who: Operator) async throws(ControlError)
        -> [ServerIdentity]
    {
        var known: [ServerIdentity] = []
        for (_, instance) in instances.sorted(by: { $0.key < $1.key }) { known += await instance.servers }
        let matches = known.filter { ServerPattern(server)?.matches($0) ?? false }
        if matches.isEmpty {
            let names = ServerPattern.names(of: known, like: server)
            throw .notFound(server, suggestion: Suggestion.closest(to: server, among: names))
        }
        for match in matches { _ = try await carryOut(.server(match, .setState(state)), on: match.instance, by: who) }
        return matches
    }

    /// How the history does; `nil` when none is kept.
    public var historyLoad: HistoryLoad? { history.load }

    /// Changes something of what an instance runs, and leaves an event once it is done.
    public func carryOut(_ act: RuntimeAct, on instance: String, by who: Operator) async throws(ControlError)
        -> ActResult
    {
        let result = await (try self.instance(instance)).carryOut(act, by: who)
        if case .refused = result { return result }
        if case .proxy = act {
            // The worker has told what it does, and with how many sessions.
            logger.notice("\(instance): \(act) by \(who.name)")
            return result
        }
        var event = EventRecord(
            at: WallClock.now(), instance: instance, kind: .changed, actor: who.name, reason: who.reason,
            detail: "\(act)")
        if case .server(let server, .setState(let state)) = act {
            event.kind = state.eventKind
            event.detail = "\(server.proxy)/\(server.server)"
        }
        history.offer(.event(event))
        logger.notice("\(instance): \(act) by \(who.name)")
        return result
    }

    /// The stand-in brokers, by name; empty without `--stand-ins`.
    public func standIns() async -> [StandInStatus] {
        guard let standInFleet else { return [] }
        let reports = await standInFleet.list().map { report in
            StandInStatus(
                name: report.standIn.name, replaces: report.standIn.replaces,
                address: "\(report.standIn.host):\(report.standIn.port)", isRunning: report.isRunning,
                connections: report.connections)
        }
        return reports.sorted { $0.name < $1.name }
    }

    /// Takes a stand-in down or brings it back.
    public func setStandIn(_ name: String, running isRunning: Bool, by who: Operator) async throws(ControlError) {
        guard let standInFleet else {
            throw .failed("there are no stand-ins: the supervisor was started without --stand-ins")
        }
        do {
            if isRunning { try await standInFleet.start(name) } else { try await standInFleet.stop(name) }
        } catch StandInError.unknown(_, let suggestion) {
            throw .notFound(name, suggestion: suggestion)
        } catch {
            throw .failed("stand-in \(name): \(error)")
        }
        logger.notice("stand-in \(name): \(isRunning ? "started" : "stopped") by \(who.name)")
    }
}

extension AdministrativeState {
    /// How the history calls a person's order for it.
    fileprivate var eventKind: EventKind {
        switch self {
        case .ready: .ready
        case .drain: .drain
        case .maint: .maint
        }
    }
}
