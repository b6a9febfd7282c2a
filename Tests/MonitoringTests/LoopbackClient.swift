import Foundation
import Glibc

/// A listening socket on a port from the kernel, handed over to whom it is tested on.
struct LoopbackListener {
    /// What to hand over.
    let descriptor: Int32
    /// Where it listens.
    let address: ClientAddress

    /// Listens on 127.0.0.1.
    static func tcp() throws -> LoopbackListener {
        let descriptor = try checked(socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue), 0))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        try withUnsafeMutablePointer(to: &address) { pointer in
            try pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                _ = try checked(bind(descriptor, generic, length))
                _ = try checked(listen(descriptor, 128))
                _ = try checked(getsockname(descriptor, generic, &length))
            }
        }
        return LoopbackListener(descriptor: descriptor, address: .port(UInt16(bigEndian: address.sin_port)))
    }

    /// Listens on a socket in a folder of its own, which whoever made it removes.
    static func unix() throws -> LoopbackListener {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("stats-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let path = folder.appendingPathComponent("socket").path
        let descriptor = try checked(socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue), 0))
        _ = try withUnixAddress(path) { try checked(bind(descriptor, $0, $1)) }
        _ = try checked(listen(descriptor, 128))
        return LoopbackListener(descriptor: descriptor, address: .path(path))
    }
}

/// Where a client connects to.
enum ClientAddress: Sendable {
    /// A port of 127.0.0.1.
    case port(UInt16)
    /// A socket in the file system.
    case path(String)
}

/// What a client does, one after the other.
enum ClientStep: Sendable {
    /// Sends this.
    case send(String)
    /// Sends this many bytes of one letter; a server that closes meanwhile ends it.
    case flood(Int)
    /// Sends this again and again until the server closes.
    case pour(String)
    /// Tells the test that it has come this far.
    case tell(Milestone)
    /// Closes its sending side.
    case halfClose
    /// Reads until this has come.
    case readUntil(String)
    /// Reads until the server closes.
    case readToEnd
}

/// A point in a client's course that a test waits for.
struct Milestone: Sendable {
    private let stream: AsyncStream<Void>
    private let continuation: AsyncStream<Void>.Continuation

    init() { (stream, continuation) = AsyncStream.makeStream() }

    func reach() { continuation.finish() }

    func isReached() async { for await _ in stream {} }
}

/// What a client saw.
struct ClientView: Sendable {
    /// Everything that it read.
    var text = ""
    /// Whether the server closed.
    var isClosed = false
    /// How long it took, in seconds.
    var seconds = 0.0
}

struct POSIXFailure: Error {
    let code = errno
}

private func checked(_ result: Int32) throws -> Int32 {
    guard result >= 0 else { throw POSIXFailure() }
    return result
}

/// Talks to a server from a thread of its own, so that no task of the server waits for it.
///
/// - Parameters:
///   - address: where to connect.
///   - steps: what to do.
///   - deadline: after so many seconds reading gives up.
/// - Returns: what it saw.
/// - Throws: `POSIXFailure` when the network fails or the deadline passes.
func talk(to address: ClientAddress, _ steps: [ClientStep], deadline: Int = 10) async throws -> ClientView {
    try await withCheckedThrowingContinuation { continuation in
        Thread.detachNewThread {
            continuation.resume(with: Result { try converse(with: address, steps, deadline: deadline) })
        }
    }
}

private func converse(with address: ClientAddress, _ steps: [ClientStep], deadline: Int) throws -> ClientView {
    let descriptor = try connected(to: address)
    defer { close(descriptor) }
    var limit = timeval(tv_sec: deadline, tv_usec: 0)
    let size = socklen_t(MemoryLayout<timeval>.size)
    _ = try checked(setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, size))
    _ = try checked(setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, size))
    var view = ClientView()
    let began = ContinuousClock.now
    for step in steps {
        switch step {
        case .send(let text): try transmit(Array(text.utf8), over: descriptor)
        case .flood(let count):
            var left = count
            // The end of a flood is the server's decision; what it says then is read afterwards.
            while left > 0,
                (try? transmit(Array(repeating: UInt8(ascii: "a"), count: min(left, 65_536)), over: descriptor)) != nil
            {
                left -= 65_536
            }
        case .pour(let text):
            let bytes = Array(text.utf8)
            while (try? transmit(bytes, over: descriptor)) != nil {}
        case .tell(let milestone): milestone.reach()
        case .halfClose: _ = try checked(shutdown(descriptor, Int32(SHUT_WR)))
        case .readUntil(let text): try read(descriptor, into: &view) { !$0.text.contains(text) }
        case .readToEnd: try read(descriptor, into: &view) { _ in true }
        }
    }
    let duration = ContinuousClock.now - began
    view.seconds = Double(duration.components.seconds) + Double(duration.components.attoseconds) / 1e18
    return view
}

private func withUnixAddress<Result>(
    _ path: String, _ body: (UnsafePointer<sockaddr>, socklen_t) throws -> Result
) rethrows -> Result {
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
    return try withUnsafePointer(to: &address) { pointer in
        try pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
            try body($0, socklen_t(MemoryLayout<sockaddr_un>.size))
        }
    }
}

private func connected(to address: ClientAddress) throws -> Int32 {
    switch address {
    case .path(let path):
        let descriptor = try checked(socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0))
        _ = try withUnixAddress(path) { try checked(connect(descriptor, $0, $1)) }
        return descriptor
    case .port(let port):
        let descriptor = try checked(socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0))
        var target = sockaddr_in()
        target.sin_family = sa_family_t(AF_INET)
        target.sin_port = port.bigEndian
        target.sin_addr.s_addr = inet_addr("127.0.0.1")
        try withUnsafePointer(to: &target) { pointer in
            try pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                _ = try checked(connect(descriptor, generic, socklen_t(MemoryLayout<sockaddr_in>.size)))
            }
        }
        return descriptor
    }
}

private func transmit(_ bytes: [UInt8], over descriptor: Int32) throws {
    var sent = 0
    while sent < bytes.count {
        let count = bytes[sent...].withUnsafeBytes { send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
        guard count > 0 else { throw POSIXFailure() }
        sent += count
    }
}

private func read(_ descriptor: Int32, into view: inout ClientView, while goesOn: (ClientView) -> Bool) throws {
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while goesOn(view), !view.isClosed {
        let count = recv(descriptor, &buffer, buffer.count, 0)
        switch count {
        case 1...: view.text += String(decoding: buffer[..<count], as: UTF8.self)
        case 0: view.isClosed = true
        default:
            guard errno == ECONNRESET else { throw POSIXFailure() }
            view.isClosed = true
        }
    }
}
