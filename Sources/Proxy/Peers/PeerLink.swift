import EventLoop

/// One connection with a peer, or with somebody who has yet to say who it is; only the worker's thread touches it.
final class PeerLink {
    /// How far it is.
    enum Phase {
        case connecting
        /// This process has said who it is, and waits for the answer.
        case awaitingAnswer
        /// The other one has to say who it is.
        case awaitingHello
        /// Both tell what they know.
        case open
    }

    /// The most bytes that wait to be written before nothing more is told: the other side reads too slowly.
    static let mostUnsentBytes = 65_536
    /// How much is read at once.
    static let portion = 16_384

    let descriptor: Int32
    /// Which of the `peers` sections it belongs to.
    let section: PeerSection
    /// With whom; `nil` until that is known.
    var remote: RemotePeer?
    var phase: Phase
    let isIncoming: Bool
    /// Where it came from; empty for one that this process has made.
    var clientAddress = ""
    let beganAt: MonotonicTime
    /// When something was heard last, and when something was said.
    var heardAt: MonotonicTime
    var spokeAt: MonotonicTime
    /// Whether there may be bytes to read of which no event tells any more.
    var hasMore = false
    /// Whether the end of what was asked for is yet to be confirmed.
    var owesConfirmation = false
    /// Whether the other side knows of what is left of an entry's time (2.1).
    var knowsTimes = true

    var decoder = PeerDecoder()
    var encoder = PeerEncoder()
    /// What has come and is no whole message yet.
    var input: [UInt8] = []
    /// What is to be sent, and how much of it is.
    var output: [UInt8] = []
    private var written = 0

    /// Describes a connection.
    ///
    /// - Parameters:
    ///   - descriptor: its socket; it is closed by `close`.
    ///   - section: which of the `peers` sections it belongs to.
    ///   - remote: with whom; `nil` for one that came in.
    ///   - now: when it began.
    init(_ descriptor: Int32, of section: PeerSection, with remote: RemotePeer?, at now: MonotonicTime) {
        self.descriptor = descriptor
        self.section = section
        self.remote = remote
        isIncoming = remote == nil
        phase = remote == nil ? .awaitingHello : .connecting
        (beganAt, heardAt, spokeAt) = (now, now, now)
    }

    /// How many bytes wait to be written.
    var unsentBytes: Int { output.count - written }

    /// Writes as much as the other side takes.
    ///
    /// - Returns: false when the connection is broken.
    func write() -> Bool {
        while written < output.count {
            let transfer = output.withUnsafeBytes {
                Socket.write(descriptor, from: UnsafeRawBufferPointer(rebasing: $0[written...]))
            }
            switch transfer {
            case .bytes(let count): written += count
            case .wouldBlock: return true
            case .end, .failed: return false
            }
        }
        output.removeAll(keepingCapacity: true)
        written = 0
        return true
    }

    /// What reading gave.
    enum Reading {
        case some, nothing, end
    }

    /// Reads one portion.
    ///
    /// - Returns: whether there was any.
    func read() -> Reading {
        withUnsafeTemporaryAllocation(byteCount: Self.portion, alignment: 1) { buffer in
            switch Socket.read(descriptor, into: buffer) {
            case .bytes(let count):
                input += UnsafeRawBufferPointer(rebasing: buffer[..<count])
                return .some
            case .wouldBlock: return .nothing
            case .end, .failed: return .end
            }
        }
    }

    /// Closes the socket.
    func close() { Socket.close(descriptor) }
}
