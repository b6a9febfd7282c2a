import AccessLog

/// Why a session ended: decides how its sockets are closed, what is counted, and what the log says.
///
/// - Source: HAProxy 2.6 configuration manual, section 8.5; the combinations are those recorded from HAProxy 2.6.
enum SessionEnd: Equatable {
    /// Both sides said that they were done, or were silent for too long (`Silence`).
    case closed
    /// The client's connection broke.
    case clientFailed
    /// The server's connection broke.
    case serverFailed
    /// The last attempt to connect was refused.
    case connectFailed
    /// The last attempt to connect had no answer.
    case connectTimeout
    /// No server was usable.
    case noServer
    /// It waited too long for a free server.
    case queueTimeout
    /// The queue was full.
    case queueFull
    /// The client's connection broke while it waited for a server or a connection.
    case clientAborted
    /// The client ended while it waited for a server, and nothing was to be done for it.
    case clientLeftQueue
    /// The client ended while its connection was being made, and nothing was to be done for it.
    case clientLeftConnecting
    /// The client was silent for too long while it waited for a server.
    case clientSilentInQueue
    /// The client was silent for too long while its connection was being made.
    case clientSilentConnecting
    /// The same, and the last attempt had no answer, either.
    case clientSilentUnanswered
    /// A rule refused what the client sent.
    case denied
    /// A rule refused what the server answered.
    case answerDenied
    /// A rule ended the server's connection.
    case cut
    /// The client's connection broke before its session began, or while rules waited for what it sends.
    case clientLeftInspection
    /// The client was silent for too long while rules waited for what it sends.
    case clientSilentInInspection
    /// No descriptor or memory was left for it.
    case exhausted
    /// It was closed by order, wherever it was.
    case killed(TerminationPhase)
    /// Its client is to come back to another server.
    case moved
    /// It was as old as it may get.
    case aged
    /// Its server was marked down.
    case serverDown(isConnected: Bool)
    /// An active server was marked up, and it was on a backup.
    case activeUp(isConnected: Bool)

    /// The end of a session that has nothing more to pass on.
    ///
    /// - Parameter session: a session in use.
    init(of session: Session) {
        switch session.outcome {
        case .running: self = .closed
        case .serverFailed: self = .serverFailed
        case .serverDown: self = .serverDown(isConnected: session.isRelaying)
        case .activeUp: self = .activeUp(isConnected: session.isRelaying)
        case .killed: self = .killed(session.phase.termination)
        case .moved: self = .moved
        case .aged: self = .aged
        case .cut: self = .cut
        }
    }

    /// The log's termination state.
    var termination: TerminationState {
        switch self {
        case .closed, .cut: .normal
        case .clientFailed, .clientAborted: TerminationState(.client, .data)
        case .serverFailed: TerminationState(.server, .data)
        case .connectFailed, .noServer: TerminationState(.server, .connect)
        case .connectTimeout: TerminationState(.serverTimeout, .connect)
        case .queueTimeout: TerminationState(.serverTimeout, .queue)
        case .queueFull: TerminationState(.server, .queue)
        case .clientLeftQueue: TerminationState(.client, .queue)
        case .clientLeftConnecting: TerminationState(.client, .connect)
        case .clientSilentInQueue: TerminationState(.clientTimeout, .queue)
        case .clientSilentConnecting, .clientSilentUnanswered: TerminationState(.clientTimeout, .connect)
        case .denied: TerminationState(.proxy, .request)
        case .answerDenied: TerminationState(.proxy, .data)
        case .clientLeftInspection: TerminationState(.client, .request)
        case .clientSilentInInspection: TerminationState(.clientTimeout, .request)
        case .exhausted: TerminationState(.resource, .connect)
        case .killed(let phase): TerminationState(.killed, phase)
        case .moved: TerminationState(.moved, .normal)
        case .aged: TerminationState(.aged, .normal)
        case .serverDown(let isConnected): TerminationState(.serverDown, isConnected ? .normal : .connect)
        case .activeUp(let isConnected): TerminationState(.activeUp, isConnected ? .normal : .connect)
        }
    }

    /// Whether the server learns that the client's connection broke.
    var resetsServer: Bool { self == .clientFailed || self == .clientAborted || self == .clientLeftConnecting }

    /// Whether it counts as the client's early end; one that only left while it waited does not.
    var isClientAbort: Bool {
        switch self {
        case .clientFailed, .clientAborted, .clientLeftInspection, .clientSilentInInspection, .clientSilentInQueue,
            .clientSilentConnecting, .clientSilentUnanswered:
            true
        case .closed, .serverFailed, .connectFailed, .connectTimeout, .noServer, .queueTimeout,
            .queueFull, .clientLeftQueue, .clientLeftConnecting, .denied, .answerDenied, .cut, .exhausted, .killed,
            .moved, .aged,
            .serverDown,
            .activeUp:
            false
        }
    }

    /// Whether it counts as the server's early end.
    var isServerAbort: Bool {
        switch self {
        case .serverFailed: true
        case .closed, .clientFailed, .clientAborted, .connectFailed, .connectTimeout, .noServer,
            .queueTimeout, .queueFull, .clientLeftQueue, .clientLeftConnecting, .clientLeftInspection,
            .clientSilentInInspection, .clientSilentInQueue, .clientSilentConnecting, .clientSilentUnanswered, .denied,
            .answerDenied, .cut,
            .exhausted, .killed,
            .moved, .aged, .serverDown, .activeUp:
            false
        }
    }

    /// Whether it counts as an error of the server's answer: a broken connection does, silence does not.
    var isResponseError: Bool { self == .serverFailed }

    /// Whether the client got no server, through no doing of its own.
    var isWithoutServer: Bool {
        switch self {
        case .connectFailed, .connectTimeout, .noServer, .queueTimeout, .queueFull: true
        case .closed, .clientFailed, .clientAborted, .clientLeftQueue, .clientLeftConnecting, .clientLeftInspection,
            .clientSilentInInspection, .clientSilentInQueue, .clientSilentConnecting, .clientSilentUnanswered, .denied,
            .answerDenied, .cut,
            .serverFailed,
            .exhausted, .killed, .moved, .aged, .serverDown,
            .activeUp:
            false
        }
    }

    /// Whether it counts as a connection that could not be made.
    var isConnectionError: Bool {
        switch self {
        case .connectFailed, .connectTimeout, .noServer, .queueTimeout, .queueFull, .exhausted,
            .clientSilentUnanswered:
            true
        case .closed, .clientFailed, .clientAborted, .clientLeftQueue, .clientLeftConnecting,
            .clientLeftInspection, .clientSilentInInspection, .clientSilentInQueue, .clientSilentConnecting, .denied,
            .answerDenied, .cut,
            .serverFailed, .killed, .moved, .aged,
            .serverDown,
            .activeUp:
            false
        }
    }
}

extension Session.Phase {
    /// What the log calls it when a session is closed then by order.
    ///
    /// - Source: recorded from HAProxy 2.6.12; one whose bytes move ends as if everything had been said.
    var termination: TerminationPhase {
        switch self {
        case .free, .greeting, .handshaking, .established, .secured, .answering: .normal
        case .inspecting: .request
        case .queued: .queue
        case .connecting, .pausing, .securing: .connect
        }
    }
}
