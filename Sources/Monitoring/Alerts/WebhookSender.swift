import Alerting
import AsyncHTTPClient
import Foundation
import NIOCore
import NIOPosix
import TLS

/// Tells an HTTP server: a POST with the message as JSON.
///
/// Any answer from 200 to 299 says that the message has arrived. With a secret, `Supervise-Signature` is `sha256=` and the
/// HMAC of the body in hexadecimal digits, by which a receiver knows who wrote it.
struct WebhookSender: AlertSender {
    private let client: HTTPClient
    private let url: String
    private let secret: [UInt8]?

    /// Makes a sender.
    ///
    /// - Parameters:
    ///   - client: makes the connections.
    ///   - url: where to.
    ///   - secret: the key of the signature; `nil` for none.
    init(_ client: HTTPClient, url: String, secret: [UInt8]?) {
        self.client = client
        self.url = url
        self.secret = secret
    }

    /// Paths of webhooks are often secrets.
    var subject: String {
        guard let parts = URLComponents(string: url), let scheme = parts.scheme, let host = parts.host else {
            return "the webhook"
        }
        return "\(scheme)://\(host)\(parts.port.map { ":\($0)" } ?? "")"
    }

    func send(_ message: AlertMessage, attempt: Int, within limit: Duration) async throws {
        let body = Array((message.row.json.text + "\n").utf8)
        var request = HTTPClientRequest(url: url)
        request.method = .POST
        request.headers.add(name: "Content-Type", value: "application/json; charset=utf-8")
        request.headers.add(name: "User-Agent", value: "supervise")
        request.headers.add(name: "Supervise-Id", value: message.id)
        request.headers.add(name: "Supervise-Event", value: message.occasion.rawValue)
        request.headers.add(name: "Supervise-Attempt", value: "\(attempt)")
        if let secret {
            guard let code = MessageCode.sha256(of: body, key: secret) else {
                throw AlertFailure(description: "the message could not be signed: no memory")
            }
            request.headers.add(name: "Supervise-Signature", value: "sha256=\(Self.hexadecimal(code))")
        }
        request.body = .bytes(ByteBuffer(bytes: body))
        let status: UInt
        let reason: String
        do {
            // What the answer says besides its status, nobody reads.
            let response = try await client.execute(request, timeout: .milliseconds(Int64(limit / .milliseconds(1))))
            (status, reason) = (response.status.code, response.status.reasonPhrase)
        } catch let error as CancellationError {
            throw error
        } catch {
            if Task.isCancelled { throw CancellationError() }
            throw AlertFailure(description: Self.words(of: error, limit))
        }
        guard (200...299).contains(status) else {
            throw AlertFailure(description: "the server answered \(status) \(reason)")
        }
    }

    private static func words(of error: any Error, _ limit: Duration) -> String {
        switch error {
        case let error as HTTPClientError where error == .deadlineExceeded || error == .connectTimeout:
            return "no answer within \(limit)"
        case let error as HTTPClientError where error == .remoteConnectionClosed:
            return "the server ended the connection without an answer"
        case let error as IOError: return String(cString: strerror(error.errnoCode))
        case let error as NIOConnectionError:
            return error.connectionErrors.first.map { words(of: $0.error, limit) } ?? "the name has no address"
        default: return "\(error)"
        }
    }

    private static func hexadecimal(_ bytes: [UInt8]) -> String {
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
}
