import Configuration

/// What differs between two configurations of one instance, in words short enough for an event's detail.
///
/// Where a line stands in its file is no difference. Names and counts are told, secrets are not.
struct ConfigurationDifference: Sendable, Equatable, CustomStringConvertible {
    /// At most so many differences are told; the rest is counted.
    static let maximumTold = 8

    /// Each difference; empty when there is none.
    let changes: [String]

    /// Compares.
    ///
    /// - Parameters:
    ///   - old: what ran.
    ///   - new: what runs now.
    init(from old: InstanceConfiguration, to new: InstanceConfiguration) {
        func name(_ proxy: ProxyConfiguration) -> String { "\(proxy.kind.rawValue) \(proxy.name)" }
        changes =
            Self.globalChanges(old.global, new.global)
            + Self.changes(from: old.proxies, to: new.proxies, named: name) {
                Self.proxyChanges($0, $1, name: name($1))
            }
            + Self.changes(from: old.resolvers, to: new.resolvers, named: { "resolvers \($0.name)" }) {
                var old = $0
                old.location = $1.location
                return old == $1 ? [] : ["resolvers \($1.name) changed"]
            }
            + Self.changes(from: old.userlists, to: new.userlists, named: { "userlist \($0.name)" }) {
                var old = $0
                old.location = $1.location
                return old == $1 ? [] : ["userlist \($1.name) changed"]
            }
            + Self.changes(from: old.peers, to: new.peers, named: { "peers \($0.name)" }) {
                $0.isLike($1) ? [] : ["peers \($1.name) changed"]
            }
    }

    /// Whether there is none.
    var isEmpty: Bool { changes.isEmpty }

    /// All of them in one line.
    var description: String {
        let told = changes.prefix(Self.maximumTold).joined(separator: "; ")
        return changes.count > Self.maximumTold ? "\(told); \(changes.count - Self.maximumTold) more" : told
    }

    // Each function below makes equal what it has told, so that the comparison of the rest needs no list of the fields
    // and cannot miss one that is added later.

    private static func globalChanges(_ old: GlobalConfiguration, _ new: GlobalConfiguration) -> [String] {
        var changes = change("global maxconn", old.maxconn, new.maxconn)
        let sockets = Self.changes(
            from: old.statsSockets, to: new.statsSockets, named: { "stats socket \($0.address)" }
        ) {
            var old = $0
            old.location = $1.location
            return old == $1 ? [] : ["stats socket \($1.address) changed"]
        }
        changes += sockets
        var old = old
        (old.maxconn, old.statsSockets) = (new.maxconn, new.statsSockets)
        if old != new { changes.append("global settings changed") }
        return changes
    }

    private static func proxyChanges(_ old: ProxyConfiguration, _ new: ProxyConfiguration, name: String) -> [String] {
        var changes = Self.changes(from: old.binds, to: new.binds, named: { "bind \($0.address)" }) {
            var old = $0
            old.location = $1.location
            return old == $1 ? [] : ["bind \($1.address) changed"]
        }
        changes += Self.changes(from: old.presentServers, to: new.presentServers, named: { "server \($0.name)" }) {
            serverChanges($0, $1)
        }
        changes += change("maxconn", old.maxconn, new.maxconn)
        changes += timeoutChanges(old.timeouts, new.timeouts)
        changes += change("balance", old.balance.keyword, new.balance.keyword)
        changes += change("retries", old.retries, new.retries)
        changes += change("fullconn", old.fullconn, new.fullconn)
        if old.stats != new.stats || old.requestRules != new.requestRules { changes.append("statistics changed") }
        var old = old
        (old.binds, old.servers, old.maxconn) = (new.binds, new.servers, new.maxconn)
        (old.timeouts, old.stats, old.location) = (new.timeouts, new.stats, new.location)
        (old.requestRules, old.retries, old.fullconn) = (new.requestRules, new.retries, new.fullconn)
        // Of two with one keyword, what follows it may differ.
        if old.balance.keyword != new.balance.keyword { old.balance = new.balance }
        if old != new { changes.append("options changed") }
        return changes.map { "\(name): \($0)" }
    }

