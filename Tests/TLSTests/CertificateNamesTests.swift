import TLS
import Testing

/// Which certificate a client gets, by the name that it asks for.
@Suite("Choice of certificates")
struct CertificateNamesTests {
    private static let entries: [CertificateNames.Entry] = [
        .init(names: ["first.example"], keyKind: .rsa),
        .init(names: ["second.example", "*.wild.example"], keyKind: .rsa),
        .init(names: ["exact.wild.example"], keyKind: .rsa),
        .init(names: ["second.example"], keyKind: .ecdsa),
        .init(names: ["*.other.example", "!not.other.example"], keyKind: .rsa),
    ]

    @Test(
        "the exact name goes before a wildcard, and the first certificate is for everybody else",
        arguments: [
            (nil, 0), ("first.example", 0), ("FIRST.Example", 0), ("second.example", 1), ("a.wild.example", 1),
            ("exact.wild.example", 2), ("a.b.wild.example", 0), ("wild.example", 0), ("unknown.example", 0),
            ("a.other.example", 4), ("not.other.example", 0), ("", 0), (".", 0), ("*.wild.example", 1),
        ] as [(String?, Int)])
    func choice(name: String?, expected: Int) {
        let names = CertificateNames(Self.entries, isStrict: false)
        #expect(names.choose(name, takesECDSA: false) == expected)
    }

    @Test("a client that takes elliptic curves gets the certificate that has one")
    func keys() {
        let names = CertificateNames(Self.entries, isStrict: false)
        #expect(names.choose("second.example", takesECDSA: true) == 3)
        #expect(names.choose("first.example", takesECDSA: true) == 0)
    }

    @Test("with 'strict-sni', whoever asks for no known name is refused")
    func strict() {
        let names = CertificateNames(Self.entries, isStrict: true)
        #expect(names.choose(nil, takesECDSA: false) == nil)
        #expect(names.choose("unknown.example", takesECDSA: false) == nil)
        #expect(names.choose("not.other.example", takesECDSA: false) == nil)
        #expect(names.choose("first.example", takesECDSA: false) == 0)
    }

    @Test("a certificate for every name is the last choice")
    func catchAll() {
        let names = CertificateNames(
            [.init(names: ["*", "!no.example"], keyKind: .rsa), .init(names: ["a.example"], keyKind: .rsa)],
            isStrict: true)
        #expect(names.choose("a.example", takesECDSA: false) == 1)
        #expect(names.choose("b.example", takesECDSA: false) == 0)
        #expect(names.choose("no.example", takesECDSA: false) == nil)
    }
}
