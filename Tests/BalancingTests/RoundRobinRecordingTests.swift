import Testing

@testable import Balancing

/// Replays what HAProxy 2.6 chose, connection by connection (`Tests/Recordings/record-round-robin.py` says how).
@Suite("Round robin as recorded from HAProxy")
struct RoundRobinRecordingTests {
    static let recordings = Recording.all(of: "round-robin.txt", orOf: "ROUND_ROBIN_RECORDING")

    @Test("the recordings are there")
    func found() {
        #expect(Self.recordings.count >= 100)
    }

    @Test("every session goes where HAProxy sent it", arguments: recordings)
    func replay(_ recording: Recording) throws {
        var player = try Player(words: recording.words)
        for (number, line) in recording.lines.enumerated() {
            let result = try player.play(line)
            guard let result else { continue }
            #expect(result == Array(line.dropFirst()), "line \(number + 1): \(line.joined(separator: " "))")
            if result != Array(line.dropFirst()) { return }
        }
    }

    /// One proxy before the recording's servers.
    private struct Player {
        var groups: ServerGroups
        var maxconn: Int
        var refusing: Set<Int> = []
        var held: [Int: Int] = [:]

        init(words: [String]) throws {
            maxconn = try words.firstIndex(of: "maxconn").map { try #require(Int(words[$0 + 1])) } ?? .max
            let members = try words.prefix { $0.first?.isNumber == true }.map { word in
                let weight = try #require(Int(word.prefix(while: \.isNumber)))
                return ServerGroups.Member(weight: weight, isBackup: word.hasSuffix("b"))
            }
            groups = ServerGroups(members, usesAllBackups: words.contains("allbackups"))
        }

        /// - Returns: where the sessions of a `pick` or `hold` line went.
        mutating func play(_ line: [String]) throws -> [String]? {
            if line[0] == "pick" { return line.dropFirst().map { _ in session().map(String.init) ?? "-" } }
            if line[0] == "hold" {
                return line.dropFirst().map { _ in
                    guard let server = session() else { return "-" }
                    held[server, default: 0] += 1
                    return String(server)
                }
            }
            let server = try #require(Int(line[1]))
            switch line[0] {
            case "weight": groups.setWeight(server, try #require(Int(line[2])))
            case "down", "drain": groups.setUsable(server, false)
            case "up", "ready": groups.setUsable(server, true)
            case "refuse": refusing.insert(server)
            case "accept": refusing.remove(server)
            case "release": held[server, default: 0] -= 1
            default: Issue.record("no such line: \(line)")
            }
            return nil
        }

        /// One session with HAProxy's three retries, each on another server than the one that has just refused.
        private mutating func session() -> Int? {
            var avoiding: Int?
            for _ in 0...3 {
                let choice = groups.next(avoiding: avoiding) { [held, maxconn] in held[$0, default: 0] < maxconn }
                guard case .server(let server) = choice else { return nil }
                if !refusing.contains(server) { return server }
                avoiding = server
            }
            return nil
        }
    }
}
