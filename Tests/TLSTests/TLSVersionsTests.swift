import TLS
import Testing

/// Which versions are spoken.
@Suite("Versions of TLS")
struct TLSVersionsTests {
    private func range(
        _ least: TLSVersion? = nil, _ most: TLSVersion? = nil, without excluded: Set<TLSVersion> = []
    ) -> ClosedRange<TLSVersion>? {
        var versions = TLSVersions()
        versions.least = least
        versions.most = most
        versions.excluded = excluded
        return versions.range
    }

    @Test("nothing below TLS 1.2 is spoken unless it is named")
    func range() {
        #expect(range() == .tls12 ... .tls13)
        #expect(range(.tls10) == .tls10 ... .tls13)
        #expect(range(nil, .tls11) == .tls11 ... .tls11)
        #expect(range(nil, .tls12) == .tls12 ... .tls12)
        #expect(range(.tls13) == .tls13 ... .tls13)
        #expect(range(without: [.ssl3, .tls10, .tls11]) == .tls12 ... .tls13)
        #expect(range(without: [.tls12]) == .tls13 ... .tls13)
        #expect(range(without: [.tls13]) == .tls12 ... .tls12)
        #expect(range(.tls12, without: [.tls12]) == .tls12 ... .tls13)
    }

    @Test("where no version is left, there is none")
    func none() {
        #expect(range(without: [.tls12, .tls13]) == nil)
        #expect(range(.tls13, .tls12) == nil)
    }

    @Test("versions have HAProxy's names")
    func names() {
        #expect(TLSVersion(name: "TLSv1.2") == .tls12)
        #expect(TLSVersion(name: "TLSv1.4") == nil)
        #expect(TLSVersion.allCases.map(\.name) == ["SSLv3", "TLSv1.0", "TLSv1.1", "TLSv1.2", "TLSv1.3"])
    }
}
