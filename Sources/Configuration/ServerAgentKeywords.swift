/// Reads the options of `server` lines about agents.
///
/// - Source: HAProxy 2.6 configuration manual, section 5.2.
enum ServerAgentKeywords {
    /// The options.
    static let keywords: [Keyword<ServerDraft>] = [
        Keyword("agent-addr", read: readAddress),
        Keyword("agent-check") { (server, arguments) throws(Diagnostic) in
            server.settings.agent.word = arguments.current
        },
        Keyword("agent-inter") { (server, arguments) throws(Diagnostic) in
            let (interval, word) = try arguments.time(example: "agent-inter 2s")
            guard interval > .zero else {
                throw word.error("the interval of an agent is 0; the least is 1ms", help: "write 'agent-inter 2s'")
            }
            server.settings.agent.interval = interval
        },
        Keyword("agent-port") { (server, arguments) throws(Diagnostic) in
            let word = try arguments.word("a port", example: "agent-port 9777")
            server.settings.agent.port = try AddressText.port(word.text, at: word)
        },
        Keyword("agent-send") { (server, arguments) throws(Diagnostic) in
            server.settings.agent.question = try arguments.word(
                "a text", example: "agent-send \"status\\n\""
            ).text
        },
        Keyword("no-agent-check") { (server, _) throws(Diagnostic) in server.settings.agent.word = nil },
    ]

    private static func readAddress(_ server: inout ServerDraft, _ arguments: inout Arguments) throws(Diagnostic) {
        let example = "agent-addr 192.0.2.1"
        let word = try arguments.word("an IP address", example: example)
        guard let host = IPAddressText.ipv4(word.text) ?? IPAddressText.ipv6(word.text) else {
            throw word.error("'\(word.text)' is not an IP address", help: "write one such as '\(example)'")
        }
        server.settings.agent.address = host
    }
}

/// What `server` and `default-server` lines say of an agent.
struct AgentDraft {
    /// Where `agent-check` stands; `nil` without it.
    var word: Word?
    var port: UInt16?
    var address: String?
    var interval: Duration?
    var question = ""

    /// The agent of a server.
    ///
    /// - Parameters:
    ///   - server: the server's name, for the message.
    ///   - checkInterval: `inter`, which holds for an agent without an interval of its own.
    ///   - check: `port` and `addr`, which hold for an agent that has none of its own.
    /// - Returns: the agent; `nil` for a server without one.
    /// - Throws: that an agent has no port.
    func agent(
        of server: String, checkInterval: Duration, check: CheckConfiguration
    ) throws(Diagnostic) -> AgentConfiguration? {
        guard let word else { return nil }
        guard let port = port ?? check.port else {
            throw word.error("the agent of server '\(server)' has no port", help: "add 'agent-port PORT'")
        }
        return AgentConfiguration(
            port: port, address: address ?? check.address, interval: interval ?? checkInterval, question: question)
    }
}
