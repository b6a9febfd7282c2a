import NIOCore

/// Cuts a client's bytes into the protocol header and frames.
///
/// Knows nothing of methods. Holds no bytes: the caller keeps what is not yet whole, and a size beyond the bound is
/// refused as soon as it is read, so that the caller never has to keep more than one frame.
///
/// - Source: AMQP 0-9-1 specification, sections 2.2.4 "The AMQP protocol header" and 2.3.5 "Frame details".
struct FrameDecoder: Sendable {
    /// What a client sends.
    enum Unit: Equatable, Sendable {
        /// The eight bytes that begin a connection, as they should be.
        case protocolHeader
        /// Eight bytes that begin something else.
        case wrongHeader
        /// A frame.
        case frame(Frame)
    }

    /// What a client of this protocol version sends first.
    static let protocolHeader: [UInt8] = [0x41, 0x4D, 0x51, 0x50, 0, 0, 9, 1]
    /// Type, channel and size.
    private static let headerLength = 7

    /// The largest frame taken, in bytes with its overhead; lowered when the client asks for less.
    var maximumFrame = Frame.maximum
    private var isBeforeHeader = true

    /// Takes the next unit off the front of what has arrived.
    ///
    /// - Parameter buffer: what has arrived; stays as it is while the unit is not whole.
    /// - Returns: the unit, or `nil` until more has arrived.
    /// - Throws: `ProtocolError` for bytes that can't be a frame; nothing after them can be understood.
    mutating func next(from buffer: inout ByteBuffer) throws(ProtocolError) -> Unit? {
        if isBeforeHeader {
            guard let header = buffer.readBytes(length: Self.protocolHeader.count) else { return nil }
            guard header == Self.protocolHeader else { return .wrongHeader }
            isBeforeHeader = false
            return .protocolHeader
        }
        let start = buffer.readerIndex
        guard
            let type: UInt8 = buffer.getInteger(at: start),
            let channel: UInt16 = buffer.getInteger(at: start + 1),
            let size: UInt32 = buffer.getInteger(at: start + 3)
        else { return nil }
        guard let kind = Frame.Kind(rawValue: type) else {
            throw ProtocolError(.frameError, "frame type \(type) is unknown")
        }
        guard Int(size) <= maximumFrame - Frame.overhead else {
            throw ProtocolError(
                .frameError, "type \(type), payload size \(size) exceeds frame max \(maximumFrame)")
        }
        guard buffer.readableBytes >= Int(size) + Frame.overhead else { return nil }
        guard
            let payload = buffer.getSlice(at: start + Self.headerLength, length: Int(size)),
            let end: UInt8 = buffer.getInteger(at: start + Self.headerLength + Int(size))
        else { preconditionFailure("the frame's bytes were counted just above") }
        guard end == Frame.end else {
            throw ProtocolError(.frameError, "frame ends with octet \(end) instead of \(Frame.end)")
        }
        buffer.moveReaderIndex(forwardBy: Int(size) + Frame.overhead)
        return .frame(Frame(kind: kind, channel: channel, payload: payload))
    }
}
