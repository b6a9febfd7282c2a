/// A version of the protocol; the raw value is that on the wire.
///
/// - Source: RFC 8446, section 4.1.2; the names are those of HAProxy 2.6's configuration manual, `ssl-min-ver`.
public enum TLSVersion: Int32, Sendable, Hashable, CaseIterable, Comparable {
    case ssl3 = 0x0300
    case tls10 = 0x0301
    case tls11 = 0x0302
    case tls12 = 0x0303
    case tls13 = 0x0304

    /// The oldest that is spoken where nothing is said.
    public static let leastByDefault = TLSVersion.tls12

    /// Finds a version.
    ///
    /// - Parameter name: as a configuration writes it: `TLSv1.2`.
    public init?(name: String) {
        guard let version = TLSVersion.allCases.first(where: { $0.name == name }) else { return nil }
        self = version
    }

    /// As a configuration writes it.
    public var name: String {
        switch self {
        case .ssl3: "SSLv3"
        case .tls10: "TLSv1.0"
        case .tls11: "TLSv1.1"
        case .tls12: "TLSv1.2"
        case .tls13: "TLSv1.3"
        }
    }

    /// Whether the left version is the older one.
    public static func < (left: TLSVersion, right: TLSVersion) -> Bool { left.rawValue < right.rawValue }
}

/// Which versions are spoken: those between two, or those of today without some.
public struct TLSVersions: Sendable, Hashable {
    /// The oldest one; `nil` when nothing is said of it.
    public var least: TLSVersion?
    /// The newest one; `nil` when nothing is said of it.
    public var most: TLSVersion?
    /// Versions that are not spoken (`no-tlsv12`); without meaning where an oldest or newest one is named.
    public var excluded: Set<TLSVersion> = []

    /// Makes a choice of all versions that are spoken by default.
    public init() {}

    /// The versions that are spoken; `nil` when there are none.
    ///
    /// Nothing below TLS 1.2 unless it is named: as the oldest version, or, where only that is named, as the newest one.
    public var range: ClosedRange<TLSVersion>? {
        let newest = most ?? .tls13
        let oldest = least ?? min(.leastByDefault, newest)
        let ignoresExclusions = least != nil || most != nil
        let spoken = TLSVersion.allCases.filter { version in
            version >= oldest && version <= newest && (ignoresExclusions || !excluded.contains(version))
        }
        guard let first = spoken.first, let last = spoken.last else { return nil }
        return first...last
    }
}
