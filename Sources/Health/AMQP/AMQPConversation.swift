import Model

/// A check's talk with a broker, from the protocol header to the proper close.
///
/// Knows neither sockets nor time: the caller moves the bytes and says when a limit has passed. Each step waits for one
/// method of the broker's. What comes instead ends the check: a refusal with its code and text, anything else as no
/// valid answer.
///
/// A broker with a memory or disk alarm stops reading from a connection as soon as it has published, and says
/// `connection.blocked`. Such a connection can't be closed properly any more, and it stays in the broker until the alarm
/// is over, even if the other side is long gone. So it is kept, as the one ear for the alarm's end: a check that
/// `isPaused` goes on where it was when its next turn comes. A broker that dies meanwhile may leave that connection as it
/// is, so each check takes a sign of life since the one before: the heartbeats, which RabbitMQ sends during an alarm, too.
///
/// - Source: AMQP 0-9-1 specification, sections 2.2.4 and 4.2.7 and the connection class; recordings of RabbitMQ 3.10.
public struct AMQPConversation: Sendable {
    /// What the caller does next.
    public enum Move: Sendable, Hashable {
        /// Sends these bytes and waits for an answer.
        case send([UInt8])
        /// Waits for more bytes.
        case wait
        /// Sends these bytes, and ends the check; the connection is closed.
        case finish(CheckResult, last: [UInt8])
        /// Ends the check, but keeps the connection for the next one.
        case keep(CheckResult)
    }

    /// What is waited for.
    private enum Step: Sendable, Hashable {
        case start, tune, openOk, channelOpenOk
        /// The answer to a published message and to the end of its channel.
        case verdict
        case unblocked
        case closeOk
    }

    /// The queue that no broker has: a message for it is dropped.
    static let queueOfNobody = "supervise.amqp-check"
    /// The longest time between two signs of life that is agreed on, in seconds: long for a check that is not kept, which
    /// sends none itself.
    public static let longestHeartbeat: UInt16 = 5

    private let check: AMQPCheck
    private var frames = AMQPFrameBuffer()
    private var step = Step.start
    /// What was waited for when the alarm came.
    private var interrupted = Step.start
    /// What the broker said of itself; `nil` before it has.
    public private(set) var broker: BrokerIntroduction?
    /// Why the broker takes no messages.
    private var alarm = ""
    /// What is to be sent once the alarm is over.
    private var withheld: [UInt8] = []
    /// What was agreed on, in seconds; 0 for a broker that sends no heartbeats.
    private var heartbeat: UInt16 = 0
    /// Whether the broker has sent anything since the last verdict.
    private var hasShownLife = false
    /// Whether the check that is due waits for that.
    private var awaitsLife = false

    /// Makes a conversation that hasn't begun.
    ///
    /// - Parameter check: what is asked.
    public init(_ check: AMQPCheck) { self.check = check }

    /// What is sent first: the protocol header.
    public var opening: [UInt8] { Array("AMQP".utf8) + [0, 0, 9, 1] }

    /// Whether the broker has said that it takes no messages now: the connection waits for the alarm's end.
    public var isBlocked: Bool { step == .unblocked }

    /// Whether it waits for that, and no check is under way.
    public var isPaused: Bool { isBlocked && !awaitsLife }

    /// What is waited for, for a check that takes too long.
    public var expectation: String {
        switch step {
        case .start: AMQPMethod.start.name
        case .tune: AMQPMethod.tune.name
        case .openOk: AMQPMethod.openOk.name
        case .channelOpenOk: AMQPMethod.channelOpenOk.name
        case .verdict: AMQPMethod.channelCloseOk.name
        case .unblocked: awaitsLife ? "a heartbeat" : AMQPMethod.unblocked.name
        case .closeOk: AMQPMethod.closeOk.name
        }
    }

    // MARK: - What comes

    /// The broker has sent something.
    ///
    /// - Parameter bytes: what has come since the last time.
    /// - Returns: what to do.
    public mutating func receive(_ bytes: some Sequence<UInt8>) -> Move {
        frames.append(bytes)
        let wasPaused = isPaused
        do {
            var (sent, hasHeard, isTold) = (withheld, false, false)
            withheld = []
            while let frame = try frames.next() {
                hasHeard = true
                switch try take(frame) {
                case .send(let more): sent += more
                case .wait: continue
                case .finish(let result, let last): return .finish(result, last: sent + last)
                case .keep: isTold = true
                }
            }
            guard isBlocked else { return sent.isEmpty ? .wait : .send(sent) }
            withheld = sent
            guard hasHeard else { return .wait }
            hasShownLife = wasPaused && !isTold
            guard !hasShownLife else { return .wait }
            awaitsLife = false
            return .keep(stillBlocked)
        } catch let error as AMQPFrameBuffer.Unfit {
            return .finish(invalid(error.words), last: [])
        } catch {
            return .finish(invalid("malformed frame instead of \(expectation)"), last: [])
        }
    }

    /// The broker has ended the connection.
    ///
    /// - Returns: how the check ends.
    public func ended() -> CheckResult { invalid("connection closed instead of \(expectation)") }

    /// The check has taken too long.
    ///
    /// - Returns: how it ends.
    public func timedOut() -> CheckResult {
        CheckResult(status: .layer7Timeout, detail: "waiting for \(expectation)")
    }

    /// The next check's turn has come while the connection waits for the alarm's end.
    ///
    /// - Returns: how that check ends; `nil` when the broker has to show first that it is still there, for which it has
    ///   `longestHeartbeat` at the least.
    public mutating func resumed() -> CheckResult? {
        awaitsLife = heartbeat > 0 && !hasShownLife
        hasShownLife = false
        return awaitsLife ? nil : stillBlocked
    }

