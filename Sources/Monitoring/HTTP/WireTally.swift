import Foundation
import Model
import NIOCore

/// Counts the bytes of one client connection as they are on the wire.
///
/// Lives on the connection's event loop, and nobody else touches it.
final class WireTally: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundIn = IOData
    typealias OutboundOut = IOData

    /// Most bytes that are dropped after the last answer.
    static let mostDropped: Int64 = 65_536

    private let counters: HTTPFrontendCounters
    /// Bytes that were dropped, once they are.
    private var dropped: Int64?
    private var context: ChannelHandlerContext?
    /// When the first byte came since `expectRequest`; `nil` before it.
    private(set) var requestBegan: Moment?
    /// Bytes to the client since `expectRequest`.
    private(set) var bytesOut: Int64 = 0

    /// Makes a tally.
    ///
    /// - Parameter counters: where all connections of the address are added up.
    init(counters: HTTPFrontendCounters) { self.counters = counters }

    /// Begins to count for the next request.
    func expectRequest() {
        requestBegan = nil
        bytesOut = 0
    }

    /// Sends what no request asked for, past the handlers that pair answers with requests.
    ///
    /// - Parameter text: a whole answer.
    func send(_ text: String) {
        guard let context else { return }
        write(context: context, data: wrapOutboundOut(.byteBuffer(ByteBuffer(string: text))), promise: nil)
        context.flush()
    }

    /// Drops everything that the client still sends; a client that goes on and on is cut off.
    func dropInput() { dropped = 0 }

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }

    func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let count = Int64(unwrapInboundIn(data).readableBytes)
        counters.update { $0.bytesIn += count }
        if let dropped {
            self.dropped = dropped + count
            if dropped + count > Self.mostDropped { context.close(promise: nil) }
            return
        }
        if requestBegan == nil { requestBegan = .now }
        context.fireChannelRead(data)
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        let count = Int64(unwrapOutboundIn(data).readableBytes)
        bytesOut += count
        counters.update { $0.bytesOut += count }
        context.write(data, promise: promise)
    }
}

/// A moment on both clocks: the wall's, to be written down, and the monotonic one, to be subtracted.
struct Moment {
    /// For logs.
    let wall: Timestamp
    private let monotonic: NIODeadline

    /// This moment.
    static var now: Moment {
        Moment(
            wall: Timestamp(millisecondsSinceEpoch: Int64(Date().timeIntervalSince1970 * 1000)), monotonic: .now())
    }

    /// How long ago an earlier moment was, in milliseconds.
    ///
    /// - Parameter earlier: the earlier moment.
    /// - Returns: the time between, in whole milliseconds.
    func milliseconds(since earlier: Moment) -> Int {
        Int((monotonic - earlier.monotonic).nanoseconds / 1_000_000)
    }
}
