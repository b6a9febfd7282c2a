import Foundation
import Testing

extension Scenarios {
    @Suite("Who may see the statistics", .enabled(if: MonitoredPair.isInstalled))
    struct StatisticsAccess {
        /// What both answer: the status, and what a refusal says of how to get in.
        private func answer(
            _ side: MonitoredPair.Side, _ line: String, user: String? = nil, from source: String? = nil
        ) async throws -> String {
            let header = user.map { "Authorization: Basic " + Data($0.utf8).base64EncodedString() }
            let head = try await side.ask("\(line) HTTP/1.0", [header].compactMap(\.self), from: source).head
            let lines = head.components(separatedBy: "\r\n")
            let kept = lines.filter { line in
                ["www-authenticate", "location", "refresh"].contains { line.hasPrefix($0 + ":") }
            }
            return ([String(lines[0].dropFirst(9).prefix(3))] + kept).joined(separator: "; ")
        }

        @Test("rules, users, groups and passwords let in whom HAProxy lets in")
        func rules() async throws {
            let pair = try await MonitoredPair(
                [
                    "http-request deny if { path /no }", "acl outside src 127.0.0.9",
                    "acl known http_auth(staff)", "acl boss http_auth_group(staff) admins",
                    "stats http-request deny if outside",
                    "stats http-request auth realm My\\ Realm unless known or { path_end ;csv }",
                    "stats admin if boss", "stats refresh 7s",
                    "userlist staff", "group admins users ada", "group readers",
                    "user ada password $5$rounds=1000$abcdefgh$t9Mrb.wBKIzaKNWjQvXmYkOsbj2VOQqc1SmVKezGU16",
                    "user bob insecure-password bobpw groups readers",
                    "user cy password $1$salt1234$Ifef13uM5XWphXtVnTaKc. groups admins,readers",
                ])
            for (line, user, source) in [
                ("GET /stats", nil, nil), ("GET /no", nil, nil), ("GET /stats", nil, "127.0.0.9"),
                ("GET /stats", "ada:adapw", nil), ("GET /stats", "ada:adapw", "127.0.0.9"),
                ("GET /stats", "ada:x", nil),
                ("GET /stats", "bob:bobpw", nil), ("GET /stats", "bob:", nil), ("GET /stats", "cy:ddpw", nil),
                ("GET /stats", "nobody:bobpw", nil), ("GET /stats", "", nil),
                ("GET /stats;csv;norefresh", "bob:bobpw", nil),
                ("GET /stats;csv", nil, nil), ("HEAD /stats", "bob:bobpw", nil), ("GET /elsewhere", nil, nil),
                ("POST /stats", "bob:bobpw", nil), ("POST /stats;up?scope=be", "bob:bobpw", nil),
                ("GET /metrics", nil, nil),
            ] as [(String, String?, String?)] {
                let theirs = try await answer(pair.theirs, line, user: user, from: source)
                let ours = try await answer(pair.ours, line, user: user, from: source)
                #expect(ours == theirs, "\(line) of \(user ?? "nobody") from \(source ?? "127.0.0.1")")
            }
            try await pair.stop()
        }

        @Test("several users, a realm and a scope hold as in HAProxy")
        func users() async throws {
            let pair = try await MonitoredPair(
                [
                    "stats auth a:b:c", "stats auth c:d", "stats auth a:second", "stats realm X\\ Y",
                    "stats scope .", "stats scope be",
                ], user: "c:d")
            for user in [nil, "a:b:c", "c:d", "a:second", "c:D", "c:d ", "C:d", "a:b"] {
                let (theirs, ours) = (
                    try await answer(pair.theirs, "GET /stats", user: user),
                    try await answer(pair.ours, "GET /stats", user: user)
                )
                #expect(ours == theirs, "\(user ?? "nobody")")
            }
            for options in ["", ";up", ";no-maint", "?scope=be", "?scope=ST", "?scope=fe", ";up?scope=nothing"] {
                let (theirs, ours) = (try await pair.theirs.rows(options), try await pair.ours.rows(options))
                #expect(Set(ours.keys) == Set(theirs.keys), "\(options)")
                #expect(ours.mapValues { $0["status"] } == theirs.mapValues { $0["status"] }, "\(options)")
            }
            try await pair.stop()
        }
    }
}
