import Glibc
import Model
import Testing

/// A syslog daemon for one test: a datagram socket on loopback or in the file system.
final class SyslogReceiver {
    let descriptor: Int32
    let destination: LogTarget.Destination

    /// Listens on a UDP port that the kernel chooses.
    init() throws {
        descriptor = socket(AF_INET, Int32(SOCK_DGRAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr = in_addr(s_addr: UInt32(0x7F00_0001).bigEndian)
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let descriptor = descriptor
        let isBound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, length) == 0 && getsockname(descriptor, $0, &length) == 0
            }
        }
        try #require(isBound)
        destination = .udp(host: "127.0.0.1", port: UInt16(bigEndian: address.sin_port))
    }

    /// Listens on a path.
    init(path: String) throws {
        descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: Array(path.utf8)) }
        let descriptor = descriptor
        let isBound = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) == 0
            }
        }
        try #require(isBound)
        destination = .unixDatagram(path: path)
    }

    deinit { close(descriptor) }

    /// The next datagram; fails after 5 s.
    func next() throws -> String {
        var state = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        try #require(poll(&state, 1, 5_000) == 1, "no datagram came within 5 s")
        return waiting()
    }

    /// The next datagram if one is there already, else nothing.
    func waiting() -> String {
        withUnsafeTemporaryAllocation(byteCount: 65_536, alignment: 1) { bytes in
            let count = recv(descriptor, bytes.baseAddress, bytes.count, Int32(MSG_DONTWAIT))
            return String(decoding: UnsafeRawBufferPointer(rebasing: bytes[..<max(count, 0)]), as: UTF8.self)
        }
    }
}
