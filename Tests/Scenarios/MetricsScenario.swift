import Foundation
import Testing

extension Scenarios {
    @Suite("Metrics")
    struct Metrics {
        private static let hasPromtool = Requirement.isMet(
            FileManager.default.isExecutableFile(atPath: "/usr/bin/promtool"), "promtool (Debian: prometheus)")
        private static let hasExporter = Requirement.isMet(
            FileManager.default.isExecutableFile(atPath: "/usr/bin/prometheus-haproxy-exporter"),
            "prometheus-haproxy-exporter (Debian: prometheus-haproxy-exporter)")

        /// The lines of a text of metrics: the values by what stands before them.
        private func values(_ text: String) -> [String: String] {
            text.split(separator: "\n").filter { !$0.hasPrefix("#") }.reduce(into: [:]) { values, line in
                guard let space = line.lastIndex(of: " ") else { return }
                values[String(line[..<space])] = String(line[line.index(after: space)...])
            }
        }

        /// Names, kinds and help, in their order.
        private func families(_ text: String) -> [String] {
            text.split(separator: "\n").filter { $0.hasPrefix("#") && !$0.contains(" supervise_") }.map(String.init)
        }

        @Test(
            "they are those of HAProxy's exporter: families, order, labels and counts",
            .enabled(if: MonitoredPair.isInstalled))
        func likeHAProxys() async throws {
            let pair = try await MonitoredPair()
            for side in [pair.theirs, pair.ours] {
                for text in ["one", "two", "three"] { try await side.exchange(text) }
                try await eventually("all is counted, and over") {
                    let rows = try await side.rows()
                    return rows["fe/FRONTEND"]?["bin"] == "11"
                        && ["fe/FRONTEND", "be/s1", "be/BACKEND"].allSatisfy { rows[$0]?["scur"] == "0" }
                }
            }
            for query in ["", "?scope=server&no-maint", "?scope=frontend&scope=listener", "?scope=backend"] {
                let theirs = try await pair.theirs.get("/metrics\(query)")
                let ours = try await pair.ours.get("/metrics\(query)")
                #expect(ours.head.contains("content-type: text/plain; version=0.0.4"))
                let kind = "# TYPE haproxy_process_failed_resolutions"
                let expectedFamilies = families(theirs.body).map { $0 == "\(kind) counter" ? "\(kind) untyped" : $0 }
                #expect(families(ours.body).difference(from: expectedFamilies).isEmpty)
                let expected = values(theirs.body)
                let found = values(ours.body).filter { !$0.key.hasPrefix("supervise_") }
                // The programs' versions are in a label.
                let names = Set(found.keys).symmetricDifference(expected.keys)
                #expect(names.filter { !$0.hasPrefix("haproxy_process_build_info") } == [])
                for (name, value) in found where isCount(name) {
                    #expect(value == expected[name], "\(name): here \(value), \(expected[name] ?? "none") in HAProxy")
                }
            }
            try await pair.stop()
        }

        /// Whether a value depends neither on the moment nor on who asked the statistics how often.
        private func isCount(_ name: String) -> Bool {
            guard name.contains("proxy=\"fe\"") || name.contains("proxy=\"be\"") else { return false }
            return !["seconds", "rate", "max_sessions", "last_"].contains { name.contains($0) }
        }

        @Test("a path, a scope and a method that HAProxy refuses are refused", .enabled(if: MonitoredPair.isInstalled))
        func refusals() async throws {
            let pair = try await MonitoredPair()
            for target in [
                "/metrics?scope=bogus", "/metrics?scope", "/metrics?scope=", "/metricsx", "/metrics?scope=*",
            ] {
                let (theirs, ours) = (try await pair.theirs.get(target), try await pair.ours.get(target))
                #expect(ours.head.dropFirst(9).prefix(3) == theirs.head.dropFirst(9).prefix(3), "\(target)")
            }
            try await pair.stop()
        }

        @Test("promtool finds nothing to complain of", .enabled(if: hasPromtool && MonitoredPair.isInstalled))
        func promtool() async throws {
            let pair = try await MonitoredPair()
            let directory = try TemporaryDirectory()
            let file = try directory.write(try await pair.ours.get("/metrics").body, to: "metrics.txt")
            let finished = try await Finished(["sh", "-c", "promtool check metrics < \(file)"])
            #expect(finished.status == .code(0))
            #expect(finished.output + finished.errorOutput == "")
            try await pair.stop()
        }

        @Test(
            "Prometheus itself scrapes them, in the format that it asks for",
            .enabled(if: hasPromtool && MonitoredPair.isInstalled))
        func prometheus() async throws {
            let pair = try await MonitoredPair()
            let directory = try TemporaryDirectory()
            let port = try HeldPort()
            let configuration = try directory.write(
                """
                global: { scrape_interval: 1s }
                scrape_configs:
                  - job_name: supervise
                    static_configs: [{ targets: ["\(pair.ours.statistics.address)"] }]

                """, to: "prometheus.yml")
            let prometheus = try TestProcess([
                "prometheus", "--config.file=\(configuration)", "--storage.tsdb.path=\(directory.path)/data",
                "--web.listen-address=\(port.address)",
            ])
            let query = "haproxy_server_status%7Bserver=%22s2%22,state=%22DOWN%22%7D"
            try await eventually("a scraped value: \(prometheus.errorOutput.suffix(2000))", every: .milliseconds(200)) {
                guard let socket = try await Socket.connect(port: port.port) else { return false }
                try await socket.write(Array("GET /api/v1/query?query=\(query) HTTP/1.0\r\n\r\n".utf8))
                let answer = String(decoding: try await socket.readToEnd().bytes, as: UTF8.self)
                return answer.contains("\"proxy\":\"be\"") && answer.contains(",\"1\"]")
            }
            try await prometheus.stop()
            try await pair.stop()
        }

        @Test(
            "Debian's exporter reads our CSV over HTTP and our socket, and shows what it shows of HAProxy's",
            .enabled(if: hasExporter && MonitoredPair.isInstalled))
        func exporter() async throws {
            let pair = try await MonitoredPair()
            for overHTTP in [true, false] {
                func scrape(_ side: MonitoredPair.Side) async throws -> [String: String] {
                    let port = try HeldPort()
                    let source = overHTTP ? "http://\(side.statistics.address)/stats;csv" : "unix:\(side.socketPath)"
                    let exporter = try TestProcess([
                        "prometheus-haproxy-exporter", "--web.listen-address=\(port.address)",
                        "--haproxy.scrape-uri=\(source)",
                    ])
                    let text = try await eventually("metrics of the exporter: \(exporter.errorOutput)") {
                        () -> String? in
                        guard let socket = try await Socket.connect(port: port.port) else { return nil }
                        try await socket.write(Array("GET /metrics HTTP/1.0\r\n\r\n".utf8))
                        return String(decoding: try await socket.readToEnd().bytes, as: UTF8.self)
                    }
                    try await exporter.stop()
                    return values(text).filter { $0.key.hasPrefix("haproxy_") }
                }
                let (theirs, ours) = (try await scrape(pair.theirs), try await scrape(pair.ours))
                #expect(ours["haproxy_up"] == "1")
                #expect(ours["haproxy_server_up{backend=\"be\",server=\"s2\"}"] == "0")
                let versions = ["haproxy_exporter_build_info", "haproxy_version_info"]
                func names(_ values: [String: String]) -> Set<String> {
                    Set(values.keys.filter { name in !versions.contains { name.hasPrefix($0) } })
                }
                #expect(names(ours) == names(theirs))
            }
            try await pair.stop()
        }
    }
}
