import EventLoop
import Model

/// A session written as a `log-format` has it.
///
/// - Source: HAProxy 2.6 configuration manual, section 8.2.6, and recordings of every variable with every flag, of
///   sessions with and without a server, over IPv4, IPv6 and Unix sockets.
public struct TemplateLogRecord: LogLine, Sendable {
    /// The line's form.
    public var template: LogTemplate
    /// What every format can tell.
    public var session: SessionLogRecord
    /// What only such formats tell.
    public var details: SessionLogDetails

    /// Makes a record.
    ///
    /// - Parameters:
    ///   - template: the line's form.
    ///   - session: what every format can tell.
    ///   - details: what only such formats tell.
    public init(template: LogTemplate, session: SessionLogRecord, details: SessionLogDetails) {
        self.template = template
        self.session = session
        self.details = details
    }

    /// The session's level.
    public var level: LogLevel { session.level }

    /// Writes the line without header and line end.
    ///
    /// - Parameters:
    ///   - line: where to append.
    ///   - dates: for the dates in the line.
    public func write(to line: inout LineBuffer, dates: inout LogDates) {
        write(template, to: &line, dates: &dates)
    }

    /// Writes a template, which may be another one than the line's own.
    func write(_ template: LogTemplate, to line: inout LineBuffer, dates: inout LogDates) {
        // Where a blank would follow a blank, or begin the line.
        var afterBlank = line.count
        for part in template.parts {
            switch part {
            case .text(let text): line.append(text)
            case .blank:
                guard line.count > afterBlank else { continue }
                line.append(byte: UInt8(ascii: " "))
                afterBlank = line.count
            case .variable(let variable, let flags): write(variable, flags, to: &line, dates: &dates)
            case .sample(let sample, let flags):
                let text = SampleEvaluator(record: self).text(of: sample)
                Self.append(text ?? "", flags, to: &line)
            }
        }
    }

    /// The id that `unique-id-format` gives the session; `nil` without one.
    var uniqueID: String? {
        guard let template = details.uniqueID else { return nil }
        var record = self
        // An id that names itself would never end.
        record.details.uniqueID = nil
        var buffer = LineBuffer(capacity: LogTarget.defaultLength)
        var dates = LogDates()
        record.write(template, to: &buffer, dates: &dates)
        return String(decoding: buffer.bytes, as: UTF8.self)
    }

    private func write(
        _ variable: LogVariable, _ flags: LogTemplate.Flags, to line: inout LineBuffer, dates: inout LogDates
    ) {
        switch variable {
        case .bytesToClient: appendGrowing(session.bytesToClient, to: &line)
        case .bytesFromClient: line.append(details.bytesFromClient)
        case .hostName: Self.append(details.hostName, flags, to: &line)
        case .uniqueID: Self.append(uniqueID ?? "", flags, to: &line)
        case .status: line.append(details.request?.status ?? 0)
        case .processID: Self.append(Int64(details.processID), flags, width: 4, to: &line)

        case .clientAddress: Self.append(address: session.client, flags, to: &line)
        case .clientPort: Self.append(port: session.client, flags, to: &line)
        case .frontendAddress: Self.append(address: details.destination, flags, to: &line)
        case .frontendPort: Self.append(port: details.destination, flags, to: &line)
        case .backendAddress: Self.append(address: details.source, flags, to: &line)
        case .backendPort: Self.append(port: details.source, flags, to: &line)
        case .serverAddress: Self.append(address: details.serverAddress, flags, to: &line)
        case .serverPort: Self.append(port: details.serverAddress, flags, to: &line)

        case .frontend: Self.append(session.frontend, flags, to: &line)
        case .frontendWithTransport:
            Self.append(session.isEncrypted ? session.frontend + "~" : session.frontend, flags, to: &line)
        case .backend: Self.append(session.backend, flags, to: &line)
        case .server: Self.append(session.server ?? "<NOSRV>", flags, to: &line)

        case .acceptDate, .requestDate: dates.appendDate(of: session.acceptedAt, to: &line)
        case .acceptDateGMT, .requestDateGMT: dates.appendDate(of: session.acceptedAt, in: .greenwich, to: &line)
        case .acceptDateLocal, .requestDateLocal: dates.appendDate(of: session.acceptedAt, in: .local, to: &line)
        case .acceptTimestamp: Self.append(session.acceptedAt.secondsSinceEpoch, flags, width: 4, to: &line)
        case .acceptMilliseconds:
            let milliseconds = session.acceptedAt.millisecondsOfSecond
            if flags.contains(.hexadecimal) {
                line.append(hexadecimal: UInt64(milliseconds), width: 2)
            } else {
                line.append(milliseconds, width: 3)
            }

        case .handshakeTime: line.append(details.handshakeMilliseconds)
        case .queueTime: line.append(session.queueMilliseconds ?? -1)
        case .connectTime: line.append(session.connectMilliseconds ?? -1)
        case .dataTime: line.append(dataMilliseconds)
        case .totalTime, .totalTimeOfUser: appendGrowing(Int64(session.totalMilliseconds), to: &line)

        case .termination, .terminationWithCookie:
            line.append(byte: session.termination.cause.rawValue)
            line.append(byte: session.termination.phase.rawValue)
            if variable == .terminationWithCookie { line.append("--") }

        case .instanceConnections: line.append(session.connections.instance)
        case .frontendConnections: line.append(session.connections.frontend)
        case .backendConnections: line.append(session.connections.backend)
        case .serverConnections: line.append(session.connections.server)
        case .retries:
            if session.isRedispatched { line.append(byte: UInt8(ascii: "+")) }
            line.append(session.retries)
        case .serverQueue: line.append(session.serverQueue)
        case .backendQueue: line.append(session.backendQueue)
        case .lineCounter: Self.append(Int64(details.lineNumber), flags, width: 4, to: &line)
        case .sessionCounter: Self.append(Int64(details.sessionNumber), flags, width: 4, to: &line)

        // Nothing is captured.
        case .requestHeaders, .requestHeaderList, .responseHeaders, .responseHeaderList: break
        case .requestCookie, .responseCookie: Self.append("", flags, to: &line)
        case .tlsCiphers: Self.append(details.encryption?.cipher ?? "", flags, to: &line)
        case .tlsVersion: Self.append(details.encryption?.version ?? "", flags, to: &line)

        case .method: Self.append(encoding: details.request?.words.method, flags, to: &line)
        case .uri: Self.append(encoding: details.request?.words.uri, flags, to: &line)
        case .path, .pathOnly: Self.append(encoding: details.request?.path, flags, to: &line)
        case .httpVersion: Self.append(encoding: details.request?.words.version, flags, to: &line)
        case .requestLine: Self.append(encoding: details.request?.line, flags, to: &line)
        case .query: Self.append(details.request?.query ?? "", flags, to: &line)
        case .requestTime, .requestTimeTotal: line.append(details.request?.milliseconds ?? -1)
        case .responseTime: line.append(details.request?.isAnswered == true ? 0 : -1)
        case .activeTime: line.append(details.request == nil ? -1 : session.totalMilliseconds)
        case .idleTime: line.append(details.request == nil ? -1 : 0)
        }
    }

