import Foundation
import Synchronization

/// A server that treats every connection the same way, each on a thread of its own.
public final class FakeServer: Sendable {
    /// What it does with a connection.
    public enum Behaviour: Sendable {
        /// Sends back what comes, until the end comes, and ends then.
        case echo
        /// Sends a text, then behaves like `echo`.
        case greet(String)
        /// Answers each piece with this text.
        case answer(String)
        /// Reads and says nothing.
        case silent
        /// Ends at once.
        case close
        /// Breaks at once.
        case reset
        /// Whatever the body does.
        case custom(@Sendable (Peer) throws -> Void)
    }

    /// Its port.
    public let listener: PeerListener
    private let behaviour: Behaviour
    // Owner: the mutex; written by the accepting thread, read by tests.
    private let accepted = Mutex(0)

    /// Starts a server.
    ///
    /// - Parameters:
    ///   - behaviour: what it does with a connection.
    ///   - listens: whether it accepts from the beginning.
    /// - Throws: `PeerError` when there is no port.
    public init(_ behaviour: Behaviour = .echo, listens: Bool = true) throws(PeerError) {
        self.behaviour = behaviour
        listener = try PeerListener(listens: false)
        if listens { try start() }
    }

    deinit { listener.stop() }

    /// Its port's number.
    public var port: UInt16 { listener.port }
    /// Its address as a configuration writes it.
    public var address: String { listener.address }
    /// How many connections it has accepted.
    public var connections: Int { accepted.withLock { $0 } }

    /// Accepts connections from now on.
    ///
    /// - Throws: `PeerError` when the kernel refuses.
    public func start() throws(PeerError) {
        try listener.listen()
        Thread.detachNewThread { [weak self, listener, behaviour] in
            // Ends with the listener: a port that nobody listens on has nobody to wait for.
            while let peer = listener.acceptIfAny(within: .seconds(3_600)) {
                self?.accepted.withLock { $0 += 1 }
                Thread.detachNewThread { FakeServer.serve(peer, behaviour) }
            }
        }
    }

    /// Refuses connections from now on; those that were accepted go on.
    public func stop() { listener.stop() }

    private static func serve(_ peer: Peer, _ behaviour: Behaviour) {
        do {
            switch behaviour {
            case .echo: try echo(peer)
            case .greet(let text):
                try peer.send(text)
                try echo(peer)
            case .answer(let text):
                while case let (bytes, ending) = peer.receive(atMost: 1, within: .seconds(600)), !bytes.isEmpty {
                    try peer.send(text)
                    if ending != .open { break }
                }
            case .silent: _ = peer.readToEnd(within: .seconds(600))
            case .close: break
            case .reset:
                peer.reset()
                return
            case .custom(let body): try body(peer)
            }
        } catch {
            // The connection broke under a test that breaks connections; what it was to show, the other end sees.
        }
        peer.close()
    }

    private static func echo(_ peer: Peer) throws(PeerError) {
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = recv(peer.descriptor, &chunk, chunk.count, 0)
            guard count > 0 else { return }
            try peer.send(Array(chunk[..<count]))
        }
    }
}
