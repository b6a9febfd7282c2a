import Model
import Supervision

/// Carries out what a form of the page asks for, server by server.
struct FormCarrier: Sendable {
    /// The supervisor.
    let control: any InstanceControl
    /// The instance's name.
    let instance: String

    /// Carries out an order.
    ///
    /// - Parameters:
    ///   - order: what is asked for.
    ///   - who: for the history.
    /// - Returns: what became of it; a server to which the action means nothing changes nothing.
    func carryOut(_ order: ServerForm.Order, by who: Operator) async -> FormOutcome {
        let act = order.action.act
        var changed = 0
        for server in order.servers {
            let identity = ServerIdentity(instance: instance, proxy: order.backend, server: server)
            do throws(ControlError) {
                switch try await control.carryOut(.server(identity, act), on: instance, by: who) {
                case .done, .told: changed += 1
                case .refused: continue
                }
            } catch {
                // The instance is gone, and with it everything that could be changed.
                return .unknown
            }
        }
        if changed == 0 { return .nothing }
        return order.namesStrangers ? .partly : .done
    }
}

extension ServerForm.Action {
    /// What a worker does for it.
    fileprivate var act: ServerAct {
        switch self {
        case .ready: .setState(.ready)
        case .drain: .setState(.drain)
        case .maint: .setState(.maint)
        case .disableChecks: .setChecks(isOn: false)
        case .enableChecks: .setChecks(isOn: true)
        case .markUp: .setHealth(.up)
        case .markStopping: .setHealth(.stopping)
        case .markDown: .setHealth(.down)
        case .endSessions: .endSessions
        case .disableAgent: .setAgent(isOn: false)
        case .enableAgent: .setAgent(isOn: true)
        case .agentUp: .setAgentHealth(isUp: true)
        case .agentDown: .setAgentHealth(isUp: false)
        }
    }
}
