/// A variable of a `log-format` string; the raw value is its name after the `%`.
///
/// - Source: HAProxy 2.6 configuration manual, section 8.2.6.
public enum LogVariable: String, Sendable, Hashable, CaseIterable {
    case bytesToClient = "B"
    case bytesFromClient = "U"
    case hostName = "H"
    case uniqueID = "ID"
    case status = "ST"
    case processID = "pid"

    case clientAddress = "ci"
    case clientPort = "cp"
    case frontendAddress = "fi"
    case frontendPort = "fp"
    case backendAddress = "bi"
    case backendPort = "bp"
    case serverAddress = "si"
    case serverPort = "sp"

    case frontend = "f"
    case frontendWithTransport = "ft"
    case backend = "b"
    case server = "s"

    case acceptDate = "t"
    case acceptDateGMT = "T"
    case acceptDateLocal = "Tl"
    case acceptTimestamp = "Ts"
    case acceptMilliseconds = "ms"

    case handshakeTime = "Th"
    case queueTime = "Tw"
    case connectTime = "Tc"
    case dataTime = "Td"
    case totalTime = "Tt"
    case totalTimeOfUser = "Tu"

    case termination = "ts"
    case terminationWithCookie = "tsc"

    case instanceConnections = "ac"
    case frontendConnections = "fc"
    case backendConnections = "bc"
    case serverConnections = "sc"
    case retries = "rc"
    case serverQueue = "sq"
    case backendQueue = "bq"
    case lineCounter = "lc"
    case sessionCounter = "rt"

    case requestHeaders = "hr"
    case requestHeaderList = "hrl"
    case responseHeaders = "hs"
    case responseHeaderList = "hsl"
    case tlsCiphers = "sslc"
    case tlsVersion = "sslv"

    case requestCookie = "CC"
    case responseCookie = "CS"
    case method = "HM"
    case path = "HP"
    case pathOnly = "HPO"
    case query = "HQ"
    case uri = "HU"
    case httpVersion = "HV"
    case requestLine = "r"
    case activeTime = "Ta"
    case idleTime = "Ti"
    case requestTimeTotal = "Tq"
    case requestTime = "TR"
    case responseTime = "Tr"
    case requestDate = "tr"
    case requestDateGMT = "trg"
    case requestDateLocal = "trl"

    /// Whether it is about an HTTP request, so that proxies in `mode tcp` can't have it.
    public var needsHTTP: Bool {
        switch self {
        case .requestCookie, .responseCookie, .method, .path, .pathOnly, .query, .uri, .httpVersion, .requestLine,
            .activeTime, .idleTime, .requestTimeTotal, .requestTime, .responseTime, .requestDate, .requestDateGMT,
            .requestDateLocal:
            true
        default: false
        }
    }

    /// Whether its value is known at a session's end alone; a line without any such is written once it is connected.
    ///
    /// - Source: recordings of HAProxy 2.6, each variable alone in a format; `%tsc` doesn't wait there, either.
    public var isKnownAtEnd: Bool {
        switch self {
        case .bytesToClient, .bytesFromClient, .uniqueID, .handshakeTime, .queueTime, .connectTime, .dataTime,
            .totalTime, .totalTimeOfUser, .termination, .instanceConnections, .frontendConnections,
            .backendConnections, .serverConnections, .retries, .serverQueue, .backendQueue, .activeTime, .idleTime,
            .requestTimeTotal, .requestTime, .responseTime:
            true
        default: false
        }
    }
}
