import History
import Hummingbird
import Supervision

/// Turns every error into a JSON answer with the right status.
struct ErrorAnswers<Context: RequestContext>: RouterMiddleware {
    /// Passes the request on.
    ///
    /// - Parameters:
    ///   - request: the request.
    ///   - context: its context.
    ///   - next: what answers it.
    /// - Returns: the answer, also where `next` threw.
    /// - Throws: nothing; the protocol's signature says that it may.
    func handle(
        _ request: Request, context: Context, next: (Request, Context) async throws -> Response
    ) async throws -> Response {
        do {
            return try await next(request, context)
        } catch let error as ControlError {
            return Response.json(ErrorAnswer(error).json, status: Self.status(of: error))
        } catch let error as KnownServers.NotFound {
            return Response.json(ErrorAnswer(error).json, status: .notFound)
        } catch let error as HistoryError {
            return Response.json(
                ErrorAnswer("the history cannot be read: \(error)").json, status: .serviceUnavailable)
        } catch let error as HTTPError {
            var response = Response.json(
                ErrorAnswer(error.body ?? error.status.reasonPhrase).json, status: error.status)
            response.headers.append(contentsOf: error.headers)
            return response
        } catch let error as any HTTPResponseError {
            return Response.json(ErrorAnswer(error.status.reasonPhrase).json, status: error.status)
        } catch {
            return Response.json(ErrorAnswer(String(describing: error)).json, status: .internalServerError)
        }
    }

    private static func status(of error: ControlError) -> HTTPResponse.Status {
        switch error {
        case .notFound: .notFound
        case .refusedConfiguration: .unprocessableContent
        case .failed: .internalServerError
        }
    }
}

/// Keeps the TCP address to reading, and to those who mean this machine.
///
/// A page in a browser can make a name of its own resolve to this address and then read the answers as its own; its
/// requests carry that name in `Host`, and so are told apart.
struct ReadOnlyAccess: RouterMiddleware {
    /// Names under which this machine may be called, besides its addresses.
    let names: Set<String>
    /// Where orders are taken, from those who may give them.
    var takesOrders: Set<String> = []

    /// Passes on what is harmless.
    ///
    /// - Parameters:
    ///   - request: the request.
    ///   - context: its context.
    ///   - next: what answers it.
    /// - Returns: the answer.
    /// - Throws: `HTTPError` 403 for a foreign host, 405 for everything but reading.
    func handle(
        _ request: Request, context: ControlContext, next: (Request, ControlContext) async throws -> Response
    ) async throws -> Response {
        guard let authority = request.head.authority, accepts(authority) else {
            throw HTTPError(
                .forbidden, message: "this address answers to its own names only; the Host header has another")
        }
        let isOrder = request.method == .post && takesOrders.contains(request.uri.path)
        guard request.method == .get || request.method == .head || isOrder else {
            throw HTTPError(
                .methodNotAllowed, headers: [.allow: "GET, HEAD"],
                message: "this address is read-only; orders are taken on the control socket")
        }
        return try await next(request, context)
    }

    /// Whether a `Host` header means this machine.
    ///
    /// - Parameter authority: `name`, `name:port`, `address:port` or `[address]:port`.
    /// - Returns: whether it is an address or one of the names.
    func accepts(_ authority: String) -> Bool {
        if authority.hasPrefix("[") {
            guard let end = authority.firstIndex(of: "]") else { return false }
            let rest = authority[authority.index(after: end)...]
            let address = authority[authority.index(after: authority.startIndex)..<end]
            return Self.isPort(rest) && address.contains(":")
                && address.allSatisfy { $0.isHexDigit || $0 == ":" || $0 == "." }
        }
        let end = authority.firstIndex(of: ":") ?? authority.endIndex
        let host = authority[..<end].lowercased()
        return Self.isPort(authority[end...]) && (Self.isIPv4(host) || names.contains(host))
    }

    private static func isPort(_ text: Substring) -> Bool {
        text.isEmpty || (text.first == ":" && UInt16(text.dropFirst()) != nil)
    }

    private static func isIPv4(_ host: String) -> Bool {
        let parts = host.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts.allSatisfy { UInt8($0) != nil }
    }
}
