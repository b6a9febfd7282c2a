import Foundation
import Testing

extension Scenarios {
    @Suite("Forms of the statistics page", .enabled(if: MonitoredPair.isInstalled))
    struct StatisticsForms {
        private func location(_ answer: (head: String, body: String)) -> String {
            let lines = answer.head.components(separatedBy: "\r\n")
            return "\(lines[0].dropFirst(9).prefix(3)) \(lines.first { $0.hasPrefix("location: ") } ?? "")"
        }

        @Test("scripts that post with curl get HAProxy's answers, and servers HAProxy's states")
        func scripts() async throws {
            let pair = try await MonitoredPair(["stats admin if TRUE"])
            for (form, target) in [
                ("s=s1&action=drain&b=be", "/stats"), ("s=s1&action=ready&b=%233", "/stats"),
                ("s=s1&s=s3&action=maint&b=be", "/stats;up;norefresh?scope=be"),
                ("s=s1&s=nope&action=ready&b=be", "/stats"),
                ("s=nope&action=ready&b=be", "/stats"), ("s=s1&action=bogus&b=be", "/stats"), ("s=s1&b=be", "/stats"),
                ("action=ready&b=be", "/stats"), ("s=s1&action=ready&b=nope", "/stats"), ("", "/stats"),
                ("garbage", "/stats;csv"), ("s=s3&action=ehlth&b=be", "/stats"), ("s=s3&action=ready&b=be", "/stats"),
                ("s=s1&action=dhlth&b=be", "/stats"), ("s=s1&action=hnolb&b=be", "/stats"),
                ("s=s1&action=hdown&b=be", "/stats"), ("s=s1&action=hrunn&b=be", "/stats"),
                ("s=s1&action=dagent&b=be", "/stats"), ("s=s1&action=shutdown&b=be", "/stats"),
                ("b=be&s=s1&action=disable", "/stats"), ("b=be&s=s1&action=enable", "/stats"),
                ("s=s1&action=ready&b=st", "/stats"), (String(repeating: "s", count: 17_000), "/stats"),
            ] {
                let theirs = try await pair.theirs.post(form, to: target)
                let ours = try await pair.ours.post(form, to: target)
                #expect(location(ours) == location(theirs), "\(form.prefix(80)) to \(target)")
                let (expected, found) = (try await states(pair.theirs), try await states(pair.ours))
                #expect(found == expected, "after \(form.prefix(80))")
            }
            try await pair.stop()
        }

        /// The servers' states, however far they are on the way to another one.
        private func states(_ side: MonitoredPair.Side) async throws -> [String: String?] {
            try await side.rows().filter { $0.key.hasPrefix("be/s") }.mapValues { row in
                row["status"].map { String($0.prefix { $0 != " " }) }
            }
        }

        @Test("what a browser posts for another site changes nothing, and its own page changes what it says")
        func otherSites() async throws {
            let pair = try await MonitoredPair(["stats admin if TRUE"])
            let (form, host) = ("s=s1&action=maint&b=be", "Host: \(pair.ours.statistics.address)")
            for header in ["Origin: http://evil.example", "Origin: null", "Sec-Fetch-Site: cross-site"] {
                #expect(
                    location(try await pair.ours.post(form, headers: [host, header])) == "303 location: /stats;st=DENY")
            }
            #expect(try await pair.ours.rows()["be/s1"]?["status"] == "UP")
            let own = ["Origin: http://\(pair.ours.statistics.address)", "Sec-Fetch-Site: same-origin", host]
            #expect(location(try await pair.ours.post(form, headers: own)) == "303 location: /stats;st=DONE")
            #expect(try await pair.ours.rows()["be/s1"]?["status"] == "MAINT")
            try await pair.stop()
        }
    }
}
