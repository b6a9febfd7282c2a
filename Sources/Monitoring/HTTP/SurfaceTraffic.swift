import Model
import NIOCore
import Synchronization

/// What comes and goes at an instance's statistics addresses and stats sockets, which its workers don't see.
///
/// Each connection's event loop adds, and whoever tells of the process reads; callable from every thread.
final class SurfaceTraffic: Sendable {
    /// What a connection is for.
    enum Purpose: Sendable {
        /// The statistics page, over HTTP.
        case statistics
        /// The commands of a stats socket.
        case commands
    }

    /// The counts at one moment.
    struct Counts: Sendable {
        /// Connections to stats sockets now.
        var openCommandConnections = 0
        /// Connections to stats sockets since the start.
        var commandConnections = 0
        /// Connections to statistics addresses in the last second; those to stats sockets have no limit, and no part in rates.
        var statisticsRate = RateSnapshot()
        /// Bytes to clients of both since the start.
        var bytesOut: Int64 = 0
        /// Bytes to them in the last second.
        var bytesOutRate: Int64 = 0
    }

    private struct State {
        var counts = Counts()
        var statisticsRate = RateCounter()
        var byteRate = RateCounter()
    }

    // Owner: the mutex; written by the event loops of all connections.
    private let state = Mutex(State())

    /// The clock by which workers measure too.
    private static var nanoseconds: Int64 { Int64(NIODeadline.now().uptimeNanoseconds) }

    /// Counts a new connection.
    ///
    /// - Parameter purpose: what it is for.
    func countConnection(for purpose: Purpose) {
        state.withLock { state in
            switch purpose {
            case .statistics: state.statisticsRate.count(atNanoseconds: Self.nanoseconds)
            case .commands:
                state.counts.openCommandConnections += 1
                state.counts.commandConnections += 1
            }
        }
    }

    /// Notes the end of a connection.
    ///
    /// - Parameter purpose: what it was for.
    func noteEnd(for purpose: Purpose) {
        if purpose == .commands { state.withLock { $0.counts.openCommandConnections -= 1 } }
    }

    /// Counts bytes to a client.
    ///
    /// - Parameter bytes: how many.
    func countBytes(_ bytes: Int) {
        state.withLock { state in
            state.counts.bytesOut += Int64(bytes)
            state.byteRate.count(bytes, atNanoseconds: Self.nanoseconds)
        }
    }

    /// Forgets the most of any second.
    func clearMaxima() { state.withLock { $0.statisticsRate.clearMax() } }

    /// Reads the counts.
    ///
    /// - Returns: the counts of this moment.
    func read() -> Counts {
        state.withLock { state in
            state.counts.statisticsRate = state.statisticsRate.snapshot(atNanoseconds: Self.nanoseconds)
            state.counts.bytesOutRate = Int64(state.byteRate.snapshot(atNanoseconds: Self.nanoseconds).current)
            return state.counts
        }
    }
}

/// Counts one connection of a statistics address or stats socket.
///
/// Lives on the connection's event loop, and nobody else touches it.
final class SurfaceTrafficHandler: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundIn = IOData
    typealias OutboundOut = IOData

    private let traffic: SurfaceTraffic
    private let purpose: SurfaceTraffic.Purpose

    /// Makes a counter.
    ///
    /// - Parameters:
    ///   - traffic: where all connections of an instance are added up.
    ///   - purpose: what this one is for.
    init(_ traffic: SurfaceTraffic, for purpose: SurfaceTraffic.Purpose) {
        self.traffic = traffic
        self.purpose = purpose
    }

    func handlerAdded(context: ChannelHandlerContext) { traffic.countConnection(for: purpose) }

    func handlerRemoved(context: ChannelHandlerContext) { traffic.noteEnd(for: purpose) }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        traffic.countBytes(unwrapOutboundIn(data).readableBytes)
        context.write(data, promise: promise)
    }
}