    /// From the connection to the end.
    private var dataMilliseconds: Int {
        guard let queue = session.queueMilliseconds, let connect = session.connectMilliseconds else { return -1 }
        // The queue's time has one more than was measured: see where it is set.
        return session.totalMilliseconds - (queue - 1) - connect
    }

    private func appendGrowing(_ number: Int64, to line: inout LineBuffer) {
        if session.isEarly { line.append(byte: UInt8(ascii: "+")) }
        line.append(number)
    }

    // MARK: Flags

    /// A text: `-` or `""` when there is none.
    private static func append(_ text: String, _ flags: LogTemplate.Flags, to line: inout LineBuffer) {
        let isQuoted = flags.contains(.quoted)
        if isQuoted { line.append(byte: UInt8(ascii: "\"")) }
        if text.isEmpty {
            if !isQuoted { line.append(byte: UInt8(ascii: "-")) }
        } else if flags.contains(.escaped) {
            line.append(withBackslashes: text)
        } else {
            line.append(text)
        }
        if isQuoted { line.append(byte: UInt8(ascii: "\"")) }
    }

    /// A text that came from a client; `<BADREQ>` when there is none.
    private static func append(encoding text: String?, _ flags: LogTemplate.Flags, to line: inout LineBuffer) {
        let isQuoted = flags.contains(.quoted)
        if isQuoted { line.append(byte: UInt8(ascii: "\"")) }
        if let text {
            line.append(escaping: text)
        } else {
            line.append("<BADREQ>")
        }
        if isQuoted { line.append(byte: UInt8(ascii: "\"")) }
    }

    private static func append(
        _ number: Int64, _ flags: LogTemplate.Flags, width: Int, to line: inout LineBuffer
    ) {
        if flags.contains(.hexadecimal) {
            line.append(hexadecimal: UInt64(bitPattern: number), width: width)
        } else {
            line.append(number)
        }
    }

    private static func append(address peer: LogPeer?, _ flags: LogTemplate.Flags, to line: inout LineBuffer) {
        switch peer {
        case nil: append("", flags, to: &line)
        // HAProxy ends the whole line here when it is to write a path in hexadecimal digits.
        case .unix: append("unix", flags, to: &line)
        case .ip(let endpoint) where flags.contains(.hexadecimal):
            if endpoint.isIPv6 { line.append(hexadecimal: endpoint.bits.high, width: 16) }
            line.append(hexadecimal: endpoint.bits.low, width: endpoint.isIPv6 ? 16 : 8)
        case .ip(let endpoint): append(endpoint.host, flags, to: &line)
        }
    }

    private static func append(port peer: LogPeer?, _ flags: LogTemplate.Flags, to line: inout LineBuffer) {
        switch peer {
        case nil: append("", flags, to: &line)
        case .unix(let listener): append(Int64(listener), flags, width: 4, to: &line)
        case .ip(let endpoint): append(Int64(endpoint.port), flags, width: 4, to: &line)
        }
    }
}
