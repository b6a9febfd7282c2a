import Certificates
import TLS
import Testing

/// Handshakes between a listener and a connector, without network.
@Suite("Handshakes", .enabled(if: CertificateFolder.isAvailable))
struct HandshakeTests {
    private let folder: CertificateFolder

    init() throws {
        folder = try CertificateFolder()
        try folder.makeAuthority("authority")
        try folder.make("one.example", hosts: ["one.example"], by: "authority")
    }

    private func file(_ name: String) throws -> PEMFile {
        PEMFile(path: name, contents: try folder.contents(name))
    }

    private func certificate(_ name: String) throws -> Certificate { try Certificate(file("\(name).pem")) }

    private func listener(
        _ names: [String] = ["one.example"], _ change: (inout TLSSettings) throws -> Void = { _ in }
    ) throws -> TLSListener {
        var settings = TLSSettings()
        try change(&settings)
        return try TLSListener(settings, entries: names.map { .init(try certificate($0)) }, isStrict: false)
    }

    private func connector(
        certificate name: String? = nil, verifying host: String? = nil,
        _ change: (inout TLSSettings) throws -> Void = { _ in }
    ) throws -> TLSConnector {
        var settings = TLSSettings()
        try change(&settings)
        return try TLSConnector(settings, certificate: try name.map { try certificate($0) }, verifiedName: host)
    }

    @Test("two that understand each other agree on the newest version, and bytes pass both ways")
    func agreement() throws {
        let pair = try #require(StreamPair(listener(), connector(), asking: "one.example"))
        let (client, server) = pair.shakeHands()
        #expect(client == .done && server == .done)
        #expect(pair.server.version == "TLSv1.3")
        #expect(pair.server.cipher == "TLS_AES_256_GCM_SHA384")
        #expect(pair.server.serverName == "one.example")
        #expect(!pair.server.isResumed)
        let sent = [UInt8](repeating: 7, count: 40_000)
        #expect(sent.withUnsafeBytes { pair.client.write(from: $0) } == .bytes(40_000))
        var received: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while case .bytes(let count) = buffer.withUnsafeMutableBytes({ pair.server.read(into: $0) }) {
            received += buffer[..<count]
        }
        #expect(received == sent)
        pair.client.end()
        #expect(buffer.withUnsafeMutableBytes { pair.server.read(into: $0) } == .end)
        #expect([9].withUnsafeBytes { pair.server.write(from: $0) } == .bytes(MemoryLayout<Int>.size))
    }

    @Test("versions that have nothing in common, and bytes that are no TLS, fail")
    func disagreement() throws {
        let old = try connector { $0.versions.most = .tls12 }
        let pair = try #require(StreamPair(listener { $0.versions.least = .tls13 }, old))
        #expect(pair.shakeHands().server == .failed(.disagreed))
        let other = try #require(StreamPair(listener(), connector()))
        other.disturbServer()
        #expect(other.server.handshake() == .failed(.disagreed))
    }

    @Test("a peer that ends in its handshake is told from one that disagrees")
    func closed() throws {
        let pair = try #require(StreamPair(listener(), connector()))
        pair.breakClient()
        #expect(pair.server.handshake() == .failed(.closed))
    }

    @Test("a client's certificate is asked for and looked at")
    func clientCertificates() throws {
        try folder.make("client", by: "authority")
        try folder.make("stranger")
        let authorities = [try file("authority.crt")]
        func verifying(_ mode: TLSSettings.Verification) throws -> TLSListener {
            try listener {
                $0.verification = mode
                $0.authorities = authorities
            }
        }
        func outcome(_ mode: TLSSettings.Verification, _ name: String?) throws -> TLSStream.Handshake {
            try #require(StreamPair(verifying(mode), connector(certificate: name))).shakeHands().server
        }
        #expect(try outcome(.required, "client") == .done)
        #expect(try outcome(.required, nil) == .failed(.disagreed))
        #expect(try outcome(.optional, nil) == .done)
        // X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT
        #expect(try outcome(.required, "stranger") == .failed(.certificateRefused(18)))
        #expect(try outcome(.optional, "stranger") == .failed(.certificateRefused(18)))
        #expect(try outcome(.none, "stranger") == .done)
        let lenient = try listener {
            $0.verification = .required
            $0.authorities = authorities
            $0.ignoredErrorsOfPeer = .some([18])
        }
        #expect(try #require(StreamPair(lenient, connector(certificate: "stranger"))).shakeHands().server == .done)
    }

