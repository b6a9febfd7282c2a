import Glibc
import Synchronization

/// A non-blocking IPv4 socket; its waiting functions look again and again until a deadline, and block no thread.
final class Socket: Sendable {
    /// How long a waiting function waits when it isn't told.
    static let patience = Duration.seconds(20)
    private static let chunk = 65_536

    /// Held while a descriptor could still be inherited, and while a program is started.
    ///
    /// A program that inherited a connection that was just accepted would keep it open, and its client would never see its end.
    static let inheritance = Mutex(())

    /// What a read found.
    enum Reading: Equatable {
        case bytes([UInt8])
        case end
        case reset
    }

    let descriptor: CInt

    init(isDatagram: Bool = false) throws {
        let kind = isDatagram ? SOCK_DGRAM : SOCK_STREAM
        let flags = CInt(SOCK_NONBLOCK.rawValue) | CInt(SOCK_CLOEXEC.rawValue)
        descriptor = Glibc.socket(AF_INET, CInt(kind.rawValue) | flags, 0)
        guard descriptor >= 0 else { throw Self.failure("socket") }
    }

    private init(descriptor: CInt) {
        self.descriptor = descriptor
    }

    deinit {
        close(descriptor)
    }

    /// Connects to a port.
    ///
    /// - Parameters:
    ///   - host: where; dotted.
    ///   - port: which.
    ///   - source: the address to come from.
    /// - Returns: the connected socket, or `nil` when the connection was refused or reset.
    /// - Throws: `ScenarioError` for any other failure, and when nobody answers in time.
    static func connect(host: String = "127.0.0.1", port: Int, from source: String? = nil) async throws -> Socket? {
        let socket = try Socket()
        if let source { try socket.bind(host: source, port: 0) }
        var result = withAddress(host, port) { Glibc.connect(socket.descriptor, $0, $1) }
        if result != 0, errno == EINPROGRESS {
            try await eventually("a connection to \(host):\(port)") { try socket.isReady(CInt(POLLOUT)) }
            let number = try socket.option(SO_ERROR)
            errno = number
            result = number == 0 ? 0 : -1
        }
        if result == 0 { return socket }
        if errno == ECONNREFUSED || errno == ECONNRESET { return nil }
        throw failure("connect to \(host):\(port)")
    }

    /// Connects to a stream socket in the file system.
    ///
    /// - Parameter path: the socket's file.
    /// - Returns: the connected socket, or `nil` when it refuses or nobody accepts as many as wait already.
    /// - Throws: `ScenarioError` for any other failure.
    static func connect(path: String) throws -> Socket? {
        let flags = CInt(SOCK_NONBLOCK.rawValue) | CInt(SOCK_CLOEXEC.rawValue)
        let descriptor = Glibc.socket(AF_UNIX, CInt(SOCK_STREAM.rawValue) | flags, 0)
        guard descriptor >= 0 else { throw failure("socket") }
        let socket = Socket(descriptor: descriptor)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        guard path.utf8.count < MemoryLayout.size(ofValue: address.sun_path) else {
            throw ScenarioError("the path \(path) is too long for a socket")
        }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        let result = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        if result == 0 { return socket }
        if errno == ECONNREFUSED || errno == EAGAIN { return nil }
        throw failure("connect to \(path)")
    }

    func bind(host: String, port: Int) throws {
        guard Self.withAddress(host, port, { Glibc.bind(descriptor, $0, $1) }) == 0 else {
            throw Self.failure("bind to \(host):\(port)")
        }
    }

    func listen(backlog: CInt = 1024) throws {
        guard Glibc.listen(descriptor, backlog) == 0 else { throw Self.failure("listen") }
    }

    /// Takes the next connection, if there is one.
    func accept() throws -> Socket? {
        try Self.inheritance.withLock { _ in
            let accepted = Glibc.accept(descriptor, nil, nil)
            if accepted >= 0 {
                _ = fcntl(accepted, F_SETFD, FD_CLOEXEC)
                _ = fcntl(accepted, F_SETFL, O_NONBLOCK)
                return Socket(descriptor: accepted)
            }
            if errno == EAGAIN || errno == ECONNABORTED { return nil }
            throw Self.failure("accept")
        }
    }

