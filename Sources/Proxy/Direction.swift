import EventLoop

/// One direction of a session: what was read from its source and not yet written to its sink.
///
/// Plain data inside the session's record. At rest it owns no buffer.
struct Direction {
    /// The least that is asked for in one read, in bytes.
    static let smallestRead: Int32 = 16 * 1024

    /// What the sink has not taken yet, `nil` when there is nothing.
    var buffer: UnsafeMutableRawPointer?
    /// Where the unsent rest begins in `buffer`.
    var start: Int32 = 0
    /// Where it ends.
    var end: Int32 = 0
    /// How much the next read asks for: grows while the sink keeps up, so that bulk moves in few calls and a slow reader
    /// costs little memory.
    var readSize = Direction.smallestRead
    /// Bytes moved since the session began.
    var bytes: Int64 = 0
    /// The part of `bytes` that samples have reported.
    var sampledBytes: Int64 = 0
    /// Whether the source may have bytes: true after its event until a read says otherwise.
    var isSourceReadable = false
    /// Whether the source's peer is known to have ended, so that a short read does not mean "nothing more".
    var isSourceClosing = false
    /// Whether the source's end was read.
    var hasSourceEnded = false
    /// Whether the sink takes nothing until its event.
    var isSinkFull = false
    /// Whether the end was passed on to the sink.
    var isSinkShut = false
    /// Whether the sink is broken: what still comes from the source is of no use.
    var isSinkBroken = false

    /// Whether everything that came, the end included, has been passed on.
    var isFinished: Bool { isSinkShut }
    /// How many bytes wait for the sink.
    var pending: Int32 { end - start }
}
