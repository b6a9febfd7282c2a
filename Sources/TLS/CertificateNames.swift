/// Which of a listener's certificates a client gets, by the name that it asks for.
///
/// A pure rule. The exact name goes before a wildcard for its first label; of several certificates with one name, that with the key that
/// suits the client best. Without a match it is the first certificate, unless that is ruled out.
///
/// - Source: HAProxy 2.6 configuration manual, bind option `crt` and `strict-sni`, and recordings.
public struct CertificateNames: Sendable, Hashable {
    /// One certificate among the listener's.
    public struct Entry: Sendable, Hashable {
        /// The names that get it; `*.example.com` stands for each name one label longer than `example.com`, a `!` before a
        /// name excludes it.
        public var names: [String]
        /// What kind of key it has.
        public var keyKind: Certificate.KeyKind

        /// Makes an entry.
        ///
        /// - Parameters:
        ///   - names: the names that get it, in lower case.
        ///   - keyKind: what kind of key it has.
        public init(names: [String], keyKind: Certificate.KeyKind) {
            self.names = names
            self.keyKind = keyKind
        }
    }

    private var exact: [String: [Int]] = [:]
    private var wildcards: [String: [Int]] = [:]
    private var excluded: [String: Set<Int>] = [:]
    private var catchAll: [Int] = []
    private let keyKinds: [Certificate.KeyKind]
    private let isStrict: Bool

    /// Prepares a choice.
    ///
    /// - Parameters:
    ///   - entries: the certificates, the default one first.
    ///   - isStrict: whether there is no default.
    public init(_ entries: [Entry], isStrict: Bool) {
        keyKinds = entries.map(\.keyKind)
        self.isStrict = isStrict
        for (index, entry) in entries.enumerated() {
            for name in entry.names {
                if name.hasPrefix("!") {
                    excluded[String(name.dropFirst()), default: []].insert(index)
                } else if name == "*" {
                    catchAll.append(index)
                } else if name.hasPrefix("*.") {
                    wildcards[String(name.dropFirst(2)), default: []].append(index)
                } else {
                    exact[name, default: []].append(index)
                }
            }
        }
    }

    /// Chooses.
    ///
    /// - Parameters:
    ///   - name: what the client asks for, `nil` for nothing.
    ///   - takesECDSA: whether it can do with a key of that kind.
    /// - Returns: the certificate's index; `nil` refuses the client.
    public func choose(_ name: String?, takesECDSA: Bool) -> Int? {
        guard let name = name?.lowercased() else { return isStrict ? nil : 0 }
        let parent = name.firstIndex(of: ".").map { String(name[name.index(after: $0)...]) }
        var ruledOut = excluded[name] ?? []
        if let parent, let others = excluded["*.\(parent)"] { ruledOut.formUnion(others) }
        for candidates in [exact[name], parent.flatMap { wildcards[$0] }, catchAll] {
            let rest = (candidates ?? []).filter { !ruledOut.contains($0) }
            if let best = best(of: rest, takesECDSA: takesECDSA) { return best }
        }
        return isStrict ? nil : 0
    }

    private func best(of candidates: [Int], takesECDSA: Bool) -> Int? {
        if takesECDSA, let index = candidates.first(where: { keyKinds[$0] == .ecdsa }) { return index }
        return candidates.first { keyKinds[$0] == .rsa } ?? candidates.first
    }
}
