import Testing

@testable import Balancing

/// Replays what HAProxy 2.6 chose, session by session (`Tests/Recordings/record-choices.py` says how).
@Suite("Choices as recorded from HAProxy")
struct ChoiceRecordingTests {
    static let recordings = Recording.all(of: "choices.txt", orOf: "CHOICE_RECORDING")

    @Test("the recordings are there, of every algorithm that leaves nothing to chance")
    func found() {
        let words = Set(Self.recordings.flatMap { $0.words[0].split(separator: "/") })
        #expect(words.isSuperset(of: ["static-rr", "leastconn", "first", "source", "consistent", "factor=125"]))
        #expect(Self.recordings.count >= 100)
    }

    @Test("every session goes where HAProxy sent it", arguments: recordings)
    func replay(_ recording: Recording) throws {
        var proxy = try RecordedProxy(words: recording.words)
        for (number, line) in recording.lines.enumerated() {
            let result = try proxy.play(line)
            #expect(result == line, "line \(number + 1)")
            if result != line { return }
        }
    }
}

/// One proxy before the servers of a recording.
private struct RecordedProxy {
    private struct Session {
        var server: Int?
        var line: WaitQueue.Line?
        var ticket: WaitQueue.Ticket?
    }

    private static let retries = 3

    private var groups: ServerGroups
    private var queue: WaitQueue
    private let limit: SessionLimit?
    private let maxqueue: Int?
    private let isBySource: Bool
    private var refusing: Set<Int> = []
    private var onServer: [Int]
    private var inBackend = 0
    private var sessions: [Session] = []

