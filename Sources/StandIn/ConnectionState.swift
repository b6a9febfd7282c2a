import NIOCore

/// A client's connection from its first byte to its last, without a socket.
///
/// Takes what the client sends, changes the store, and returns what to send. Where it stands:
///
///     phase             client sends           answer                     next phase
///     awaitingHeader    protocol header        connection.start           awaitingStartOk
///                       other eight bytes      protocol header            ended
///     awaitingStartOk   start-ok, right login  connection.tune            awaitingTuneOk
///                       start-ok, wrong login  connection.close 403       closing
///     awaitingTuneOk    tune-ok                -                          awaitingOpen
///     awaitingOpen      open, vhost "/"        open-ok                    open
///                       open, other vhost      connection.close 530       closing
///     open              anything of a channel  see `ChannelRequest`       open
///     any but ended     connection.close       close-ok                   ended
///     closing           close-ok               -                          ended
///                       anything else          -                          closing
///     any but closing   a mistake              connection.close 5xx       closing
///
/// - Source: AMQP 0-9-1 specification, sections 1.4.2 "connection" and 2.2.4; replies as RabbitMQ 3.10 gives them.
struct ConnectionState: Sendable {
    /// Where the connection stands.
    enum Phase: Equatable, Sendable {
        case awaitingHeader, awaitingStartOk, awaitingTuneOk, awaitingOpen, open, closing, ended
    }

    /// What is to be done for the client.
    enum Action: Equatable, Sendable {
        /// Say which protocol is spoken here.
        case sendProtocolHeader
        /// Send a method.
        case send(ServerMethod, channel: UInt16)
        /// Send a method with a message.
        case sendMessage(ServerMethod, Message, channel: UInt16)
        /// Keep to what the client tuned: the largest frame, and heartbeats every so many seconds (0: none).
        case tune(frameMax: Int, heartbeatSeconds: Int)
        /// Close the socket when everything is sent.
        case end
    }

    /// The highest channel number: RabbitMQ's default `channel_max`.
    static let channelMax: UInt16 = 2047
    /// The heartbeat offered, in seconds: RabbitMQ's default.
    static let heartbeatSeconds: UInt16 = 60
    /// The only user, as a new RabbitMQ has it, and the only virtual host.
    static let user = "guest"
    static let password = "guest"
    static let virtualHost = "/"

    /// The connection's number, never used twice in a fleet.
    let id: UInt64
    /// The stand-in's name, told to the client.
    let name: String
    private(set) var phase: Phase = .awaitingHeader
    private var channels: [UInt16: ChannelState] = [:]
    private var clientCapabilities: FieldTable = [:]

    init(id: UInt64, name: String) {
        self.id = id
        self.name = name
    }

    /// Whether the client has logged in and opened the virtual host.
    var isOpen: Bool { phase == .open }

    /// Takes in what the client sent.
    ///
    /// - Parameters:
    ///   - unit: a protocol header or a frame.
    ///   - store: what it may change.
    /// - Returns: what to do, in order.
    mutating func take(_ unit: FrameDecoder.Unit, store: inout MessageStore) -> [Action] {
        switch unit {
        case .protocolHeader:
            guard phase == .awaitingHeader else { preconditionFailure("the decoder gives one protocol header alone") }
            phase = .awaitingStartOk
            return [.send(.connectionStart(properties: ServerProperties.table(name: name)), channel: 0)]
        case .wrongHeader:
            phase = .ended
            return [.sendProtocolHeader, .end]
        case .frame(let frame):
            return frame.channel == 0 ? takeConnectionFrame(frame) : takeChannelFrame(frame, &store)
        }
    }

    /// Ends the connection because of bytes that are no frame.
    mutating func refuse(_ error: ProtocolError) -> [Action] {
        switch phase {
        case .awaitingHeader, .ended, .closing: return end()
        case .awaitingStartOk, .awaitingTuneOk, .awaitingOpen, .open: return fail(error, cause: .none)
        }
    }

    /// Ends the connection from the server's side, as RabbitMQ's `stop_app` does.
    mutating func shutDown() -> [Action] {
        let error = ProtocolError(.connectionForced, "broker forced connection closure with reason 'shutdown'")
        switch phase {
        case .awaitingStartOk, .awaitingTuneOk, .awaitingOpen, .open:
            phase = .ended
            return [.send(.connectionClose(error, cause: .none), channel: 0), .end]
        case .awaitingHeader, .closing, .ended:
            return end()
        }
    }

