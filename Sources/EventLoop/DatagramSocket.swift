import CLinux
import Glibc

/// A connected datagram socket that never makes its owner wait: for log lines over UDP or `/dev/log`.
///
/// One thread uses it.
public final class DatagramSocket {
    /// How sending a datagram ended.
    public enum Outcome: Sendable, Hashable {
        /// The kernel took it.
        case sent
        /// The kernel's buffer is full; the datagram is lost.
        case full
        /// There is no receiver now, or the datagram was refused; it is lost.
        case failed(Int32)
    }

    private let address: SocketAddress
    private var descriptor: Int32 = -1
    /// Whether the kernel cuts datagrams of equal length out of one piece: until it refuses to.
    private var isCutByKernel: Bool

    /// Makes a socket; connects when the first datagram is sent.
    ///
    /// - Parameter address: the receiver.
    public init(to address: SocketAddress) {
        self.address = address
        isCutByKernel = !address.isUnix
    }

    deinit { disconnect() }

    /// Sends one datagram, or loses it.
    ///
    /// A receiver that was away (`ECONNREFUSED`, a log daemon's socket made anew) is connected to again at once.
    ///
    /// - Parameter bytes: the datagram.
    /// - Returns: how it ended.
    public func send(_ bytes: UnsafeRawBufferPointer) -> Outcome {
        for _ in 0..<2 {
            if descriptor < 0, let failure = connect() { return .failed(failure) }
            let count = Glibc.send(
                descriptor, bytes.baseAddress, bytes.count, Int32(MSG_DONTWAIT) | Int32(MSG_NOSIGNAL))
            if count >= 0 { return .sent }
            let code = errno
            if code == EAGAIN || code == EWOULDBLOCK || code == ENOBUFS { return .full }
            // A UDP port that refused an earlier datagram: the error is about that one, so this one gets its own try.
            // A Unix socket whose owner has gone needs a new connection.
            if address.isUnix { disconnect() }
            if code != ECONNREFUSED && code != ENOTCONN && code != ECONNRESET { return .failed(code) }
        }
        return .failed(ECONNREFUSED)
    }

    /// Sends several datagrams in one system call.
    ///
    /// - Parameters:
    ///   - bytes: the datagrams one after the other.
    ///   - lengths: the length of each.
    /// - Returns: how many the kernel took; the others are the caller's.
    func send(_ bytes: UnsafeMutableRawPointer, lengths: ContiguousArray<UInt16>) -> Int {
        if descriptor < 0, connect() != nil { return 0 }
        let count = lengths.withUnsafeBufferPointer {
            supervise_send_datagrams(descriptor, bytes, $0.baseAddress, Int32($0.count), isCutByKernel)
        }
        if count >= 0 { return Int(count) }
        // Kernels before 4.18, and interfaces that compute no checksums (udp(7)): the caller's way always works.
        if [EINVAL, EIO, ENOPROTOOPT, EOPNOTSUPP].contains(errno) { isCutByKernel = false }
        return 0
    }

    private func connect() -> Int32? {
        let fresh = supervise_datagram_socket(address.family)
        guard fresh >= 0 else { return errno }
        guard address.withSockaddr({ Glibc.connect(fresh, $0, $1) }) == 0 else {
            let code = errno
            close(fresh)
            return code
        }
        descriptor = fresh
        return nil
    }

    private func disconnect() {
        guard descriptor >= 0 else { return }
        close(descriptor)
        descriptor = -1
    }
}
