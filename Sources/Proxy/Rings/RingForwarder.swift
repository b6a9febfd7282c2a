import AccessLog
import EventLoop
import Model

/// The way of a ring's lines to one of its servers; only the worker's thread touches it.
///
/// A line leaves the ring once all of it is written. What was written of a line before its connection broke is written
/// again on the next one.
final class RingForwarder {
    /// How far the connection is.
    enum State {
        /// There is none; a timer says when it is tried again.
        case waiting
        case connecting
        case connected
    }

    /// How much of the ring is copied at once.
    private static let portion = 16_384

    let ring: LogRing
    let server: LogRingConfiguration.Server
    /// `nil` for a path that no socket can have.
    let address: SocketAddress?
    private let reader: LogRing.Reader

    private(set) var state = State.waiting
    private(set) var descriptor: Int32 = -1
    /// Grows with each connection, so that late events of an earlier one are recognized.
    private(set) var generation: UInt32 = 0
    var timer = TimerHandle.none

    /// Lines on their way, and how many of their bytes are written.
    private var pending: [UInt8] = []
    private var written = 0
    /// Where in `pending` each of its lines ends, and where in the ring the line after it begins.
    private var lines: [(end: Int, next: Int)] = []

    /// Prepares to send; nothing happens yet.
    ///
    /// - Parameters:
    ///   - ring: whose lines.
    ///   - server: where to.
    init(_ ring: LogRing, to server: LogRingConfiguration.Server) {
        self.ring = ring
        self.server = server
        reader = ring.addReader()
        switch server.address {
        case .ip(let host, let port): address = SocketAddress(ip: host, port: port)
        case .unix(let path): address = path.utf8.count <= SocketAddress.longestUnixPath ? .unix(path: path) : nil
        }
    }

    /// What has become of an attempt to write.
    enum Progress {
        /// Everything is written.
        case done
        /// The server takes nothing more at the moment.
        case stuck
        /// The connection is broken.
        case broken
    }

    /// Begins a connection.
    ///
    /// - Returns: its descriptor; `nil` when it can't even begin.
    func connect() -> Int32? {
        guard let address else { return nil }
        generation = (generation + 1) & 0xFF_FFFF
        let (descriptor, start) = Socket.connect(to: address)
        switch start {
        case .connected, .inProgress:
            self.descriptor = descriptor
            state = .connecting
            return descriptor
        case .failed, .exhausted, .sourceRefused, .portsUsedUp:
            if descriptor >= 0 { Socket.close(descriptor) }
            return nil
        }
    }

    /// The connection has been made, or it has failed.
    ///
    /// - Returns: whether lines can go now.
    func finishConnecting() -> Bool {
        guard Socket.pendingError(descriptor) == 0 else { return false }
        state = .connected
        return true
    }

    /// Ends the connection; lines that are not written whole are written again on the next one.
    func disconnect() {
        if descriptor >= 0 { Socket.close(descriptor) }
        descriptor = -1
        state = .waiting
        forgetPending()
    }

    /// Writes as much as the server takes.
    ///
    /// - Returns: how it ended, and whether anything was written.
    func write() -> (progress: Progress, hasMoved: Bool) {
        var hasMoved = false
        while true {
            if written == pending.count {
                forgetPending()
                guard copyLines() else { return (.done, hasMoved) }
            }
            let transfer = pending.withUnsafeBytes {
                Socket.write(descriptor, from: UnsafeRawBufferPointer(rebasing: $0[written...]))
            }
            switch transfer {
            case .bytes(let count):
                written += count
                hasMoved = true
                noteWritten()
            case .wouldBlock: return (.stuck, hasMoved)
            case .end, .failed: return (.broken, hasMoved)
            }
        }
    }

    /// Whether the server has ended the connection; what it says otherwise is not looked at.
    func hasServerLeft() -> Bool {
        withUnsafeTemporaryAllocation(byteCount: 512, alignment: 1) { buffer in
            while true {
                switch Socket.read(descriptor, into: buffer) {
                case .bytes: continue
                case .wouldBlock: return false
                case .end, .failed: return true
                }
            }
        }
    }

    /// Copies the next lines.
    ///
    /// - Returns: whether there are any.
    private func copyLines() -> Bool {
        var position = ring.position(of: reader)
        while pending.count < Self.portion,
            let next = ring.copyLine(at: position, to: &pending, framing: server.framing)
        {
            lines.append((end: pending.count, next: next))
            position = next
        }
        return !pending.isEmpty
    }

    private func noteWritten() {
        guard let last = lines.last(where: { $0.end <= written }) else { return }
        ring.advance(reader, to: last.next)
        lines.removeAll { $0.end <= written }
    }

    private func forgetPending() {
        pending.removeAll(keepingCapacity: true)
        lines.removeAll(keepingCapacity: true)
        written = 0
    }
}