    /// What a notice of the store means for the client.
    func actions(for notice: MessageStore.Notice) -> [Action] {
        switch notice {
        case .delivery(let channel, let tag, let deliveryTag, let isRedelivered, let message):
            let method = ServerMethod.basicDeliver(
                tag: tag, deliveryTag: deliveryTag, isRedelivered: isRedelivered, exchange: message.exchange,
                routingKey: message.routingKey)
            return [.sendMessage(method, message, channel: channel.number)]
        case .cancellation(let channel, let tag):
            guard clientCapabilities.isSet("consumer_cancel_notify", in: "capabilities") else { return [] }
            return [.send(.basicCancel(tag: tag), channel: channel.number)]
        }
    }

    private mutating func end() -> [Action] {
        phase = .ended
        return [.end]
    }

    private mutating func fail(_ error: ProtocolError, cause: MethodID) -> [Action] {
        phase = .closing
        return [.send(.connectionClose(error, cause: cause), channel: 0)]
    }

    // MARK: Channel 0

    private mutating func takeConnectionFrame(_ frame: Frame) -> [Action] {
        switch frame.kind {
        case .heartbeat: return []
        case .header, .body:
            return refuse(ProtocolError(.unexpectedFrame, "content came on channel 0"))
        case .method:
            var cause = MethodID.none
            do throws(ProtocolError) {
                let (id, method) = try ClientMethod.read(frame.payload)
                cause = id
                return try takeConnectionMethod(method, id)
            } catch {
                return phase == .closing ? [] : fail(error, cause: cause)
            }
        }
    }

    private mutating func takeConnectionMethod(
        _ method: ClientMethod, _ id: MethodID
    ) throws(ProtocolError) -> [Action] {
        if method == .connectionClose {
            phase = .ended
            return [.send(.connectionCloseOk, channel: 0), .end]
        }
        switch (phase, method) {
        case (.awaitingStartOk, .connectionStartOk(let properties, let mechanism, let response)):
            clientCapabilities = properties
            return logIn(mechanism: mechanism, response: response, id)
        case (.awaitingTuneOk, .connectionTuneOk(_, let frameMax, let heartbeat)):
            // 0 asks for no limit; the server's own then holds.
            let limit = frameMax == 0 ? Frame.maximum : Int(frameMax)
            guard (Frame.leastMaximum...Frame.maximum).contains(limit) else {
                throw ProtocolError(.notAllowed, "negotiated frame_max = \(frameMax) is out of bounds")
            }
            phase = .awaitingOpen
            return [.tune(frameMax: limit, heartbeatSeconds: Int(heartbeat))]
        case (.awaitingOpen, .connectionOpen(let virtualHost)):
            guard virtualHost == Self.virtualHost else {
                throw ProtocolError(.notAllowed, "vhost \(virtualHost) not found")
            }
            phase = .open
            return [.send(.connectionOpenOk, channel: 0)]
        case (.closing, .connectionCloseOk):
            return end()
        case (.closing, _), (.ended, _):
            return []
        case (.awaitingHeader, _), (.awaitingStartOk, _), (.awaitingTuneOk, _), (.awaitingOpen, _), (.open, _):
            throw ProtocolError(.commandInvalid, "method \(id.classID).\(id.methodID) is not expected on channel 0 now")
        }
    }

    private mutating func logIn(mechanism: String, response: ByteBuffer, _ cause: MethodID) -> [Action] {
        guard mechanism == ServerMethod.mechanisms else {
            return fail(ProtocolError(.notAllowed, "unknown authentication mechanism '\(mechanism)'"), cause: cause)
        }
        // RFC 4616: authorisation identity, NUL, user, NUL, password.
        let fields = response.readableBytesView.split(separator: 0, maxSplits: 2, omittingEmptySubsequences: false)
        let isRight =
            fields.count == 3 && fields[1].elementsEqual(Self.user.utf8) && fields[2].elementsEqual(Self.password.utf8)
        guard isRight else {
            let error = ProtocolError(
                .accessRefused,
                "Login was refused using authentication mechanism PLAIN. For details see the broker logfile.")
            // A client that doesn't know this capability would take a close for a broken server.
            let understands = clientCapabilities.isSet("authentication_failure_close", in: "capabilities")
            return understands ? fail(error, cause: .none) : end()
        }
        phase = .awaitingTuneOk
        return [
            .send(
                .connectionTune(
                    channelMax: Self.channelMax, frameMax: UInt32(Frame.maximum), heartbeat: Self.heartbeatSeconds),
                channel: 0)
        ]
    }

