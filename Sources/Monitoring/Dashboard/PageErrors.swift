import History
import Hummingbird
import NIOCore
import Supervision

/// Tells on a page what went wrong with a page; programs, which ask under `/v1/`, get JSON from `ErrorAnswers`.
struct PageErrors: RouterMiddleware {
    /// The templates.
    let pages: DashboardPages
    /// The program's version.
    let version: String

    /// Passes the request on.
    ///
    /// - Parameters:
    ///   - request: the request.
    ///   - context: its context.
    ///   - next: what answers it.
    /// - Returns: the answer, also where `next` threw.
    /// - Throws: what `next` threw to a program.
    func handle(
        _ request: Request, context: ControlContext, next: (Request, ControlContext) async throws -> Response
    ) async throws -> Response {
        guard !request.uri.path.hasPrefix("/v1/") else { return try await next(request, context) }
        do {
            return try await next(request, context)
        } catch let error as HTTPError {
            return page(error.status, error.body ?? error.status.reasonPhrase, error.headers)
        } catch let error as any HTTPResponseError {
            return page(error.status, error.status.reasonPhrase)
        } catch ControlError.notFound(let name, let suggestion) {
            let help = suggestion.map { "; did you mean \($0)?" } ?? ""
            return page(.notFound, "there is no \(name)\(help)")
        } catch ControlError.refusedConfiguration(let lines) {
            return page(.unprocessableContent, "the configuration is refused: " + lines.joined(separator: "; "))
        } catch ControlError.failed(let words) {
            return page(.internalServerError, words)
        } catch let error as HistoryError {
            return page(.serviceUnavailable, "the history cannot be read: \(error)")
        }
    }

    private func page(_ status: HTTPResponse.Status, _ words: String, _ headers: HTTPFields = [:]) -> Response {
        let html = pages.html(["title": "\(status.code)", "isError": true, "words": words], version: version)
        var response = DashboardRoutes.file(html, "text/html")
        response.status = status
        for field in headers { response.headers.append(field) }
        return response
    }
}
