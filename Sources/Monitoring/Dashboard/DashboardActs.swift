import HTTPTypes
import Hummingbird
import NIOCore
import Supervision

/// Takes the orders of the dashboard's users.
///
/// | request | answer |
/// |---|---|
/// | `GET /sign-in` | asks for name and password, then leads to the overview |
/// | `POST /act` | does what the form says, then leads back |
///
/// A browser sends name and password with whatever any site has it post, so that an order has to come from a page of this
/// process: the form carries its token, and where the browser says from which site it comes (`Origin`, `Sec-Fetch-Site`), it must
/// be this one.
struct DashboardActs: Sendable {
    /// Where forms go.
    static let path = "/act"

    /// Who may.
    let users: DashboardUsers
    /// The supervisor.
    let control: any InstanceControl

    /// Adds both to a router.
    ///
    /// - Parameter router: where to add them.
    func add(to router: Router<ControlContext>) {
        router.get("/sign-in") { request, _ in
            _ = try await user(of: request)
            return Response(status: .seeOther, headers: [.location: "/", .cacheControl: "no-store"])
        }
        router.post("/act") { request, context in
            let user = try await user(of: request)
            guard Self.isSameSite(request) else {
                throw HTTPError(.forbidden, message: DashboardOrder.Refusal.foreign.text)
            }
            let body = String(buffer: try await request.body.collect(upTo: DashboardOrder.longest))
            let order: DashboardOrder
            do throws(DashboardOrder.Refusal) {
                order = try DashboardOrder(body, isToken: users.isToken)
            } catch {
                throw HTTPError(error == .foreign ? .forbidden : .badRequest, message: error.text)
            }
            let address = context.channel.remoteAddress?.ipAddress.map { " at \($0)" } ?? ""
            let next = try await order.carryOut(by: control, for: "dashboard (\(user)\(address))")
            return Response(status: .seeOther, headers: [.location: next, .cacheControl: "no-store"])
        }
    }

    private func user(of request: Request) async throws -> String {
        guard let user = try await users.user(request.headers[.authorization]) else {
            throw HTTPError(
                .unauthorized, headers: [.wwwAuthenticate: "Basic realm=\"supervise\", charset=\"UTF-8\""],
                message: "the dashboard's users have a name and a password")
        }
        return user
    }

    /// A browser that another site makes send a form says so.
    ///
    /// - Source: the Fetch standard, `Origin`; Fetch Metadata Request Headers, `Sec-Fetch-Site`.
    private static func isSameSite(_ request: Request) -> Bool {
        if let name = HTTPField.Name("sec-fetch-site"), let site = request.headers[name], site != "same-origin" {
            return false
        }
        guard let origin = request.headers[.origin] else { return true }
        guard let scheme = origin.firstRange(of: "://"), let host = request.head.authority else { return false }
        return origin[scheme.upperBound...].lowercased() == host.lowercased()
    }
}
