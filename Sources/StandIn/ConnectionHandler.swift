import NIOCore

/// A client's socket: bytes in, `ConnectionState`'s actions out.
///
/// Belongs to the fleet's event loop, like the `Broker`.
final class ConnectionHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    /// How long a client has to log in: RabbitMQ's default `handshake_timeout`.
    private static let handshakeTime = TimeAmount.seconds(10)
    /// How long a client has to agree to a close.
    private static let closingTime = TimeAmount.seconds(5)

    /// The connection's number.
    let id: UInt64
    private let broker: Broker
    private let listener: StandInListener
    private var state: ConnectionState
    private var decoder = FrameDecoder()
    private var heartbeat = HeartbeatMonitor()
    /// What has arrived and is not a whole frame yet; at most a frame and a read.
    private var arrived = ByteBuffer()
    private var frameMax = Frame.maximum
    private var context: ChannelHandlerContext?
    private var heartbeatTask: Scheduled<Void>?
    private var deadline: Scheduled<Void>?

    init(broker: Broker, listener: StandInListener) {
        id = broker.makeConnectionID()
        self.broker = broker
        self.listener = listener
        state = ConnectionState(id: id, name: listener.name)
    }

    func channelActive(context: ChannelHandlerContext) {
        self.context = context
        guard listener.add(self) else {
            context.close(promise: nil)
            return
        }
        broker.add(self)
        closeUnlessDone(within: Self.handshakeTime, context)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        heartbeat.received()
        var bytes = unwrapInboundIn(data)
        arrived.writeBuffer(&bytes)
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        takeUnits()
        context.flush()
        broker.deliver()
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        broker.setWritable(context.channel.isWritable, connection: id)
        // A client that doesn't read what it asked for is not read from either.
        do {
            try context.channel.syncOptions?.setOption(.autoRead, value: context.channel.isWritable)
        } catch {
            errorCaught(context: context, error: error)
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        self.context = nil
        heartbeatTask?.cancel()
        deadline?.cancel()
        listener.remove(self)
        broker.remove(id)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // The socket failed: a reset by the client, most often. What it held goes back in channelInactive.
        context.close(promise: nil)
    }

    /// Tells the client something, to be flushed later.
    func tell(_ notice: MessageStore.Notice) {
        for action in state.actions(for: notice) { carryOut(action) }
    }

    /// Sends what has been told.
    func flush() {
        context?.flush()
    }

    /// Ends the connection as a broker that stops does.
    func shutDown() {
        for action in state.shutDown() { carryOut(action) }
        context?.flush()
    }

    private func takeUnits() {
        while state.phase != .ended {
            do throws(ProtocolError) {
                guard let unit = try decoder.next(from: &arrived) else { break }
                for action in broker.take(unit, state: &state) { carryOut(action) }
            } catch {
                arrived.clear()
                for action in state.refuse(error) { carryOut(action) }
                break
            }
        }
        arrived.discardReadBytes()
    }

    private func carryOut(_ action: ConnectionState.Action) {
        guard let context else { return }
        var buffer = context.channel.allocator.buffer(capacity: 256)
        switch action {
        case .sendProtocolHeader: buffer.writeBytes(FrameDecoder.protocolHeader)
        case .send(let method, let channel):
            FrameEncoder(frameMax: frameMax).write(method, channel: channel, to: &buffer)
            if case .connectionClose = method { closeUnlessDone(within: Self.closingTime, context) }
            if case .connectionOpenOk = method { deadline?.cancel() }
        case .sendMessage(let method, let message, let channel):
            FrameEncoder(frameMax: frameMax).write(method, message, channel: channel, to: &buffer)
        case .tune(let frameMax, let seconds):
            self.frameMax = frameMax
            decoder.maximumFrame = frameMax
            scheduleHeartbeat(everySeconds: seconds, context)
        case .end:
            context.flush()
            context.close(promise: nil)
        }
        guard buffer.readableBytes > 0 else { return }
        heartbeat.sent()
        context.write(wrapOutboundOut(buffer), promise: nil)
    }

    private func scheduleHeartbeat(everySeconds seconds: Int, _ context: ChannelHandlerContext) {
        guard seconds > 0 else { return }
        let half = TimeAmount.milliseconds(Int64(seconds) * 500)
        heartbeatTask = context.eventLoop.assumeIsolated().scheduleTask(in: half) { [weak self] in
            self?.heartbeatTick(everySeconds: seconds)
        }
    }

    private func heartbeatTick(everySeconds seconds: Int) {
        guard let context else { return }
        let verdict = heartbeat.tick()
        if verdict.isPeerGone {
            context.close(promise: nil)
            return
        }
        if verdict.sendsHeartbeat {
            var buffer = ByteBuffer()
            Frame(kind: .heartbeat, channel: 0, payload: ByteBuffer()).write(to: &buffer)
            context.writeAndFlush(wrapOutboundOut(buffer), promise: nil)
        }
        scheduleHeartbeat(everySeconds: seconds, context)
    }

    private func closeUnlessDone(within time: TimeAmount, _ context: ChannelHandlerContext) {
        deadline?.cancel()
        deadline = context.eventLoop.assumeIsolated().scheduleTask(in: time) { [weak self] in
            self?.context?.close(promise: nil)
        }
    }
}