    /// Reads what is there.
    ///
    /// - Returns: `nil` when nothing is there yet.
    func tryRead(_ most: Int = chunk) throws -> Reading? {
        let read = withUnsafeTemporaryAllocation(of: UInt8.self, capacity: most) { buffer -> Reading? in
            let count = recv(descriptor, buffer.baseAddress, most, 0)
            if count > 0 { return .bytes(Array(buffer[..<count])) }
            return count == 0 ? .end : nil
        }
        if let read { return read }
        switch errno {
        case EAGAIN: return nil
        case ECONNRESET: return .reset
        default: throw Self.failure("recv")
        }
    }

    /// Waits for bytes or the end.
    func read(within limit: Duration = patience) async throws -> Reading {
        try await eventually("bytes or an end", within: limit) { try tryRead() }
    }

    /// Reads so many bytes; throws when the connection ends before.
    func read(exactly count: Int, within limit: Duration = patience) async throws -> [UInt8] {
        var bytes: [UInt8] = []
        let deadline = ContinuousClock.now + limit
        while bytes.count < count {
            guard case .bytes(let more) = try await read(within: deadline - .now) else {
                throw ScenarioError("the connection ended after \(bytes.count) of \(count) bytes")
            }
            bytes += more
        }
        return bytes
    }

    /// Reads until the connection ends.
    ///
    /// - Returns: all bytes, and how it ended.
    func readToEnd(within limit: Duration = patience) async throws -> (bytes: [UInt8], end: Reading) {
        var bytes: [UInt8] = []
        let deadline = ContinuousClock.now + limit
        while true {
            switch try await read(within: deadline - .now) {
            case .bytes(let more): bytes += more
            case .end: return (bytes, .end)
            case .reset: return (bytes, .reset)
            }
        }
    }

    /// Writes what fits.
    ///
    /// - Returns: how many bytes; 0 when nothing fits now.
    func tryWrite(_ bytes: ArraySlice<UInt8>) throws -> Int {
        let count = bytes.withUnsafeBytes { send(descriptor, $0.baseAddress, $0.count, CInt(MSG_NOSIGNAL)) }
        if count >= 0 { return count }
        if errno == EAGAIN { return 0 }
        throw Self.failure("send")
    }

    /// Writes everything.
    func write(_ bytes: [UInt8], within limit: Duration = patience) async throws {
        var rest = bytes[...]
        let deadline = ContinuousClock.now + limit
        while !rest.isEmpty {
            let count = try await eventually("room for \(rest.count) bytes", within: deadline - .now) {
                let count = try tryWrite(rest)
                return count > 0 ? count : nil
            }
            rest = rest.dropFirst(count)
        }
    }

    /// Sends a FIN.
    func finishWriting() {
        shutdown(descriptor, CInt(SHUT_WR))
    }

    /// Makes the close that follows a reset.
    func resetAtClose() throws {
        var value = linger(l_onoff: 1, l_linger: 0)
        let size = socklen_t(MemoryLayout<linger>.size)
        guard setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &value, size) == 0 else { throw Self.failure("setsockopt") }
    }

    func setOption(_ name: CInt, _ value: CInt) throws {
        var value = value
        let size = socklen_t(MemoryLayout<CInt>.size)
        guard setsockopt(descriptor, SOL_SOCKET, name, &value, size) == 0 else { throw Self.failure("setsockopt") }
    }

    func localPort() throws -> Int {
        var address = sockaddr_in()
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let result = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor, $0, &length) }
        }
        guard result == 0 else { throw Self.failure("getsockname") }
        return Int(in_port_t(bigEndian: address.sin_port))
    }

    private func option(_ name: CInt) throws -> CInt {
        var value: CInt = 0
        var size = socklen_t(MemoryLayout<CInt>.size)
        guard getsockopt(descriptor, SOL_SOCKET, name, &value, &size) == 0 else { throw Self.failure("getsockopt") }
        return value
    }

    private func isReady(_ events: CInt) throws -> Bool {
        var entry = pollfd(fd: descriptor, events: Int16(events), revents: 0)
        let count = poll(&entry, 1, 0)
        guard count >= 0 else { throw Self.failure("poll") }
        return count > 0
    }

    private static func withAddress<Result>(
        _ host: String, _ port: Int, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Result
    ) -> Result {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = inet_addr(host)
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                body($0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
    }

    private static func failure(_ operation: String) -> ScenarioError {
        ScenarioError("\(operation): \(String(cString: strerror(errno)))")
    }
}
