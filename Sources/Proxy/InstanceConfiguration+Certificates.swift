import Configuration
import Model
import TLS

extension InstanceConfiguration {
    /// The certificates that its proxies show, each once a proxy.
    var certificates: [CertificateSnapshot] {
        proxies.filter { !$0.isDisabled }.flatMap { proxy in
            let shown =
                proxy.binds.flatMap { $0.tls?.entries.map(\.certificate) ?? [] }
                + proxy.servers.compactMap { $0.tls?.connector.certificate }
            var seen: Set<String> = []
            return shown.filter { seen.insert($0.path).inserted }.map { certificate in
                CertificateSnapshot(
                    proxy: proxy.name, path: certificate.path,
                    validUntil: Timestamp(millisecondsSinceEpoch: certificate.validUntil * 1_000))
            }
        }
    }
}
