import Glibc

/// A descriptor that this process has open, as far as the kernel tells what it is.
public struct OpenDescriptor: Sendable, Hashable {
    /// What a descriptor is of.
    public enum Kind: Sendable, Hashable {
        /// A socket.
        case socket(OpenSocket)
        /// Anything else; where `/proc` says that it leads.
        case other(String)
    }

    /// A socket.
    public struct OpenSocket: Sendable, Hashable {
        /// `ipv4`, `ipv6`, `unix`, or the family's number.
        public var family: String
        /// Whether clients connect to it.
        public var isListening: Bool
        /// Its own port; `nil` where it has none.
        public var localPort: UInt16?
        /// Its peer's port; `nil` where it has none.
        public var remotePort: UInt16?
        /// Its own path, that of the listening socket where it was accepted; `nil` for one that isn't in the file system.
        public var localPath: String?
    }

    /// Its number.
    public var number: Int32
    /// What it is of.
    public var kind: Kind

    /// All that are open now, by number; one that opens or closes meanwhile may or may not be among them.
    ///
    /// - Returns: the descriptors.
    /// - Source: proc(5), `/proc/self/fd`.
    public static func all() -> [OpenDescriptor] {
        guard let folder = opendir("\(ProcessFolder.path)/fd") else { return [] }
        defer { closedir(folder) }
        var numbers: [Int32] = []
        while let entry = readdir(folder) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 1) { String(cString: $0) }
            }
            if let number = Int32(name), number != dirfd(folder) { numbers.append(number) }
        }
        return numbers.sorted().map { OpenDescriptor(number: $0, kind: kind(of: $0)) }
    }

    private static func kind(of number: Int32) -> Kind {
        guard let family = option(SO_DOMAIN, of: number) else { return .other(target(of: number)) }
        let names = [AF_INET: "ipv4", AF_INET6: "ipv6", AF_UNIX: "unix"]
        return .socket(
            OpenSocket(
                family: names[family] ?? "\(family)", isListening: option(SO_ACCEPTCONN, of: number) == 1,
                localPort: port { getsockname(number, $0, $1) }, remotePort: port { getpeername(number, $0, $1) },
                localPath: family == AF_UNIX ? path(of: number) : nil))
    }

    private static func option(_ name: Int32, of number: Int32) -> Int32? {
        var value: Int32 = 0
        var length = socklen_t(MemoryLayout<Int32>.size)
        return getsockopt(number, SOL_SOCKET, name, &value, &length) == 0 ? value : nil
    }

    private static func port(_ ask: (UnsafeMutablePointer<sockaddr>, UnsafeMutablePointer<socklen_t>) -> Int32)
        -> UInt16?
    {
        var storage = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        return withUnsafeMutablePointer(to: &storage) { pointer in
            let isKnown = pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { ask($0, &length) } == 0
            guard isKnown, [AF_INET, AF_INET6].contains(Int32(pointer.pointee.ss_family)) else { return nil }
            // The port is at the same place in both.
            return pointer.withMemoryRebound(to: sockaddr_in.self, capacity: 1) {
                UInt16(bigEndian: $0.pointee.sin_port)
            }
        }
    }

    private static func path(of number: Int32) -> String? {
        var address = sockaddr_un()
        var length = socklen_t(MemoryLayout<sockaddr_un>.size)
        let isKnown = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(number, $0, &length) } == 0
        }
        guard isKnown, Int32(address.sun_family) == AF_UNIX else { return nil }
        let bytes = withUnsafeBytes(of: &address.sun_path) { Array($0.prefix { $0 != 0 }) }
        return bytes.isEmpty ? nil : String(decoding: bytes, as: UTF8.self)
    }

    private static func target(of number: Int32) -> String {
        let capacity = Int(PATH_MAX)
        var buffer = [CChar](repeating: 0, count: capacity)
        let length = readlink("\(ProcessFolder.path)/fd/\(number)", &buffer, capacity)
        return String(decoding: buffer.prefix(max(0, length)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
