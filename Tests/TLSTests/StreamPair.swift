import Glibc
import TLS

/// A client's and a server's stream, over two ends of one connection inside the test.
final class StreamPair {
    let client: TLSStream
    let server: TLSStream
    private let descriptors: [Int32]
    private let listener: TLSListener
    private let connector: TLSConnector

    init?(
        _ listener: TLSListener, _ connector: TLSConnector, asking name: String? = nil,
        resuming session: TLSSession? = nil
    ) {
        var ends: [Int32] = [-1, -1]
        guard socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue), 0, &ends) == 0,
            let client = connector.begin(on: ends[0], asking: name, resuming: session),
            let server = listener.begin(on: ends[1])
        else { return nil }
        descriptors = ends
        self.listener = listener
        self.connector = connector
        self.client = client
        self.server = server
    }

    deinit {
        client.close()
        server.close()
        for descriptor in descriptors { close(descriptor) }
    }

    /// Lets both go on until both are done, or one has failed.
    func shakeHands() -> (client: TLSStream.Handshake, server: TLSStream.Handshake) {
        var client = TLSStream.Handshake.waiting
        var server = TLSStream.Handshake.waiting
        for _ in 0..<20 {
            if client == .waiting { client = self.client.handshake() }
            if server == .waiting { server = self.server.handshake() }
        }
        return (client, server)
    }

    /// Ends the client's socket.
    func breakClient() { shutdown(descriptors[0], Int32(SHUT_RDWR)) }

    /// Gives the server bytes that are no TLS.
    func disturbServer() {
        _ = Array("GET / HTTP/1.0\r\n\r\n".utf8).withUnsafeBytes { send(descriptors[0], $0.baseAddress, $0.count, 0) }
    }
}