    @Test("a server's certificate and its name are looked at")
    func serverCertificates() throws {
        try folder.makeAuthority("other")
        func outcome(_ authority: String, verifying host: String?, asking name: String?) throws -> TLSStream.Handshake {
            let authorities = [try file("\(authority).crt")]
            let connector = try connector(verifying: host) {
                $0.verification = .required
                $0.authorities = authorities
            }
            return try #require(StreamPair(listener(), connector, asking: name)).shakeHands().client
        }
        #expect(try outcome("authority", verifying: nil, asking: nil) == .done)
        #expect(try outcome("authority", verifying: "one.example", asking: nil) == .done)
        // The name that is asked for goes before the other.
        #expect(try outcome("authority", verifying: "two.example", asking: "one.example") == .done)
        // X509_V_ERR_HOSTNAME_MISMATCH, X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY
        #expect(try outcome("authority", verifying: "two.example", asking: nil) == .failed(.certificateRefused(62)))
        #expect(try outcome("other", verifying: nil, asking: nil) == .failed(.certificateRefused(20)))
    }

    @Test("a later connection goes on with what an earlier one has left, unless it asks for another name")
    func resumption() throws {
        let listener = try listener()
        let connector = try connector()
        func connection(asking name: String?, resuming session: TLSSession?) throws -> (isResumed: Bool, TLSSession?) {
            let pair = try #require(StreamPair(listener, connector, asking: name, resuming: session))
            #expect(pair.shakeHands() == (.done, .done))
            // What a server leaves comes with its first bytes.
            #expect([7].withUnsafeBytes { pair.server.write(from: $0) } != .end)
            var buffer = [UInt8](repeating: 0, count: 64)
            #expect(buffer.withUnsafeMutableBytes { pair.client.read(into: $0) } == .bytes(MemoryLayout<Int>.size))
            pair.client.end()
            return (pair.server.isResumed, pair.client.session(askedFor: name))
        }
        let first = try connection(asking: "one.example", resuming: nil)
        #expect(!first.isResumed)
        let left = try #require(first.1)
        #expect(try connection(asking: "one.example", resuming: left).isResumed)
        #expect(try !connection(asking: "two.example", resuming: left).isResumed)
        #expect(try !connection(asking: nil, resuming: left).isResumed)
    }

