import Foundation
import Testing

extension Scenarios {
    @Suite("Exports of the statistics page, beside HAProxy", .enabled(if: MonitoredPair.isInstalled))
    struct StatisticsExports {
        /// A head without what only one of the two says, and what depends on how long the body is.
        private func head(_ answer: (head: String, body: String)) -> [String] {
            answer.head.components(separatedBy: "\r\n").filter { line in
                line.hasPrefix("HTTP/") || line.hasPrefix("content-type") || line.hasPrefix("cache-control")
            }.map { $0.replacing("HTTP/1.0", with: "HTTP/1.1") }
        }

        /// Fields with their meanings, but without values.
        private func shapes(_ text: String) -> [String] {
            text.split(separator: "\n").map { line in
                line.split(separator: ":").prefix(3).joined(separator: ":")
            }
        }

        @Test("typed, JSON and the JSON's schema are HAProxy's, field by field")
        func formats() async throws {
            let pair = try await MonitoredPair(["stats show-legends", "stats show-modules"])
            for side in [pair.theirs, pair.ours] { try await side.exchange("hello") }
            for options in [
                ";typed", ";typed?scope=be", ";json", ";json;norefresh?scope=be", ";json-schema", ";csv;typed",
            ] {
                let theirs = try await pair.theirs.get("/stats\(options)")
                let ours = try await pair.ours.get("/stats\(options)")
                #expect(head(ours) == head(theirs), "\(options)")
                switch options {
                case ";json-schema": #expect(ours.body == theirs.body)
                case _ where options.contains("json"):
                    #expect(try fields(ours.body) == fields(theirs.body), "\(options)")
                default: #expect(shapes(ours.body) == shapes(theirs.body), "\(options)")
                }
            }
            try await pair.stop()
        }

        /// What JSON tells of each field, without its value.
        private func fields(_ text: String) throws -> [String] {
            let rows = try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [[[String: Any]]] ?? []
            return rows.flatMap { row in
                row.map { field in
                    let name = (field["field"] as? [String: Any])?["name"] as? String ?? "?"
                    let tags = (field["tags"] as? [String: String] ?? [:]).sorted { $0.key < $1.key }
                    return "\(field["objType"] ?? "") \(field["proxyId"] ?? "") \(field["id"] ?? "") \(name) \(tags)"
                }
            }
        }

        @Test("the page has HAProxy's columns, links and explanations")
        func page() async throws {
            let pair = try await MonitoredPair(
                ["stats show-legends", "stats show-modules", "stats show-desc Our rabbits", "stats show-node here"])
            let theirs = try await pair.theirs.get("/stats").body
            let ours = try await pair.ours.get("/stats").body
            for text in [
                " on here: Our rabbits</h2>",
                "/stats;json\">JSON export</a> (<a href=\"/stats;json-schema\">schema</a>)",
                "Extra modules", "Estimated need of connections:", "Active connections limit:",
                "cap: frontend, mode: tcp, id: 2", "Total number of ssl sessions reused",
            ] {
                #expect(theirs.contains(text), "\(text)")
                #expect(ours.contains(text), "\(text)")
            }
            let columns = { (page: String) in page.components(separatedBy: "<th>Thrtle</th>").count }
            #expect(columns(ours) == columns(theirs))
            try await pair.stop()
        }
    }
}
