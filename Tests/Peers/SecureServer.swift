import Foundation
import TLS

/// A server with TLS in a test, for the connections that somebody else has accepted.
///
/// May be used by several threads; each connection belongs to one.
public struct SecureServer: Sendable {
    /// What is spoken, and what clients have to show.
    public typealias Settings = TLSSettings

    private let listener: TLSListener

    /// Loads a certificate.
    ///
    /// - Parameters:
    ///   - certificate: the path of the certificate, with its key.
    ///   - settings: what is spoken, and what clients have to show.
    /// - Throws: what is wrong with a file.
    public init(certificate: String, _ settings: TLSSettings = TLSSettings()) throws {
        let contents = Array(try Data(contentsOf: URL(filePath: certificate)))
        let certificate = try Certificate(PEMFile(path: certificate, contents: contents))
        listener = try TLSListener(settings, entries: [.init(certificate)], isStrict: false)
    }

    /// Shakes hands, and says what the client has asked for: `sni=NAME alpn=PROTOCOL`, with `-` for nothing.
    ///
    /// - Parameter peer: a connection; it stays open until the client ends.
    /// - Returns: whether the client was content with the handshake.
    /// - Throws: `PeerError` when there is no memory.
    @discardableResult
    public func tell(_ peer: Peer) throws(PeerError) -> Bool {
        _ = fcntl(peer.descriptor, F_SETFL, O_NONBLOCK)
        guard let stream = listener.begin(on: peer.descriptor) else { throw PeerError("a stream", code: ENOMEM) }
        defer { stream.close() }
        let deadline = ContinuousClock.now + Peer.patience
        while case let step = stream.handshake(), step != .done {
            guard step == .waiting, Loopback.wait(peer.descriptor, for: POLLIN, until: deadline) else { return false }
        }
        let words = "sni=\(stream.serverName ?? "-") alpn=\(stream.negotiatedProtocol ?? "-")\r\n"
        _ = Array(words.utf8).withUnsafeBytes { stream.write(from: $0) }
        var buffer = [UInt8](repeating: 0, count: 4096)
        var isContent = true
        while true {
            switch buffer.withUnsafeMutableBytes({ stream.read(into: $0) }) {
            case .bytes: continue
            case .end: break
            // A client says no to a certificate after its own part of the handshake.
            case .failed: isContent = false
            case .waitingForBytes, .waitingForRoom:
                guard Loopback.wait(peer.descriptor, for: POLLIN, until: deadline) else { break }
                continue
            }
            break
        }
        stream.end()
        return isContent
    }
}
