/// Finds addresses that are listened on more than once, in a file and across files.
///
/// Stricter than HAProxy, whose sockets share their ports (`SO_REUSEPORT`): there, the system deals connections out to
/// whoever listens, here, a second socket would be refused.
enum BindOverlap {
    /// One address and who listens on it.
    private struct Claim {
        let place: BindPlace
        let location: SourceLocation
        let instance: String
        let owner: String
    }

    /// How two addresses meet.
    enum Meeting: Equatable {
        case apart
        /// One of them is every address of the machine, the other a single one.
        case overlapping
        case same
    }

    /// Looks within one file.
    ///
    /// - Parameter configuration: the file's content.
    /// - Returns: an error for each address used twice.
    static func check(inside configuration: InstanceConfiguration) -> [Diagnostic] {
        compare(claims(of: configuration), with: [])
    }

    /// Looks across files, leaving out what is wrong within one.
    ///
    /// - Parameter configurations: the files' contents.
    /// - Returns: an error for each address used twice.
    static func check(across configurations: [InstanceConfiguration]) -> [Diagnostic] {
        var earlier: [Claim] = []
        var diagnostics: [Diagnostic] = []
        for configuration in configurations {
            let own = claims(of: configuration)
            diagnostics += compare(own, with: earlier, isWithin: false)
            earlier += own
        }
        return diagnostics
    }

    private static func claims(of configuration: InstanceConfiguration) -> [Claim] {
        var claims = configuration.global.statsSockets.map { socket in
            Claim(
                place: BindPlace(socket.address), location: socket.location, instance: configuration.name,
                owner: "a stats socket")
        }
        for proxy in configuration.proxies where proxy.hasFrontend && !proxy.isDisabled {
            for bind in proxy.binds {
                claims.append(
                    Claim(
                        place: bind.place, location: bind.location, instance: configuration.name,
                        owner: "proxy '\(proxy.name)'"))
            }
        }
        for section in configuration.peers where section.isActive {
            for bind in section.binds {
                claims.append(
                    Claim(
                        place: bind.place, location: bind.location, instance: configuration.name,
                        owner: "peers '\(section.name)'"))
            }
        }
        return claims
    }

    private static func compare(
        _ claims: [Claim], with others: [Claim], isWithin: Bool = true
    ) -> [Diagnostic] {
        var byPort = Dictionary(grouping: others, by: { key(of: $0.place.address) })
        var diagnostics: [Diagnostic] = []
        for claim in claims {
            let key = key(of: claim.place.address)
            let candidates = byPort[key] ?? []
            if let other = candidates.first(where: { meeting($0.place, claim.place) == .same }) {
                diagnostics.append(diagnostic(claim, other, isWithin: isWithin, isSame: true))
            } else if let other = candidates.first(where: { meeting($0.place, claim.place) == .overlapping }) {
                diagnostics.append(diagnostic(claim, other, isWithin: isWithin, isSame: false))
            }
            if isWithin { byPort[key, default: []].append(claim) }
        }
        return diagnostics
    }

    private static func diagnostic(_ claim: Claim, _ other: Claim, isWithin: Bool, isSame: Bool) -> Diagnostic {
        let place =
            isWithin
            ? "\(other.owner) in line \(other.location.line)"
            : "\(other.owner) of instance '\(other.instance)' (\(other.location.file):\(other.location.line))"
        let message =
            isSame
            ? "\(claim.place.address) is already listened on by \(place)"
            : "\(claim.place.address) overlaps with \(other.place.address) of \(place)"
        return Diagnostic(
            severity: .error, location: claim.location, message: message,
            help: isSame ? "use another port or address" : "use another port, or single addresses on both sides")
    }

    /// What two addresses must share to meet at all.
    private static func key(of address: BindAddress) -> String {
        switch address {
        case .ipv4(_, let port), .ipv6(_, let port, _): String(port)
        case .unix, .abstract, .descriptor: address.description
        }
    }

    /// How two addresses meet where they are: in different namespaces never, and at different interfaces neither.
    private static func meeting(_ left: BindPlace, _ right: BindPlace) -> Meeting {
        guard left.namespace == right.namespace else { return .apart }
        if let one = left.interface, let other = right.interface, one != other { return .apart }
        return meeting(left.address, right.address)
    }

    /// How two addresses meet.
    ///
    /// - Parameters:
    ///   - left: one address.
    ///   - right: another.
    /// - Returns: how they meet.
    static func meeting(_ left: BindAddress, _ right: BindAddress) -> Meeting {
        switch (left, right) {
        case (.unix(let left), .unix(let right)):
            return left == right ? .same : .apart
        case (.ipv4(let left, let leftPort), .ipv4(let right, let rightPort)):
            guard leftPort == rightPort else { return .apart }
            if left == right { return .same }
            return left == "0.0.0.0" || right == "0.0.0.0" ? .overlapping : .apart
        case (.ipv6(let left, let leftPort, _), .ipv6(let right, let rightPort, _)):
            guard leftPort == rightPort else { return .apart }
            if left == right { return .same }
            return left == "::" || right == "::" ? .overlapping : .apart
        case (.ipv4(_, let port), .ipv6(let host, let otherPort, let isIPv6Only)),
            (.ipv6(let host, let otherPort, let isIPv6Only), .ipv4(_, let port)):
            // Every IPv6 address includes every IPv4 address unless told otherwise.
            return port == otherPort && host == "::" && !isIPv6Only ? .overlapping : .apart
        case (.abstract, .abstract), (.descriptor, .descriptor):
            return left == right ? .same : .apart
        case (.unix, _), (_, .unix), (.abstract, _), (_, .abstract), (.descriptor, _), (_, .descriptor):
            return .apart
        }
    }
}