    init(words: [String]) throws {
        func number(after word: String) throws -> Int? {
            try words.firstIndex(of: word).map { try #require(Int(words[$0 + 1])) }
        }
        let members = try words.dropFirst().prefix { $0.first?.isNumber == true }.map { word in
            let parts = word.split(separator: "#")
            return ServerGroups.Member(
                weight: try #require(Int(parts[0].prefix(while: \.isNumber))), isBackup: parts[0].hasSuffix("b"),
                id: parts.count > 1 ? Int(parts[1]) : nil)
        }
        let algorithm = try Self.algorithm(words[0])
        isBySource = words[0].hasPrefix("source")
        groups = ServerGroups(members, usesAllBackups: words.contains("allbackups"), algorithm: algorithm)
        limit = SessionLimit(
            maxconn: try number(after: "maxconn"), minconn: try number(after: "minconn"),
            fullconn: try number(after: "fullconn") ?? 0)
        maxqueue = try number(after: "maxqueue")
        queue = WaitQueue(maxqueue: members.map { [maxqueue] _ in maxqueue }, capacity: 1_000)
        onServer = members.map { _ in 0 }
    }

    private static func algorithm(_ text: String) throws -> Algorithm {
        let words = text.split(separator: "/").map(String.init)
        switch words[0] {
        case "roundrobin": return .roundRobin
        case "static-rr": return .staticRoundRobin
        case "leastconn": return .leastConnections
        case "first": return .firstAvailable
        default:
            try #require(words[0] == "source")
            let hasFunction = words.contains { ["sdbm", "djb2", "wt6", "crc32"].contains($0) }
            let isConsistent = words.contains("consistent")
            let factor = words.last.flatMap { $0.hasPrefix("factor=") ? Int($0.dropFirst(7)) : nil }
            return .source(
                isConsistent ? .consistent(balanceFactor: factor) : .mapBased,
                isAvalanched: words.contains("avalanche") || isConsistent && !hasFunction)
        }
    }

    /// - Returns: the line as it would have been recorded here.
    mutating func play(_ line: [String]) throws -> [String] {
        switch line[0] {
        case "pick", "come":
            return try [line[0]]
                + line.dropFirst().map { word in
                    let client = word.split(separator: "=")[0]
                    let session = begin(client: isBySource ? try key(of: String(client)) : nil)
                    var result = describe(session)
                    if case .server(let server) = session.line, session.ticket == nil {
                        // Refused by a full queue, which is looked at once more.
                        inBackend -= 1
                        result = (["-"] + serve(server)).joined(separator: "+")
                    }
                    if line[0] == "pick" {
                        _ = end(session)
                    } else {
                        sessions.append(session)
                    }
                    return isBySource ? "\(client)=\(result)" : result
                }
        case "end":
            let number = try #require(Int(line[1]))
            return [line[0], line[1]] + end(sessions[number])
        default: break
        }
        let server = try #require(Int(line[1]))
        switch line[0] {
        case "weight": groups.setWeight(server, try #require(Int(line[2])))
        case "down", "drain": groups.setUsable(server, false)
        case "up", "ready": groups.setUsable(server, true)
        case "refuse": refusing.insert(server)
        case "accept": refusing.remove(server)
        default: Issue.record("no such line: \(line)")
        }
        return line
    }

    private func key(of client: String) throws -> ClientKey? {
        if client == "unix" { return nil }
        if client == "::1" { return ClientKey(bytes: Array(repeating: 0, count: 15) + [1]) }
        return ClientKey(bytes: try client.split(separator: ".").map { try #require(UInt8($0)) })
    }

    private func describe(_ session: Session) -> String {
        if let server = session.server { return String(server) }
        if session.ticket == nil { return "-" }
        switch session.line {
        case .server(let server): return "w\(server)"
        case .backend: return "w*"
        case nil: return "-"
        }
    }

    /// One session with its retries, each dispatched anew.
    private mutating func begin(client: ClientKey?) -> Session {
        inBackend += 1
        var avoiding: Int?
        for _ in 0...Self.retries {
            let choice = groups.next(
                avoiding: avoiding, client: client, waiting: queue.count(in: .backend)
            ) { [self] in load(of: $0) }
            switch choice {
            case .server(let server):
                change(server, by: 1)
                if !refusing.contains(server) { return Session(server: server) }
                change(server, by: -1)
                avoiding = server
            case .waitFor(let server):
                return wait(in: .server(server))
            case .waitForAny:
                return wait(in: .backend)
            case .none:
                inBackend -= 1
                return Session()
            }
        }
        inBackend -= 1
        return Session()
    }

    private func load(of server: Int) -> ServerLoad {
        ServerLoad(
            sessions: onServer[server], waiting: queue.count(in: .server(server)), limit: limit?.value(at: inBackend),
            maxqueue: maxqueue ?? 0)
    }

    private mutating func change(_ server: Int, by number: Int) {
        onServer[server] += number
        tellLoad(of: server)
    }

    private mutating func tellLoad(of server: Int) {
        groups.loadChanged(
            of: server, sessions: onServer[server], waiting: queue.count(in: .server(server)))
    }

    private mutating func wait(in line: WaitQueue.Line) -> Session {
        let ticket = queue.enqueue(UInt64(sessions.count), in: line)
        if case .server(let server) = line { tellLoad(of: server) }
        return Session(line: line, ticket: ticket)
    }

    /// - Returns: who got its place, and at which server.
    private mutating func end(_ session: Session) -> [String] {
        guard session.server != nil || session.ticket != nil else { return [] }
        if let server = session.server {
            // It counts until those that it leaves room for have been let in.
            defer { inBackend -= 1 }
            change(server, by: -1)
            return serve(server)
        }
        inBackend -= 1
        if let ticket = session.ticket { queue.remove(ticket) }
        guard case .server(let server) = session.line else { return [] }
        tellLoad(of: server)
        return serve(server)
    }

    /// Lets those in who wait and fit.
    ///
    /// - Returns: who got a place, and at which server.
    private mutating func serve(_ server: Int) -> [String] {
        var served: [String] = []
        while onServer[server] < limit?.value(at: inBackend) ?? .max,
            let waiter = queue.next(for: server, takesTraffic: groups.takesTraffic(server))
        {
            change(server, by: 1)
            let number = Int(waiter.session)
            sessions[number].server = server
            served.append("\(number)=\(server)")
        }
        return served
    }
}