    private static func serverChanges(_ old: ServerConfiguration, _ new: ServerConfiguration) -> [String] {
        var changes = change("address", old.address.text, new.address.text)
        changes += change("weight", old.weight, new.weight)
        changes += change("maxconn", old.maxconn, new.maxconn)
        changes += checkChanges(old.check, new.check)
        if old.isBackup != new.isBackup { changes.append("now \(new.isBackup ? "a backup" : "active")") }
        var old = old
        (old.address, old.weight, old.maxconn) = (new.address, new.weight, new.maxconn)
        (old.check, old.isBackup, old.location) = (new.check, new.isBackup, new.location)
        // A number that the file doesn't give is only a place among the others.
        if !old.hasGivenID, !new.hasGivenID { old.id = new.id }
        // One that a command has added and the file has now, too.
        if old.awaitsOrder { (old.isDisabled, old.awaitsOrder) = (new.isDisabled, false) }
        old.isDynamic = new.isDynamic
        old.resolution.initialAddress = new.resolution.initialAddress
        if old != new { changes.append("options changed") }
        return changes.map { "server \(new.name): \($0)" }
    }

    private static func timeoutChanges(_ old: Timeouts, _ new: Timeouts) -> [String] {
        let limits: [(name: String, KeyPath<Timeouts, Duration?>)] = [
            ("connect", \.connect), ("client", \.client), ("server", \.server), ("queue", \.queue), ("check", \.check),
            ("client-fin", \.clientFin), ("server-fin", \.serverFin), ("tunnel", \.tunnel),
        ]
        return limits.flatMap { name, limit in
            change("timeout \(name)", old[keyPath: limit]?.inFile, new[keyPath: limit]?.inFile)
        }
    }

    private static func checkChanges(_ old: CheckConfiguration?, _ new: CheckConfiguration?) -> [String] {
        guard var old, let new else {
            return old == new ? [] : [new == nil ? "no check any more" : "check added"]
        }
        var changes = change("inter", old.interval.inFile, new.interval.inFile)
        changes += change("fastinter", old.fastInterval?.inFile, new.fastInterval?.inFile)
        changes += change("downinter", old.downInterval?.inFile, new.downInterval?.inFile)
        changes += change("rise", old.rise, new.rise)
        changes += change("fall", old.fall, new.fall)
        (old.interval, old.fastInterval, old.downInterval) = (new.interval, new.fastInterval, new.downInterval)
        (old.rise, old.fall) = (new.rise, new.fall)
        if old != new { changes.append("check changed") }
        return changes
    }

    /// What came, what changed and what went.
    private static func changes<Part>(
        from old: [Part], to new: [Part], named name: (Part) -> String, within: (Part, Part) -> [String]
    ) -> [String] {
        var changes: [String] = []
        for part in new {
            if let other = old.first(where: { name($0) == name(part) }) {
                changes += within(other, part)
            } else {
                changes.append("\(name(part)) added")
            }
        }
        for part in old where !new.contains(where: { name($0) == name(part) }) {
            changes.append("\(name(part)) removed")
        }
        return changes
    }

    private static func change<Value: Equatable>(_ what: String, _ old: Value?, _ new: Value?) -> [String] {
        guard old != new else { return [] }
        func word(_ value: Value?) -> String { value.map { "\($0)" } ?? "none" }
        return ["\(what) \(word(old)) -> \(word(new))"]
    }
}

extension Duration {
    /// As a configuration writes it, in the largest unit that it is a whole number of.
    fileprivate var inFile: String {
        let milliseconds = wholeMilliseconds
        let units: [(String, Int64)] = [("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1_000)]
        for (unit, length) in units where milliseconds != 0 && milliseconds % length == 0 {
            return "\(milliseconds / length)\(unit)"
        }
        return milliseconds == 0 ? "0" : "\(milliseconds)ms"
    }
}

extension ServerAddress {
    /// As a configuration writes it.
    var text: String {
        switch self {
        case .ip(let host, let port): host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
        case .name(let host, let port): "\(host):\(port)"
        case .service(let name): name
        case .unix(let path): path
        case .abstract(let name): "abns@\(name)"
        case .destination(let port): "0.0.0.0:\(port)"
        }
    }
}