    // MARK: - Step by step

    private mutating func take(_ frame: AMQPFrame) throws -> Move {
        // Heartbeats, and answers that were under way to a channel.
        guard frame.type == AMQPFrame.methodType else { return .wait }
        var reader = AMQPReader(frame.payload)
        let number = try reader.number(UInt32.self)
        guard let method = AMQPMethod(rawValue: number) else {
            return .finish(invalid("method \(number >> 16).\(number & 0xFFFF) instead of \(expectation)"), last: [])
        }
        switch (step, method) {
        case (.start, .start): return try introduced(&reader)
        case (.tune, .tune): return try tuned(&reader)
        case (.openOk, .openOk):
            return check.publishes ? opened() : closing()
        case (.channelOpenOk, .channelOpenOk): return published()
        case (.verdict, .channelCloseOk): return closing()
        case (_, .blocked):
            alarm = try reader.shortText()
            if step != .unblocked { interrupted = step }
            step = .unblocked
            return .keep(stillBlocked)
        case (.unblocked, .unblocked):
            step = interrupted
            awaitsLife = false
            return .wait
        case (.closeOk, .closeOk), (.closeOk, .close): return .finish(passed, last: [])
        case (_, .close):
            return .finish(try refusal(&reader), last: AMQPMethod.closeOk.frame())
        case (_, .channelClose):
            return .finish(try refusal(&reader), last: AMQPMethod.channelCloseOk.frame(on: 1) + farewell)
        default: return .finish(invalid("\(method.name) instead of \(expectation)"), last: [])
        }
    }

    private mutating func introduced(_ reader: inout AMQPReader) throws -> Move {
        // The version: 0-9.
        _ = try reader.number(UInt16.self)
        let (texts, capabilities) = try reader.properties()
        let mechanisms = try reader.longText().split(separator: " ")
        broker = BrokerIntroduction(
            product: texts["product"] ?? "", version: texts["version"] ?? "", cluster: texts["cluster_name"] ?? "",
            capabilities: capabilities.sorted())
        guard let login = check.login else { return .finish(passed, last: []) }
        guard mechanisms.contains("PLAIN") else {
            return .finish(invalid("no PLAIN login among \(mechanisms.joined(separator: " "))"), last: [])
        }
        step = .tune
        return .send(
            AMQPMethod.startOk.frame {
                var capabilities = AMQPWriter()
                capabilities.flag("connection.blocked")
                capabilities.flag("authentication_failure_close")
                var client = AMQPWriter()
                client.field("product", "supervise")
                client.field("information", "health check")
                client.table("capabilities", capabilities)
                $0.long(client.bytes)
                $0.shortText("PLAIN")
                $0.long([0] + login.user.utf8 + [0] + login.password.utf8)
                $0.shortText("en_US")
            })
    }

    private mutating func tuned(_ reader: inout AMQPReader) throws -> Move {
        let channels = try reader.number(UInt16.self)
        let frameLength = try reader.number(UInt32.self)
        heartbeat = min(try reader.number(UInt16.self), Self.longestHeartbeat)
        step = .openOk
        let virtualHost = check.login?.virtualHost ?? "/"
        return .send(
            AMQPMethod.tuneOk.frame {
                $0.number(channels)
                $0.number(frameLength)
                $0.number(heartbeat)
            }
                + AMQPMethod.open.frame {
                    $0.shortText(virtualHost)
                    $0.shortText("")
                    $0.number(UInt8(0))
                })
    }

    private mutating func opened() -> Move {
        step = .channelOpenOk
        return .send(AMQPMethod.channelOpen.frame(on: 1) { $0.shortText("") })
    }

    /// Publishes to the default exchange, and closes the channel: its answer comes once the message was taken.
    private mutating func published() -> Move {
        step = .verdict
        var header = AMQPWriter()
        header.number(UInt16(AMQPMethod.publish.rawValue >> 16))
        header.number(UInt16(0))
        // No bytes, no properties.
        header.number(UInt64(0))
        header.number(UInt16(0))
        return .send(
            AMQPMethod.publish.frame(on: 1) {
                $0.number(UInt16(0))
                $0.shortText("")
                $0.shortText(Self.queueOfNobody)
                $0.number(UInt8(0))
            } + AMQPFrame(type: AMQPFrame.headerType, channel: 1, payload: header.bytes).bytes
                + AMQPMethod.channelClose.frame(on: 1, Self.orderly))
    }

    private mutating func closing() -> Move {
        step = .closeOk
        return .send(farewell)
    }

    private var farewell: [UInt8] { AMQPMethod.close.frame(Self.orderly) }

    private static func orderly(_ writer: inout AMQPWriter) {
        writer.number(UInt16(200))
        writer.shortText("check done")
        writer.number(UInt32(0))
    }

    // MARK: - Results

    private var passed: CheckResult { CheckResult(status: .layer7OK, code: 0, detail: broker?.description ?? "") }

    private var stillBlocked: CheckResult {
        CheckResult(status: .layer7Conditional, code: 0, detail: "blocked: \(alarm)")
    }

    private func invalid(_ detail: String) -> CheckResult {
        CheckResult(status: .layer7InvalidResponse, detail: detail)
    }

    private func refusal(_ reader: inout AMQPReader) throws -> CheckResult {
        let code = try reader.number(UInt16.self)
        return CheckResult(status: .layer7Error, code: Int(code), detail: try reader.shortText())
    }
}

extension AMQPFrameBuffer.Unfit {
    /// What a check says of it.
    fileprivate var words: String {
        switch self {
        case .tooLong(let length): "a frame of \(length) bytes"
        case .noFrame: "no AMQP"
        case .otherVersion(let version): "the server speaks AMQP \(version)"
        }
    }
}
