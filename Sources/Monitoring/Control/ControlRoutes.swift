import Foundation
import History
import Hummingbird
import Model
import NIOCore
import Supervision

/// What a request of the control API carries with it.
struct ControlContext: RequestContext {
    /// What Hummingbird keeps.
    var coreContext: CoreRequestContextStorage
    /// The connection, which knows who is at its other end.
    let channel: any Channel

    /// Takes over from the server.
    ///
    /// - Parameter source: the connection.
    init(source: ApplicationRequestContextSource) {
        coreContext = CoreRequestContextStorage(source: source)
        channel = source.channel
    }
}

/// The control API: what it answers to whom.
///
/// | request | answer |
/// |---|---|
/// | `POST /v1/instances/NAME/{restart,start,stop}` | `{}` once it is done |
/// | `POST /v1/instances/NAME/reload` | `{"way", "changes", "new_worker_for"}` once it is done |
/// | `POST /v1/servers` | `{"servers": […]}` that are now in the state asked for |
/// | `POST /v1/stand-ins/NAME/{start,stop}` | `{}` once it is done |
/// | `POST /v1/settings/reload` | `{"changes": […]}` of `supervise.yaml`, in words, once they hold |
/// | `POST /v1/upgrade` | `{}` once the new process serves |
/// | `POST /v1/shutdown` | `{"pid": …}` at once |
///
/// These are orders, taken on the control socket alone, where the kernel says who asks; `QuestionRoutes` has the questions,
/// which both addresses answer.
struct ControlRoutes: Sendable {
    /// More than any order needs; a larger body is answered with 413.
    static let maximumBodyBytes = 16 * 1024

    /// The supervisor.
    let control: any InstanceControl
    /// Opens the history.
    let history: HistorySource

    /// What both addresses answer.
    ///
    /// - Parameter router: where to add it.
    func addQuestions(to router: Router<ControlContext>) {
        QuestionRoutes(control: control, history: history).add(to: router)
        addLiveView(to: router)
    }

    /// What only the control socket does.
    ///
    /// - Parameter router: where to add it.
    func addOrders(to router: Router<ControlContext>) {
        for order in InstanceOrder.allCases {
            router.post("/v1/instances/:name/\(order.rawValue)") { request, context in
                let body = try await Self.body(OrderRequest.self, of: request, whenEmpty: OrderRequest())
                let who = Operator(name: try await Self.operatorName(context), reason: body.reason)
                if order != .reload, body.isDryRun == true {
                    throw HTTPError(.badRequest, message: "only a reload can be worked out without being done")
                }
                let plan = try await control.carryOut(order, body.options, on: try Self.name(in: context), by: who)
                return Response.json(plan.map(ReloadAnswer.json) ?? .object([]))
            }
        }
        for (verb, isRunning) in [("start", true), ("stop", false)] {
            router.post("/v1/stand-ins/:name/\(verb)") { request, context in
                let who = try await Self.person(asking: request, context)
                try await control.setStandIn(try Self.name(in: context), running: isRunning, by: who)
                return Response.json(.object([]))
            }
        }
        router.post("/v1/servers") { request, context in
            let order = try await Self.body(ServerOrderRequest.self, of: request)
            let who = Operator(name: try await Self.operatorName(context), reason: order.reason)
            let servers = try await control.set(order.state, server: order.server, by: who)
            return Response.json(
                .object([JSON.Field("servers", .array(servers.map { .string($0.description) }))]))
        }
        router.post("/v1/settings/reload") { request, context in
            let body = try await Self.body(OrderRequest.self, of: request, whenEmpty: OrderRequest())
            let who = Operator(name: try await Self.operatorName(context), reason: body.reason)
            let changes = try await control.reloadShared(isDryRun: body.isDryRun ?? false, by: who)
            return Response.json(.object([JSON.Field("changes", .array(changes.map(JSON.string)))]))
        }
        router.post("/v1/upgrade") { request, context in
            try await control.upgrade(by: try await Self.person(asking: request, context))
            return Response.json(.object([]))
        }
        router.post("/v1/shutdown") { request, context in
            let body = try await Self.body(OrderRequest.self, of: request, whenEmpty: OrderRequest())
            let who = Operator(name: try await Self.operatorName(context), reason: body.reason)
            await control.shutDown(draining: body.drainMilliseconds.map { .milliseconds(max(0, $0)) }, by: who)
            let pid = Int64(ProcessInfo.processInfo.processIdentifier)
            return Response.json(.object([JSON.Field("pid", .integer(pid))]), status: .accepted)
        }
    }

    static func name(in context: ControlContext) throws -> String {
        let name = try context.parameters.require("name")
        guard let decoded = name.removingPercentEncoding else {
            throw HTTPError(.badRequest, message: "the name in the path is not valid percent-encoding")
        }
        return decoded
    }

    private static func person(asking request: Request, _ context: ControlContext) async throws -> Operator {
        let order = try await body(OrderRequest.self, of: request, whenEmpty: OrderRequest())
        return Operator(name: try await operatorName(context), reason: order.reason)
    }

    static func operatorName(_ context: ControlContext) async throws -> String {
        guard let peer = try await PeerCredentials.read(from: context.channel) else {
            throw HTTPError(.forbidden, message: "orders are taken from the control socket alone")
        }
        return try await peer.operatorName()
    }

    static func body<Body: Decodable>(
        _ type: Body.Type, of request: Request, whenEmpty empty: Body? = nil
    ) async throws -> Body {
        let bytes = try await request.body.collect(upTo: maximumBodyBytes)
        if bytes.readableBytes == 0, let empty { return empty }
        do {
            return try JSONDecoder().decode(type, from: Data(bytes.readableBytesView))
        } catch {
            throw HTTPError(.badRequest, message: "the body is not the JSON that this order takes")
        }
    }
}

extension Response {
    /// An answer of the control API.
    ///
    /// - Parameters:
    ///   - json: the body.
    ///   - status: how it went.
    /// - Returns: the answer.
    static func json(_ json: JSON, status: HTTPResponse.Status = .ok) -> Response {
        Self.json(text: json.text + "\n", status: status)
    }

    /// An answer whose JSON is text already.
    ///
    /// - Parameters:
    ///   - text: the body.
    ///   - status: how it went.
    /// - Returns: the answer.
    static func json(text: String, status: HTTPResponse.Status = .ok) -> Response {
        Response(
            status: status,
            headers: [
                .contentType: "application/json; charset=utf-8", .cacheControl: "no-store",
                .xContentTypeOptions: "nosniff",
            ],
            body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
    }
}