    // MARK: Other channels

    private mutating func takeChannelFrame(_ frame: Frame, _ store: inout MessageStore) -> [Action] {
        switch phase {
        case .closing, .ended: return []
        case .awaitingHeader, .awaitingStartOk, .awaitingTuneOk, .awaitingOpen:
            return refuse(ProtocolError(.unexpectedFrame, "channel \(frame.channel) is used before connection.open"))
        case .open: break
        }
        var cause = MethodID.none
        do throws(ProtocolError) {
            switch frame.kind {
            case .heartbeat:
                throw ProtocolError(.unexpectedFrame, "a heartbeat came on channel \(frame.channel)")
            case .method:
                let (id, method) = try ClientMethod.read(frame.payload)
                cause = id
                return try takeChannelMethod(method, id, frame.channel, &store)
            case .header, .body:
                cause = .basicPublish
                return try takeContent(frame, &store)
            }
        } catch {
            guard error.code.endsChannelOnly else { return fail(error, cause: cause) }
            store.closeChannel(ChannelID(connection: self.id, number: frame.channel))
            channels[frame.channel] = ChannelState()
            channels[frame.channel]?.isClosing = true
            return [.send(.channelClose(error, cause: cause), channel: frame.channel)]
        }
    }

    private mutating func takeContent(_ frame: Frame, _ store: inout MessageStore) throws(ProtocolError) -> [Action] {
        guard var channel = channels[frame.channel] else { throw Self.notOpen }
        guard !channel.isClosing else { return [] }
        channels[frame.channel] = nil  // Changed in place, without a copy of the body so far.
        defer { channels[frame.channel] = channel }
        let whole: (PublishRequest, Message)?
        if frame.kind == .header {
            whole = try channel.take(try ContentHeader(frame.payload))
        } else {
            whole = try channel.take(body: frame.payload)
        }
        guard let (request, message) = whole else { return [] }
        let outcome = try store.publish(message)
        var actions: [Action] = []
        if request.isMandatory, !outcome.isRouted {
            let method = ServerMethod.basicReturn(exchange: request.exchange, routingKey: request.routingKey)
            actions.append(.sendMessage(method, message, channel: frame.channel))
        }
        if let number = channel.nextConfirm() {
            let confirm: ServerMethod =
                outcome.isAccepted ? .basicAck(deliveryTag: number) : .basicNack(deliveryTag: number)
            actions.append(.send(confirm, channel: frame.channel))
        }
        return actions
    }

    private mutating func takeChannelMethod(
        _ method: ClientMethod, _ id: MethodID, _ number: UInt16, _ store: inout MessageStore
    ) throws(ProtocolError) -> [Action] {
        let channelID = ChannelID(connection: self.id, number: number)
        guard var channel = channels[number] else {
            guard method == .channelOpen else { throw Self.notOpen }
            guard number <= Self.channelMax else {
                throw ProtocolError(.notAllowed, "channel id \(number) is beyond the negotiated limit")
            }
            channels[number] = ChannelState()
            return [.send(.channelOpenOk, channel: number)]
        }
        switch method {
        case .channelClose:
            store.closeChannel(channelID)
            channels[number] = nil
            return [.send(.channelCloseOk, channel: number)]
        case .channelCloseOk where channel.isClosing:
            channels[number] = nil
            return []
        case _ where channel.isClosing: return []
        case _ where channel.incoming != nil:
            throw ProtocolError(.unexpectedFrame, "expected a message's content, got a method")
        case .channelOpen: throw ProtocolError(.channelError, "second 'channel.open' seen")
        default: break  // Everything else is a request, and `ChannelRequest` writes each of them out.
        }
        defer { if phase == .open { channels[number] = channel } }
        let answers = try ChannelRequest(method: method, id: id, channelID: channelID).carryOut(&channel, &store)
        return answers.map { .send($0, number) }
    }

    private static var notOpen: ProtocolError { ProtocolError(.channelError, "expected 'channel.open'") }
}

extension ConnectionState.Action {
    fileprivate static func send(_ answer: ChannelRequest.Answer, _ channel: UInt16) -> Self {
        switch answer {
        case .method(let method): .send(method, channel: channel)
        case .message(let method, let message): .sendMessage(method, message, channel: channel)
        }
    }
}
