import Configuration
import EventLoop
import Model
import TLS

/// Checking securely: the TLS handshake of a check, and what its end says of the server.
///
/// - Source: recordings of HAProxy 2.6's log about checks of servers that do everything wrong.
extension WorkerLoop {
    /// Begins the handshake of a check.
    ///
    /// - Parameters:
    ///   - check: a check whose connection has just been made.
    ///   - position: which check.
    ///   - settings: how it speaks TLS.
    func beginHandshake(of check: ServerCheck, _ position: Int, _ settings: ServerTLSConfiguration) {
        guard let stream = settings.connector.begin(on: check.descriptor, asking: settings.fixedName) else {
            finish(position, CheckResult(status: .socketError, detail: "Cannot allocate memory"))
            return
        }
        check.stream = stream
        tls.beginServer()
        if let limit = check.schedule.answerLimit {
            plan(check, position, at: now.advanced(byMilliseconds: limit.wholeMilliseconds))
        }
        continueHandshake(of: check, position, stream)
    }

    /// Goes on with the handshake of a check.
    ///
    /// - Parameters:
    ///   - check: the check.
    ///   - position: which check.
    ///   - stream: its stream.
    func continueHandshake(of check: ServerCheck, _ position: Int, _ stream: TLSStream) {
        switch stream.handshake() {
        case .waiting: return
        case .done:
            countHandshake(of: check, at: position, hasFailed: false)
            finish(position, CheckResult(status: .layer6OK))
        case .failed(let trouble):
            countHandshake(of: check, at: position, hasFailed: true)
            let text = ServerTLSConfiguration.explanation(of: trouble, isNamed: check.tls?.name != nil)
            finish(position, CheckResult(status: .layer6Error, detail: text))
        }
    }

    /// Counts the handshake of a check that is over.
    ///
    /// - Parameters:
    ///   - check: the check.
    ///   - position: which check.
    ///   - hasFailed: whether it came to nothing.
    func countHandshake(of check: ServerCheck, at position: Int, hasFailed: Bool) {
        guard let place = checks[position], let backend = backends[place.backend], let stream = check.stream else {
            return
        }
        let server = backend.servers[place.server]
        if hasFailed {
            countFailedHandshake(with: server, in: backend)
        } else {
            countHandshake(stream, with: server, in: backend)
        }
    }
}

extension ServerTLSConfiguration {
    /// The name that is asked for where there is no client.
    var fixedName: String? {
        guard case .fixed(let name)? = name else { return nil }
        return name
    }

    /// Why a handshake with the server failed, in HAProxy's words.
    ///
    /// - Parameters:
    ///   - trouble: what went wrong.
    ///   - isNamed: whether the server was asked for a name.
    /// - Returns: the text.
    static func explanation(of trouble: TLSStream.Trouble, isNamed: Bool) -> String {
        guard trouble == .certificateRefused(TLSStream.Trouble.hostNameMismatch) else { return "SSL handshake failure" }
        return "Server presented an SSL certificate different from the "
            + (isNamed ? "expected one" : "configured one")
    }
}

extension ServerCheck {
    /// Why a connection could not be made, in HAProxy's words: to it, one whose step offers protocols fails in TLS.
    ///
    /// - Parameters:
    ///   - code: the socket's error.
    ///   - connection: what was asked of the connection.
    /// - Returns: the text.
    func explanation(ofRefusal code: Int32, _ connection: CheckPlan.Connection) -> String {
        let text = SystemError.text(of: code)
        guard tls(of: connection) != nil, connection.protocols != nil else { return text }
        return "SSL handshake failure (\(text))"
    }

    /// Why its connection broke once it was there, in HAProxy's words.
    ///
    /// - Parameter code: the socket's error; 0 where it was not the socket, but what the server said in TLS.
    /// - Returns: the text.
    func explanation(ofBreak code: Int32) -> String {
        code == 0 && stream != nil ? "SSL fatal error" : SystemError.text(of: code)
    }
}
