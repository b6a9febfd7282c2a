import Foundation
import Testing

extension Scenarios {
    @Suite("Rows of the statistics page, beside HAProxy", .enabled(if: MonitoredPair.isInstalled))
    struct PageRows {
        /// The rows of a page but for those of the page's own proxy: their classes, which give them their colours, what stands in
        /// their cells, and in brackets what is shown when a pointer is over them.
        private func rows(_ page: String) -> [String] {
            func told(_ tips: Substring) -> String { " [\(tips.replacing(#/<[^>]*>/#, with: " "))] " }
            let flat = page.replacing(#/<div class=tips>(.*?)</div>/#.dotMatchesNewlines()) { told($0.1) }
                .replacing(#/<span class="tips">(.*?)</span></u>/#.dotMatchesNewlines()) { told($0.1) }
                .replacing(#/title="([^"]*)">([^<]*)</a>/#) { ">\($0.2) [\($0.1)]" }
            return flat.matches(of: #/<tr class="?(\w+)"?>(.*?)</tr>/#.dotMatchesNewlines()).compactMap { row in
                guard row.1 != "titre", !row.2.contains("\"st/") else { return nil }
                let texts = row.2.split(separator: #/<td[^>]*>/#, omittingEmptySubsequences: false).dropFirst().map {
                    $0.replacing(#/<[^>]*>|&nbsp;|\s/#, with: "").replacing("&uarr;", with: "↑")
                        .replacing("&darr;", with: "↓").replacing(#/^\d+[smhd](?:\d+[smh])?/#, with: "TIME")
                        .replacing(#/in\d+ms/#, with: "").replacing(#/needofconnections:\d+/#, with: "").replacing(
                            #/:\d+\/\d+ms/#, with: ":TIMES"
                        )
                        // Each has its own addresses; what HAProxy thinks it will need, it forgets as time goes by.
                        .replacing(#/IPv4:127.0.0.1:\d+/#, with: "ADDRESS")
                }
                let rates: Range<Int> = row.1 == "frontend" ? 2..<4 : row.1 == "socket" ? 0..<0 : 4..<6
                let shown = texts.enumerated().map { rates.contains($0.offset) ? "RATE" : $0.element }
                return "\(row.1): \(shown.joined(separator: " | "))"
            }
        }

        private func say(_ command: String, to side: MonitoredPair.Side) async throws {
            guard let socket = try Socket.connect(path: side.socketPath) else {
                throw ScenarioError("\(side.socketPath) refuses")
            }
            try await socket.write(Array((command + "\n").utf8))
            _ = try await socket.readToEnd()
        }

        @Test("in every state a row has HAProxy's colour, and every cell says what HAProxy's says")
        func states() async throws {
            let pair = try await MonitoredPair(["stats show-legends"])
            for side in [pair.theirs, pair.ours] {
                for text in ["one", "two", "three"] { try await side.exchange(text) }
                try await eventually("all is counted") { try await side.rows()["fe/FRONTEND"]?["bin"] == "11" }
            }
            for command in [
                "show version", "set server be/s1 state drain", "set server be/s1 state maint",
                "set server be/s1 state ready", "set server be/s1 weight 0", "set server be/s1 weight 7",
                "set server be/s3 state maint", "set server be/s3 state ready", "disable health be/s1",
                "enable health be/s1", "set server be/s2 state maint", "set server be/s2 state ready",
                "disable health be/s2", "enable health be/s2", "set maxconn server be/s1 3", "disable frontend fe",
                "enable frontend fe", "set maxconn frontend fe 7",
            ] {
                for side in [pair.theirs, pair.ours] { try await say(command, to: side) }
                let deadline = ContinuousClock.now + .seconds(20)
                var difference: [CollectionDifference<String>.Change] = []
                // Until checks under way have ended.
                repeat {
                    let theirs = rows(try await pair.theirs.get("/stats").body)
                    let ours = rows(try await pair.ours.get("/stats").body)
                    #expect(theirs.count == 6, "a frontend, its socket, three servers and their backend")
                    difference = Array(ours.difference(from: theirs))
                    if !difference.isEmpty { try await Task.sleep(for: .milliseconds(20)) }
                } while !difference.isEmpty && ContinuousClock.now < deadline
                #expect(difference.isEmpty, "after \(command)")
            }
            try await pair.stop()
        }
    }
}
