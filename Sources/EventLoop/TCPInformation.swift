import CLinux
import Glibc

/// What the kernel knows of a TCP connection.
///
/// - Source: tcp(7), `TCP_INFO`.
public struct TCPInformation: Sendable {
    /// How long an answer takes.
    public let roundTripMicroseconds: UInt32
    /// How much that varies.
    public let variationMicroseconds: UInt32
    /// Segments that are on their way.
    public let unacknowledged: UInt32
    /// Segments that have come, though earlier ones have not.
    public let selectivelyAcknowledged: UInt32
    /// Segments that were sent again and are on their way.
    public let retransmitted: UInt32
    /// As far as the kernel counts that way.
    public let forwardAcknowledged: UInt32
    /// Segments that seem to be lost.
    public let lost: UInt32
    /// How far segments overtake each other.
    public let reordering: UInt32

    /// Asks the kernel.
    ///
    /// - Parameter descriptor: a socket; it is `nil` where that has no TCP connection.
    public init?(of descriptor: Int32) {
        var known = tcp_info()
        var length = socklen_t(MemoryLayout<tcp_info>.size)
        guard getsockopt(descriptor, Int32(IPPROTO_TCP), TCP_INFO, &known, &length) == 0 else { return nil }
        roundTripMicroseconds = known.tcpi_rtt
        variationMicroseconds = known.tcpi_rttvar
        unacknowledged = known.tcpi_unacked
        selectivelyAcknowledged = known.tcpi_sacked
        retransmitted = known.tcpi_retrans
        forwardAcknowledged = known.tcpi_fackets
        lost = known.tcpi_lost
        reordering = known.tcpi_reordering
    }
}
