import Configuration
import Hummingbird
import Model
import Proxy
import Supervision

/// The orders that move sessions: `failback` and `rebalance`.
///
/// | request | answer |
/// |---|---|
/// | `POST /v1/instances/NAME/failback` | what was done, once new sessions go to the active servers |
/// | `POST /v1/instances/NAME/rebalance` | what was done, and what each server gives up; at once |
extension ControlRoutes {
    /// What only the control socket does.
    ///
    /// - Parameter router: where to add it.
    func addWarrenOrders(to router: Router<ControlContext>) {
        router.post("/v1/instances/:name/failback") { request, context in
            let order = try await Self.body(FailbackRequest.self, of: request, whenEmpty: FailbackRequest())
            let instance = try Self.name(in: context)
            let who = Operator(name: try await Self.operatorName(context), reason: order.reason)
            let done = try await carryOut(.proxy(order.proxy, .failback), on: instance, by: who)
            return Self.answer(done, [])
        }
        router.post("/v1/instances/:name/rebalance") { request, context in
            let order = try await Self.body(RebalanceRequest.self, of: request, whenEmpty: RebalanceRequest())
            let instance = try Self.name(in: context)
            let who = Operator(name: try await Self.operatorName(context), reason: order.reason)
            let perMinute = order.perMinute ?? RebalanceConfiguration.usualPerMinute
            guard RebalanceConfiguration.allowedPerMinute.contains(perMinute) else {
                throw HTTPError(.badRequest, message: "per_minute is a number from 1 to 60000")
            }
            guard let views = try await control.ask(.rebalanceViews(order.proxy), of: instance) else {
                throw ControlError.failed("\(instance) is not running")
            }
            guard let views else {
                throw ControlError.notFound("\(instance)/\(order.proxy ?? "")", suggestion: nil)
            }
            var done: [String] = []
            if order.isDryRun != true {
                done = try await carryOut(.proxy(order.proxy, .rebalance(perMinute: perMinute)), on: instance, by: who)
            }
            return Self.answer(done, views.flatMap(\.rows))
        }
    }

    private func carryOut(_ act: RuntimeAct, on instance: String, by who: Operator) async throws -> [String] {
        switch try await control.carryOut(act, on: instance, by: who) {
        case .done: return []
        case .told(let words): return words.split(separator: "\n").map(String.init)
        case .refused(let refusal):
            if refusal == .noSuchBackend, case .proxy(let name?, _) = act {
                throw ControlError.notFound("\(instance)/\(name)", suggestion: nil)
            }
            throw ControlError.failed("\(instance): \(refusal)".split(separator: "\n").joined(separator: " "))
        }
    }

    private static func answer(_ done: [String], _ rows: [RebalanceRow]) -> Response {
        .json(
            .object([
                JSON.Field("done", .array(done.map(JSON.string))),
                JSON.Field("servers", .array(rows.map(\.row.json))),
            ]))
    }
}