    @Test("with keys of tickets, a client's session goes on where it did not begin, while its key is among them")
    func sharedTickets() throws {
        func keys(_ numbers: ClosedRange<UInt8>, of size: Int = 80) throws -> TicketKeys {
            try #require(TicketKeys(numbers.map { [UInt8](repeating: $0, count: size) }))
        }
        let connector = try connector()
        func connection(to keys: TicketKeys?, resuming session: TLSSession?) throws -> (
            isResumed: Bool, left: TLSSession?
        ) {
            let pair = try #require(
                StreamPair(listener { $0.ticketKeys = keys }, connector, asking: "one.example", resuming: session))
            #expect(pair.shakeHands() == (.done, .done))
            #expect([7].withUnsafeBytes { pair.server.write(from: $0) } != .end)
            var buffer = [UInt8](repeating: 0, count: 64)
            #expect(buffer.withUnsafeMutableBytes { pair.client.read(into: $0) } == .bytes(MemoryLayout<Int>.size))
            pair.client.end()
            return (pair.server.isResumed, pair.client.session(askedFor: "one.example"))
        }
        // Written with the key 3, the last but one of the newest three.
        let left = try #require(try connection(to: keys(1...4), resuming: nil).left)
        #expect(try connection(to: keys(1...4), resuming: left).isResumed)
        #expect(try connection(to: keys(3...5), resuming: left).isResumed)
        #expect(try connection(to: keys(1...3), resuming: left).isResumed)
        #expect(try !connection(to: keys(4...6), resuming: left).isResumed)
        #expect(try !connection(to: nil, resuming: left).isResumed)
        #expect(try !connection(to: keys(1...4, of: 48), resuming: left).isResumed)
        let short = try #require(try connection(to: keys(1...3, of: 48), resuming: nil).left)
        #expect(try connection(to: keys(1...3, of: 48), resuming: short).isResumed)
    }

    @Test("keys of tickets are three at least, of one size")
    func ticketKeys() {
        #expect(TicketKeys([]) == nil)
        #expect(TicketKeys(Array(repeating: [UInt8](repeating: 1, count: 48), count: 2)) == nil)
        #expect(TicketKeys(Array(repeating: [UInt8](repeating: 1, count: 64), count: 3)) == nil)
        #expect(TicketKeys([48, 48, 80].map { [UInt8](repeating: 1, count: $0) }) == nil)
    }

    @Test("a connection that has broken, or whose handshake has not ended, leaves nothing")
    func nothingToResume() throws {
        let pair = try #require(StreamPair(listener(), connector()))
        #expect(pair.client.session(askedFor: nil) == nil)
        pair.breakClient()
        _ = pair.shakeHands()
        #expect(pair.client.session(askedFor: nil) == nil)
    }

    @Test("the protocol is the first of the server's that the client has, too")
    func protocols() throws {
        let listener = try listener { $0.protocols = ["h2", "http/1.1"] }
        func agreed(_ offered: [String]) throws -> String? {
            let pair = try #require(StreamPair(listener, connector { $0.protocols = offered }))
            #expect(pair.shakeHands().server == .done)
            return pair.server.negotiatedProtocol
        }
        #expect(try agreed(["http/1.1", "h2"]) == "h2")
        #expect(try agreed(["http/1.1"]) == "http/1.1")
        #expect(try agreed(["amqp"]) == nil)
        #expect(try agreed([]) == nil)
    }

    @Test("a certificate tells its names, its key and its time, and a wrong one what is wrong with it")
    func certificates() throws {
        try folder.make("both.example", hosts: ["Both.Example", "*.sub.example"], key: .rsa)
        let certificate = try certificate("both.example")
        #expect(certificate.names == ["both.example", "*.sub.example"])
        #expect(certificate.keyKind == .rsa)
        #expect(certificate.validUntil - certificate.validFrom == 10 * 86_400)
        #expect(certificate.fingerprint.count == 32)
        #expect(try self.certificate("one.example").keyKind == .ecdsa)
        func complaint(_ bytes: [UInt8]) -> String? {
            do {
                _ = try Certificate(PEMFile(path: "x.pem", contents: bytes))
                return nil
            } catch {
                return error.description
            }
        }
        #expect(complaint([]) == "unable to load certificate from file 'x.pem'")
        #expect(complaint(try folder.contents("one.example.key")) == "unable to load certificate from file 'x.pem'")
        #expect(complaint(try folder.contents("one.example.crt")) == "no private key found in 'x.pem'")
        let mixed = try folder.contents("one.example.crt") + folder.contents("both.example.key")
        #expect(complaint(mixed) == "inconsistencies between private key and certificate loaded 'x.pem'")
    }

    @Test(
        "lists that OpenSSL does not know are errors",
        arguments: ["ciphers", "ciphersuites", "curves", "versions", "authorities"])
    func wrongSettings(what: String) throws {
        #expect(throws: TLSError.self) {
            _ = try listener { settings in
                switch what {
                case "ciphers": settings.ciphers = "NONSENSE"
                case "ciphersuites": settings.ciphersuites = "NONSENSE"
                case "curves": settings.curves = "NONSENSE"
                case "versions": settings.versions.excluded = [.tls12, .tls13]
                default:
                    settings.verification = .required
                    settings.authorities = [PEMFile(path: "x", contents: [1, 2, 3])]
                }
            }
        }
    }
}
