import EventLoop
import TLS

/// One end of a session, as the relay reads and writes it.
///
/// The relay's code exists once, and is compiled for each kind: a plain socket costs what it cost without the others.
protocol RelayPort {
    /// Whether a read that gave less than was asked for has given all that was there.
    static var readsAllThereIs: Bool { get }

    /// Reads into a buffer that is not empty.
    func read(into buffer: UnsafeMutableRawBufferPointer) -> Transfer

    /// Writes from a buffer that is not empty; never ends with `.end`.
    func write(from buffer: UnsafeRawBufferPointer) -> Transfer

    /// Tells the peer that no more comes.
    func shutdownWrite()
}

/// A socket as it is.
struct PlainPort: RelayPort {
    let descriptor: Int32

    @inline(__always)
    init(_ descriptor: Int32) { self.descriptor = descriptor }

    static var readsAllThereIs: Bool {
        @inline(__always) get { true }
    }

    @inline(__always)
    func read(into buffer: UnsafeMutableRawBufferPointer) -> Transfer { Socket.read(descriptor, into: buffer) }

    @inline(__always)
    func write(from buffer: UnsafeRawBufferPointer) -> Transfer { Socket.write(descriptor, from: buffer) }

    @inline(__always)
    func shutdownWrite() { Socket.shutdownWrite(descriptor) }
}

/// A socket with TLS on it, or without: one side at least of a session has it.
struct SecurePort: RelayPort {
    let descriptor: Int32
    let stream: TLSStream?

    // A record at a time.
    static var readsAllThereIs: Bool { false }

    func read(into buffer: UnsafeMutableRawBufferPointer) -> Transfer {
        guard let stream else { return Socket.read(descriptor, into: buffer) }
        return Transfer(stream.read(into: buffer))
    }

    func write(from buffer: UnsafeRawBufferPointer) -> Transfer {
        guard let stream else { return Socket.write(descriptor, from: buffer) }
        return Transfer(stream.write(from: buffer))
    }

    func shutdownWrite() {
        stream?.end()
        Socket.shutdownWrite(descriptor)
    }
}

extension Transfer {
    /// What a stream says, as a socket would say it.
    ///
    /// Whatever a stream waits for, the next event of its socket has it tried again.
    fileprivate init(_ transfer: TLSStream.Transfer) {
        self =
            switch transfer {
            case .bytes(let count): .bytes(count)
            case .end: .end
            case .waitingForBytes, .waitingForRoom: .wouldBlock
            case .failed(let code): .failed(code)
            }
    }
}
