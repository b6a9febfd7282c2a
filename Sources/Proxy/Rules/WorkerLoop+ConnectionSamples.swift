import AccessLog
import Configuration
import EventLoop
import Model

/// Samples of a session's own connections and of its limits.
extension WorkerLoop {
    /// Reads one.
    ///
    /// - Parameters:
    ///   - sample: what is asked for.
    ///   - session: for whom.
    /// - Returns: its value, which may be none.
    func ownValue(of sample: ConnectionSample, for session: UnsafeMutablePointer<Session>) -> SampleValue {
        switch sample {
        case .source: return address(Self.endpoint(Socket.remoteAddress(session.pointee.client)))
        case .sourcePort: return port(Self.endpoint(Socket.remoteAddress(session.pointee.client)))
        case .isSourceLocal: return isLocal(Self.endpoint(Socket.remoteAddress(session.pointee.client)))
        case .destination: return address(Self.endpoint(Socket.localAddress(session.pointee.client)))
        case .destinationPort: return port(Self.endpoint(Socket.localAddress(session.pointee.client)))
        case .isDestinationLocal: return isLocal(Self.endpoint(Socket.localAddress(session.pointee.client)))
        case .hasHeader: return .boolean(session.pointee.marks.contains(.hasHeader))
        case .clientTimeout: return time(configuration.proxies[Int(session.pointee.frontend)].timeouts.client)
        case .serverTimeout, .currentServerTimeout:
            return time(configuration.proxies[Int(session.pointee.backend)].timeouts.server)
        case .tunnelTimeout, .currentTunnelTimeout:
            return time(configuration.proxies[Int(session.pointee.backend)].timeouts.tunnel)
        case .defaultBackend:
            guard let index = configuration.proxies[Int(session.pointee.frontend)].backend else { return .none }
            return .text(configuration.proxies[index].name)
        case .isStopping: return .boolean(stopping != nil)
        }
    }

    /// Reads what the kernel knows of a client's connection.
    ///
    /// - Parameters:
    ///   - sample: what is asked for.
    ///   - session: for whom.
    ///   - isInMicroseconds: whether times are; else in milliseconds.
    /// - Returns: none where it has no TCP connection.
    func value(
        of sample: KernelSample, for session: UnsafeMutablePointer<Session>, isInMicroseconds: Bool
    ) -> SampleValue {
        guard let known = TCPInformation(of: session.pointee.client) else { return .none }
        func time(_ microseconds: UInt32) -> SampleValue {
            .integer(Int64(isInMicroseconds ? microseconds : microseconds / 1_000))
        }
        switch sample {
        case .roundTrip: return time(known.roundTripMicroseconds)
        case .variation: return time(known.variationMicroseconds)
        case .unacknowledged: return .integer(Int64(known.unacknowledged))
        case .selectivelyAcknowledged: return .integer(Int64(known.selectivelyAcknowledged))
        case .retransmitted: return .integer(Int64(known.retransmitted))
        case .forwardAcknowledged: return .integer(Int64(known.forwardAcknowledged))
        case .lost: return .integer(Int64(known.lost))
        case .reordering: return .integer(Int64(known.reordering))
        }
    }

    private func time(_ limit: Duration?) -> SampleValue { .integer(limit?.wholeMilliseconds ?? 0) }

    private static func endpoint(_ address: SocketAddress?) -> IPEndpoint {
        guard case .ip(let endpoint)? = address else { return .none }
        return endpoint
    }
}
