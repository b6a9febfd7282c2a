import Foundation

/// Looks for what is right by the language and will hurt all the same, above all where the servers are AMQP brokers.
///
/// Says nothing that it only guesses: what is about AMQP is looked for in proxies that show it by a port, a name or a check.
///
/// - Source: for brokers' heartbeats and logs, RabbitMQ's documentation and the recordings in Documentation/extensions.md.
public struct Linter {
    /// What is to be known of the machine that the file is for.
    public struct Machine: Sendable {
        /// How many descriptors a process may have; unknown when `nil`.
        public var descriptorLimit: Int?

        /// Makes a machine.
        ///
        /// - Parameter descriptorLimit: how many descriptors a process may have; unknown when `nil`.
        public init(descriptorLimit: Int? = nil) { self.descriptorLimit = descriptorLimit }
    }

    /// The heartbeat that RabbitMQ proposes and that clients take over.
    static let heartbeat = Duration.seconds(60)
    /// The ports of AMQP, without and with TLS.
    static let ports: Set<UInt16> = [5672, 5671]

    let configuration: InstanceConfiguration
    let outline: LintOutline
    let source: SourceText
    let machine: Machine
    /// Everything found.
    var findings: [LintFinding] = []

    /// Looks through a file that has no errors; one that has any has no findings.
    ///
    /// - Parameters:
    ///   - file: its path.
    ///   - environment: the variables that `"${NAME}"` stands for.
    ///   - machine: the machine that it is for.
    /// - Returns: what was found, in the order of the file.
    public static func findings(
        file: String, environment: [String: String], machine: Machine = Machine()
    ) -> [LintFinding] {
        // What can't be read is an error of the file's own.
        guard case .success(let bytes) = ConfigurationReader.contents(of: file) else { return [] }
        return findings(
            bytes, file: file, instance: ConfigurationReader.stem(of: file), environment: environment, machine: machine)
    }

    /// The same for a text.
    ///
    /// - Parameters:
    ///   - bytes: the text.
    ///   - file: the file's name, for messages.
    ///   - instance: the instance's name.
    ///   - environment: the variables that `"${NAME}"` stands for.
    ///   - machine: the machine that it is for.
    /// - Returns: what was found, in the order of the file.
    public static func findings(
        _ bytes: [UInt8], file: String, instance: String, environment: [String: String], machine: Machine = Machine()
    ) -> [LintFinding] {
        let parsed = ConfigurationReader.parse(bytes, file: file, instance: instance, environment: environment)
        guard let configuration = parsed.configuration else { return [] }
        let source = SourceText(bytes, file: file)
        let parser = Parser([source], environment: environment, hostName: ProcessInfo.processInfo.hostName)
        var linter = Linter(
            configuration: configuration, outline: LintOutline(parser.lines), source: source, machine: machine)
        linter.run()
        var seen: Set<LintFinding> = []
        return linter.findings.filter { seen.insert($0).inserted }.sorted { one, other in
            let (left, right) = (one.diagnostic.location, other.diagnostic.location)
            return (left.line, left.column, one.rule.rawValue) < (right.line, right.column, other.rule.rawValue)
        }
    }

    private mutating func run() {
        for (index, proxy) in configuration.proxies.enumerated() where !proxy.isDisabled {
            if proxy.acceptsSessions {
                if isAMQP(index) { checkSilence(of: proxy) }
                if proxy.mode == .tcp { checkLog(of: proxy) }
            }
            guard proxy.hasBackend, proxy.isRelaying, !proxy.servers.isEmpty else { continue }
            checkServers(of: proxy)
            if isAMQP(index) {
                checkNumber(of: proxy)
                checkChecks(of: proxy)
                checkWarren(of: proxy)
            }
        }
        checkFileLimit()
        checkMirroredQueues()
    }

    /// Whether a proxy is for AMQP: it, one that it sends to, or one that sends to it shows it.
    private func isAMQP(_ index: Int) -> Bool {
        let proxies = configuration.proxies
        let neighbours = proxies[index].backends.union(proxies.indices.filter { proxies[$0].backends.contains(index) })
        return neighbours.union([index]).contains { showsAMQP(proxies[$0]) }
    }

    private func showsAMQP(_ proxy: ProxyConfiguration) -> Bool {
        let names = [proxy.name] + proxy.servers.map(\.name)
        // A broker's management page has the broker's name and speaks HTTP.
        guard proxy.mode == .tcp else { return false }
        if case .amqp? = proxy.checkPlan?.steps.first?.action { return true }
        let ports = proxy.binds.compactMap(\.address.port) + proxy.servers.compactMap(\.port)
        if !Self.ports.isDisjoint(with: ports) { return true }
        let isElsewhere = ports.contains { $0 / 10_000 == 1 && $0 % 10_000 >= 5_670 && $0 % 10_000 < 5_680 }
        return !isElsewhere && names.contains { $0.lowercased().contains("amqp") }
    }

    // MARK: - Telling

    /// Keeps a finding.
    ///
    /// - Parameters:
    ///   - rule: the rule.
    ///   - location: where.
    ///   - message: what was found.
    ///   - help: what to write instead.
    mutating func find(_ rule: LintRule, at location: SourceLocation, _ message: String, help: String) {
        let diagnostic = Diagnostic(
            severity: rule.severity, location: location, message: "\(message) [\(rule.rawValue)]", help: help)
        findings.append(LintFinding(rule: rule, diagnostic: source.completing(diagnostic)))
    }

    /// Where a line stands that says something for a proxy; the proxy's beginning where none does.
    ///
    /// - Parameters:
    ///   - words: what the line begins with.
    ///   - proxy: the proxy.
    /// - Returns: the place.
    func place(_ words: [String], of proxy: ProxyConfiguration) -> SourceLocation {
        outline.line(words, of: proxy)?.words[0].location ?? proxy.location
    }
}

extension ServerConfiguration {
    /// Its port, where it is its own.
    var port: UInt16? {
        switch address {
        case .ip(_, let port), .name(_, let port), .destination(let port): port
        case .service, .unix, .abstract: nil
        }
    }

    /// Its address without the port, where it has one.
    var host: String? {
        switch address {
        case .ip(let host, _), .name(let host, _): host
        case .service, .unix, .abstract, .destination: nil
        }
    }
}
