import Seeds

/// Makes cases from seeds: the same case from the same seed, here and on every machine.
///
/// Only what HAProxy does in the same way every time is made: steps follow one another, each after the last one's
/// effects, and no algorithm is random.
struct CaseGenerator {
    private var random: SeededGenerator
    private var made: GeneratedCase

    /// Makes the case of a seed.
    static func make(_ seed: UInt64) -> GeneratedCase {
        var generator = CaseGenerator(random: SeededGenerator(seed: seed), made: GeneratedCase(seed: seed))
        generator.makeProxy()
        generator.makeServers()
        if generator.chance(4) { generator.addTimeLimit() }
        if generator.chance(8) { generator.makeBulkSteps() } else { generator.makeSteps() }
        // From a stream of their own: what a seed made before they came, it still makes.
        generator.random = SeededGenerator(seed: ~seed)
        generator.addLogging()
        generator.addMarks()
        generator.addHeaders()
        generator.random = SeededGenerator(seed: seed &* 0x9E37_79B9_7F4A_7C15)
        generator.addRules()
        return generator.made
    }

    private mutating func addLogging() {
        if chance(8) { made.defaults.append("option logasap") }
        if chance(8) { made.defaults.append("option dontlog-normal") }
    }

    /// Sessions that end with a server's state; only those of checked servers can.
    private mutating func addMarks() {
        for index in made.servers.indices where made.servers[index].isChecked {
            if chance(3) { made.servers[index].options.append("on-marked-down shutdown-sessions") }
            if chance(3) { made.servers[index].options.append("on-marked-up shutdown-backup-sessions") }
        }
    }

    /// Headers that are equally long on both sides, whatever the ports.
    private mutating func addHeaders() {
        guard made.servers.allSatisfy({ $0.behaviour == .obeys || $0.behaviour == .refuses }), !made.isInexact,
            chance(8)
        else { return }
        for index in made.servers.indices { made.servers[index].options.append("send-proxy-v2") }
    }

    /// Rules that need nothing of what is sent, so that nobody waits: by the client's address.
    private mutating func addRules() {
        guard chance(3) else { return }
        let first = made.frontend.count
        if chance(3) { made.frontend.append("tcp-request connection reject if \(addressCondition())") }
        if chance(3) { made.frontend.append("tcp-request connection accept unless \(addressCondition())") }
        if chance(3) { made.frontend.append("tcp-request session reject if \(addressCondition())") }
        if chance(3) { made.frontend.append("tcp-request content reject if \(addressCondition())") }
        if chance(4) {
            made.frontend.insert("acl some src 127.0.0.\(number(1...9))", at: first)
            made.frontend.append("tcp-request content reject if some \(addressCondition())")
        }
        if chance(3) {
            made.backend.append("use-server rabbit_\(number(0...made.servers.count - 1)) if \(addressCondition())")
        }
        if chance(3) {
            made.backend.append("stick-table type ip size \(pick([2, 100]))")
            made.backend.append(pick(["stick on src", "stick store-request src", "stick match src"]))
        } else if chance(4) {
            made.backend.append("tcp-request content reject if \(addressCondition())")
        }
    }

    /// A condition that holds for some of the nine addresses that clients come from.
    private mutating func addressCondition() -> String {
        let (one, other) = (number(1...9), number(1...9))
        return pick([
            "{ src 127.0.0.\(one) }", "{ src 127.0.0.\(one) 127.0.0.\(other) }", "{ src 127.0.0.0/30 }",
            "!{ src 127.0.0.0/29 }", "{ src 127.0.0.\(one) } || { src 127.0.0.\(other) }",
            "{ src 127.0.0.0/29 } !{ src 127.0.0.\(one) }", "{ dst_port gt 1 } { src 127.0.0.\(one) }",
        ])
    }

    private mutating func makeProxy() {
        made.isSplit = chance(2)
        made.defaults.append("retries \(number(0...3))")
        made.defaults.append(
            pick(["option redispatch", "no option redispatch", "option redispatch 2", "option redispatch -1"]))
        if !chance(4) { made.defaults.append("option tcplog") }
        if chance(2) { made.defaults.append("option dontlognull") }
        if chance(8) { made.defaults.append("option log-separate-errors") }
        if chance(6) { made.defaults.append("option tcp-smart-accept") }
        if chance(6) { made.defaults.append("option tcp-smart-connect") }
        if chance(5) { made.frontend.append("maxconn \(number(2...6))") }
        if chance(6) { made.backend.append("fullconn \(number(1...6))") }
        if chance(4) { made.backend.append("option allbackups") }
        // Of those who had gone before they were accepted HAProxy 2.6 makes something else each time.
        if made.frontend.isEmpty, chance(6) { made.backend.append("option abortonclose") }
        made.backend.append("balance " + pick(["roundrobin", "static-rr", "leastconn", "first", "source"]))
        if chance(4) {
            made.backend.append("hash-type " + pick(["consistent", "map-based", "map-based sdbm avalanche"]))
        }
    }

