import NIOCore

/// Turns methods and messages into frames.
///
/// - Source: AMQP 0-9-1 specification, section 2.3.5 "Frame details".
struct FrameEncoder {
    /// The largest frame the client takes, in bytes with its overhead.
    let frameMax: Int

    /// Appends a method's frame.
    func write(_ method: ServerMethod, channel: UInt16, to buffer: inout ByteBuffer) {
        var payload = ByteBuffer()
        method.write(to: &payload)
        Frame(kind: .method, channel: channel, payload: payload).write(to: &buffer)
    }

    /// Appends a method's frame, its message's header and its body, the body in as many frames as it takes.
    func write(_ method: ServerMethod, _ message: Message, channel: UInt16, to buffer: inout ByteBuffer) {
        write(method, channel: channel, to: &buffer)
        var header = ByteBuffer()
        message.header.write(to: &header)
        Frame(kind: .header, channel: channel, payload: header).write(to: &buffer)
        var body = message.body
        while body.readableBytes > 0 {
            guard let part = body.readSlice(length: min(body.readableBytes, frameMax - Frame.overhead)) else {
                preconditionFailure("the part is no longer than what is left")
            }
            Frame(kind: .body, channel: channel, payload: part).write(to: &buffer)
        }
    }
}
