import NIOCore
import Synchronization

/// How many connections several listening sockets may have open together; further ones wait.
///
/// Callable from every event loop.
final class ConnectionLimit: Sendable {
    private struct State {
        var open = 0
        /// Those who wait for a place, the first one first; each listening socket at most once.
        var waiting: [@Sendable () -> Void] = []
    }

    private let most: Int
    // Owner: the mutex; read and written by the event loops of the listening sockets and of their connections.
    private let state = Mutex(State())

    /// Makes a limit.
    ///
    /// - Parameter most: how many connections may be open at once.
    init(_ most: Int) { self.most = max(1, most) }

    /// Takes a place for a connection.
    ///
    /// - Parameter whenFree: called once, from any thread, when there may be a place again, where there is none now.
    /// - Returns: whether there was one.
    func take(orWait whenFree: @escaping @Sendable () -> Void) -> Bool {
        state.withLock { state in
            guard state.open < most else {
                state.waiting.append(whenFree)
                return false
            }
            state.open += 1
            return true
        }
    }

    /// Gives a place back.
    func giveBack() {
        let next = state.withLock { state in
            state.open -= 1
            return state.waiting.isEmpty ? nil : state.waiting.removeFirst()
        }
        next?()
    }
}

/// Keeps a listening socket to a limit that it shares with others: a connection beyond it is served when another one ends.
///
/// One connection is held at most: nothing is accepted while one waits.
final class ConnectionLimiter: ChannelDuplexHandler {
    typealias InboundIn = any Channel
    typealias InboundOut = any Channel
    typealias OutboundIn = Never
    typealias OutboundOut = Never

    private let limit: ConnectionLimit
    private var held: (any Channel)?
    private var isReadWanted = false

    /// Makes a limiter.
    ///
    /// - Parameter limit: the limit.
    init(_ limit: ConnectionLimit) { self.limit = limit }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) { serve(unwrapInboundIn(data), context) }

    func read(context: ChannelHandlerContext) {
        guard held == nil else {
            isReadWanted = true
            return
        }
        context.read()
    }

    func channelInactive(context: ChannelHandlerContext) {
        held?.close(promise: nil)
        held = nil
        context.fireChannelInactive()
    }

    private func serve(_ connection: any Channel, _ context: ChannelHandlerContext) {
        let bound = NIOLoopBound((limiter: self, context: context), eventLoop: context.eventLoop)
        let loop = context.eventLoop
        guard limit.take(orWait: { loop.execute { bound.value.limiter.resume(bound.value.context) } }) else {
            held = connection
            return
        }
        connection.closeFuture.whenComplete { [limit] _ in limit.giveBack() }
        context.fireChannelRead(wrapInboundOut(connection))
    }

    /// Tries again with the connection that waits.
    private func resume(_ context: ChannelHandlerContext) {
        guard let connection = held else {
            // It was closed with its listening socket: whoever waits behind it may try instead.
            return limit.passOn()
        }
        held = nil
        serve(connection, context)
        guard held == nil, isReadWanted else { return }
        isReadWanted = false
        context.fireChannelReadComplete()
        context.read()
    }
}

extension ConnectionLimit {
    /// Lets the next one try who waits, because the one before has no use for the place any more.
    fileprivate func passOn() {
        let next = state.withLock { $0.waiting.isEmpty ? nil : $0.waiting.removeFirst() }
        next?()
    }
}