    /// A time limit that is part of the play; it has to outlast the steps that are to come before it.
    private mutating func addTimeLimit() {
        guard made.calm < .milliseconds(100) else { return }
        made.defaults.append(
            pick([
                "timeout client 700ms", "timeout server 700ms", "timeout client-fin 600ms", "timeout server-fin 600ms",
                "timeout queue 600ms", "timeout tunnel 700ms",
            ]))
    }

    private mutating func makeServers() {
        let count = number(1...4)
        for index in 0..<count {
            var server = GeneratedCase.Server(options: [])
            if chance(2) { server.options.append("weight \(pick([0, 1, 2, 3, 10, 256]))") }
            if chance(3) {
                let most = number(1...3)
                server.options.append("maxconn \(most)")
                if chance(3) { server.options.append("minconn \(number(1...most))") }
                if chance(3) { server.options.append("maxqueue \(number(1...2))") }
            }
            if index > 0, chance(4) { server.options.append("backup") }
            if chance(10) { server.options.append("disabled") }
            server.isChecked = chance(4)
            server.behaviour = behaviour()
            made.servers.append(server)
        }
        let isSlow = made.servers.contains {
            $0.isChecked || $0.behaviour == .refuses || $0.behaviour == .isSilent || $0.behaviour == .resets
        }
        if isSlow { made.calm = .milliseconds(170) }
    }

    private mutating func behaviour() -> GeneratedCase.Behaviour {
        switch number(0...19) {
        case 0: .refuses
        case 1: .isSilent
        case 2: .closes
        case 3: .resets
        case 4: .answers(pick([1, 100, 20_000]))
        case 5: .resetsAfter(pick([1, 10, 5_000]))
        default: .obeys
        }
    }

    private mutating func makeSteps() {
        made.steps.append(.connect(source: number(1...9)))
        if made.defaults.contains(where: { $0.hasPrefix("timeout tunnel") }) {
            // HAProxy 2.6 breaks the server's connection where not a byte had gone through the tunnel.
            made.steps += [.client(0, .send(1)), pick([.wait, .client(0, .finish), .server(0, .finish)]), .wait]
            return
        }
        let isTimed = made.defaults.contains { $0.hasPrefix("timeout") }
        for _ in 0..<(isTimed ? number(0...5) : number(2...14)) { made.steps.append(step()) }
        if isTimed { made.steps.append(.wait) }
    }

    private mutating func step() -> GeneratedCase.Step {
        switch number(0...11) {
        case 0...3: return .connect(source: number(1...9))
        case 4...7: return .client(number(0...5), act())
        case 8...10: return .server(number(0...5), act())
        default:
            let checked = made.servers.indices.filter { made.servers[$0].isChecked }
            guard let server = checked.randomElement(using: &random) else { return .client(0, .send(1)) }
            return chance(3) ? .passCheck(server) : .failCheck(server)
        }
    }

    private mutating func act() -> GeneratedCase.Act {
        switch number(0...13) {
        case 0...6: .send(pick([1, 5, 100, 1_460, 2_000]))
        case 7, 8: .finish
        case 9, 10: .close
        case 11: .reset
        case 12: .pause
        default: .resume
        }
    }

    /// A lot of bytes in one direction, to a reader that reads, or doesn't for a while; then an end.
    private mutating func makeBulkSteps() {
        made.servers[0].behaviour = .obeys
        // Those who read late find the same bytes only where nothing is lost on the way.
        made.isInexact = true
        made.steps = [.connect(source: 1), .client(0, .send(5)), .server(0, .send(5))]
        let size = pick([100_000, 3_000_000, 20_000_000])
        let isLate = chance(2)
        // HAProxy 2.6 doesn't look at a connection that it has no room to read from.
        let end = pick([GeneratedCase.Act.finish, .close] + (isLate ? [] : [.reset]))
        if chance(2) {
            if isLate { made.steps.append(.client(0, .pause)) }
            made.steps += [.server(0, .send(size)), .server(0, end), .client(0, .resume), .client(0, .close)]
        } else {
            if isLate { made.steps.append(.server(0, .pause)) }
            made.steps += [.client(0, .send(size)), .client(0, end), .server(0, .resume), .server(0, .close)]
        }
    }

    private mutating func number(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &random) }

    /// True once in so many times.
    private mutating func chance(_ times: Int) -> Bool { number(1...times) == 1 }

    private mutating func pick<Value>(_ values: [Value]) -> Value { values[number(0...values.count - 1)] }
}
