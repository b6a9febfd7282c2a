import EventLoop
import Model

/// Finds the value of a sample for a session's line.
///
/// - Source: HAProxy 2.6 configuration manual, section 7.3, and recordings of every converter on every type.
struct SampleEvaluator {
    /// The session.
    let record: TemplateLogRecord

    /// The value as a line has it.
    ///
    /// - Parameter sample: the sample.
    /// - Returns: `nil` when there is none.
    func text(of sample: SampleExpression) -> String? {
        value(of: sample.fetch)
            .converted(by: sample.converters, in: LineSurroundings(variables: record.details.variables)).text
    }

    private func value(of fetch: SampleExpression.Fetch) -> SampleValue {
        let (session, details) = (record.session, record.details)
        switch fetch {
        case .constant(let constant): return SampleValue(constant)
        case .source: return address(session.client)
        case .sourcePort: return port(session.client)
        case .isSourceLocal: return isLocal(session.client)
        case .destination: return address(details.destination)
        case .destinationPort: return port(details.destination)
        case .isDestinationLocal: return isLocal(details.destination)
        case .backendSource: return address(details.source)
        case .backendSourcePort: return port(details.source)
        case .serverAddress: return address(details.serverAddress)
        case .serverPort: return port(details.serverAddress)
        case .frontendName: return .text(session.frontend)
        case .frontendID: return .integer(Int64(details.frontendID))
        case .frontendConnections: return .integer(Int64(session.connections.frontend))
        case .backendName: return .text(session.backend)
        case .backendID: return .integer(Int64(details.backendID))
        case .backendConnections: return .integer(Int64(session.connections.backend))
        case .serverName: return session.server.map { .text($0) } ?? .none
        case .serverID: return details.serverID.map { .integer(Int64($0)) } ?? .none
        case .listenerName: return details.listenerName.map { .text($0) } ?? .none
        case .listenerID: return .integer(Int64(details.listenerID))
        case .bytesIn: return .integer(details.bytesFromClient)
        case .bytesOut: return .integer(session.bytesToClient)
        case .date(let offset, let unitsPerSecond):
            let milliseconds = details.loggedAt.millisecondsSinceEpoch + offset * 1_000
            return .integer(
                unitsPerSecond < 1_000 ? milliseconds / 1_000 : milliseconds * (unitsPerSecond / 1_000))
        case .dateMicroseconds: return .integer(details.loggedAt.millisecondsOfSecond * 1_000)
        case .random(let bound): return .integer(Int64(UInt32.random(in: 0..<bound)))
        case .processID: return .integer(Int64(details.processID))
        case .uniqueID: return record.uniqueID.map { .text($0) } ?? .none
        case .uuid: return .text(SampleValue.uuid())
        case .tls(let property): return SampleValue(property, of: details.encryption)
        case .security(let sample): return details.security[sample] ?? .none
        case .variable(let variable): return details.variables[variable] ?? .none
        case .live, .table: return details.states[fetch] ?? .none
        // Contents and sockets mean something in rules alone: none of these is compiled for a line.
        case .content, .answer, .array, .connection, .kernel: return .none
        }
    }

    private func address(_ peer: LogPeer?) -> SampleValue {
        guard case .ip(let endpoint)? = peer else { return .none }
        return .address(endpoint)
    }

    private func port(_ peer: LogPeer?) -> SampleValue {
        guard case .ip(let endpoint)? = peer else { return .none }
        return .integer(Int64(endpoint.port))
    }

    private func isLocal(_ peer: LogPeer?) -> SampleValue {
        guard case .ip(let endpoint)? = peer else { return .boolean(true) }
        return .boolean(Socket.isOwnAddress(endpoint))
    }
}
